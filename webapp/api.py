"""The same answers as the pages, as JSON for other tools. The parameters are those of the page's address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request, url_for

from index.engine import Sort
from index.model import Facet
from webapp import asking, metrics
from webapp.errors import Explanation, ProblemError
from webapp.hive import document_or_404, groups, hive
from webapp.metrics import Surface

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.highlight import Fragment
    from index.model import Document, Event, Locator, PartialDate, Passage
    from index.search import Answer, Excerpt, Found, Question

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

_PER_PAGE = "par_page"
_MOST_PER_PAGE = 100
_KNOWN = {"q", "tri", "page", asking.EXACT, _PER_PAGE} | {facet.value for facet in Facet}


@blueprint.get("/search")
def search() -> Response:
    """The documents that answer a question, a page at a time."""
    return jsonify(_answer(metrics.ask(_question(), Surface.API)))


@blueprint.get("/documents/<document_id>")
def document(document_id: str) -> Response:
    """One document with its whole text."""
    found = document_or_404(document_id)
    passages = hive().catalogue.passages(found.id)
    return jsonify(_document(found) | {"passages": [_passage(found, each) for each in passages]})


def _question() -> Question:
    """The question of the request. A tool is told of its mistakes, where a page would be lenient."""
    for name in request.args:
        if name not in _KNOWN:
            raise _refusal(name, f"Ce paramètre n’existe pas. Paramètres possibles\u00a0: {', '.join(sorted(_KNOWN))}.")
    if request.args.get("tri", Sort.RELEVANCE.value) not in {sort.value for sort in Sort}:
        raise _refusal("tri", f"Valeurs possibles\u00a0: {', '.join(sort.value for sort in Sort)}.")
    if request.args.get(asking.EXACT, "0") not in {"0", "1"}:
        raise _refusal(asking.EXACT, "Valeurs possibles\u00a0: 0, 1.")
    question = asking.read(request.args, groups())
    return replace(
        question,
        page=_whole("page", 1, asking.LAST_PAGE),
        per_page=_whole(_PER_PAGE, question.per_page, _MOST_PER_PAGE),
    )


def _whole(name: str, absent: int, most: int) -> int:
    text = request.args.get(name, str(absent))
    # No number of more digits can be within bounds, and int() refuses the longest ones.
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)) or not 1 <= int(text) <= most:
        raise _refusal(name, f"Il faut un nombre entier de 1 à {most}.")
    return int(text)


def _refusal(name: str, advice: str) -> ProblemError:
    return ProblemError(
        400, Explanation("Paramètre refusé", f"Le paramètre «\u00a0{name}\u00a0» ne convient pas.", advice)
    )


def _answer(answer: Answer) -> dict[str, Any]:
    question = answer.question
    return {
        "query": question.text,
        "exact": question.exact,
        "sort": question.sort.value,
        "expansions": [{"typed": each.typed, "added": each.added} for each in answer.expansions],
        "corrections": [{"typed": each.typed, "used": each.used} for each in answer.corrections],
        "related": answer.related,
        "related_themes": answer.themes,
        "preparing": answer.preparing,
        "total": answer.total,
        "page": question.page,
        "pages": answer.pages,
        "per_page": question.per_page,
        "results": [_found(each, question) for each in answer.found],
        "facets": {
            facet.value: [
                {"value": each.value, "label": each.label, "count": each.count, "selected": each.selected}
                for each in values
            ]
            for facet, values in answer.facets.items()
        },
        "next": _page(question, question.page + 1) if question.page < answer.pages else None,
        "previous": _page(question, question.page - 1) if question.page > 1 else None,
    }


def _page(question: Question, number: int) -> str:
    parameters = asking.parameters(replace(question, page=number)) | {_PER_PAGE: str(question.per_page)}
    return url_for("api.search", _external=True, **parameters)


def _found(found: Found, question: Question) -> dict[str, Any]:
    passages = [_best(found.document, each, question) for each in found.excerpts]
    return _document(found.document) | {
        "score": found.score,
        "passages": passages,
        "missing": found.missing,
        "alike": [{"id": each.id, "title": each.title} for each in found.alike],
    }


def _best(document: Document, excerpt: Excerpt, question: Question) -> dict[str, Any]:
    words = asking.words(question)
    return {
        "locator": _locator(excerpt.locator),
        "url": asking.passage_address(document.id, excerpt.locator, words, external=True),
        "title": _whole_text(excerpt.title),
        "text": _whole_text(excerpt.fragments),
        "highlights": _highlights(excerpt.fragments),
    }


def _locator(locator: Locator) -> dict[str, Any]:
    return {
        "unit": locator.unit.value,
        "number": locator.number,
        "start": locator.start,
        "end": locator.end,
        "label": locator.label,
        "anchor": locator.anchor,
    }


def _whole_text(fragments: Iterable[Fragment]) -> str:
    return "".join(each.text for each in fragments)


def _highlights(fragments: Iterable[Fragment]) -> list[list[int]]:
    """Where the found words are in the text: [start, end], in characters."""
    spans, at = [], 0
    for fragment in fragments:
        if fragment.marked:
            spans.append([at, at + len(fragment.text)])
        at += len(fragment.text)
    return spans


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "format": document.format,
        "date": _day(document.date),
        "event": _event(document.event) if document.event else None,
        "authors": document.authors,
        "duration": document.duration,
        "paths": document.paths,
        "sha256": document.digest,
        "added": document.added.isoformat(),
        "updated": document.updated.isoformat(),
        "tags": [
            {"facet": tag.facet.value, "value": tag.value, "label": hive().search.label(tag.facet, tag.value)}
            | {"source": tag.source.value, "reason": tag.reason}
            for tag in document.tags
        ],
        "url": url_for("documents.show", document_id=document.id, _external=True),
        "original_url": url_for("documents.original", document_id=document.id, _external=True),
        "api_url": url_for("api.document", document_id=document.id, _external=True),
    }


def _event(event: Event) -> dict[str, str]:
    return {"id": event.id, "type": event.type, "title": event.title, "date": event.date.isoformat()}


def _passage(document: Document, passage: Passage) -> dict[str, Any]:
    return {
        "locator": _locator(passage.locator),
        "url": asking.passage_address(document.id, passage.locator, {}, external=True),
        "title": passage.title,
        "text": passage.text,
        "notes": passage.notes,
    }


def _day(value: PartialDate | None) -> str | None:
    return value.isoformat() if value else None
