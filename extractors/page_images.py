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
from extractors.images import check_size, image_errors
from extractors.page_words import read_page
from extractors.previews import Drawn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.limits import Limits

# Of WebP, from 0 to 100.
_QUALITY = 75
_WIDEST = 2000
# A long narrow page (a receipt, a sheet printed whole) must not cost more than a poster.
_MOST_PIXELS = 8_000_000


def page_count(source: Path | bytes, limits: Limits) -> int:
    """The number of pages of a PDF, given as a path or as its content."""
    with _opened(source, limits) as document:
        return len(document)


def draw_pdf(source: Path | bytes, number: int, width: int, limits: Limits) -> Drawn:
    """Render one page of a PDF, `number` counting from 1, at most `width` pixels wide."""
    with _opened(source, limits) as document:
        return _draw_page(document, number, width)


@contextmanager
def _opened(source: Path | bytes, limits: Limits) -> Iterator[pypdfium2.PdfDocument]:
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


def _draw_page(document: pypdfium2.PdfDocument, number: int, width: int) -> Drawn:
    if not 1 <= number <= len(document):
        raise UnreadableFileError(Reason.DAMAGED, f"page {number} de {len(document)}")
    try:
        page = document[number - 1]
        # In points, a 72nd of an inch.
        across, down = page.get_size()
        scale = min(width, _WIDEST) / max(across, 1)
        scale = min(scale, (_MOST_PIXELS / max(across * down, 1)) ** 0.5)
        text, words = read_page(page)
        return replace(written(page.render(scale=scale).to_pil(), width), text=text, words=words)
    except pypdfium2.PdfiumError as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error


def draw_image(path: Path, number: int, width: int) -> Drawn:
    """Render one image of a file that has one or several, `number` counting from 1."""
    with image_errors(), Image.open(path) as image:
        check_size(image)
        image.seek(number - 1)
        # JPEG can be decoded at a reduced size, which saves most of the cost of a large photograph.
        image.draft("RGB", (width, width))
        return written(ImageOps.exif_transpose(image), width)


def smaller(image: bytes, width: int) -> bytes:
    """The same image as WebP, at most `width` pixels wide."""
    with image_errors(), Image.open(BytesIO(image)) as opened:
        return written(opened, width).image


def written(image: Image.Image, width: int) -> Drawn:
    """Encode an image as WebP, reduced to at most `width` pixels; the text of the page is left empty."""
    coloured = image.convert("RGB")
    coloured.thumbnail((min(width, _WIDEST), _MOST_PIXELS // max(width, 1)))
    stream = BytesIO()
    coloured.save(stream, "WEBP", quality=_QUALITY)
    return Drawn(stream.getvalue(), coloured.width, coloured.height)
