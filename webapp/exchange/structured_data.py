"""What a page is about as schema.org data (JSON-LD), for programs that read pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from index.model import FACETS
from webapp.exchange import calendars
from webapp.pages import COMMUNITY
from webapp.server import services, typeset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.model import Document, Event, FacetSpec

_PUBLISHER = {"@type": "Organization", "name": COMMUNITY}


def document_data(document: Document) -> Markup:
    """Return the data of a document's page."""
    return _render_json_ld(
        _describe_document(document)
        | {
            "description": typeset(document.summary),
            "author": list(document.authors),
            "dateCreated": document.date.isoformat() if document.date else "",
            "datePublished": document.added.isoformat(timespec="seconds"),
            "dateModified": document.updated.isoformat(timespec="seconds"),
            # A duration as ISO 8601 writes it.
            "duration": f"PT{round(document.duration)}S" if document.duration else "",
            **{spec.schema_org[0]: _describe_values(spec, document) for spec in FACETS if spec.schema_org},
            "about": _describe_event(document.event) if document.event else None,
            "publisher": _PUBLISHER,
        }
    )


def event_data(event: Event, documents: Iterable[Document]) -> Markup:
    """Return the data of an event's page, with its documents."""
    return _render_json_ld(
        _describe_event(event)
        | {
            "description": typeset(event.description),
            "location": _describe_location(event),
            "organizer": _PUBLISHER,
            "workFeatured": [_describe_document(each) for each in documents],
        }
    )


def _describe_document(document: Document) -> dict[str, Any]:
    format_, address = (
        services().format_of(document),
        url_for("documents.show", document_id=document.id, _external=True),
    )
    return {
        "@type": format_.schema_org_type,
        "@id": address,
        "url": address,
        "name": typeset(document.title),
        "encodingFormat": format_.media_type,
    }


def _describe_event(event: Event) -> dict[str, Any]:
    address, ends = url_for("events.show", event_id=event.id, _external=True), None
    begins = event.date.isoformat()
    # An event of no known day has no hours either.
    if event.date.day:
        begins, ends = calendars.event_start(event).isoformat(), calendars.event_end(event)
    return {
        "@type": "Event",
        "@id": address,
        "url": address,
        "name": typeset(event.title),
        "startDate": begins,
        "endDate": ends.isoformat() if ends else "",
    }


def _describe_location(event: Event) -> list[dict[str, str]]:
    place = [{"@type": "Place", "name": typeset(event.place)}] if event.place else []
    return place + ([{"@type": "VirtualLocation", "url": event.link}] if event.link else [])


def _describe_values(spec: FacetSpec, document: Document) -> list[str] | list[dict[str, str]]:
    """Describe a document's values of a facet: as texts, or as things with a name."""
    labels = [services().label(spec.facet, value) for value in document.facet_values(spec.facet)]
    _, *thing = spec.schema_org
    return [{"@type": thing[0], thing[1]: label} for label in labels] if thing else labels


def _render_json_ld(data: dict[str, Any]) -> Markup:
    """Return a block of data, which no browser runs and no text can end; unknown values are left out."""
    # It escapes « < »: no title can close the element.
    serialised = htmlsafe_json_dumps(_drop_unknown({"@context": "https://schema.org"} | data), ensure_ascii=False)
    return Markup('<script type="application/ld+json">{}</script>').format(serialised)


def _drop_unknown(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _drop_unknown(value) for name, value in data.items() if value}
    return [_drop_unknown(each) for each in data] if isinstance(data, list) else data
