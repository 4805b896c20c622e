"""A document in one line, where there is no page to show it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model import FORMAT_LABELS, Facet
from webapp.hive import hive
from webapp.typography import capital, of_day

if TYPE_CHECKING:
    from index.model import Document


def summary(document: Document) -> str:
    """Summarise a document: « Diaporama – Webinaire du 25 janvier 2024 – Grigny, Aller vers »."""
    told = [FORMAT_LABELS.get(document.format, document.format)]
    if document.event:
        told.append(f"{capital(_label(Facet.EVENT_TYPE, document.event.type))} {of_day(document.event.date)}")
    elif document.date:
        told.append(document.date.label)
    facets = (Facet.TERRITORY, Facet.THEME)
    told.append(", ".join(_label(facet, value) for facet in facets for value in document.values(facet)))
    return " – ".join(filter(None, told))


def _label(facet: Facet, value: str) -> str:
    return hive().search.label(facet, value)
