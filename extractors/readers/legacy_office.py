"""Conversion of office files by LibreOffice, and the reader of formats from before 2007, which are converted first."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.detection import detect_format
from extractors.formats import load_reader
from extractors.model import Extraction, Format
from extractors.programs import convert_document, private_folder

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits

# Of the file's seconds; the rest is for reading the converted document.
_SHARE_OF_TIME = 0.7


@dataclass(frozen=True, slots=True)
class _ModernFormat:
    """The format that an old one is converted to; `suffix` is also LibreOffice’s name for it."""

    suffix: str
    format: Format


_MODERN_FORMATS: dict[Format, _ModernFormat] = {
    Format.OLD_WORD: _ModernFormat("docx", Format.WORD),
    Format.OLD_POWERPOINT: _ModernFormat("pptx", Format.POWERPOINT),
    Format.OLD_EXCEL: _ModernFormat("xlsx", Format.EXCEL),
}


def extract(path: Path, limits: Limits) -> Extraction:
    """Convert a file of an old format and read the result; its format is the new one, by which members filter."""
    kind = detect_format(path)
    modern = _MODERN_FORMATS[kind]
    began = time.monotonic()
    with private_folder() as folder:
        converted = convert_document(path, kind, modern.suffix, folder, limits.seconds * _SHARE_OF_TIME)
        left = limits.seconds - (time.monotonic() - began)
        return load_reader(modern.format).extract(converted, replace(limits, seconds=left))
