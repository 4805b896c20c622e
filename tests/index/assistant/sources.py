"""Passages of documents that are in no catalogue."""

from __future__ import annotations

from datetime import UTC, datetime

from index.model import Document, Locator, Passage, Unit
from index.search import DocumentPassage

_MOMENT = datetime(2024, 1, 25, tzinfo=UTC)


def document(title: str) -> Document:
    """A document with nothing but a title."""
    return Document(title, title, "pdf", "0" * 64, (f"{title}.pdf",), (), None, _MOMENT, _MOMENT)


def passages(title: str, *texts: str) -> tuple[DocumentPassage, ...]:
    """The pages of a document."""
    own = document(title)
    return tuple(DocumentPassage(own, Passage(at, Locator(Unit.PAGE, at + 1), text)) for at, text in enumerate(texts))
