"""A list of results as a CSV file for spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for

from index.model import FORMAT_LABELS, Facet, duration_label
from webapp import asking
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from index.model import Document
    from index.search import Answer, Question

blueprint = Blueprint("export", __name__)

MOST = 1_000
"""Rows: whoever wants more wants a copy, not a list."""

_FORMULA = tuple("=+-@＝＋－＠")
"""Characters by which a spreadsheet knows a formula, full-width forms included: a title must never become one."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


@blueprint.get("/recherche.csv")
def results() -> Response:
    """Return the documents that answer a question, in the order of the page, at most MAX_ROWS of them."""
    asked = asking.read(request.args, groups())
    # The table has neither facet counts nor excerpts, which cost the most.
    question = replace(asked, page=1, per_page=MOST, counted=frozenset(), excerpts=False)
    written = io.StringIO()
    # French spreadsheets expect semicolons, and recognise UTF-8 by its byte order mark.
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(_COLUMNS)
    table.writerows(map(_row, _documents(hive().search.ask(question))))
    response = Response(written.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename="ruche-documents.csv")
    return response


def export_address(question: Question) -> str:
    """Return the URL of the table of a question's results."""
    return url_for("export.results", **asking.parameters(replace(question, page=1)))


def cell(text: str) -> str:
    """Return a text on one line that no spreadsheet takes for a formula."""
    line = _CONTROLS.sub(" ", text).strip()
    # Spreadsheets take what follows an apostrophe for text.
    return f"'{line}" if line.startswith(_FORMULA) else line


def _documents(answer: Answer) -> Iterator[Document]:
    for found in answer.found:
        yield found.document
        # Near-duplicates are grouped under one document on the page, and are rows of their own here.
        yield from found.alike


def _row(document: Document) -> list[str]:
    return [cell(column(document)) for column in _COLUMNS.values()]


def _labels(facet: Facet) -> Callable[[Document], str]:
    return lambda document: ", ".join(hive().label(facet, value) for value in document.values(facet))


_COLUMNS: dict[str, Callable[[Document], str]] = {
    "Titre": lambda document: document.title,
    "Format": lambda document: FORMAT_LABELS.get(document.format, document.format),
    "Date": lambda document: document.date.isoformat() if document.date else "",
    "Type de rendez-vous": _labels(Facet.EVENT_TYPE),
    "Rendez-vous": lambda document: document.event.title if document.event else "",
    "Thèmes": _labels(Facet.THEME),
    "Territoires": _labels(Facet.TERRITORY),
    "Départements": _labels(Facet.DEPARTMENT),
    "Régions": _labels(Facet.REGION),
    "Auteurs": lambda document: ", ".join(document.authors),
    "Description": lambda document: document.summary,
    "Durée": lambda document: duration_label(document.duration) if document.duration else "",
    # Days where the server is, as pages show them.
    "Ajouté le": lambda document: document.added.astimezone().date().isoformat(),
    "Modifié le": lambda document: document.updated.astimezone().date().isoformat(),
    "Adresse": lambda document: url_for("documents.show", document_id=document.id, _external=True),
    "Fichier": lambda document: " | ".join(document.paths),
}
"""The columns: each heading with its text."""
