"""Serialisers: the catalogue's nouns as JSON dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, url_for

from webapp.pages import passage_address
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.catalogue import DocumentVersion, FileStatus
    from index.model import Document, Event, Locator, PartialDate, Passage, Tag
    from index.vocabulary import Territory, VocabularyEntry

_ID_PLACEHOLDER = "~id~"
"""A placeholder for an id in a URL; no host and no route contains it."""


def serialise_document(found: Document) -> dict[str, Any]:
    """Serialise a document."""
    # Dates and tuples stay as they are: orjson writes them.
    return {
        "id": found.id,
        "title": found.title,
        "format": found.format,
        "date": _format_date(found.date),
        "event": _serialise_event_reference(found.event) if found.event else None,
        "authors": found.authors,
        "summary": found.summary,
        "duration": found.duration,
        "paths": found.paths,
        "sha256": found.digest,
        "added": found.added,
        "updated": found.updated,
        "tags": serialise_tags(found.tags),
        "url": _document_address("documents.show", found.id),
        "original_url": _document_address("api.download_original", found.id),
        "api_url": _document_address("api.get_document", found.id),
    }


def serialise_document_copy(found: Document) -> dict[str, Any]:
    """Serialise a document as a copy keeps it, without what may change without a change of the document.

    Nobody would be told of such a change: paths, the title of the event, and the labels of tags are left out.
    """
    serialised = serialise_document(found)
    del serialised["paths"]
    return serialised | {
        "event": found.event.id if found.event else None,
        "tags": [{name: value for name, value in each.items() if name != "label"} for each in serialised["tags"]],
    }


def _document_address(endpoint: str, document_id: str) -> str:
    """Return a URL of a document. URLs are built once per request: a page of results has a hundred of them."""
    # For this request alone: the host of a URL is the request's.
    known = g.setdefault("addresses", {})
    if endpoint not in known:
        known[endpoint] = url_for(endpoint, document_id=_ID_PLACEHOLDER, _external=True)
    address: str = known[endpoint]
    return address.replace(_ID_PLACEHOLDER, document_id)


def serialise_tags(put: Iterable[Tag]) -> list[dict[str, Any]]:
    """Serialise tags, with their labels in the present vocabulary."""
    # Looked up once: a page of results has hundreds of tags.
    label = services().vocabulary.label
    return [
        {
            "facet": each.facet.value,
            "value": each.value,
            "label": label(each.facet, each.value),
            "source": each.source.value,
            "reason": each.reason,
        }
        for each in put
    ]


def _serialise_event_reference(found: Event) -> dict[str, Any]:
    return {"id": found.id, "type": found.type, "title": found.title, "date": found.date.isoformat()}


def serialise_event(found: Event, documents: int) -> dict[str, Any]:
    """Serialise an event, with the number of its documents."""
    return _serialise_event_reference(found) | {
        "begins": found.begins.isoformat("minutes") if found.begins else None,
        "ends": found.ends.isoformat("minutes") if found.ends else None,
        "place": found.place,
        "link": found.link,
        "description": found.description,
        "documents": documents,
        "url": url_for("gatherings.show", event_id=found.id, _external=True),
        "api_url": url_for("api.get_event", event_id=found.id, _external=True),
    }


def serialise_locator(place: Locator) -> dict[str, Any]:
    """Serialise the place of a passage."""
    return {
        "unit": place.unit.value,
        "number": place.number,
        "start": place.start,
        "end": place.end,
        "label": place.label,
        "anchor": place.anchor,
    }


def serialise_passage(document_id: str, read: Passage) -> dict[str, Any]:
    """Serialise a passage of a document."""
    return {
        "ordinal": read.ordinal,
        "locator": serialise_locator(read.locator),
        # No words to mark: nothing was searched.
        "url": passage_address(_document_address("documents.show", document_id), read.locator, ""),
        "title": read.title,
        "text": read.text,
        "notes": read.notes,
    }


def serialise_version(version: DocumentVersion) -> dict[str, Any]:
    """Serialise a version of a document."""
    return {
        "number": version.number,
        "sha256": version.digest,
        "size": version.size,
        "path": version.path,
        "seen": version.seen,
        "modified": version.modified,
        "who": version.who,
    }


def serialise_file(status: FileStatus) -> dict[str, Any]:
    """Serialise the state of a file."""
    return {
        "path": status.path,
        "state": status.state.value,
        "label": status.state.label,
        "reason": status.reason,
        "advice": status.advice,
        "document": status.document_id,
        "seen": status.seen,
    }


def serialise_subject(entry: VocabularyEntry | Territory, documents: int) -> dict[str, Any]:
    """Serialise an entry of the vocabulary, with the number of its documents."""
    return {"id": entry.slug, "label": entry.label, "aliases": entry.aliases, "documents": documents}


def _format_date(date: PartialDate | None) -> str | None:
    return date.isoformat() if date else None
