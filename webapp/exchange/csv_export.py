"""A list of results as a CSV file for spreadsheets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, request, url_for

from index.model import FACETS, Facet, duration_label, list_family
from webapp.auth import current_groups
from webapp.pages import question_params, read_question
from webapp.server import send_csv, services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Response

    from index.model import Document, Facet
    from index.search import Answer, Question

export_blueprint = Blueprint("export", __name__)

MAX_ROWS = 1_000
"""Rows: whoever wants more wants a copy, not a list."""


@export_blueprint.get("/recherche.csv")
def results() -> Response:
    """Return the documents that answer a question, in the order of the page, at most MAX_ROWS of them."""
    asked = read_question(request.args, current_groups())
    # The table has neither facet counts nor excerpts, which cost the most.
    question = replace(asked, page=1, per_page=MAX_ROWS, facets=frozenset(), excerpts=False)
    return send_csv("ruche-documents.csv", _COLUMNS, map(_build_row, _list_documents(services().search.ask(question))))


def csv_export_address(question: Question) -> str:
    """Return the URL of the table of a question's results."""
    return url_for("export.results", **question_params(replace(question, page=1)))


def _list_documents(answer: Answer) -> Iterator[Document]:
    for found in answer.found:
        yield found.document
        # Near-duplicates are grouped under one document on the page, and are rows of their own here.
        yield from found.near_duplicates


def _build_row(document: Document) -> list[str]:
    return [column(document) for column in _COLUMNS.values()]


def _facet_column(facet: Facet) -> Callable[[Document], str]:
    return lambda document: ", ".join(services().label(facet, value) for value in document.facet_values(facet))


def _facet_columns(*, single: bool) -> dict[str, Callable[[Document], str]]:
    """Return the columns of facets: of those with one value a document, or of the others."""
    # From the smallest area to the largest, as addresses are written.
    facets = (facet for spec in FACETS if not spec.brought_by for facet in list_family(spec.facet))
    specs = (facet.spec for facet in facets)
    return {spec.csv_column: _facet_column(spec.facet) for spec in specs if spec.csv_column and spec.single is single}


_COLUMNS: dict[str, Callable[[Document], str]] = {
    "Titre": lambda document: document.title,
    "Format": lambda document: services().format_of(document).label,
    "Date": lambda document: document.date.isoformat() if document.date else "",
    **_facet_columns(single=True),
    "Rendez-vous": lambda document: document.event.title if document.event else "",
    **_facet_columns(single=False),
    "Auteurs": lambda document: ", ".join(document.authors),
    "Description": lambda document: document.summary,
    # In words: a spreadsheet would take « 4:07 » for an hour of the day.
    "Durée": lambda document: duration_label(document.duration) if document.duration else "",
    # Days where the server is, as pages show them.
    "Ajouté le": lambda document: document.added.astimezone().date().isoformat(),
    "Modifié le": lambda document: document.updated.astimezone().date().isoformat(),
    "Adresse": lambda document: url_for("documents.show", document_id=document.id, _external=True),
    "Fichier": lambda document: " | ".join(document.paths),
}
"""The columns: each heading with its text."""
