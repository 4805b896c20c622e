"""Rendering pages as WebP images: PDF by PDFium, images by Pillow. Only imported in worker processes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageOps

from extractors.errors import Reason, UnreadableFileError
from extractors.images import check_image_size, translate_image_errors
from extractors.page_words import read_words
from extractors.previews import RenderedPage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.limits import Limits

# Of WebP, from 0 to 100.
_QUALITY = 75
_WIDEST = 2000
# A long narrow page (a receipt, a sheet printed whole) must not cost more than a poster.
_MOST_PIXELS = 8_000_000


def count_pages(source: Path | bytes, limits: Limits) -> int:
    """The number of pages of a PDF, given as a path or as its content."""
    with _open_document(source, limits) as document:
        return len(document)


def render_pdf_page(source: Path | bytes, number: int, width: int, limits: Limits) -> RenderedPage:
    """Render one page of a PDF, `number` counting from 1, at most `width` pixels wide."""
    with _open_document(source, limits) as document:
        return _render_page(document, number, width)


@contextmanager
def _open_document(source: Path | bytes, limits: Limits) -> Iterator[pypdfium2.PdfDocument]:
    """The open document, by the first password that opens it; UnreadableFileError if none does."""
    refusal = UnreadableFileError(Reason.DAMAGED)
    for password in (None, *limits.passwords):
        try:
            document = pypdfium2.PdfDocument(source, password)
        except pypdfium2.PdfiumError as error:
            refusal = UnreadableFileError(Reason.DAMAGED, str(error))
            if getattr(error, "err_code", None) != pypdfium2.raw.FPDF_ERR_PASSWORD:
                break
            refusal = UnreadableFileError(Reason.ENCRYPTED, str(error))
            continue
        try:
            yield document
        finally:
            document.close()
        return
    raise refusal


def _render_page(document: pypdfium2.PdfDocument, number: int, width: int) -> RenderedPage:
    if not 1 <= number <= len(document):
        raise UnreadableFileError(Reason.DAMAGED, f"page {number} de {len(document)}")
    try:
        page = document[number - 1]
        # In points, a 72nd of an inch.
        across, down = page.get_size()
        scale = min(width, _WIDEST) / max(across, 1)
        scale = min(scale, (_MOST_PIXELS / max(across * down, 1)) ** 0.5)
        text, words = read_words(page)
        return replace(encode_webp(page.render(scale=scale).to_pil(), width), text=text, words=words)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error


def render_image(path: Path, number: int, width: int) -> RenderedPage:
    """Render one image of a file that has one or several, `number` counting from 1."""
    with translate_image_errors(), Image.open(path) as image:
        check_image_size(image)
        image.seek(number - 1)
        # JPEG can be decoded at a reduced size, which saves most of the cost of a large photograph.
        image.draft("RGB", (width, width))
        return encode_webp(ImageOps.exif_transpose(image), width)


def shrink_image(image: bytes, width: int) -> bytes:
    """The same image as WebP, at most `width` pixels wide."""
    with translate_image_errors(), Image.open(BytesIO(image)) as opened:
        return encode_webp(opened, width).image


def encode_webp(image: Image.Image, width: int) -> RenderedPage:
    """Encode an image as WebP, reduced to at most `width` pixels; the text of the page is left empty."""
    coloured = image.convert("RGB")
    coloured.thumbnail((min(width, _WIDEST), _MOST_PIXELS // max(width, 1)))
    stream = BytesIO()
    coloured.save(stream, "WEBP", quality=_QUALITY)
    return RenderedPage(stream.getvalue(), coloured.width, coloured.height)
