"""What surrounds a list of results: the filters chosen, the filters offered, the pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.engine import Sort
from index.model import Facet
from webapp import places
from webapp.asking import address, without
from webapp.places import Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.search import Answer, Question
    from index.vocabulary import Vocabulary

SHOWN_VALUES = 8
"""Values of a facet that are seen at once; a longer list opens on demand."""

_AROUND = 1

_MOST_WAYS = 6
"""Filters that one is offered to drop; each costs a search."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force; its address is the same search without it."""

    facet: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class WayOut:
    """A search with one filter less, and how many documents it finds."""

    label: str
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The filters of one subject, the most useful first.

    `folded` when they are all behind one fold, `unfolding` when what lies within each is behind its own.
    """

    label: str
    first: tuple[Choice, ...]
    others: tuple[Choice, ...] = ()
    folded: bool = False
    unfolding: bool = False

    @property
    def opened(self) -> bool:
        """Whether a person must see those behind the fold, having chosen among them."""
        return any(each.chosen for each in (self.first if self.folded else self.others))


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page of the answer; without an address it stands for pages left out."""

    number: int
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A way to sort; the address is the same search in that order."""

    label: str
    address: str
    current: bool


def chips(answer: Answer) -> tuple[Chip, ...]:
    """One chip for each filter in force."""
    return tuple(
        Chip(facet.label, each.label, address(without(answer.question, facet, each.value)))
        for facet, values in answer.facets.items()
        for each in values
        if each.selected
    )


def fewer_filters(answer: Answer, total: Callable[[Question], int]) -> tuple[WayOut, ...]:
    """The searches with one filter less that find something, where the answer is empty; the most fruitful first."""
    question = answer.question
    chosen = [(facet, each) for facet, values in answer.facets.items() for each in values if each.selected]
    freer = [(each.label, without(question, facet, each.value)) for facet, each in chosen[:_MOST_WAYS]]
    ways = (WayOut(label, address(asked), total(asked)) for label, asked in freer)
    return tuple(sorted((each for each in ways if each.count), key=lambda each: -each.count))


def facet_groups(answer: Answer, vocabulary: Vocabulary) -> tuple[FacetGroup, ...]:
    """The facets that have something to offer, all places in one group."""
    offered = {facet: _choices(facet, answer, vocabulary) for facet in Facet if facet not in places.LEVELS[:-1]}
    return tuple(_group(facet, choices) for facet, choices in offered.items() if choices)


def _choices(facet: Facet, answer: Answer, vocabulary: Vocabulary) -> tuple[Choice, ...]:
    if facet is Facet.TERRITORY:
        return places.tree(answer.facets, vocabulary)
    return tuple(Choice(facet.value, each) for each in answer.facets.get(facet, ()))


def _group(facet: Facet, choices: tuple[Choice, ...]) -> FacetGroup:
    if facet is Facet.EVENT:
        # Whoever wants one gathering knows it; all of them at once would bury the other filters.
        return FacetGroup(facet.label, choices, folded=True)
    # A list that opens on one single value costs more than it saves.
    cut = SHOWN_VALUES if len(choices) > SHOWN_VALUES + 1 else len(choices)
    nested = any(each.within for each in choices)
    unfolding = nested and sum(each.size for each in choices) > SHOWN_VALUES + 1
    return FacetGroup(facet.label, choices[:cut], choices[cut:], unfolding=unfolding)


def orders(answer: Answer) -> tuple[Order, ...]:
    """The orders that would differ: without words there is no relevance to sort by."""
    if not answer.question.text:
        return ()
    labels = {Sort.RELEVANCE: "Pertinence", Sort.DATE: "Date"}
    return tuple(
        Order(label, address(replace(answer.question, sort=sort, page=1)), answer.question.sort is sort)
        for sort, label in labels.items()
    )


def page_links(answer: Answer) -> tuple[PageLink, ...]:
    """The first, the last, and those around the present page; nothing when there is only one."""
    question, last = answer.question, answer.pages
    if last == 1:
        return ()
    wanted = {1, last} | set(range(question.page - _AROUND, question.page + _AROUND + 1))
    links: list[PageLink] = []
    for number in sorted(wanted & set(range(1, last + 1))):
        if links and number > links[-1].number + 1:
            links.append(PageLink(number - 1, ""))
        links.append(PageLink(number, address(replace(question, page=number)), current=number == question.page))
    return tuple(links)
