"""A document as one reads it: its passages gathered by place, the words sought marked, and its video beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.highlight import Fragment, mark
from index.model import Locator, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.engine import Match
    from index.model import Document, Passage

_MID_SENTENCE = re.compile(r"(?<![.!?:;…\n])\n(?=[a-zà-öø-ÿœ(«])")
"""A line of a page that goes on in the next: it has no end of sentence, and the next has no capital."""

_FURTHEST = 1_000_000
"""Seconds; beyond, a start time is a mistake."""

_PART_CHARACTERS = 40_000
"""A longer place (a text without headings is one section) is read in several parts."""

_WINDOW_CHARACTERS = 60_000
_WINDOW_PARTS = {Unit.PAGE: 20, Unit.SLIDE: 20}
"""Parts with images: so many are sent at once, and the browser asks for their images as they come into view."""

_MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The text of one passage, and what the speaker noted under it."""

    text: tuple[Fragment, ...]
    notes: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a document, such as a slide: its locator is the address of everything in it.

    `rank` counts the parts of the document from 0, `size` is in characters, `found` whether the words sought are here.
    """

    locator: Locator
    title: tuple[Fragment, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()
    found: bool = False
    size: int = 0
    rank: int = 0

    @property
    def heading(self) -> str:
        """Its title in one line, without marks."""
        return " ".join("".join(fragment.text for fragment in self.title).split())

    @property
    def name(self) -> str:
        """What tells it from all other parts, those of one very long section included."""
        return f"partie-{self.rank + 1}"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The parts around one, and the nearest around it that have the words sought."""

    previous: Part | None
    next: Part | None
    found_before: Part | None
    found_after: Part | None


@dataclass(frozen=True, slots=True)
class Window:
    """What one page shows of a document: from part `first` to before part `end`, of all its `parts`."""

    parts: tuple[Part, ...]
    first: int = 0
    end: int = 0

    @property
    def shown(self) -> tuple[Part, ...]:
        """What is shown."""
        return self.parts[self.first : self.end]

    @property
    def found(self) -> tuple[Part, ...]:
        """The parts that have the words sought, shown or not."""
        return tuple(part for part in self.parts if part.found)

    @property
    def before(self) -> Part | None:
        """The part just before what is shown."""
        return self.parts[self.first - 1] if self.first else None

    @property
    def after(self) -> Part | None:
        """The part just after what is shown."""
        return self.parts[self.end] if self.end < len(self.parts) else None

    def holds(self, part: Part) -> bool:
        """Whether a part is shown."""
        return self.first <= part.rank < self.end

    def around(self, part: Part) -> Neighbours:
        """Where one may go from a part."""
        rank, found = part.rank, self.found
        return Neighbours(
            self.parts[rank - 1] if rank else None,
            self.parts[rank + 1] if rank + 1 < len(self.parts) else None,
            next((each for each in reversed(found) if each.rank < rank), None),
            next((each for each in found if each.rank > rank), None),
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording: its video, and the captions that say what is said in it; either may be missing."""

    video: Document | None
    captions: Document | None


@dataclass(frozen=True, slots=True)
class Player:
    """A video to watch from `start` seconds on, and its captions when there are some."""

    video: Document
    captions: Document | None
    start: int


def parts(passages: Iterable[Passage], match: Match) -> tuple[Part, ...]:
    """The passages in order; those that share a place (a long page was cut) make one part, unless that is very long."""
    groups: list[list[Passage]] = []
    for passage in passages:
        if groups and groups[-1][0].locator.anchor == passage.locator.anchor and _length(groups[-1]) < _PART_CHARACTERS:
            groups[-1].append(passage)
        else:
            groups.append([passage])
    return tuple(_part(together, match) for together in groups)


def with_silent_pages(read: tuple[Part, ...], unit: Unit, count: int) -> tuple[Part, ...]:
    """The same parts, and one for each page of which there is an image and no text."""
    told = {part.locator.number for part in read}
    silent = (Part(Locator(unit, number)) for number in range(1, count + 1) if number not in told)
    return tuple(sorted((*read, *silent), key=lambda part: part.locator.number))


def window(read: tuple[Part, ...], wanted: str, second: int) -> Window:
    """The window that holds the part of an anchor or a name, or else of a second; the first where there is neither."""
    ranked = tuple(replace(part, rank=rank) for rank, part in enumerate(read))
    place = _place(ranked, wanted, second)
    return next((each for each in _windows(ranked) if each.first <= place < each.end), Window(ranked))


def _windows(read: tuple[Part, ...]) -> Iterator[Window]:
    first, size, anchors = 0, 0, set[str]()
    for part in read:
        most = _WINDOW_PARTS.get(part.locator.unit, _MOST_PARTS)
        full = size + part.size > _WINDOW_CHARACTERS or part.rank - first >= most
        # Anchors are unique within one page: the rest of a very long section goes into the next.
        if part.rank > first and (full or part.locator.anchor in anchors):
            yield Window(read, first, part.rank)
            first, size, anchors = part.rank, 0, set()
        size += part.size
        anchors.add(part.locator.anchor)
    yield Window(read, first, len(read))


def _place(read: tuple[Part, ...], wanted: str, second: int) -> int:
    for part in read:
        if wanted in {part.locator.anchor, part.name}:
            return part.rank
    spoken = [part.rank for part in read if second and (part.locator.start or 0.0) <= second]
    return spoken[-1] if spoken else 0


def _length(passages: list[Passage]) -> int:
    return sum(len(each.text) + len(each.notes) for each in passages)


def _part(passages: list[Passage], match: Match) -> Part:
    title = mark(passages[0].title, match)
    paragraphs = tuple(Paragraph(mark(_flowing(each), match), mark(each.notes, match)) for each in passages)
    texts = (title, *(text for each in paragraphs for text in (each.text, each.notes)))
    found = any(fragment.marked for text in texts for fragment in text)
    return Part(passages[0].locator, title, paragraphs, found, _length(passages))


def _flowing(passage: Passage) -> str:
    """The text without the line breaks that only filled a page's width or a screen's two lines."""
    unit = passage.locator.unit
    if unit is Unit.TIME:
        return passage.text.replace("\n", " ")
    return _MID_SENTENCE.sub(" ", passage.text) if unit is Unit.PAGE else passage.text


def start_second(text: str) -> int:
    """The second that an address asks for; the beginning when it is not one."""
    if not (text.isascii() and text.isdigit()):
        return 0
    return min(int(text[:9]), _FURTHEST)
