"""From what the extractors give to what the catalogue keeps."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION, Reason
from index.catalogue import Content, Failure
from index.sketch import sketch
from indexer.passages import clean, cut

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Extraction, UnreadableFileError

UNREAD = ""
"""The digest of a file whose bytes could not be had: it is tried again at every look."""


def digest(path: Path) -> str:
    """The SHA-256 of a file's content, in hexadecimal; UNREAD when it cannot be opened."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return UNREAD


def content(extraction: Extraction, digest_: str) -> Content:
    """What to keep of an extraction."""
    passages = cut(extraction.sections)
    return Content(
        digest=digest_,
        format=extraction.format.value,
        own_title=" ".join(clean(extraction.title).split()),
        passages=passages,
        sketch=sketch(passages),
        authors=tuple(filter(None, map(clean, extraction.authors))),
        created=extraction.created,
        duration=extraction.duration,
        warnings=extraction.warnings,
    )


def failure(error: UnreadableFileError, digest_: str) -> Failure:
    """What to keep of a file that could not be read."""
    return _failure(error.reason, digest_, clean(error.detail))


def unread() -> Failure:
    """What to keep of a file that could not even be opened."""
    return _failure(Reason.UNREADABLE, UNREAD, "")


def _failure(reason: Reason, digest_: str, detail: str) -> Failure:
    return Failure(digest_, EXTRACTOR_VERSION, reason.value, reason.message, reason.advice, detail)
