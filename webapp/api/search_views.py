"""The search operation, with all that the page of results shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, request, url_for

from index.engines import Sort
from index.query import And, AtLeast, ByAuthor, Fuzzy, InTitle, Not, Or, Phrase, Prefix, Tagged, Weighted
from index.text import Word
from webapp.api import cursors, request_fields, response_fields, schemas, serializers
from webapp.api.blueprint import accept_query, api
from webapp.api.responses import json_response
from webapp.auth import current_groups
from webapp.pages import EXACT_PARAM, LAST_PAGE, passage_address, question_params, read_question, word_params
from webapp.server import SearchSurface, search_and_measure, services

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.query import Match
    from index.search import Answer, Excerpt, FacetCount, Fragment, Question, RankedDocument

_EXPLAIN_PARAM = "explication"
_PER_PAGE_PARAM = "par_page"

SearchQuery = response_fields.make_schema(
    "Asked",
    {
        "q": request_fields.text_parameter(
            "Question\u00a0: mots, « expressions », titre:, auteur:, ET, OU, SAUF.", load_default=""
        ),
        **request_fields.facet_parameters(),
        "tri": request_fields.choice_parameter(
            [sort.value for sort in Sort], "Ordre des résultats.", load_default=Sort.RELEVANCE.value
        ),
        EXACT_PARAM: request_fields.flag_parameter(
            "«\u00a01\u00a0» cherche les mots tels quels, sans synonyme ni correction."
        ),
        _EXPLAIN_PARAM: request_fields.flag_parameter("«\u00a01\u00a0» dit comment la question a été comprise."),
        _PER_PAGE_PARAM: request_fields.per_page_parameter(10),
        "curseur": request_fields.cursor_parameter(),
    },
    request_fields.StrictSchema,
)


@api.get("/search")
@accept_query(SearchQuery)
@api.output(schemas.AnswerSchema, description="Les documents trouvés.")
@api.doc(
    summary="Chercher",
    description="Les documents qui répondent à une question, avec leurs meilleurs passages et les nombres par facette. "
    "Sans question ni filtre\u00a0: tous les documents, les plus récents d’abord.",
    tags=["Recherche"],
)
def search(params: dict[str, Any]) -> Response:
    """Search documents, a page at a time."""
    cursor = params["curseur"]
    # Results have no lasting key, for their order depends on scores: the cursor is a page number.
    page = int(cursors.decode_cursor(cursor, int)[0]) if cursor else 1
    if not 1 <= page <= LAST_PAGE:
        raise cursors.stale_cursor_error()
    # The address is read as that of the page of results, but for the cursor and the size of a page.
    question = replace(read_question(request.args, current_groups()), page=page, per_page=params[_PER_PAGE_PARAM])
    found = search_and_measure(question, SearchSurface.API)
    body = _serialise_answer(found) | {
        "explanation": _serialise_explanation(found) if params[_EXPLAIN_PARAM] == "1" else None
    }
    return json_response(body, {"next": body["next"], "prev": body["previous"]})


def _serialise_answer(found: Answer) -> dict[str, Any]:
    question = found.question
    # Encoded once for all the passages of the page.
    words = urlencode(word_params(question))
    return {
        "query": question.text,
        "exact": question.exact,
        "sort": question.sort.value,
        "expansions": [{"typed": each.typed, "added": each.added} for each in found.expansions],
        "corrections": [{"typed": each.typed, "used": each.used} for each in found.corrections],
        "related": found.related,
        "related_themes": found.themes,
        "preparing": found.preparing,
        "total": found.total,
        "page": question.page,
        "pages": found.page_count,
        "per_page": question.per_page,
        "results": [_serialise_result(each, words) for each in found.found],
        "facets": serialise_facets(found),
        "next": _page_address(question, question.page + 1) if question.page < found.page_count else None,
        "previous": _page_address(question, question.page - 1) if question.page > 1 else None,
    }


def serialise_facets(found: Answer) -> dict[str, list[dict[str, Any]]]:
    """Return the values that one may filter by, by facet."""
    return {facet.value: [_serialise_facet_value(each) for each in values] for facet, values in found.facets.items()}


def _serialise_facet_value(value: FacetCount) -> dict[str, Any]:
    return {"value": value.value, "label": value.label, "count": value.count, "selected": value.selected}


def _page_address(question: Question, number: int) -> str | None:
    """Return the URL of another page of the question; None beyond the last one that may be asked for."""
    if number > LAST_PAGE:
        return None
    # The page is in the cursor, and must not be in the URL too.
    params = question_params(replace(question, page=1)) | {_PER_PAGE_PARAM: str(question.per_page)}
    # The explanation is given on the following pages too.
    if request.args.get(_EXPLAIN_PARAM) == "1":
        params[_EXPLAIN_PARAM] = "1"
    return url_for("api.search", _external=True, **params, curseur=cursors.encode_cursor(number))


def _serialise_result(found: RankedDocument, word_query: str) -> dict[str, Any]:
    document = serializers.serialise_document(found.document)
    return document | {
        "score": found.score,
        "passages": [_serialise_excerpt(document["url"], each, word_query) for each in found.excerpts],
        "missing": found.missing_words,
        "alike": [{"id": each.id, "title": each.title} for each in found.near_duplicates],
    }


def _serialise_excerpt(page: str, excerpt: Excerpt, word_query: str) -> dict[str, Any]:
    return {
        "locator": serializers.serialise_locator(excerpt.locator),
        "url": passage_address(page, excerpt.locator, word_query),
        "title": _join_fragments(excerpt.title),
        "text": _join_fragments(excerpt.fragments),
        "highlights": _highlight_spans(excerpt.fragments),
    }


def _join_fragments(fragments: Iterable[Fragment]) -> str:
    return "".join(each.text for each in fragments)


def _highlight_spans(fragments: Iterable[Fragment]) -> list[list[int]]:
    """Return where the found words are in the text, as [start, end] in characters."""
    spans, at = [], 0
    for fragment in fragments:
        if fragment.marked:
            spans.append([at, at + len(fragment.text)])
        at += len(fragment.text)
    return spans


def _serialise_explanation(found: Answer) -> dict[str, Any]:
    settings = services().settings
    return {
        "understood": explain_match(found.match),
        "boost_recent": settings.boost_recent,
        "boost_event": settings.boost_event,
    }


_WRAPPER_KINDS: dict[type, str] = {Not: "sauf", InTitle: "titre", ByAuthor: "auteur"}


def explain_match(match: Match, weight: float = 1.0) -> dict[str, Any]:
    """Return a node of the syntax tree, with its children."""
    # A weight is no node of the answer: it is shown on the part that it weighs.
    if isinstance(match, Weighted):
        return explain_match(match.part, match.weight * weight)
    kind, details = _explain_leaf(match)
    return {"kind": kind, "text": None, "stem": None, "weight": weight, "minimum": None, "parts": []} | details


def _explain_leaf(match: Match) -> tuple[str, dict[str, Any]]:
    match match:
        case Word(exact, stem):
            return "mot", {"text": exact, "stem": stem}
        case Phrase(words, exact):
            # An expression is searched word for word or by its stems.
            text = " ".join(word.exact if exact else word.stem for word in words)
            return "expression", {"text": text, "parts": [explain_match(word) for word in words]}
        case Prefix(start):
            return "debut", {"text": start}
        case Fuzzy(exact):
            return "proche", {"text": exact}
        case Tagged(facet, values):
            return "etiquette", {"text": f"{facet.value}:{', '.join(sorted(values))}"}
        case _:
            return _explain_compound(match)


def _explain_compound(match: Match) -> tuple[str, dict[str, Any]]:
    match match:
        case AtLeast(minimum, parts):
            return "au-moins", _explain_parts(parts) | {"minimum": minimum}
        case And(parts):
            return "tous", _explain_parts(parts)
        case Or(parts):
            return "un", _explain_parts(parts)
        case Not(part) | InTitle(part) | ByAuthor(part):
            return _WRAPPER_KINDS[type(match)], _explain_parts((part,))
        case _:
            return "tout", {}


def _explain_parts(parts: tuple[Match, ...]) -> dict[str, Any]:
    return {"parts": [explain_match(each) for each in parts]}
