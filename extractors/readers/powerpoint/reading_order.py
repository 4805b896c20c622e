"""The order in which a reader's eye takes the shapes of a slide: by rows, or by columns of several shapes.

Lengths are in EMU (360,000 to a centimetre).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Shape = TypeVar("Shape")

# Half a centimetre: edges that overlap by less count as apart, and tops that differ by less as level.
_SLACK = 180_000
_MEASURE = re.compile(r"\s*(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*(mm|cm|in|pt|pc|pi)?\s*", re.IGNORECASE)
# A coordinate is in EMU, or a number with a unit (ECMA-376 part 1, 22.9.2.15).
_UNITS = {"mm": 36_000, "cm": 360_000, "in": 914_400, "pt": 12_700, "pc": 152_400, "pi": 152_400}
# A slide of more shapes is a drawing: cutting it would take the square of their number.
_MOST_CUT = 400
# Far outside any slide, and small enough to calculate with.
_FURTHEST = 10**12


class Box(NamedTuple):
    """The place of a shape, from the slide's top left corner."""

    left: int = 0
    top: int = 0
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class _Span:
    """The shapes between two edges, along one axis, and the `gap` before them."""

    places: list[int]
    end: int
    gap: int


def parse_measure(written: str | None) -> int | None:
    """A coordinate in EMU, as programs write it: whole, with decimals, or with a unit; None for anything else."""
    match = _MEASURE.fullmatch(written or "")
    if match is None:
        return None
    return round(max(-_FURTHEST, min(_FURTHEST, float(match[1]) * _UNITS.get((match[2] or "").lower(), 1))))


def sort_by_place(shapes: Sequence[tuple[Shape, Box]]) -> list[Shape]:
    """The shapes in reading order; those at the very same place stay as they are."""
    boxes = [box for _, box in shapes]
    return [shapes[place][0] for place in _order(list(range(len(shapes))), boxes)]


def _order(places: list[int], boxes: Sequence[Box]) -> list[int]:
    """The places of boxes in reading order, cut again and again where they are furthest apart."""
    waiting, ordered = [places], list[int]()
    while waiting:
        group = waiting.pop()
        parts = _cut(group, boxes) if 1 < len(group) <= _MOST_CUT else []
        if parts:
            waiting += reversed(parts)
        else:
            ordered += sorted(group, key=lambda place: (boxes[place].top // _SLACK, boxes[place].left))
    return ordered


def _cut(group: list[int], boxes: Sequence[Box]) -> list[list[int]]:
    """The group in two or more parts, above one another or side by side; [] where its boxes overlap."""
    rows = _find_spans(group, [(boxes[place].top, boxes[place].height) for place in group])
    columns = _find_spans(group, [(boxes[place].left, boxes[place].width) for place in group])
    # Columns of several boxes that stand further apart than their rows are read one after the other, as cards are.
    are_columns = _widest(columns) > _widest(rows) and all(len(column.places) > 1 for column in columns)
    if len(columns) > 1 and (are_columns or len(rows) == 1):
        return [column.places for column in columns]
    if len(rows) == 1:
        return []
    # At the widest gap only: what lies below a title may be in columns.
    cut = max(range(1, len(rows)), key=lambda place: rows[place].gap)
    return [[place for row in part for place in row.places] for part in (rows[:cut], rows[cut:])]


def _widest(spans: Sequence[_Span]) -> int:
    return max((span.gap for span in spans[1:]), default=-_FURTHEST)


def _find_spans(group: list[int], extents: list[tuple[int, int]]) -> list[_Span]:
    """The group in spans that do not overlap along one axis."""
    spans = list[_Span]()
    for place, (start, length) in sorted(zip(group, extents, strict=True), key=lambda each: each[1][0]):
        end = start + max(length, _SLACK)
        # Small shapes may not overlap by more than half.
        slack = min(_SLACK, max(length, _SLACK) // 2)
        if spans and start < spans[-1].end - slack:
            last = spans[-1]
            spans[-1] = _Span([*last.places, place], max(last.end, end), last.gap)
        else:
            spans.append(_Span([place], end, start - spans[-1].end if spans else 0))
    return spans
