"""Formats of documents in the terms of others: DCMI types, schema.org classes, media types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

from index.model import FACETS
from webapp.pages import COMMUNITY
from webapp.server import build_element, services, typeset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from index.model import Document

PREFIX = "oai_dc"
NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_ELEMENTS = "http://purl.org/dc/elements/1.1/"


def build_record(document: Document) -> etree._Element:
    """Build the record, with all the declarations that it needs to be read by itself."""
    return build_element(
        f"{{{NAMESPACE}}}dc",
        {f"{{{SCHEMA_INSTANCE}}}schemaLocation": f"{NAMESPACE} {SCHEMA}"},
        *(build_element(f"{{{_ELEMENTS}}}{name}", {}, value) for name, value in _list_elements(document) if value),
        prefixes={PREFIX: NAMESPACE, "dc": _ELEMENTS, "xsi": SCHEMA_INSTANCE},
    )


def _list_elements(document: Document) -> Iterator[tuple[str, str]]:
    """Yield the elements, without what changes without the document: a harvester would never hear of it."""
    format_ = services().format_of(document)
    yield "title", typeset(document.title)
    for author in document.authors:
        yield "creator", author
    yield from _list_facet_elements(document, "subject")
    # On one line: text of an element is written without line breaks, which would join words.
    yield "description", " ".join(typeset(document.summary).split("\n"))
    yield "publisher", COMMUNITY
    yield "date", document.date.isoformat() if document.date else ""
    yield "type", format_.dcmi_type
    yield "format", format_.media_type
    # Lasting, and a URL that leads to the document.
    yield "identifier", url_for("documents.show", document_id=document.id, _external=True)
    yield from _list_facet_elements(document, "coverage")
    # The event by its URL: a change of its title is no change of the document.
    if document.event:
        yield "relation", url_for("events.show", event_id=document.event.id, _external=True)


def _list_facet_elements(document: Document, element: str) -> Iterator[tuple[str, str]]:
    for spec in FACETS:
        if spec.dublin_core == element:
            for value in document.facet_values(spec.facet):
                yield element, services().label(spec.facet, value)
