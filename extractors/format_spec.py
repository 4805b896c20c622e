"""What there is to know of a file format: the form of an entry of the registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    `suffixes` are in lower case, dot included, the usual one first; under those of `also_named`, "" for none, its files
    mislead nobody either: one container holds video or sound, a transcript may be a plain text.
    `reader` is the module that reads it.
    `media_type` is "" where it has several; a browser is told that of `browser_types` for a file's suffix, and for any
    other receives plain bytes. `dcmi_type` and `schema_org_type` are its classes in exported records.
    It `is_paged` or `is_deck` where its Sections are pages or slides whose images can be shown. A recording that
    `is_sound` has nothing to look at.
    For LibreOffice: `import_filter` opens it, `modern` is the Format value of what it is converted to before it is
    read, and `pdf_filter` converts it for page images. Those of a format that is `drawn` need no conversion.
    """

    label: str
    name: str
    icon: str
    suffixes: tuple[str, ...]
    reader: str
    signs: ContentSigns
    also_named: tuple[str, ...] = ()
    media_type: str = ""
    browser_types: Mapping[str, str] = field(default_factory=dict)
    dcmi_type: str = "Text"
    schema_org_type: str = "DigitalDocument"
    is_paged: bool = False
    is_deck: bool = False
    is_recording: bool = False
    is_sound: bool = False
    is_captions: bool = False
    import_filter: str = ""
    modern: str = ""
    pdf_filter: str = ""
    drawn: bool = False
