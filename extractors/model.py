"""The nouns of reading: its limits, what is known of a format, and what is read of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentSigns:
    """By what a content is recognised as one of a format; each sign is "" or empty where the format has none.

    `binary` and `text` are regular expressions for the beginning of the file, the latter once decoded.
    `mimetype` begins the entry of that name in a zip. Of an Office Open XML file, `content_type` is a regular
    expression for the declared type of the main part, and `main_part` the usual path of that part.
    `ole_streams` lie at the root of an OLE file, one of them being enough.
    `by_suffix` is true for plain text that only the suffix tells from other plain text.
    """

    binary: bytes = b""
    text: str = ""
    mimetype: str = ""
    content_type: str = ""
    main_part: str = ""
    ole_streams: tuple[str, ...] = ()
    by_suffix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatSpec:
    """What is known of a format.

    For people: `label` names it to members, `name` in a sentence (« un PDF »), `icon` is a class of the design system.
    `suffixes` are in lower case, dot included, the usual one first; `reader` is the module that reads it.
    `media_type` is "" where it has several; a browser is told that of `browser_types` for a file's suffix, and for any
    other receives plain bytes. `dcmi_type` and `schema_org_type` are its classes in exported records.
    `page_unit` is what its Sections are, where each is a page whose image can be shown; `companion` is the Format value
    of the files that say the same beside it, as captions do for a video.
    For LibreOffice: `import_filter` opens it, `modern` is the value of the format that it is converted to before it is
    read, and `pdf_filter` converts it for page images. Those of a format that is `drawn` need no conversion.
    """

    label: str
    name: str
    icon: str
    suffixes: tuple[str, ...]
    reader: str
    signs: ContentSigns
    media_type: str = ""
    browser_types: Mapping[str, str] = field(default_factory=dict)
    dcmi_type: str = "Text"
    schema_org_type: str = "DigitalDocument"
    page_unit: SectionUnit | None = None
    is_recording: bool = False
    is_captions: bool = False
    companion: str = ""
    import_filter: str = ""
    modern: str = ""
    pdf_filter: str = ""
    drawn: bool = False

    @property
    def is_paged(self) -> bool:
        """Whether its Sections are pages."""
        return self.page_unit is SectionUnit.PAGE

    @property
    def is_deck(self) -> bool:
        """Whether its Sections are slides."""
        return self.page_unit is SectionUnit.SLIDE


@dataclass(frozen=True, slots=True)
class Section:
    """One page, slide, heading, sheet or caption of a file.

    `number` counts from 1 in the file's own order, empty sections counted, so that « diapositive 12 » is the twelfth.
    `start` and `end` are seconds from the beginning, for captions only.
    `notes` are the speaker's notes of a slide; `hidden` is true for a slide or a sheet that its author has hidden.
    """

    unit: SectionUnit
    number: int
    text: str
    title: str = ""
    notes: str = ""
    start: float | None = None
    end: float | None = None
    hidden: bool = False


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
