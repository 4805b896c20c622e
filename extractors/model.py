"""The nouns of reading: its limits, and what is read of a file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from extractors.formats import Format

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may use. A file that would exceed a limit is refused, or read in part with a warning.

    `seconds` and `memory_bytes` (address space of a worker) are enforced by the Pool, the others by `extract` itself.
    `expansion_ratio` bounds an archive's content relative to its size on disk; an archive whose content stays under
    `expansion_floor` bytes is never refused, since short repetitive documents compress very well.
    `sheet_characters` is how much of one sheet is kept: beyond, it is a database rather than something to read.
    `nesting` is how deep attachments of attachments are read. `ocr_pages` and `ocr_seconds` (part of `seconds`) bound
    character recognition in one file. `niceness` is the Unix niceness of a worker. `passwords` are tried on protected
    files, after the empty one.
    """

    # Hashable, passwords as a tuple: a reader of a cluster keeps one pool for each set of limits.
    seconds: float = 60.0
    memory_bytes: int = 2048 * MEBIBYTE
    output_characters: int = 20_000_000
    text_bytes: int = 50 * MEBIBYTE
    archive_entries: int = 20_000
    expansion_ratio: int = 200
    expansion_floor: int = 100_000_000
    sheet_characters: int = 2_000_000
    nesting: int = 3
    ocr_pages: int = 60
    ocr_seconds: float = 40.0
    niceness: int = 10
    passwords: tuple[str, ...] = ()


PARTIAL_WARNING = "Le fichier est abîmé : il a été lu en partie, du texte peut manquer."
"""The warning on a damaged file of which a part could be read."""


class SectionUnit(Enum):
    """What one Section stands for in its file; it decides how the Section is cited."""

    PAGE = "page"
    SLIDE = "slide"
    HEADING = "heading"
    CUE = "cue"
    SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class Section:
    """One page, slide, heading, sheet or caption of a file.

    `number` counts from 1 in the file's own order, empty sections counted, so that « diapositive 12 » is the twelfth.
    `start` and `end` are seconds from the beginning, for captions only.
    `notes` are the speaker's notes of a slide; `hidden` is true for a slide or a sheet that its author has hidden,
    `doubtful` for words that a program heard and is unsure of.
    """

    unit: SectionUnit
    number: int
    text: str
    title: str = ""
    notes: str = ""
    start: float | None = None
    end: float | None = None
    hidden: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that was read from one file.

    `title` is the file's own title, empty when it has none worth showing; `duration` is in seconds; `units` counts its
    pages, slides or sheets, those without text included, and is 0 where the format has none.
    `warnings` are sentences in French for the animator about a file that was read with some loss or oddity.
    `prepared` is what the caller of a Pool has its workers make of it: the sections then stay behind.
    """

    format: Format
    sections: tuple[Section, ...] = ()
    title: str = ""
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    units: int = 0
    duration: float | None = None
    warnings: tuple[str, ...] = ()
    prepared: Any = None


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """A page as a WebP image, its size in pixels, and its text with the boxes of its words."""

    image: bytes
    width: int
    height: int
    text: str = ""
    words: tuple[WordBox, ...] = ()


WordBox = tuple[int, int, int, int, int, int]
"""The start and end of a word in the page's text, then left, top, width and height of its box in SCALE units."""
