"""A document in one line, where there is no page to show it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model import FORMAT_LABELS, Facet
from webapp.hive import services
from webapp.typography import capitalise, format_of_day

if TYPE_CHECKING:
    from index.model import Document


def summarise_document(document: Document) -> str:
    """Summarise a document: « Diaporama – Webinaire du 25 janvier 2024 – Grigny, Aller vers »."""
    parts = [FORMAT_LABELS.get(document.format, document.format)]
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
