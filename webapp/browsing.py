"""What surrounds a list of results: the filters chosen, the filters offered, the pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.engine import Sort
from index.model import Facet
from webapp.asking import address, without

if TYPE_CHECKING:
    from index.search import Answer, FacetValue

SHOWN_VALUES = 8
"""Values of a facet that are seen at once; a longer list opens on demand."""

_AROUND = 1


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force; its address is the same search without it."""

    facet: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The filters of one facet, the most useful first; `opened` when a chosen one is among the others."""

    name: str
    label: str
    first: tuple[FacetValue, ...]
    others: tuple[FacetValue, ...]

    @property
    def opened(self) -> bool:
        """Whether a person must see the others, having chosen among them."""
        return any(each.selected for each in self.others)


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


def facet_groups(answer: Answer) -> tuple[FacetGroup, ...]:
    """The facets that have something to offer."""
    return tuple(_group(facet, answer.facets[facet]) for facet in Facet if answer.facets.get(facet))


def _group(facet: Facet, values: tuple[FacetValue, ...]) -> FacetGroup:
    # A list that opens on one single value costs more than it saves.
    cut = SHOWN_VALUES if len(values) > SHOWN_VALUES + 1 else len(values)
    return FacetGroup(facet.value, facet.label, values[:cut], values[cut:])


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
