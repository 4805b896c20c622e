"""The search operation, with all that the page of results shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Response, request, url_for

from index.engine import Sort
from webapp import asking, metrics
from webapp.api import cursors, fields, members, schemas, telling
from webapp.api.answering import answer
from webapp.api.blueprint import api, query
from webapp.api.explaining import understood
from webapp.hive import groups, hive
from webapp.metrics import Surface

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.highlight import Fragment
    from index.search import Answer, Excerpt, FacetValue, Found, Question

_EXPLAINED = "explication"
_PER_PAGE = "par_page"

Asked = members.made(
    "Asked",
    {
        "q": fields.text("Question\u00a0: mots, « expressions », titre:, auteur:, ET, OU, SAUF.", load_default=""),
        **fields.facets(),
        "tri": fields.one_of([sort.value for sort in Sort], "Ordre des résultats.", load_default=Sort.RELEVANCE.value),
        asking.EXACT: fields.flag("«\u00a01\u00a0» cherche les mots tels quels, sans synonyme ni correction."),
        _EXPLAINED: fields.flag("«\u00a01\u00a0» dit comment la question a été comprise."),
        _PER_PAGE: fields.per_page(10),
        "curseur": fields.cursor(),
    },
    fields.Strict,
)


@api.get("/search")
@query(Asked)
@api.output(schemas.Answer, description="Les documents trouvés.")
@api.doc(
    summary="Chercher",
    description="Les documents qui répondent à une question, avec leurs meilleurs passages et les nombres par facette. "
    "Sans question ni filtre\u00a0: tous les documents, les plus récents d’abord.",
    tags=["Recherche"],
)
def search(asked: dict[str, Any]) -> Response:
    """Search documents, a page at a time."""
    cursor = asked["curseur"]
    # Results have no lasting key, for their order depends on scores: the cursor is a page number.
    page = int(cursors.read(cursor, int)[0]) if cursor else 1
    if not 1 <= page <= asking.LAST_PAGE:
        raise cursors.stale()
    # The address is read as that of the page of results, but for the cursor and the size of a page.
    question = replace(asking.read(request.args, groups()), page=page, per_page=asked[_PER_PAGE])
    found = metrics.ask(question, Surface.API)
    body = _answer(found) | {"explanation": _explanation(found) if asked[_EXPLAINED] == "1" else None}
    return answer(body, {"next": body["next"], "prev": body["previous"]})


def _answer(found: Answer) -> dict[str, Any]:
    question = found.question
    # Encoded once for all the passages of the page.
    words = urlencode(asking.words(question))
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
        "pages": found.pages,
        "per_page": question.per_page,
        "results": [_found(each, words) for each in found.found],
        "facets": facets(found),
        "next": _page(question, question.page + 1) if question.page < found.pages else None,
        "previous": _page(question, question.page - 1) if question.page > 1 else None,
    }


def facets(found: Answer) -> dict[str, list[dict[str, Any]]]:
    """Return the values that one may filter by, by facet."""
    return {facet.value: [_value(each) for each in values] for facet, values in found.facets.items()}


def _value(value: FacetValue) -> dict[str, Any]:
    return {"value": value.value, "label": value.label, "count": value.count, "selected": value.selected}


def _page(question: Question, number: int) -> str | None:
    """Return the URL of another page of the question; None beyond the last one that may be asked for."""
    if number > asking.LAST_PAGE:
        return None
    # The page is in the cursor, and must not be in the URL too.
    kept = asking.parameters(replace(question, page=1)) | {_PER_PAGE: str(question.per_page)}
    # The explanation is given on the following pages too.
    if request.args.get(_EXPLAINED) == "1":
        kept[_EXPLAINED] = "1"
    return url_for("api.search", _external=True, **kept, curseur=cursors.written(number))


def _found(found: Found, words: str) -> dict[str, Any]:
    told = telling.document(found.document)
    return told | {
        "score": found.score,
        "passages": [_best(told["url"], each, words) for each in found.excerpts],
        "missing": found.missing,
        "alike": [{"id": each.id, "title": each.title} for each in found.alike],
    }


def _best(page: str, excerpt: Excerpt, words: str) -> dict[str, Any]:
    return {
        "locator": telling.locator(excerpt.locator),
        "url": asking.passage_of(page, excerpt.locator, words),
        "title": _whole_text(excerpt.title),
        "text": _whole_text(excerpt.fragments),
        "highlights": _highlights(excerpt.fragments),
    }


def _whole_text(fragments: Iterable[Fragment]) -> str:
    return "".join(each.text for each in fragments)


def _highlights(fragments: Iterable[Fragment]) -> list[list[int]]:
    """Return where the found words are in the text, as [start, end] in characters."""
    spans, at = [], 0
    for fragment in fragments:
        if fragment.marked:
            spans.append([at, at + len(fragment.text)])
        at += len(fragment.text)
    return spans


def _explanation(found: Answer) -> dict[str, Any]:
    settings = hive().settings
    return {
        "understood": understood(found.match),
        "boost_recent": settings.boost_recent,
        "boost_event": settings.boost_event,
    }
