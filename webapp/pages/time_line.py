"""The time line under a player: where on it words searched are said, where chapters begin, what is said at a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from webapp.pages.document_parts import DocumentPart, PartWindow

TIME_LINE_WIDTH = 1000
"""Units of the time line's drawing; what begins in the middle of the recording stands at half of them."""

_LEAST_MARK = 5.0
"""Units of the shortest mark: one second of an hour would be seen by nobody."""


@dataclass(frozen=True, slots=True)
class FoundMark:
    """A part that has words searched: where it begins on the time line, and how wide it is, in its units."""

    part: DocumentPart
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class TimeLine:
    """What a player shows of a recording at the second where it starts.

    `chapters` are positions. `said` is the part that is being said; None at the beginning, where nobody asked for one.
    `before` and `after` are the parts found nearest to it, round the ends; None where none was found. `rank` counts
    the parts found up to it.
    """

    marks: tuple[FoundMark, ...]
    chapters: tuple[float, ...]
    position: float
    said: DocumentPart | None
    before: DocumentPart | None
    after: DocumentPart | None
    rank: int


def build_time_line(seen: PartWindow, chapters: Iterable[float], duration: float | None, start: int) -> TimeLine:
    """Return the time line of a recording whose transcript is `seen`; chapters, duration and start are in seconds."""
    # The length that a file tells may be missing, or shorter than what is said in it.
    end = max([duration or 0.0, 1.0, *(_end(part) for part in seen.parts)])
    found = [part for part in seen.matching if part.locator.start is not None]
    earlier = [part for part in found if _begin(part) < start]
    later = [part for part in found if _begin(part) > start]
    spoken = [part for part in seen.parts if part.locator.start is not None and _begin(part) <= start]
    return TimeLine(
        tuple(_mark(part, end) for part in found),
        tuple(_place(each, end) for each in chapters),
        _place(start, end),
        spoken[-1] if start and spoken else None,
        _last(earlier or found),
        _first(later or found),
        len(found) - len(later),
    )


def _first(parts: list[DocumentPart]) -> DocumentPart | None:
    return parts[0] if parts else None


def _last(parts: list[DocumentPart]) -> DocumentPart | None:
    return parts[-1] if parts else None


def _mark(part: DocumentPart, end: float) -> FoundMark:
    left = _place(_begin(part), end)
    width = max(_LEAST_MARK, _place(_end(part), end) - left)
    return FoundMark(part, min(left, TIME_LINE_WIDTH - width), width)


def _place(second: float, end: float) -> float:
    return round(TIME_LINE_WIDTH * min(1.0, second / end), 1)


def _begin(part: DocumentPart) -> float:
    return part.locator.start or 0.0


def _end(part: DocumentPart) -> float:
    return part.locator.end or _begin(part)
