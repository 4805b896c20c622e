"""What a file contains, in the order in which a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Unit(Enum):
    """What a format is naturally cut into; it decides how a Section is cited."""

    PAGE = "page"
    SLIDE = "slide"
    HEADING = "heading"
    CUE = "cue"


class Format(Enum):
    """What a file really is, found from its content."""

    PDF = "pdf"
    POWERPOINT = "pptx"
    WORD = "docx"
    MARKDOWN = "markdown"
    TEXT = "texte"
    CAPTIONS = "sous-titres"
    VIDEO = "video"


@dataclass(frozen=True, slots=True)
class Section:
    """One page, slide, heading or caption of a file.

    `number` counts from 1 in the file's own order, empty sections counted, so that « diapositive 12 » is the twelfth.
    `start` and `end` are seconds from the beginning, for captions only.
    `notes` are what the speaker reads and the audience does not see.
    """

    unit: Unit
    number: int
    text: str
    title: str = ""
    notes: str = ""
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that one file gave.

    `title` is the file's own title, empty when it has none worth showing; `duration` is in seconds.
    `warnings` are sentences in French for the animator: the file was read, but something about it should be known.
    """

    format: Format
    sections: tuple[Section, ...] = ()
    title: str = ""
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    duration: float | None = None
    warnings: tuple[str, ...] = ()
