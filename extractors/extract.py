"""The one function that reads a file; it runs inside a worker, one file at a time."""

from __future__ import annotations

import errno
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError
from extractors.kinds import detect, suffix_warning
from extractors.language import language_of
from extractors.sections import MENDED
from extractors.table import reader

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits
    from extractors.sections import Extraction

EXTRACTOR_VERSION = 2
"""Bumped whenever the same file would give another Extraction, so that failures and texts are known to be stale."""


def extract(path: Path, limits: Limits) -> Extraction:
    """Everything that the file gives; its only failure is UnreadableFileError, which names the reason."""
    try:
        extraction = _read(path, limits)
    except UnreadableFileError:
        raise
    except MemoryError as error:
        raise UnreadableFileError(Reason.TOO_LARGE, "MemoryError") from error
    except OSError as error:
        # Looking for a place that no file can have is what a damaged archive makes a library do.
        reason = Reason.DAMAGED if error.errno == errno.EINVAL else Reason.UNREADABLE
        raise UnreadableFileError(reason, str(error)) from error
    except Exception as error:
        # The per-file boundary: whatever a file does to a library, the next file must still be read.
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
    if _characters(extraction) > limits.output_characters:
        raise UnreadableFileError(Reason.TOO_LARGE, f"{_characters(extraction)} caractères")
    return extraction


def _read(path: Path, limits: Limits) -> Extraction:
    kind = detect(path)
    extraction = reader(kind).extract(path, limits)
    if MENDED in extraction.warnings and not extraction.sections:
        raise UnreadableFileError(Reason.DAMAGED, "rien n’a pu être sauvé")
    warnings = filter(None, (suffix_warning(path, kind), *extraction.warnings))
    language = language_of(extraction.sections, extraction.language)
    return replace(extraction, language=language, warnings=tuple(warnings))


def _characters(extraction: Extraction) -> int:
    return sum(len(part.text) + len(part.title) + len(part.notes) for part in extraction.sections)
