"""The reader of OpenDocument texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.lines import heading_sections, title_among
from extractors.odf import OFFICE, STYLE, content_of, lines, opened, properties
from extractors.plain import clean
from extractors.sections import Extraction, Format
from extractors.zipped import read_part

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipFile

    from extractors.limits import Limits

_MARGINS = ("header", "header-left", "header-first", "footer", "footer-left", "footer-first")


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading with the text below it; what precedes the first heading is an untitled Section."""
    with opened(path, limits) as archive:
        content, warnings = content_of(archive)
        body = content.find(f"{OFFICE}body/{OFFICE}text")
        written = [] if body is None else list(lines(body.iterchildren("*"), archive))
        sections = heading_sections(written, _margins(archive))
        stated = properties(archive)
    stated["title"] = stated.get("title") or title_among(written)
    return Extraction(Format.ODF_TEXT, sections, warnings=warnings, **stated)


def _margins(archive: ZipFile) -> str:
    """The text of headers and footers, each line once, however many page styles repeat it."""
    styles = read_part(archive, "styles.xml")
    if styles is None:
        return ""
    margins = styles.iter(*(f"{STYLE}{name}" for name in _MARGINS))
    texts = (line.text.strip() for margin in margins for line in lines(margin.iterchildren("*"), archive))
    return clean("\n".join(dict.fromkeys(filter(None, texts))))
