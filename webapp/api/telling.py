"""Serialisers: the catalogue's nouns as JSON dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import g, url_for

from webapp import asking
from webapp.hive import hive

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.catalogue import FileStatus, Version
    from index.model import Document, Event, Locator, PartialDate, Passage, Tag
    from index.vocabulary import Entry, Territory

_HERE = "~id~"
"""A placeholder for an id in a URL; no host and no route contains it."""


def document(found: Document) -> dict[str, Any]:
    """Serialise a document."""
    # Dates and tuples stay as they are: orjson writes them.
    return {
        "id": found.id,
        "title": found.title,
        "format": found.format,
        "date": _day(found.date),
        "event": _event(found.event) if found.event else None,
        "authors": found.authors,
        "summary": found.summary,
        "duration": found.duration,
        "paths": found.paths,
        "sha256": found.digest,
        "added": found.added,
        "updated": found.updated,
        "tags": tags(found.tags),
        "url": _address("documents.show", found.id),
        "original_url": _address("api.original", found.id),
        "api_url": _address("api.document", found.id),
    }


def copy(found: Document) -> dict[str, Any]:
    """Serialise a document as a copy keeps it, without what may change without a change of the document.

    Nobody would be told of such a change: paths, the title of the event, and the labels of tags are left out.
    """
    told = document(found)
    del told["paths"]
    return told | {
        "event": found.event.id if found.event else None,
        "tags": [{name: value for name, value in each.items() if name != "label"} for each in told["tags"]],
    }


def _address(endpoint: str, document_id: str) -> str:
    """Return a URL of a document. URLs are built once per request: a page of results has a hundred of them."""
    # For this request alone: the host of a URL is the request's.
    known = g.setdefault("addresses", {})
    if endpoint not in known:
        known[endpoint] = url_for(endpoint, document_id=_HERE, _external=True)
    address: str = known[endpoint]
    return address.replace(_HERE, document_id)


def tags(put: Iterable[Tag]) -> list[dict[str, Any]]:
    """Serialise tags, with their labels in the present vocabulary."""
    # Looked up once: a page of results has hundreds of tags.
    label = hive().vocabulary.label
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


def _event(held: Event) -> dict[str, Any]:
    return {"id": held.id, "type": held.type, "title": held.title, "date": held.date.isoformat()}


def event(held: Event, documents: int) -> dict[str, Any]:
    """Serialise an event, with the number of its documents."""
    return _event(held) | {
        "begins": held.begins.isoformat("minutes") if held.begins else None,
        "ends": held.ends.isoformat("minutes") if held.ends else None,
        "place": held.place,
        "link": held.link,
        "description": held.description,
        "documents": documents,
        "url": url_for("gatherings.show", event_id=held.id, _external=True),
        "api_url": url_for("api.event", event_id=held.id, _external=True),
    }


def locator(place: Locator) -> dict[str, Any]:
    """Serialise the place of a passage."""
    return {
        "unit": place.unit.value,
        "number": place.number,
        "start": place.start,
        "end": place.end,
        "label": place.label,
        "anchor": place.anchor,
    }


def passage(document_id: str, read: Passage) -> dict[str, Any]:
    """Serialise a passage of a document."""
    return {
        "ordinal": read.ordinal,
        "locator": locator(read.locator),
        # No words to mark: nothing was searched.
        "url": asking.passage_of(_address("documents.show", document_id), read.locator, ""),
        "title": read.title,
        "text": read.text,
        "notes": read.notes,
    }


def version(had: Version) -> dict[str, Any]:
    """Serialise a version of a document."""
    return {
        "number": had.number,
        "sha256": had.digest,
        "size": had.size,
        "path": had.path,
        "seen": had.seen,
        "modified": had.modified,
        "who": had.who,
    }


def file(status: FileStatus) -> dict[str, Any]:
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


def subject(entry: Entry | Territory, documents: int) -> dict[str, Any]:
    """Serialise an entry of the vocabulary, with the number of its documents."""
    return {"id": entry.slug, "label": entry.label, "aliases": entry.aliases, "documents": documents}


def _day(date: PartialDate | None) -> str | None:
    return date.isoformat() if date else None
