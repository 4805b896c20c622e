"""Questions as URL parameters and back: a shared address asks the same question again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import url_for

from index.engine import Sort
from index.model import Facet
from index.search import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from index.engine import Selection
    from index.model import Locator

LONGEST = 1_000
"""Characters of a question that are read; the query parser has the same limit."""

LAST_PAGE = 10_000
"""The last page of results that is served: more than anyone turns, and an offset that every engine can skip to."""

EXACT = "exact"
"""The parameter that asks, with the value « 1 », for the words as typed, without synonyms or corrections."""

PLACE = "lieu"
"""The parameter by which a document's page shows the part that holds an anchor."""

START = "t"
"""The parameter by which a replay starts at a second."""

ALWAYS_SHOWN = 5
"""How many of a document's first pages, slides or sections its page shows when none is asked for."""

MOST_VALUES = 50
"""How many values of one facet are read from an address."""


def read(args: MultiDict[str, str], groups: frozenset[str]) -> Question:
    """Return the question of an address. A parameter that cannot be understood is ignored, never refused."""
    # The groups come from the caller: a feed or a mail reads its question with those of its owner.
    sorts = {sort.value: sort for sort in Sort}
    return Question(
        text=args.get("q", "").strip()[:LONGEST],
        selection=selection(args),
        sort=sorts.get(args.get("tri", ""), Sort.RELEVANCE),
        page=_page(args.get("page", "")),
        groups=groups,
        exact=args.get(EXACT) == "1",
    )


def selection(args: MultiDict[str, str]) -> Selection:
    """Return the facet values of an address. Values that no document has are kept: the page offers to remove them."""
    # A facet comes as a repeated parameter; the empty value is that of a form's field left blank.
    chosen = {facet: frozenset(filter(None, args.getlist(facet.value)[:MOST_VALUES])) for facet in Facet}
    return {facet: values for facet, values in chosen.items() if values}


def address(question: Question) -> str:
    """Return the address of a question's results; equal questions have the same address."""
    return url_for("pages.search", **parameters(question))


def parameters(question: Question) -> dict[str, Any]:
    """Return the URL parameters of a question, those with default values left out."""
    written: dict[str, Any] = {**words(question)}
    # Sorted, so that equal questions have one address; tuples, which the cache of URLs can hold.
    written |= {facet.value: tuple(sorted(values)) for facet, values in question.selection.items() if values}
    if question.sort is not Sort.RELEVANCE:
        written["tri"] = question.sort.value
    if question.page > 1:
        written["page"] = str(question.page)
    return written


def words(question: Question) -> dict[str, str]:
    """Return the URL parameters by which another page searches, or marks, the words of a question."""
    if not question.text:
        return {}
    return {"q": question.text, EXACT: "1"} if question.exact else {"q": question.text}


def passage_of(page: str, locator: Locator, asked: str) -> str:
    """Return the address of a passage: its document's page, at the right part, or at the right second of a replay.

    `page` is the address of the document's page, `word_query` the words to mark as a query string.
    """
    anchor = locator.anchor
    query = "&".join(filter(None, (asked, _whereabouts(locator, anchor))))
    return f"{page}?{query}#{anchor}" if query else f"{page}#{anchor}"


def _whereabouts(locator: Locator, anchor: str) -> str:
    """Return the query string by which a document's page shows the part that holds a place; a long one has several."""
    # A transcript is found by its second, which also starts the video.
    if locator.start is not None:
        return f"{START}={int(locator.start)}" if int(locator.start) else ""
    # The first parts are on the page anyway: their links stay short.
    return f"{PLACE}={anchor}" if locator.number > ALWAYS_SHOWN else ""


def the_other_way(question: Question) -> Question:
    """Return the same question with exact words turned on or off, from its first page."""
    return replace(question, exact=not question.exact, page=1)


def about(facet: Facet, value: str) -> Question:
    """Return the question for all documents that have one facet value."""
    return Question(selection={facet: frozenset({value})})


def without(question: Question, facet: Facet, value: str) -> Question:
    """Return the same question without one facet value, from its first page."""
    kept: Mapping[Facet, frozenset[str]] = {**question.selection, facet: question.selection[facet] - {value}}
    return replace(question, selection=kept, page=1)


def _page(text: str) -> int:
    # Only ASCII digits: `int` also reads « 1_0 » and the digits of other scripts, and `isdigit` accepts « ² ».
    if not (text.isascii() and text.isdigit()):
        return 1
    # Nine digits: a longer number would be cut to the last page anyway, and is not worth converting.
    return min(max(1, int(text[:9])), LAST_PAGE)
