"""The words of a PDF page with their boxes on the page's image."""

from __future__ import annotations

import ctypes
import re
import sys
from typing import TYPE_CHECKING

import pypdfium2.raw

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

SCALE = 10_000
"""The unit of boxes: this many parts of the page's width and height, counted from its top left corner."""

_WORD = re.compile(r"\S+")
_MOST_CHARACTERS = 60_000
"""A page that has more is a printed database: further words get no boxes."""

WordBox = tuple[int, int, int, int, int, int]
"""The start and end of a word in the page's text, then left, top, width and height of its box in SCALE units."""


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
