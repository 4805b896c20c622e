"""What the search page shows around its results: filters in force, filters offered, sort orders, page links."""

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
"""Values of a facet that are shown at once; the others are behind a fold."""

_AROUND = 1
"""Pages linked on each side of the current one."""

_MOST_WAYS = 6
"""Filters that the page offers to drop where nothing is found; each costs a search."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force; `address` is the same search without it."""

    facet: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class WayOut:
    """The same search with one filter less: the label of that filter, the address, the number of documents found."""

    label: str
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The filters of one facet, or of all areas: `first` are shown, `others` are behind a fold.

    `folded`: all of them are behind one fold. `unfolding`: the children of each choice are behind a fold of their own.
    """

    label: str
    first: tuple[Choice, ...]
    others: tuple[Choice, ...] = ()
    folded: bool = False
    unfolding: bool = False

    @property
    def opened(self) -> bool:
        """Whether the fold is open: a choice behind it is in force."""
        return any(each.chosen for each in (self.first if self.folded else self.others))


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link to a page of results; without an address it stands for the pages left out (« … »)."""

    number: int
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A sort order; `address` is the same search in that order."""

    label: str
    address: str
    current: bool


def chips(answer: Answer) -> tuple[Chip, ...]:
    """Return one chip for each filter in force."""
    return tuple(
        Chip(facet.label, each.label, address(without(answer.question, facet, each.value)))
        for facet, values in answer.facets.items()
        for each in values
        if each.selected
    )


def fewer_filters(answer: Answer, total: Callable[[Question], int]) -> tuple[WayOut, ...]:
    """Return, for an empty answer, the searches with one filter less that find something, by decreasing count.

    `count_documents` counts the documents that answer a question.
    """
    question = answer.question
    chosen = [(facet, each) for facet, values in answer.facets.items() for each in values if each.selected]
    freer = [(each.label, without(question, facet, each.value)) for facet, each in chosen[:_MOST_WAYS]]
    ways = (WayOut(label, address(asked), total(asked)) for label, asked in freer)
    return tuple(sorted((each for each in ways if each.count), key=lambda each: -each.count))


def facet_groups(answer: Answer, vocabulary: Vocabulary) -> tuple[FacetGroup, ...]:
    """Return the filters offered, a group for each facet that has values; areas of all levels make one group."""
    # Regions and departments are shown in the group of territories, as a tree.
    offered = {facet: _choices(facet, answer, vocabulary) for facet in Facet if facet not in places.LEVELS[:-1]}
    return tuple(_group(facet, choices) for facet, choices in offered.items() if choices)


def _choices(facet: Facet, answer: Answer, vocabulary: Vocabulary) -> tuple[Choice, ...]:
    if facet is Facet.TERRITORY:
        return places.tree(answer.facets, vocabulary)
    return tuple(Choice(facet.value, each) for each in answer.facets.get(facet, ()))


def _group(facet: Facet, choices: tuple[Choice, ...]) -> FacetGroup:
    if facet is Facet.EVENT:
        # Events are many, and who wants one knows it: shown at once they would bury the other filters.
        return FacetGroup(facet.label, choices, folded=True)
    # A fold that hides a single value takes as much room as that value.
    cut = SHOWN_VALUES if len(choices) > SHOWN_VALUES + 1 else len(choices)
    # A tree that is short enough is shown unfolded.
    nested = any(each.within for each in choices)
    unfolding = nested and sum(each.size for each in choices) > SHOWN_VALUES + 1
    return FacetGroup(facet.label, choices[:cut], choices[cut:], unfolding=unfolding)


def orders(answer: Answer) -> tuple[Order, ...]:
    """Return the sort orders; none without words, since all documents are then equally relevant."""
    if not answer.question.text:
        return ()
    labels = {Sort.RELEVANCE: "Pertinence", Sort.DATE: "Date"}
    return tuple(
        Order(label, address(replace(answer.question, sort=sort, page=1)), answer.question.sort is sort)
        for sort, label in labels.items()
    )


def page_links(answer: Answer) -> tuple[PageLink, ...]:
    """Return links to the first page, the last one and those around the current one; none when there is one page."""
    # The question is on an existing page: the view has brought it back to the last one.
    question, last = answer.question, answer.pages
    if last == 1:
        return ()
    wanted = {1, last} | set(range(question.page - _AROUND, question.page + _AROUND + 1))
    links: list[PageLink] = []
    for number in sorted(wanted & set(range(1, last + 1))):
        # A gap stands as a link without address, numbered as the page just before the next link.
        if links and number > links[-1].number + 1:
            links.append(PageLink(number - 1, ""))
        links.append(PageLink(number, address(replace(question, page=number)), current=number == question.page))
    return tuple(links)
