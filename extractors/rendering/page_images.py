"""Rendering pages as WebP images: PDF by PDFium, images by Pillow. Only imported in worker processes."""

from __future__ import annotations

import ctypes
import re
import sys
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageOps

from extractors.errors import Reason, UnreadableFileError
from extractors.model import RenderedPage
from extractors.recognition import check_image_size, translate_image_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pypdfium2 import PdfPage

    from extractors.model import Limits, WordBox

# Of WebP, from 0 to 100.
_QUALITY = 75
_FEW_COLOURS = 4096
"""A page of text, or a slide as programs draw it, has no more; a photograph has ten times as many."""
_WIDEST = 2000
# A long narrow page (a receipt, a sheet printed whole) must not cost more than a poster.
_MOST_PIXELS = 8_000_000


_LEAST_CONTRAST = 16
"""Of 255: less is the noise that compressing adds to a page on which there is nothing."""


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


def is_blank(image: bytes) -> bool:
    """Whether an image is of one colour: python-pptx puts such a picture into each deck that it makes."""
    with translate_image_errors(), Image.open(BytesIO(image)) as opened:
        check_image_size(opened)
        levels = [level for level, count in enumerate(opened.convert("L").histogram()) if count]
        return levels[-1] - levels[0] < _LEAST_CONTRAST


def encode_webp(image: Image.Image, width: int) -> RenderedPage:
    """Encode an image as WebP, reduced to at most `width` pixels; the text of the page is left empty."""
    coloured = image.convert("RGB")
    coloured.thumbnail((min(width, _WIDEST), _MOST_PIXELS // max(width, 1)))
    stream, exact = BytesIO(), BytesIO()
    coloured.save(stream, "WEBP", quality=_QUALITY)
    # Such a page is half as large without loss once shades that no eye tells apart are one, and its letters are sharp.
    # Photographs would be many times larger: it is not even tried.
    if coloured.getcolors(_FEW_COLOURS):
        flat = coloured.quantize(method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        flat.convert("RGB").save(exact, "WEBP", lossless=True)
    smallest = min(filter(None, (stream.getvalue(), exact.getvalue())), key=len)
    return RenderedPage(smallest, coloured.width, coloured.height)


SCALE = 10_000
"""The unit of boxes: this many parts of the page's width and height, counted from its top left corner."""

_WORD = re.compile(r"\S+")
_MOST_CHARACTERS = 60_000
"""A page that has more is a printed database: further words get no boxes."""


def read_words(page: PdfPage) -> tuple[str, tuple[WordBox, ...]]:
    """The text of a page and the boxes of its words, rotated and cropped as the page's image is.

    A word that continues on the next line has two boxes; a word outside the crop box has none.
    """
    read = page.get_textpage()
    try:
        count = min(read.count_chars(), _MOST_CHARACTERS)
        text = "".join(map(_to_character, (pypdfium2.raw.FPDFText_GetUnicode(read, at) for at in range(count))))
        places = [
            (found.start(), found.end(), *_to_image_box(page, read.get_rect(number)))
            for found in _WORD.finditer(text)
            # `count_rects` also selects the characters to which the following `get_rect` calls refer.
            for number in range(read.count_rects(found.start(), found.end() - found.start()))
        ]
    finally:
        read.close()
    return text, tuple(place for place in places if place[4] > 0 and place[5] > 0)


def _to_character(code: int) -> str:
    """Exactly one character for each of PDFium's, so that offsets agree; surrogates and controls become spaces."""
    letter = chr(code) if code <= sys.maxunicode else " "
    return letter if letter.isprintable() else " "


def _to_image_box(page: PdfPage, corners: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    left, bottom, right, top = corners
    (x0, y0), (x1, y1) = _to_page_units(page, left, top), _to_page_units(page, right, bottom)
    # Rotation swaps corners, hence the sorting; cropping puts words outside the image, hence the clamping.
    xs, ys = sorted(map(_clamp, (x0, x1))), sorted(map(_clamp, (y0, y1)))
    return xs[0], ys[0], xs[1] - xs[0], ys[1] - ys[0]


def _to_page_units(page: PdfPage, x: float, y: float) -> tuple[int, int]:
    """A point of the page, in points from its bottom left, in SCALE units of its image."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pypdfium2.raw.FPDF_PageToDevice(page, 0, 0, SCALE, SCALE, 0, x, y, across, down)
    return across.value, down.value


def _clamp(value: int) -> int:
    return min(max(value, 0), SCALE)
