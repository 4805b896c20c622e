"""Serialisers: what the service knows as JSON dictionaries.

Those that a client receives are typed as webapp/client.py declares them, so that mypy refuses a missing member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from flask import g, url_for

from index.vocabulary import Territory
from webapp.pages import passage_address
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.catalogue import DocumentVersion, FileStatus, OaiRecord
    from index.model import Document, Event, Locator, PartialDate, Passage, Tag
    from index.search import Answer, FacetCount
    from index.vocabulary import Acronym, VocabularyEntry
    from webapp import client
    from webapp.deposits import DepositOutcome
    from webapp.pages import ShownChapter, ShownResolution
    from webapp.server import ReadinessCheck

_ID_PLACEHOLDER = "~id~"
"""A placeholder for an id in a URL; no host and no route contains it."""


def serialise_document(found: Document) -> client.Document:
    """Serialise a document."""
    return {
        "id": found.id,
        "title": found.title,
        "format": found.format,
        "date": _format_date(found.date),
        "event": _serialise_event_reference(found.event) if found.event else None,
        "authors": list(found.authors),
        "summary": found.summary,
        "duration": found.duration,
        "transcribed": found.transcribed,
        "paths": list(found.paths),
        "sha256": found.digest,
        "added": found.added.isoformat(),
        "updated": found.updated.isoformat(),
        "tags": _serialise_tags(found.tags),
        "url": document_address("documents.show", found.id),
        "original_url": document_address("api.download_original", found.id),
        "api_url": document_address("api.get_document", found.id),
    }


def serialise_part(found: Document) -> dict[str, Any]:
    """Serialise a file of a replay."""
    return {
        "id": found.id,
        "format": found.format,
        "paths": list(found.paths),
        "transcribed": found.transcribed,
        "sha256": found.digest,
        "original_url": document_address("api.download_original", found.id),
    }


def _serialise_document_copy(found: Document) -> client.CopiedDocument:
    """Serialise a document as a copy keeps it, without what may change without a change of the document.

    Nobody would be told of such a change: paths, the title of the event, and the labels of tags are left out.
    """
    return {
        "id": found.id,
        "title": found.title,
        "format": found.format,
        "date": _format_date(found.date),
        "event": found.event.id if found.event else None,
        "authors": list(found.authors),
        "summary": found.summary,
        "duration": found.duration,
        "transcribed": found.transcribed,
        "sha256": found.digest,
        "added": found.added.isoformat(),
        "updated": found.updated.isoformat(),
        "tags": [
            {"facet": each.facet.value, "value": each.value, "source": each.source.value, "reason": each.reason}
            for each in found.tags
        ],
        "url": document_address("documents.show", found.id),
        "original_url": document_address("api.download_original", found.id),
        "api_url": document_address("api.get_document", found.id),
    }


def serialise_change(record: OaiRecord) -> client.Change:
    """Serialise a change of a document."""
    return {
        "id": record.document_id,
        "revision": record.revision,
        "deleted": record.document is None,
        "document": _serialise_document_copy(record.document) if record.document else None,
    }


def document_address(endpoint: str, document_id: str) -> str:
    """Return a URL of a document. URLs are built once per request: a page of results has a hundred of them."""
    # For this request alone: the host of a URL is the request's.
    known = g.setdefault("addresses", {})
    if endpoint not in known:
        known[endpoint] = url_for(endpoint, document_id=_ID_PLACEHOLDER, _external=True)
    address: str = known[endpoint]
    return address.replace(_ID_PLACEHOLDER, document_id)


def _serialise_tags(tags: Iterable[Tag]) -> list[client.Tag]:
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
        for each in tags
    ]


def _serialise_event_reference(found: Event) -> client.Event:
    return {"id": found.id, "type": found.type, "title": found.title, "date": found.date.isoformat()}


def serialise_event(found: Event, documents: int) -> dict[str, Any]:
    """Serialise an event, with the number of its documents."""
    return {
        **_serialise_event_reference(found),
        "begins": found.begins.isoformat("minutes") if found.begins else None,
        "ends": found.ends.isoformat("minutes") if found.ends else None,
        "place": found.place,
        "link": found.link,
        "description": found.description,
        "documents": documents,
        "url": url_for("events.show", event_id=found.id, _external=True),
        "api_url": url_for("api.get_event", event_id=found.id, _external=True),
    }


def serialise_locator(locator: Locator) -> client.Locator:
    """Serialise the place of a passage."""
    return {
        "unit": locator.unit.value,
        "number": locator.number,
        "start": locator.start,
        "end": locator.end,
        "label": locator.label,
        "anchor": locator.anchor,
    }


def serialise_passage(document_id: str, read: Passage) -> client.Passage:
    """Serialise a passage of a document."""
    return {
        "ordinal": read.ordinal,
        "locator": serialise_locator(read.locator),
        # No words to mark: nothing was searched.
        "url": passage_address(document_address("documents.show", document_id), read.locator, ""),
        "title": read.title,
        "text": read.text,
        "notes": read.notes,
        "doubtful": read.doubtful,
    }


def serialise_resolution(shown: ShownResolution) -> dict[str, Any]:
    """Serialise what a gathering decided."""
    found = shown.found.resolution
    return {
        "text": found.text,
        "heading": found.heading,
        "event": _serialise_event_reference(shown.event),
        "document": shown.document.id,
        "title": shown.document.title,
        "copies": [{"id": each.id, "title": each.title} for each in shown.copies],
        "locator": serialise_locator(found.locator),
        "url": passage_address(document_address("documents.show", shown.document.id), found.locator, ""),
    }


def serialise_chapter(shown: ShownChapter) -> dict[str, Any]:
    """Serialise when a slide is spoken of."""
    chapter, site = shown.chapter, url_for("pages.home", _external=True)
    return {
        "recording": chapter.recording_id,
        "deck": chapter.deck_id,
        "slide": chapter.slide,
        "title": shown.title,
        "start": chapter.start,
        "timecode": shown.timecode,
        "confidence": chapter.confidence,
        "url": urljoin(site, shown.address),
        "slide_url": urljoin(site, shown.slide_address),
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


def serialise_outcome(outcome: DepositOutcome) -> client.Outcome:
    """Serialise what became of a deposited file."""
    return {"name": outcome.name, "fate": outcome.fate.value, "message": outcome.message, "path": outcome.path}


def serialise_health_check(check: ReadinessCheck) -> dict[str, Any]:
    """Serialise one check of the service's health."""
    return {"name": check.name, "ok": check.passed, "message": check.message}


def serialise_subject(entry: VocabularyEntry | Territory, documents: int) -> dict[str, Any]:
    """Serialise an entry of the vocabulary, with the number of its documents; a territory says where it is."""
    subject = {"id": entry.slug, "label": entry.label, "aliases": entry.aliases, "documents": documents}
    if isinstance(entry, Territory):
        subject |= {
            "kind": entry.kind,
            "department": entry.department,
            "department_code": entry.department_code,
            "region": entry.region,
            "wave": entry.wave,
        }
    return subject


def serialise_acronym(acronym: Acronym) -> dict[str, Any]:
    """Serialise an acronym."""
    return {
        "letters": acronym.letters,
        "meaning": acronym.meaning,
        "aliases": acronym.aliases,
        "ambiguous": acronym.ambiguous,
    }


def _format_date(date: PartialDate | None) -> str | None:
    return date.isoformat() if date else None


def serialise_facets(found: Answer) -> dict[str, list[dict[str, Any]]]:
    """Return the values that one may filter by, by facet."""
    return {facet.value: [_serialise_facet_value(each) for each in values] for facet, values in found.facets.items()}


def _serialise_facet_value(value: FacetCount) -> dict[str, Any]:
    return {"value": value.value, "label": value.label, "count": value.count, "selected": value.selected}
