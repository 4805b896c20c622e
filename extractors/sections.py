"""What a file contains, in the order in which a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

MENDED = "Le fichier est abîmé : il a été lu en partie, du texte peut manquer."
"""What to tell of a file from which something could be saved."""


class Unit(Enum):
    """What a format is naturally cut into; it decides how a Section is cited."""

    PAGE = "page"
    SLIDE = "slide"
    HEADING = "heading"
    CUE = "cue"
    SHEET = "sheet"


class Format(Enum):
    """What a file really is, found from its content."""

    PDF = "pdf"
    POWERPOINT = "pptx"
    WORD = "docx"
    MARKDOWN = "markdown"
    TEXT = "texte"
    CAPTIONS = "sous-titres"
    VIDEO = "video"
    ODF_TEXT = "odt"
    ODF_SLIDES = "odp"
    ODF_SHEETS = "ods"
    EXCEL = "xlsx"
    CSV = "csv"
    RTF = "rtf"
    HTML = "html"
    EMAIL = "courriel"
    EPUB = "epub"
    ARCHIVE = "zip"
    IMAGE = "image"
    OLD_WORD = "doc"
    OLD_POWERPOINT = "ppt"
    OLD_EXCEL = "xls"


@dataclass(frozen=True, slots=True)
class Section:
    """One page, slide, heading, sheet or caption of a file.

    `number` counts from 1 in the file's own order, empty sections counted, so that « diapositive 12 » is the twelfth.
    `start` and `end` are seconds from the beginning, for captions only.
    `notes` are what the speaker reads and the audience does not see; `hidden` tells a slide or a sheet that the author
    keeps from being shown.
    """

    unit: Unit
    number: int
    text: str
    title: str = ""
    notes: str = ""
    start: float | None = None
    end: float | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that one file gave.

    `title` is the file's own title, empty when it has none worth showing; `duration` is in seconds; `units` counts its
    pages, slides or sheets, those without text included, and is 0 where the format has none.
    `language` is a code of ISO 639-1, empty when unknown: readers give what the file declares, `extract` what is true.
    `warnings` are sentences in French for the animator: the file was read, but something about it should be known.
    """

    format: Format
    sections: tuple[Section, ...] = ()
    title: str = ""
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    modified: datetime | None = None
    language: str = ""
    units: int = 0
    duration: float | None = None
    warnings: tuple[str, ...] = ()
