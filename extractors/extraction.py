"""Reading one file of any format: detection, the format's reader, warnings, limits. Runs inside a worker process."""

from __future__ import annotations

import errno
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from extractors.detection import detect_format
from extractors.errors import Reason, UnreadableFileError
from extractors.model import PARTIAL_WARNING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from extractors.formats import Format
    from extractors.model import Extraction, Limits

EXTRACTOR_VERSION = 8
"""Incremented whenever the same file would give another Extraction: texts and failures of older versions are stale."""


def extract(path: Path, limits: Limits, prepare: Callable[[Extraction], object] | None = None) -> Extraction:
    """Read a file of any format. Whatever goes wrong is raised as UnreadableFileError, which names the reason.

    What `prepare` makes of the text is given as `Extraction.prepared`, in place of the sections.
    """
    try:
        extraction = _read_file(path, limits)
        return replace(extraction, sections=(), prepared=prepare(extraction)) if prepare else extraction
    except UnreadableFileError:
        raise
    except MemoryError as error:
        raise UnreadableFileError(Reason.TOO_LARGE, "MemoryError") from error
    except OSError as error:
        # EINVAL comes from a library that seeks to an impossible offset, as a damaged archive makes it do; all other
        # system errors are the disk's or the share's, not the file's.
        reason = Reason.DAMAGED if error.errno == errno.EINVAL else Reason.UNREADABLE
        raise UnreadableFileError(reason, str(error)) from error
    except Exception as error:
        # The per-file boundary: whatever a file does to a library, the next file must still be read.
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error


class FormatReader(Protocol):
    """The interface that every format module has."""

    def extract(self, path: Path, limits: Limits) -> Extraction:
        """Read a file of this format within limits; UnreadableFileError if that fails."""
        ...


def load_reader(kind: Format) -> FormatReader:
    """The module that reads this format, imported at its first use: the main process never loads any."""
    return cast("FormatReader", import_module(kind.spec.reader))


def _read_file(path: Path, limits: Limits) -> Extraction:
    extraction = load_reader(detect_format(path)).extract(path, limits)
    # Readers of repaired files give what is left; nothing at all is a failure that the animator must hear of.
    if PARTIAL_WARNING in extraction.warnings and not extraction.sections:
        raise UnreadableFileError(Reason.DAMAGED, "rien n’a pu être sauvé")
    if (length := _count_characters(extraction)) > limits.output_characters:
        raise UnreadableFileError(Reason.TOO_LARGE, f"{length} caractères")
    return extraction


def _count_characters(extraction: Extraction) -> int:
    return sum(len(part.text) + len(part.title) + len(part.notes) for part in extraction.sections)
