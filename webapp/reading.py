"""A document as one reads it: its passages gathered by place, the words sought marked, and its video beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.highlight import Fragment, mark
from index.model import Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.engine import Match
    from index.model import Document, Locator, Passage

_MID_SENTENCE = re.compile(r"(?<![.!?:;…\n])\n(?=[a-zà-öø-ÿœ(«])")
"""A line of a page that goes on in the next: it has no end of sentence, and the next has no capital."""

_FURTHEST = 1_000_000
"""Seconds; beyond, a start time is a mistake."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """The text of one passage, and what the speaker noted under it."""

    text: tuple[Fragment, ...]
    notes: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a document, such as a slide: its locator is the address of everything in it."""

    locator: Locator
    title: tuple[Fragment, ...]
    paragraphs: tuple[Paragraph, ...]

    @property
    def found(self) -> bool:
        """Whether the words sought are here."""
        texts = [self.title, *(text for each in self.paragraphs for text in (each.text, each.notes))]
        return any(fragment.marked for text in texts for fragment in text)


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
    """The passages in order; those that share a place (a long page was cut) make one part: anchors are unique."""
    places: dict[str, list[Passage]] = {}
    for passage in passages:
        places.setdefault(passage.locator.anchor, []).append(passage)
    return tuple(_part(together, match) for together in places.values())


def _part(passages: list[Passage], match: Match) -> Part:
    return Part(
        locator=passages[0].locator,
        title=mark(passages[0].title, match),
        paragraphs=tuple(Paragraph(mark(_flowing(each), match), mark(each.notes, match)) for each in passages),
    )


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
