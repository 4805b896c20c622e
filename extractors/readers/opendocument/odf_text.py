"""The reader of OpenDocument texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.opendocument.odf_content import (
    OFFICE,
    STYLE,
    open_odf,
    read_content,
    read_lines,
    read_properties,
)
from extractors.text import clean_text, find_title, split_at_headings
from extractors.zips import read_part

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipFile

    from extractors.model import Limits

_MARGINS = ("header", "header-left", "header-first", "footer", "footer-left", "footer-first")


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading with the text below it; what precedes the first heading is an untitled Section."""
    with open_odf(path, limits) as archive:
        content, warnings = read_content(archive)
        body = content.find(f"{OFFICE}body/{OFFICE}text")
        written = [] if body is None else list(read_lines(body.iterchildren("*"), archive))
        sections = split_at_headings(written, _read_margins(archive))
        stated = read_properties(archive)
    stated["title"] = stated.get("title") or find_title(written)
    return Extraction(Format.ODF_TEXT, sections, warnings=warnings, **stated)


def _read_margins(archive: ZipFile) -> str:
    """The text of headers and footers, each line once, however many page styles repeat it."""
    styles = read_part(archive, "styles.xml")
    if styles is None:
        return ""
    margins = styles.iter(*(f"{STYLE}{name}" for name in _MARGINS))
    texts = (line.text.strip() for margin in margins for line in read_lines(margin.iterchildren("*"), archive))
    return clean_text("\n".join(dict.fromkeys(filter(None, texts))))
