"""Many questions at once: a line each, answered as a table with the best document, its place and what it says there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from index.model import ExplainedError, Facet
from index.search import Question, find_meant_acronyms
from webapp.auth import current_groups
from webapp.pages.search_params import passage_address, search_address
from webapp.server import SearchSurface, format_count, search_and_measure, send_csv, services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

    from index.model import Document
    from index.search import Answer, Excerpt

batch_blueprint = Blueprint("batch_search", __name__, url_prefix="/recherche/liste")

MAX_LINES = 60
"""Questions of one batch: all territories at once, and room for more."""

MAX_LINE_LENGTH = 300
"""Characters of one of them."""

_MAX_EXCERPT = 400
_COLUMNS = ("Question", "En bref", "Documents trouvés", "Premier document", "Endroit", "Extrait", "Adresse")


class BatchError(ExplainedError):
    """A list of questions that is empty or too long; the message says what to do."""


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A question with its answer: how many documents, the first of them, and its best passage, None where none is."""

    answer: Answer
    meaning: str
    document: Document | None = None
    excerpt: Excerpt | None = None

    @property
    def text(self) -> str:
        """The question as typed."""
        return self.answer.question.text

    @property
    def results(self) -> str:
        """The address of all its results."""
        return search_address(replace(self.answer.question, per_page=Question().per_page))

    @property
    def said(self) -> str:
        """What the passage says, on one line."""
        text = "".join(each.text for each in self.excerpt.fragments) if self.excerpt else ""
        return " ".join(text.split())[:_MAX_EXCERPT]


@batch_blueprint.get("")
def show() -> str:
    """Show the form."""
    return _render("")


@batch_blueprint.post("")
def ask() -> Response | str | tuple[str, int]:
    """Answer the lines of a list, as a page or, with `forme` « csv », as a table to download."""
    typed = request.form.get("lignes", "")
    try:
        rows = answer_lines(typed.splitlines())
    except BatchError as error:
        return _render(typed, error=str(error)), 422
    if request.form.get("forme") == "csv":
        return send_csv("ruche-reponses.csv", _COLUMNS, map(_build_row, rows))
    return _render(typed, rows)


def answer_lines(lines: Iterable[str], surface: SearchSurface = SearchSurface.PAGE) -> list[BatchRow]:
    """Answer questions in their order, with the rights of whoever asks. Raises BatchError.

    They are not counted among what people search: a list says nothing of what is asked often.
    """
    asked = [" ".join(line.split()) for line in lines]
    # Lists end with empty lines, and are pasted with tabs.
    asked = [line for line in asked if line]
    if not asked:
        raise BatchError("Écrivez une question par ligne.")
    if len(asked) > MAX_LINES:
        raise BatchError(f"Il y a {len(asked)} questions : {MAX_LINES} au plus à la fois.")
    # Cut, a question would be another one.
    if long := [number for number, line in enumerate(asked, 1) if len(line) > MAX_LINE_LENGTH]:
        which = format_count(len(long), "question est trop longue", "questions sont trop longues")
        raise BatchError(f"{which} (la {long[0]}e d’abord) : {MAX_LINE_LENGTH} caractères au plus.")
    return [_answer(line, surface) for line in asked]


def _answer(line: str, surface: SearchSurface) -> BatchRow:
    # One document and no facets: what a row shows.
    question = Question(line, per_page=1, groups=current_groups(), facets=frozenset[Facet]())
    answer = search_and_measure(question, surface)
    meant = find_meant_acronyms(line, services().vocabulary)
    meaning = "\u00a0; ".join(f"{each.letters}\u00a0: {each.meaning}" for each in meant)
    if not answer.found:
        return BatchRow(answer, meaning)
    # Near-duplicates stand under it, and are not asked for here.
    best = answer.found[0]
    return BatchRow(answer, meaning, best.document, next(iter(best.excerpts), None))


def first_address(row: BatchRow, *, external: bool = False) -> str:
    """Return the address of the first document of a row, at its best passage; "" where there is none."""
    if row.document is None:
        return ""
    page = url_for("documents.show", document_id=row.document.id, _external=external)
    return passage_address(page, row.excerpt.locator, "") if row.excerpt else page


def _build_row(row: BatchRow) -> list[str]:
    return [
        row.text,
        row.meaning,
        str(row.answer.total),
        row.document.title if row.document else "",
        row.excerpt.locator.label if row.excerpt else "",
        row.said,
        first_address(row, external=True),
    ]


def _render(typed: str, rows: list[BatchRow] | None = None, error: str = "") -> str:
    return render_template(
        "batch_search.html",
        typed=typed,
        rows=rows,
        error=error,
        most=MAX_LINES,
        longest=MAX_LINE_LENGTH,
        first_address=first_address,
    )
