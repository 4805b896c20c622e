"""How a document is cited in a report, a mail or a deliberation, after ISO 690."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.model import FORMAT_LABELS
from webapp.typography import capital, day, of_day, quoted, typeset

if TYPE_CHECKING:
    from datetime import datetime

    from index.model import Document

COMMUNITY = "Communauté apprenante Territoires Zéro Non-Recours"

_MOST_AUTHORS = 3


def citation(document: Document, kind: str, address: str, today: datetime, place: str = "") -> str:
    """The reference of a document: who, what, where it was shown, when, and where it is read.

    `kind` is what members call the gathering that it comes from, nothing where there is none; `today` the day on which
    its address was looked at; `place` the label of the place that is cited, nothing for the whole document.
    """
    sentences = (
        _authors(document),
        f"{quoted(typeset(document.title))} [{FORMAT_LABELS.get(document.format, document.format).lower()}]",
        _origin(document, kind),
        COMMUNITY,
        capital(place),
        f"Disponible à l’adresse\u00a0: {address} (consulté le {day(today)})",
    )
    return ". ".join(filter(None, sentences)) + "."


def _authors(document: Document) -> str:
    named = ", ".join(document.authors[:_MOST_AUTHORS])
    return f"{named} et al" if len(document.authors) > _MOST_AUTHORS else named


def _origin(document: Document, kind: str) -> str:
    event = document.event
    if event is None:
        return day(document.date) if document.date else ""
    # A gathering that has no title of its own is already told by its kind and its date.
    title = f" {quoted(typeset(event.title))}" if event.date.label not in event.title else ""
    return f"{kind}{title} {of_day(event.date)}"
