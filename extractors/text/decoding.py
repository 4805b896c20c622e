"""The reader of plain text files in any common encoding, and reading for the readers of other text formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.text.cleaning import clean_text
from extractors.text.encodings import decode_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits
    from extractors.text.encodings import DecodedText


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section, or several where form feeds separate the pages of a printout."""
    decoded = read_text(path, limits)
    sheets = decoded.text.split("\f")
    sections = (Section(SectionUnit.HEADING, number, clean_text(sheet)) for number, sheet in enumerate(sheets, 1))
    return Extraction(Format.TEXT, tuple(section for section in sections if section.text), warnings=decoded.warnings)


def read_text(path: Path, limits: Limits) -> DecodedText:
    """The decoded content of a file; line ends are left as they are."""
    return decode_bytes(read_bytes(path, limits))


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The content of a file; UnreadableFileError if it is longer than `text_bytes`."""
    if path.stat().st_size > limits.text_bytes:
        raise UnreadableFileError(Reason.TOO_LARGE, f"plus de {limits.text_bytes} octets de texte")
    return path.read_bytes()
