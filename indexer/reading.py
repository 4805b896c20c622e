"""Turns what the extractors give for a file into what the catalogue keeps."""

from __future__ import annotations

import hashlib
import logging
import os
from datetime import UTC
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION, Reason, UnreadableFileError
from index.catalogue import Content, Failure
from index.sketch import sketch
from indexer.passages import clean, cut
from indexer.plan import UNREAD

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from extractors import Extraction

log = logging.getLogger(__name__)

Reading = Content | Failure
"""A content that was read, or why it could not be."""


def digest(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal; UNREADABLE_DIGEST when it cannot be opened or is a link."""
    try:
        with os.fdopen(_open(path), "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return UNREAD


def opens(path: Path) -> bool:
    """Whether a file can be opened now."""
    try:
        os.close(_open(path))
    except OSError:
        return False
    return True


def _open(path: Path) -> int:
    # A file may have become a link since it was scanned; it must not lead outside the library.
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)


def outcome(future: Future[Extraction], digest_: str) -> Reading:
    """Turn a worker's answer into a content or a failure.

    This is the per-file boundary on our side of the pool: whatever a content does to our code, the next must be read.
    """
    try:
        return _content(future.result(), digest_)
    except UnreadableFileError as error:
        log.info("could not read %s: %s (%s)", digest_[:12], error.reason.value, error.detail)
        return _failure(error.reason, digest_, clean(error.detail))
    except Exception as error:
        log.exception("could not keep what %s gave", digest_[:12])
        return _failure(Reason.DAMAGED, digest_, f"{type(error).__name__}: {error}")


def unread() -> Failure:
    """The failure of a file that could not be opened."""
    return _failure(Reason.UNREADABLE, UNREAD, "")


def interrupted(digest_: str, attempts: int) -> Failure:
    """The failure of a content during whose reading the indexer itself stopped, time after time."""
    return _failure(Reason.CRASHED, digest_, f"l’indexeur s’est arrêté {attempts} fois pendant sa lecture")


def _content(extraction: Extraction, digest_: str) -> Content:
    passages = cut(extraction.sections)
    return Content(
        digest=digest_,
        format=extraction.format.value,
        own_title=" ".join(clean(extraction.title).split()),
        passages=passages,
        sketch=sketch(passages),
        authors=tuple(filter(None, map(clean, extraction.authors))),
        # In UTC, as the catalogue gives it back, so that a document is described alike before and after it is stored.
        created=extraction.created.astimezone(UTC) if extraction.created else None,
        duration=extraction.duration,
        warnings=extraction.warnings,
        extractor_version=EXTRACTOR_VERSION,
    )


def _failure(reason: Reason, digest_: str, detail: str) -> Failure:
    return Failure(digest_, EXTRACTOR_VERSION, reason.value, reason.message, reason.advice, detail)
