"""What a page is about as schema.org data (JSON-LD), for programs that read pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from index.model import Facet
from webapp.citing import COMMUNITY
from webapp.exchange import calendars
from webapp.exchange.kinds import KINDS, OTHER
from webapp.hive import hive
from webapp.typography import typeset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.model import Document, Event

_PUBLISHER = {"@type": "Organization", "name": COMMUNITY}


def document_data(document: Document) -> Markup:
    """Return the data of a document's page."""
    return _block(
        _document(document)
        | {
            "description": typeset(document.summary),
            "author": list(document.authors),
            "dateCreated": document.date.isoformat() if document.date else "",
            "datePublished": document.added.isoformat(timespec="seconds"),
            "dateModified": document.updated.isoformat(timespec="seconds"),
            # A duration as ISO 8601 writes it.
            "duration": f"PT{round(document.duration)}S" if document.duration else "",
            "keywords": [hive().label(Facet.THEME, value) for value in document.values(Facet.THEME)],
            "spatialCoverage": [_place(value) for value in document.values(Facet.TERRITORY)],
            "about": _event(document.event) if document.event else None,
            "publisher": _PUBLISHER,
        }
    )


def event_data(event: Event, documents: Iterable[Document]) -> Markup:
    """Return the data of an event's page, with its documents."""
    return _block(
        _event(event)
        | {
            "description": typeset(event.description),
            "location": _location(event),
            "organizer": _PUBLISHER,
            "workFeatured": [_document(each) for each in documents],
        }
    )


def _document(document: Document) -> dict[str, Any]:
    kind, address = (
        KINDS.get(document.format, OTHER),
        url_for("documents.show", document_id=document.id, _external=True),
    )
    return {
        "@type": kind.schema,
        "@id": address,
        "url": address,
        "name": typeset(document.title),
        "encodingFormat": kind.media,
    }


def _event(event: Event) -> dict[str, Any]:
    address, ends = url_for("gatherings.show", event_id=event.id, _external=True), None
    begins = event.date.isoformat()
    # An event of no known day has no hours either.
    if event.date.day:
        begins, ends = calendars.start(event).isoformat(), calendars.end(event)
    return {
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": typeset(event.title),
        "startDate": begins,
        "endDate": ends.isoformat() if ends else "",
    }


def _location(event: Event) -> list[dict[str, str]]:
    place = [{"@type": "Place", "name": typeset(event.place)}] if event.place else []
    return place + ([{"@type": "VirtualLocation", "url": event.link}] if event.link else [])


def _place(territory: str) -> dict[str, str]:
    return {"@type": "Place", "name": hive().label(Facet.TERRITORY, territory)}


def _block(told: dict[str, Any]) -> Markup:
    """Return a block of data, which no browser runs and no text can end; unknown values are left out."""
    # It escapes « < »: no title can close the element.
    written = htmlsafe_json_dumps(_known({"@context": "https://schema.org"} | told), ensure_ascii=False)
    return Markup('<script type="application/ld+json">{}</script>').format(written)


def _known(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _known(value) for name, value in told.items() if value}
    return [_known(each) for each in told] if isinstance(told, list) else told
