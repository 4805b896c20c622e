"""Questions as URL parameters and back: a shared address asks the same question again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

from flask import request, url_for
from werkzeug.datastructures import MultiDict

from index.engines import Sort
from index.model import Facet
from index.search import Question
from webapp.server import quote_text, services

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.engines import Selection
    from index.model import Locator

MAX_QUESTION_LENGTH = 1_000
"""Characters of a question that are read; the query parser has the same limit."""

LAST_PAGE = 10_000
"""The last page of results that is served: more than anyone turns, and an offset that every engine can skip to."""

EXACT_PARAM = "exact"
"""The parameter that asks, with the value « 1 », for the words as typed, without synonyms or corrections."""

ALL_WORDS_PARAM = "tous"
"""The parameter that asks, with the value « 1 », only for the documents that hold all words."""

TYPING_PARAM = "frappe"
"""The parameter that says, with the value « 1 », that someone is still typing: such a search is not counted."""

PLACE_PARAM = "lieu"
"""The parameter by which a document's page shows the part that holds an anchor."""

START_PARAM = "t"
"""The parameter by which a replay starts at a second."""

ALWAYS_SHOWN_PARTS = 5
"""How many of a document's first pages, slides or sections its page shows when none is asked for."""

MAX_FACET_VALUES = 50
"""How many values of one facet are read from an address."""


def read_question(args: MultiDict[str, str], groups: frozenset[str]) -> Question:
    """Return the question of an address. A parameter that cannot be understood is ignored, never refused."""
    # The groups come from the caller: a feed or a mail reads its question with those of its owner.
    sorts = {sort.value: sort for sort in Sort}
    return Question(
        text=args.get("q", "").strip()[:MAX_QUESTION_LENGTH],
        selection=read_selection(args),
        sort=sorts.get(args.get("tri", ""), Sort.RELEVANCE),
        page=parse_page(args.get("page", "")),
        groups=groups,
        exact=args.get(EXACT_PARAM) == "1",
        all_words=args.get(ALL_WORDS_PARAM) == "1",
    )


def read_selection(args: MultiDict[str, str]) -> Selection:
    """Return the facet values of an address. Values that no document has are kept: the page offers to remove them."""
    # A facet comes as a repeated parameter; the empty value is that of a form's field left blank.
    chosen = {facet: frozenset(filter(None, args.getlist(facet.value)[:MAX_FACET_VALUES])) for facet in Facet}
    return {facet: values for facet, values in chosen.items() if values}


def search_address(question: Question) -> str:
    """Return the address of a question's results; equal questions have the same address."""
    return url_for("pages.search", **question_params(question))


def question_params(question: Question) -> dict[str, Any]:
    """Return the URL parameters of a question, those with default values left out."""
    written: dict[str, Any] = {**word_params(question)}
    # Sorted, so that equal questions have one address; tuples, which the cache of URLs can hold.
    written |= {facet.value: tuple(sorted(values)) for facet, values in question.selection.items() if values}
    if question.text and question.all_words:
        written[ALL_WORDS_PARAM] = "1"
    if question.sort is not Sort.RELEVANCE:
        written["tri"] = question.sort.value
    if question.page > 1:
        written["page"] = str(question.page)
    return written


def word_params(question: Question) -> dict[str, str]:
    """Return the URL parameters by which another page searches, or marks, the words of a question."""
    if not question.text:
        return {}
    return {"q": question.text, EXACT_PARAM: "1"} if question.exact else {"q": question.text}


def way_back_params(referrer: str, question: Question) -> dict[str, Any]:
    """Return the URL parameters of the results from which one came to a document, else those of the words alone.

    `referrer` is the address of the page that led here, "" where a browser tells none.
    """
    asked = read_results_left(referrer, question.groups)
    return question_params(asked) if asked and asked.text == question.text else word_params(question)


def read_results_left(referrer: str, groups: frozenset[str]) -> Question | None:
    """Return the question of the results that led here, by the address of the page before; None for another page."""
    try:
        came_from = urlsplit(referrer)
    except ValueError:
        # An address that is none, as « http://[::1 ».
        return None
    if (came_from.netloc, came_from.path) != (request.host, url_for("pages.search")):
        return None
    return read_question(MultiDict(parse_qsl(came_from.query)), groups)


_ID, _NAME = "~id~", "~name~"
"""Placeholders in an address, which is built once and filled in for each document: no id, anchor or route has them."""


def word_query(question: Question) -> str:
    """Return the words to mark as the query string of a document's page, as `url_for` writes it."""
    params: dict[str, Any] = {**word_params(question)}
    return url_for("pages.search", **params).partition("?")[2]


def document_address(document_id: str, query: str = "") -> str:
    """Return the address of a document's page; `query` is what `word_query` gives."""
    # Filled in, not built: a page of results has sixty such addresses, which the cache of `url_for` then need not hold.
    page = url_for("documents.show", document_id=_ID).replace(_ID, document_id)
    return f"{page}?{query}" if query else page


def preview_address(document_id: str, anchor: str, query: str) -> str:
    """Return the address of one part of a document alone, by the anchor of a locator."""
    pattern = url_for("places.show", document_id=_ID, name=_NAME)
    place = pattern.replace(_ID, document_id).replace(_NAME, anchor)
    return f"{place}?{query}" if query else place


def gather_address(document_id: str, anchor: str = "") -> str:
    """Return the address by which a document, or one of its places, is put into a dossier."""
    if not anchor:
        return url_for("dossiers.choose", document=_ID).replace(_ID, document_id)
    place = url_for("dossiers.choose", document=_ID, lieu=_NAME)
    return place.replace(_ID, document_id).replace(_NAME, quote_plus(anchor))


def passage_address(page: str, locator: Locator, word_query: str) -> str:
    """Return the address of a passage: its document's page, at the right part, or at the right second of a replay.

    `page` is the address of the document's page, `word_query` the words to mark as a query string.
    """
    anchor = locator.anchor
    query = "&".join(filter(None, (word_query, _place_query(locator, anchor))))
    return f"{page}?{query}#{anchor}" if query else f"{page}#{anchor}"


def _place_query(locator: Locator, anchor: str) -> str:
    """Return the query string by which a document's page shows the part that holds a place; a long one has several."""
    # A transcript is found by its second, which also starts the video.
    if locator.start is not None:
        return f"{START_PARAM}={int(locator.start)}" if int(locator.start) else ""
    # The first parts are on the page anyway: their links stay short.
    return f"{PLACE_PARAM}={anchor}" if locator.number > ALWAYS_SHOWN_PARTS else ""


def place_address(document_id: str, name: str, words: dict[str, str]) -> str:
    """Return the address of one part of a document alone; `words` are the parameters of the words to mark."""
    params: dict[str, Any] = {"document_id": document_id, "name": name, **words}
    return url_for("places.show", **params)


def moment_address(document_id: str, second: int, anchor: str | None, words: dict[str, str]) -> str:
    """Return the address of a second of a replay, at the anchor of what is being said then."""
    params: dict[str, Any] = {"document_id": document_id, "_anchor": anchor, **words, START_PARAM: second}
    return url_for("documents.show", **params)


def toggle_exact(question: Question) -> Question:
    """Return the same question with exact words turned on or off, from its first page."""
    return replace(question, exact=not question.exact, page=1)


def facet_address(facet: Facet, value: str) -> str:
    """Return the address of all documents that have one facet value."""
    # As `search_address` writes it, without a question for each tag of a page.
    chosen: dict[str, Any] = {facet.value: (value,)}
    return url_for("pages.search", **chosen)


def facet_question(facet: Facet, value: str) -> Question:
    """Return the question for all documents that have one facet value."""
    return Question(selection={facet: frozenset({value})})


def drop_facet_value(question: Question, facet: Facet, value: str) -> Question:
    """Return the same question without one facet value, from its first page."""
    kept: Mapping[Facet, frozenset[str]] = {**question.selection, facet: question.selection[facet] - {value}}
    return replace(question, selection=kept, page=1)


def parse_page(text: str) -> int:
    """Return the number of a page as an address has it, from 1 to LAST_PAGE; 1 where it is no number."""
    # Only ASCII digits: `int` also reads « 1_0 » and the digits of other scripts, and `isdigit` accepts « ² ».
    if not (text.isascii() and text.isdigit()):
        return 1
    # Nine digits: a longer number would be cut to the last page anyway, and is not worth converting.
    return min(max(1, int(text[:9])), LAST_PAGE)


def describe_question(question: Question) -> str:
    """Describe a question: « non-recours », Thème : Santé."""
    labels = (
        f"{facet.label}\u00a0: {services().search.label(facet, value)}"
        for facet, values in question.selection.items()
        for value in sorted(values)
    )
    words = [quote_text(question.text)] if question.text else []
    return ", ".join([*words, *labels]) or "Tous les documents"
