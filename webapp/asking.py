"""Addresses and questions: a shared address asks the same question again."""

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
"""Characters of a question that are read, as the query language does."""

LAST_PAGE = 10_000
"""Further than anyone turns pages, and small enough for every engine to skip to."""

EXACT = "exact"
"""The parameter that asks, by « 1 », for the words as typed."""

PLACE = "lieu"
"""The parameter that asks a document's page for the part that holds an anchor."""

START = "t"
"""The parameter that starts a replay at a second."""

ALWAYS_SHOWN = 5
"""The first pages, slides or sections of a document, which its page shows when it is asked for none."""

MOST_VALUES = 50
"""Of one filter, those that are read."""


def read(args: MultiDict[str, str], groups: frozenset[str]) -> Question:
    """The question of an address; what cannot be understood in it is left out, never refused."""
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
    """The facet values of an address; values that no document has are kept, so that a person can take them off."""
    chosen = {facet: frozenset(filter(None, args.getlist(facet.value)[:MOST_VALUES])) for facet in Facet}
    return {facet: values for facet, values in chosen.items() if values}


def address(question: Question) -> str:
    """Where a question's answer is found; the same question always has the same address."""
    return url_for("pages.search", **parameters(question))


def parameters(question: Question) -> dict[str, Any]:
    """What distinguishes a question from the empty one, as an address writes it."""
    written: dict[str, Any] = {**words(question)}
    written |= {facet.value: tuple(sorted(values)) for facet, values in question.selection.items() if values}
    if question.sort is not Sort.RELEVANCE:
        written["tri"] = question.sort.value
    if question.page > 1:
        written["page"] = str(question.page)
    return written


def words(question: Question) -> dict[str, str]:
    """What an address needs for the page behind it to find, or mark, the same words."""
    if not question.text:
        return {}
    return {"q": question.text, EXACT: "1"} if question.exact else {"q": question.text}


def passage_of(page: str, locator: Locator, asked: str) -> str:
    """Where a passage is read, its words marked: the part of the document that holds it, a replay at its second.

    `page` is the address of its document's page, `asked` the words to mark as addresses write them.
    """
    anchor = locator.anchor
    query = "&".join(filter(None, (asked, _whereabouts(locator, anchor))))
    return f"{page}?{query}#{anchor}" if query else f"{page}#{anchor}"


def _whereabouts(locator: Locator, anchor: str) -> str:
    """What the server must know of a place to show it, as addresses write it: a long document is sent in parts."""
    if locator.start is not None:
        return f"{START}={int(locator.start)}" if int(locator.start) else ""
    return f"{PLACE}={anchor}" if locator.number > ALWAYS_SHOWN else ""


def the_other_way(question: Question) -> Question:
    """The same question by exact words where it was asked with their synonyms and corrections, and back."""
    return replace(question, exact=not question.exact, page=1)


def about(facet: Facet, value: str) -> Question:
    """Everything that has one facet value."""
    return Question(selection={facet: frozenset({value})})


def without(question: Question, facet: Facet, value: str) -> Question:
    """The same question, less one facet value, from its first page."""
    kept: Mapping[Facet, frozenset[str]] = {**question.selection, facet: question.selection[facet] - {value}}
    return replace(question, selection=kept, page=1)


def _page(text: str) -> int:
    # Only plain ASCII digits: int() would also read « ² »-like and underscored numbers.
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(1, int(text[:9])), LAST_PAGE)
