"""Turns what the extractors give for a file into what the catalogue keeps."""

from __future__ import annotations

import hashlib
import logging
import os
from datetime import UTC
from typing import TYPE_CHECKING, TypeVar

from extractors import EXTRACTOR_VERSION, MISNAMED_DETAIL, Reason, UnreadableFileError
from index.catalogue import Content, Failure
from index.text import remember_analyses
from indexer.describe import PreparedText, clean_text, prepare_text
from indexer.reconcile.change_plan import UNREADABLE_DIGEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    from extractors import Extraction

log = logging.getLogger(__name__)

Made = TypeVar("Made")

ReadOutcome = Content | Failure
"""A content that was read, or why it could not be."""


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal; UNREADABLE_DIGEST when it cannot be opened or is a link."""
    try:
        with os.fdopen(_open_file(path), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return UNREADABLE_DIGEST


def is_readable(path: Path) -> bool:
    """Whether a file can be opened now."""
    try:
        os.close(_open_file(path))
    except OSError:
        return False
    return True


def _open_file(path: Path) -> int:
    # A file may have become a link since it was scanned; it must not lead outside the library.
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)


def to_outcome(future: Future[Extraction], digest: str) -> ReadOutcome:
    """Turn a worker's answer into a content or a failure."""
    return guard_content(digest, lambda: _to_content(future.result(), digest))


def guard_content(digest: str, make: Callable[[], Made]) -> Made | Failure:
    """Make something of a content; gives it, or the failure of the content.

    This is the per-file boundary on our side of the pool: whatever a content does to our code, the next must be read.
    `make` must not touch the catalogue: what goes wrong there is no fault of a content.
    """
    try:
        return make()
    except UnreadableFileError as error:
        log.info("could not read %s: %s (%s)", digest[:12], error.reason.value, error.detail)
        return _make_failure(error.reason, digest, clean_text(error.detail))
    except Exception as error:
        log.exception("could not make anything of what %s gave", digest[:12])
        return _make_failure(Reason.DAMAGED, digest, f"{type(error).__name__}: {error}")


def unreadable_failure() -> Failure:
    """The failure of a file that could not be opened."""
    return _make_failure(Reason.UNREADABLE, UNREADABLE_DIGEST, "")


def is_misnamed(failure: Failure) -> bool:
    """Whether a content failed for the suffix of its file: under another it may be read."""
    return failure.detail == MISNAMED_DETAIL


def crash_failure(digest: str, attempts: int) -> Failure:
    """The failure of a content during whose reading the indexer itself stopped, time after time."""
    return _make_failure(Reason.CRASHED, digest, f"l’indexeur s’est arrêté {attempts} fois pendant sa lecture")


def _to_content(extraction: Extraction, digest: str) -> Content:
    prepared = extraction.prepared
    # Readers of a cluster prepare nothing.
    if not isinstance(prepared, PreparedText):
        prepared = prepare_text(extraction)
    remember_analyses(prepared.analysed)
    return Content(
        digest=digest,
        format=extraction.format.value,
        own_title=" ".join(clean_text(extraction.title).split()),
        passages=prepared.passages,
        signature=prepared.signature,
        authors=tuple(filter(None, map(clean_text, extraction.authors))),
        # In UTC, as the catalogue gives it back, so that a document is described alike before and after it is stored.
        created=extraction.created.astimezone(UTC) if extraction.created else None,
        duration=extraction.duration,
        warnings=extraction.warnings,
        extractor_version=EXTRACTOR_VERSION,
        findings=prepared.findings,
    )


def _make_failure(reason: Reason, digest: str, detail: str) -> Failure:
    return Failure(digest, EXTRACTOR_VERSION, reason.value, reason.message, reason.advice, detail)
