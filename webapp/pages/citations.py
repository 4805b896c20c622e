"""References of documents in the style of ISO 690, to be copied into a report or a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model import Facet
from webapp.server import capitalise, format_day, format_of_day, quote_text, services, typeset

if TYPE_CHECKING:
    from datetime import datetime

    from index.model import Document

COMMUNITY = "Communauté apprenante Territoires Zéro Non-Recours"

# ISO 690: beyond three authors the others are « et al. ».
_MAX_AUTHORS = 3


def format_citation(document: Document, kind: str, address: str, today: datetime, place: str = "") -> str:
    """Return the reference of a document: authors, title, event, date, and the address where it is read.

    `kind` is the label of the type of its event, "" where it has none; `today` the date of consultation that ISO 690
    asks for; `place` the label of the page or slide cited, "" for the whole document.
    """
    sentences = (
        _format_authors(document),
        f"{quote_text(typeset(document.title))} [{services().format_of(document).label.lower()}]",
        _describe_origin(document, kind),
        COMMUNITY,
        capitalise(place),
        f"Disponible à l’adresse\u00a0: {address} (consulté le {format_day(today)})",
    )
    return ". ".join(filter(None, sentences)) + "."


def _format_authors(document: Document) -> str:
    named = ", ".join(document.authors[:_MAX_AUTHORS])
    return f"{named} et al" if len(document.authors) > _MAX_AUTHORS else named


def _describe_origin(document: Document, kind: str) -> str:
    event = document.event
    if event is None:
        return format_day(document.date) if document.date else ""
    # An event without a title of its own is named after its type and date, which the reference says anyway.
    title = f" {quote_text(typeset(event.title))}" if event.date.label not in event.title else ""
    return f"{kind}{title} {format_of_day(event.date)}"


def summarise_document(document: Document) -> str:
    """Summarise a document: « Diaporama – Webinaire du 25 janvier 2024 – Grigny, Aller vers »."""
    parts = [services().format_of(document).label]
    if document.event:
        parts.append(
            f"{capitalise(_facet_label(Facet.EVENT_TYPE, document.event.type))} {format_of_day(document.event.date)}"
        )
    elif document.date:
        parts.append(document.date.label)
    facets = (Facet.TERRITORY, Facet.THEME)
    parts.append(", ".join(_facet_label(facet, value) for facet in facets for value in document.facet_values(facet)))
    return " – ".join(filter(None, parts))


def _facet_label(facet: Facet, value: str) -> str:
    return services().search.label(facet, value)
