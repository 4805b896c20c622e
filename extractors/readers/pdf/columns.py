"""The reading order of a PDF page, since some programs write the lines of two columns across."""

from __future__ import annotations

import ctypes
from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from pypdfium2.raw import FPDFText_GetRect

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


class TextRun(NamedTuple):
    """The box of a run of words on one line, in points from the bottom left of the page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        """How high its letters are, in points."""
        return self.top - self.bottom


def read_in_order(text_page: Any, pieces: Sequence[TextRun]) -> str:
    """The text of a page; where the file runs across two columns, the text of one column after the other."""
    text = str(text_page.get_text_range())
    gutter = _find_crossed_gutter(pieces)
    if gutter is None:
        return text
    ordered = "\n".join(text_page.get_text_bounded(*box) for box in _order_boxes(pieces, gutter))
    # A character on the edge of a box may be lost or taken twice: the new order is used only if all words are the same.
    return ordered if Counter(text.split()) == Counter(ordered.split()) else text


def read_runs(text_page: Any) -> list[TextRun]:
    """The runs of a page in the order of the file; none for a page that has too many."""
    count = text_page.count_rects()
    if count > _MOST_PIECES:
        return []
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    pieces, handle = list[TextRun](), text_page.raw
    for number in range(count):
        # The raw function costs a third of pypdfium2's wrapper, and this runs for every line of every page.
        FPDFText_GetRect(handle, number, left, top, right, bottom)
        pieces.append(TextRun(left.value, bottom.value, right.value, top.value))
    return pieces


def _find_crossed_gutter(pieces: Sequence[TextRun]) -> float | None:
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


def _has_jumps(pieces: Sequence[TextRun], share: float) -> bool:
    """Whether more than this share of the runs is followed by one on the other half of the page."""
    middle = (min(piece.left for piece in pieces) + max(piece.right for piece in pieces)) / 2
    sides = [piece.left + piece.right > 2 * middle for piece in pieces]
    return sum(one != other for one, other in pairwise(sides)) > share * len(sides)


def _find_gutter(pieces: Sequence[TextRun]) -> float | None:
    """The x around the page's centre that the fewest runs cross (the median of several); None if many cross it."""
    start, end = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    places = [start + (end - start) * share / 100 for share in range(30, 71)]
    lefts, rights = sorted(piece.left for piece in pieces), sorted(piece.right for piece in pieces)
    crossings = [bisect_left(lefts, place) - bisect_right(rights, place) for place in places]
    fewest = min(crossings)
    if fewest > len(pieces) / 6:
        return None
    free = [place for place, crossing in zip(places, crossings, strict=True) if crossing == fewest]
    return median(free)


def _split_sides(pieces: Iterable[TextRun], gutter: float) -> tuple[list[TextRun], list[TextRun]]:
    left, right = list[TextRun](), list[TextRun]()
    for piece in pieces:
        (left if piece.right <= gutter else right).append(piece)
    return left, right


def _is_prose_column(column: Sequence[TextRun]) -> bool:
    """Whether the median line of a column fills it, as in prose."""
    width = max(piece.right for piece in column) - min(piece.left for piece in column)
    return _usual_line_width(column) >= _FILLED_SHARE * width


def _usual_line_width(column: Sequence[TextRun]) -> float:
    """The median width of a column's lines; the runs of a line are added up."""
    lines: dict[int, float] = {}
    for piece in column:
        line = round(piece.bottom / max(piece.height, 1))
        lines[line] = lines.get(line, 0) + piece.right - piece.left
    return median(lines.values())


def _order_boxes(pieces: Sequence[TextRun], gutter: float) -> list[tuple[float, float, float, float]]:
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
