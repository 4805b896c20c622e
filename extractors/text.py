"""Plain text files, in whatever encoding they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError
from extractors.plain import clean, decode
from extractors.sections import Extraction, Format, Section, Unit

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each sheet of paper that form feeds mark, so usually a single one."""
    sheets = read_text(path, limits).split("\f")
    sections = (Section(Unit.HEADING, number, clean(sheet)) for number, sheet in enumerate(sheets, 1))
    return Extraction(Format.TEXT, tuple(section for section in sections if section.text))


def read_text(path: Path, limits: Limits) -> str:
    """The decoded file, its line ends as they are."""
    return decode(read_bytes(path, limits))


def read_bytes(path: Path, limits: Limits) -> bytes:
    """The file, if it is short enough to be a text."""
    if path.stat().st_size > limits.text_bytes:
        raise UnreadableFileError(Reason.TOO_LARGE, f"plus de {limits.text_bytes} octets de texte")
    return path.read_bytes()
