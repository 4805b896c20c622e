"""The reading order of a PDF page, since some programs write the lines of two columns across; guessing a title."""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, takewhile
from statistics import median
from typing import TYPE_CHECKING, Any

from pypdfium2.raw import FPDFText_GetRect

from extractors.text import to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A column of prose has at least this many lines.
_FEWEST_LINES = 8
# The share of a prose column's width that its median line fills; less is a table of short values, which is read across.
_FILLED_SHARE = 0.6
# Columns are put in order where the file jumps to the other one after more than this share of the lines.
_JUMP_SHARE = 0.5
# Finding a gutter compares every run with 41 places; a page of more runs keeps the file's order.
_MOST_PIECES = 4000
_TITLE_CHARACTERS, _FEWEST_LETTERS = 200, 4
# A title is at least this much larger than the median line; runs of nearly its size belong to it; it stands in this
# share of the page, counted from the top.
_LARGER_RATIO, _SAME_SIZE_RATIO, _TOP_SHARE = 1.25, 0.9, 0.7


@dataclass(frozen=True, slots=True)
class _TextRun:
    """The box of a run of words on one line, in points from the bottom left of the page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom


def read_in_order(text_page: Any) -> str:
    """The text of a page; where the file runs across two columns, the text of one column after the other."""
    text, pieces = str(text_page.get_text_range()), _read_runs(text_page)
    gutter = _find_crossed_gutter(pieces)
    if gutter is None:
        return text
    ordered = "\n".join(text_page.get_text_bounded(*box) for box in _order_boxes(pieces, gutter))
    # A character on the edge of a box may be lost or taken twice: the new order is used only if all words are the same.
    return ordered if Counter(text.split()) == Counter(ordered.split()) else text


def guess_page_title(text_page: Any, height: float) -> str:
    """The line in the largest letters in the upper part of a page; "" if it is hardly larger than the median line."""
    pieces = [piece for piece in _read_runs(text_page) if piece.height > 0]
    upper = [piece for piece in pieces if piece.bottom > (1 - _TOP_SHARE) * height]
    greatest = max((piece.height for piece in upper), default=0)
    if not upper or greatest < _LARGER_RATIO * median(piece.height for piece in pieces):
        return ""
    first = next(place for place, piece in enumerate(upper) if piece.height == greatest)
    large = takewhile(lambda piece: piece.height > _SAME_SIZE_RATIO * greatest, upper[first:])
    words = [text for piece in large if (text := to_single_line(text_page.get_text_bounded(*_enlarge_box(piece))))]
    # The boxes of runs may cut words: the title is made of the whole lines in which the words of the runs stand.
    lines = map(to_single_line, str(text_page.get_text_range()).split("\n"))
    title = " ".join(line for line in lines if any(word in line for word in words if len(word) >= _FEWEST_LETTERS))
    return title if _is_made_of_words(title) else ""


def _is_made_of_words(title: str) -> bool:
    """Whether a title is made of words, unlike logos, forms and s p a c e d letters."""
    words = title.split()
    letters = sum(sign.isalpha() for sign in title)
    long = sum(len(word) > 2 for word in words)  # noqa: PLR2004  « de », « à »
    return (
        letters >= max(_FEWEST_LETTERS, 0.6 * len(title)) and len(title) <= _TITLE_CHARACTERS and 3 * long >= len(words)
    )


def _read_runs(text_page: Any) -> list[_TextRun]:
    """The runs of a page in the order of the file; none for a page that has too many."""
    count = text_page.count_rects()
    if count > _MOST_PIECES:
        return []
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    pieces = list[_TextRun]()
    for number in range(count):
        # The raw function costs a third of pypdfium2's wrapper, and this runs for every line of every page.
        FPDFText_GetRect(text_page, number, left, top, right, bottom)
        pieces.append(_TextRun(left.value, bottom.value, right.value, top.value))
    return pieces


def _enlarge_box(piece: _TextRun) -> tuple[float, float, float, float]:
    return piece.left - 1, piece.bottom - 1, piece.right + 1, piece.top + 1


def _find_crossed_gutter(pieces: Sequence[_TextRun]) -> float | None:
    """The x of a gutter between two columns of prose that the file's order keeps crossing; None on most pages."""
    # The cheap test first: most pages hardly jump at all. Halved, since lines across both columns count here too.
    if len(pieces) < 2 * _FEWEST_LINES or not _has_jumps(pieces, _JUMP_SHARE / 2):
        return None
    gutter = _find_gutter(pieces)
    if gutter is None:
        return None
    beside = [piece for piece in pieces if not piece.left < gutter < piece.right]
    left, right = _split_sides(beside, gutter)
    if min(len(left), len(right)) < _FEWEST_LINES or not (_is_prose_column(left) and _is_prose_column(right)):
        return None
    return gutter if _has_jumps(beside, _JUMP_SHARE) else None


def _has_jumps(pieces: Sequence[_TextRun], share: float) -> bool:
    """Whether more than this share of the runs is followed by one on the other half of the page."""
    middle = (min(piece.left for piece in pieces) + max(piece.right for piece in pieces)) / 2
    sides = [piece.left + piece.right > 2 * middle for piece in pieces]
    return sum(one != other for one, other in pairwise(sides)) > share * len(sides)


def _find_gutter(pieces: Sequence[_TextRun]) -> float | None:
    """The x around the page's centre that the fewest runs cross (the median of several); None if many cross it."""
    start, end = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    places = [start + (end - start) * share / 100 for share in range(30, 71)]
    crossings = [sum(piece.left < place < piece.right for piece in pieces) for place in places]
    fewest = min(crossings)
    if fewest > len(pieces) / 6:
        return None
    free = [place for place, crossing in zip(places, crossings, strict=True) if crossing == fewest]
    return median(free)


def _split_sides(pieces: Iterable[_TextRun], gutter: float) -> tuple[list[_TextRun], list[_TextRun]]:
    left, right = list[_TextRun](), list[_TextRun]()
    for piece in pieces:
        (left if piece.right <= gutter else right).append(piece)
    return left, right


def _is_prose_column(column: Sequence[_TextRun]) -> bool:
    """Whether the median line of a column fills it, as in prose."""
    width = max(piece.right for piece in column) - min(piece.left for piece in column)
    return _usual_line_width(column) >= _FILLED_SHARE * width


def _usual_line_width(column: Sequence[_TextRun]) -> float:
    """The median width of a column's lines; the runs of a line are added up."""
    lines: dict[int, float] = {}
    for piece in column:
        line = round(piece.bottom / max(piece.height, 1))
        lines[line] = lines.get(line, 0) + piece.right - piece.left
    return median(lines.values())


def _order_boxes(pieces: Sequence[_TextRun], gutter: float) -> list[tuple[float, float, float, float]]:
    """Boxes (left, bottom, right, top) in reading order, from top to bottom.

    Each run that crosses the gutter, as a heading over both columns does, ends the two columns above it.
    """
    start, end = min(piece.left for piece in pieces) - 1, max(piece.right for piece in pieces) + 1
    top, bottom = max(piece.top for piece in pieces) + 1, min(piece.bottom for piece in pieces) - 1
    spanning = sorted((piece for piece in pieces if piece.left < gutter < piece.right), key=lambda piece: -piece.top)
    boxes = list[tuple[float, float, float, float]]()
    for piece in spanning:
        if piece.top < top:
            boxes += _split_at_gutter(start, gutter, end, piece.top, top)
            boxes.append((start, piece.bottom, end, piece.top))
            top = piece.bottom
    return [*boxes, *_split_at_gutter(start, gutter, end, bottom, top)]


def _split_at_gutter(
    start: float, gutter: float, end: float, bottom: float, top: float
) -> list[tuple[float, float, float, float]]:
    return [(start, bottom, gutter, top), (gutter, bottom, end, top)] if top - bottom > 1 else []
