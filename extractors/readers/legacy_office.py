"""Conversion of office files by LibreOffice, and the reader of formats from before 2007, which are converted first."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.detection import detect_format
from extractors.errors import Reason, UnreadableFileError
from extractors.extraction import load_reader
from extractors.formats import Format
from extractors.programs import convert_document, private_folder

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Extraction, Limits

# Of the file's seconds; the rest is for reading the converted document.
_SHARE_OF_TIME = 0.7


def extract(path: Path, limits: Limits) -> Extraction:
    """Convert a file of an old format and read the result; its format is the new one, by which members filter."""
    kind = detect_format(path)
    modern = kind.spec.modern
    if not modern:
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"rien à convertir : {kind.value}")
    began = time.monotonic()
    with private_folder() as folder:
        # The Format values of office formats are also LibreOffice’s names for them.
        converted = convert_document(path, kind, modern, folder, limits.seconds * _SHARE_OF_TIME)
        left = limits.seconds - (time.monotonic() - began)
        return load_reader(Format(modern)).extract(converted, replace(limits, seconds=left))
