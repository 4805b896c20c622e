"""Plain text files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.extraction import Extraction
from extractors.formats import Format
from extractors.model import Section, SectionUnit
from extractors.text import clean_text, read_text

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section, or several where form feeds separate the pages of a printout."""
    sheets = read_text(path, limits).split("\f")
    sections = (Section(SectionUnit.HEADING, number, clean_text(sheet)) for number, sheet in enumerate(sheets, 1))
    return Extraction(Format.TEXT, tuple(section for section in sections if section.text))
