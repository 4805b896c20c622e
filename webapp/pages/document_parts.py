"""A document as its page shows it: passages gathered into parts (a page, a slide), with the words searched marked."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.model import Locator, Unit, parse_timecode
from index.search import Fragment, highlight_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from index.model import Document, Passage
    from index.query import Match

_BREAK_IN_SENTENCE = re.compile(r"(?<![.!?:;…\n])\n(?=[a-zà-öø-ÿœ(«])")
"""A line break within a sentence: no punctuation ends the line, and the next one begins with a small letter."""

_MAX_START_SECOND = 1_000_000
"""The latest start of a replay, in seconds; a later one is a mistake."""

_MAX_PART_CHARACTERS = 40_000
"""Characters after which a place is cut into several parts; a text without headings is one single section."""

_MAX_WINDOW_CHARACTERS = 60_000
"""Characters that one page of the site shows of a document."""

_MAX_PICTURED_PARTS = {Unit.PAGE: 20, Unit.SLIDE: 20}
"""The most parts shown at once of documents with images, which browsers load as they come into view."""

_MAX_PARTS = 200
"""The same for other documents, such as the many short passages of a transcript."""


@dataclass(frozen=True, slots=True)
class PassageParagraph:
    """The text of one passage and its speaker's notes, the words searched marked."""

    text: tuple[Fragment, ...]
    notes: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """One place of a document, such as a slide, or a piece of a very long one.

    `rank` counts the parts of the document from 0, `size` is in characters, `has_match` tells whether words
    searched are in it, `doubtful` whether a program that wrote them down is unsure of some.
    """

    locator: Locator
    title: tuple[Fragment, ...] = ()
    paragraphs: tuple[PassageParagraph, ...] = ()
    has_match: bool = False
    size: int = 0
    rank: int = 0
    doubtful: bool = False

    @property
    def heading(self) -> str:
        """The title on one line, without marks."""
        return " ".join("".join(fragment.text for fragment in self.title).split())

    @property
    def place(self) -> str:
        """The place in members' words; a section is called by its title: its number is written nowhere."""
        return (self.heading or "texte") if self.locator.unit is Unit.HEADING else self.locator.label

    @property
    def name(self) -> str:
        """The name of this part in addresses, unique in the document; pieces of one section share its anchor."""
        return f"partie-{self.rank + 1}"

    @property
    def lasting_name(self) -> str:
        """The name to share: a page or slide keeps its number, whatever becomes of the others."""
        # Pieces of one long section share its anchor.
        return self.locator.anchor if self.locator.unit in _MAX_PICTURED_PARTS else self.name


@dataclass(frozen=True, slots=True)
class PartNeighbours:
    """The parts before and after one, and the nearest ones on each side that have words searched."""

    previous: DocumentPart | None
    next: DocumentPart | None
    found_before: DocumentPart | None
    found_after: DocumentPart | None


@dataclass(frozen=True, slots=True)
class PartWindow:
    """What one page of the site shows of a document: `parts[first:end]` of all its `parts`."""

    parts: tuple[DocumentPart, ...]
    first: int = 0
    end: int = 0

    @property
    def shown(self) -> tuple[DocumentPart, ...]:
        """The parts that are shown."""
        return self.parts[self.first : self.end]

    @property
    def matching(self) -> tuple[DocumentPart, ...]:
        """The parts that have words searched, shown or not."""
        return tuple(part for part in self.parts if part.has_match)

    @property
    def before(self) -> DocumentPart | None:
        """The part just before those shown, None at the beginning."""
        return self.parts[self.first - 1] if self.first else None

    @property
    def after(self) -> DocumentPart | None:
        """The part just after those shown, None at the end."""
        return self.parts[self.end] if self.end < len(self.parts) else None

    def contains(self, part: DocumentPart) -> bool:
        """Return whether a part is shown."""
        return self.first <= part.rank < self.end

    def find_found_rank(self, part: DocumentPart) -> int | None:
        """Return the place of a part among those that have words searched, from 1; None where it has none."""
        return sum(each.has_match for each in self.parts[: part.rank + 1]) if part.has_match else None

    def neighbours_of(self, part: DocumentPart) -> PartNeighbours:
        """Return the parts that a part links to."""
        rank, found = part.rank, self.matching
        return PartNeighbours(
            self.parts[rank - 1] if rank else None,
            self.parts[rank + 1] if rank + 1 < len(self.parts) else None,
            next((each for each in reversed(found) if each.rank < rank), None),
            next((each for each in found if each.rank > rank), None),
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording: its video, or sound, and its captions, a part of it; one may be missing.

    Where a program wrote its words down, it is its own captions.
    """

    video: Document | None
    captions: Document | None


@dataclass(frozen=True, slots=True)
class Player:
    """A video that the page plays from `start` seconds on, with its captions if there are some."""

    video: Document
    captions: Document | None
    start: int


def build_parts(passages: Iterable[Passage], match: Match) -> tuple[DocumentPart, ...]:
    """Return the parts of a document from its passages, which are in order.

    Passages of one place make one part (the indexer cuts a long page), unless the part would be very long.
    """
    groups: list[list[Passage]] = []
    for passage in passages:
        # Only neighbours: a place that comes again later in the document stays a part of its own.
        if (
            groups
            and groups[-1][0].locator.anchor == passage.locator.anchor
            and _count_characters(groups[-1]) < _MAX_PART_CHARACTERS
        ):
            groups[-1].append(passage)
        else:
            groups.append([passage])
    return tuple(_build_part(together, match) for together in groups)


def add_silent_pages(read: tuple[DocumentPart, ...], unit: Unit, count: int) -> tuple[DocumentPart, ...]:
    """Return the same parts, and an empty one for each of the `count` pages with an image that has no text."""
    told = {part.locator.number for part in read}
    silent = (DocumentPart(Locator(unit, number)) for number in range(1, count + 1) if number not in told)
    return tuple(sorted((*read, *silent), key=lambda part: part.locator.number))


def find_window(read: tuple[DocumentPart, ...], wanted: str, second: int) -> PartWindow:
    """Return the window with the part of an anchor or name `wanted`, else of a `second`, else the first window."""
    ranked = tuple(replace(part, rank=rank) for rank, part in enumerate(read))
    place = _find_rank(ranked, wanted, second)
    return next((each for each in _cut_windows(ranked) if each.first <= place < each.end), PartWindow(ranked))


def find_part(read: tuple[DocumentPart, ...], wanted: str) -> PartWindow | None:
    """Return the window of the one part that an anchor or name `wanted` means; None where there is none."""
    ranked = tuple(replace(part, rank=rank) for rank, part in enumerate(read))
    found = (part.rank for part in ranked if wanted in {part.locator.anchor, part.name})
    return next((PartWindow(ranked, rank, rank + 1) for rank in found), None)


# Windows are cut from the first part on, whatever is asked for: links between them always lead to the same ones.
def _cut_windows(read: tuple[DocumentPart, ...]) -> Iterator[PartWindow]:
    first, size, anchors = 0, 0, set[str]()
    for part in read:
        most = _MAX_PICTURED_PARTS.get(part.locator.unit, _MAX_PARTS)
        full = size + part.size > _MAX_WINDOW_CHARACTERS or part.rank - first >= most
        # An anchor must be unique in an HTML page: the next piece of a long section goes into the next window.
        if part.rank > first and (full or part.locator.anchor in anchors):
            yield PartWindow(read, first, part.rank)
            first, size, anchors = part.rank, 0, set()
        size += part.size
        anchors.add(part.locator.anchor)
    yield PartWindow(read, first, len(read))


def _find_rank(read: tuple[DocumentPart, ...], wanted: str, second: int) -> int:
    for part in read:
        if wanted in {part.locator.anchor, part.name}:
            return part.rank
    # The last part that starts before the second is the one that is being said then.
    spoken = [part.rank for part in read if second and (part.locator.start or 0.0) <= second]
    return spoken[-1] if spoken else 0


def _count_characters(passages: list[Passage]) -> int:
    return sum(len(each.text) + len(each.notes) for each in passages)


def _build_part(passages: list[Passage], match: Match) -> DocumentPart:
    # Passages of one place repeat its title.
    title = highlight_text(passages[0].title, match)
    paragraphs = tuple(
        PassageParagraph(highlight_text(_join_lines(each), match), highlight_text(each.notes, match))
        for each in passages
    )
    texts = (title, *(text for each in paragraphs for text in (each.text, each.notes)))
    # Marks and « found » come from one computation: a part that is linked to has a mark in it.
    found = any(fragment.marked for text in texts for fragment in text)
    doubtful = any(each.doubtful for each in passages)
    return DocumentPart(passages[0].locator, title, paragraphs, found, _count_characters(passages), doubtful=doubtful)


def _join_lines(passage: Passage) -> str:
    """Return a passage's text without the line breaks that only the width of a page or of captions called for."""
    unit = passage.locator.unit
    if unit is Unit.TIME:
        # Captions break lines to fit under a video, never to end a paragraph.
        return passage.text.replace("\n", " ")
    return _BREAK_IN_SENTENCE.sub(" ", passage.text) if unit is Unit.PAGE else passage.text


def parse_start_second(text: str) -> int:
    """Return the second that an address asks for, as a number or as « 4:07 »; 0 where it is none."""
    if (written := parse_timecode(text)) is not None:
        return int(written)
    # `isdigit` alone accepts « ² », which `int` refuses.
    if not (text.isascii() and text.isdigit()):
        return 0
    # Nine digits are beyond the bound already.
    return min(int(text[:9]), _MAX_START_SECOND)
