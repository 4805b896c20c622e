"""What the search page shows around its results: filters in force, filters offered, sort orders, page links."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.engines import Sort
from index.model import Facet, list_family
from index.query import list_words
from webapp.pages.search_params import drop_facet_value, search_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from index.search import Answer, FacetCount, Question
    from index.vocabulary import Vocabulary

VALUES_SHOWN = 8
"""Values of a facet that are shown at once; the others are behind a fold."""

_PAGES_AROUND = 1
"""Pages linked on each side of the current one."""

_MAX_WORDS_ALONE = 8
"""Words of a question that the page searches alone where nothing is found; each costs a search."""

_MAX_RELAXED_SEARCHES = 6
"""Filters that the page offers to drop where nothing is found; each costs a search."""


@dataclass(frozen=True, slots=True)
class FilterChip:
    """A filter in force; `address` is the same search without it."""

    facet: str
    label: str
    address: str


@dataclass(frozen=True, slots=True)
class RelaxedSearch:
    """The same search with one filter less: the label of that filter, the address, the number of documents found."""

    label: str
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class WordSearch:
    """A word of a question alone: its address and the number of documents that it finds."""

    word: str
    address: str
    count: int


@dataclass(frozen=True, slots=True)
class WidthLinks:
    """The addresses of the same search with all words only, and with a share of them too; empty where not offered."""

    narrower: str
    wider: str


@dataclass(frozen=True, slots=True)
class FacetGroup:
    """The filters of one facet, or of all areas: `first` are shown, `others` are behind a fold.

    `folded`: all of them are behind one fold. `unfolding`: the children of each choice are behind a fold of their own.
    """

    label: str
    first: tuple[FilterChoice, ...]
    others: tuple[FilterChoice, ...] = ()
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
class SortLink:
    """A sort order; `address` is the same search in that order."""

    label: str
    address: str
    current: bool


def filter_chips(answer: Answer) -> tuple[FilterChip, ...]:
    """Return one chip for each filter in force."""
    return tuple(
        FilterChip(facet.label, each.label, search_address(drop_facet_value(answer.question, facet, each.value)))
        for facet, values in answer.facets.items()
        for each in values
        if each.selected
    )


def relax_filters(answer: Answer, count_documents: Callable[[Question], int]) -> tuple[RelaxedSearch, ...]:
    """Return, for an empty answer, the searches with one filter less that find something, by decreasing count.

    `count_documents` counts the documents that answer a question.
    """
    question = answer.question
    chosen = [(facet, each) for facet, values in answer.facets.items() for each in values if each.selected]
    freer = [
        (each.label, drop_facet_value(question, facet, each.value)) for facet, each in chosen[:_MAX_RELAXED_SEARCHES]
    ]
    ways = (RelaxedSearch(label, search_address(asked), count_documents(asked)) for label, asked in freer)
    return tuple(sorted((each for each in ways if each.count), key=lambda each: -each.count))


def width_links(answer: Answer) -> WidthLinks:
    """Return the links between a list of all words and one of a share of them; none where both are the same."""
    question = answer.question
    if answer.narrowed:
        # By date there are only documents with all words: the others come by relevance.
        wider = replace(question, all_words=False, sort=Sort.RELEVANCE, page=1)
        return WidthLinks("", search_address(wider))
    if answer.complete and answer.complete < answer.total:
        return WidthLinks(search_address(replace(question, all_words=True, page=1)), "")
    return WidthLinks("", "")


def count_each_word(answer: Answer, count_documents: Callable[[Question], int]) -> tuple[WordSearch, ...]:
    """Return, for an empty answer, what each word of its question finds alone, in the order typed.

    `count_documents` counts the documents that answer a question.
    """
    words = list_words(answer.match, answer.question.text)[:_MAX_WORDS_ALONE]
    if len(words) == 1:
        return ()
    alone = [(word, replace(answer.question, text=word, all_words=False, page=1)) for word in words]
    return tuple(WordSearch(word, search_address(asked), count_documents(asked)) for word, asked in alone)


def facet_groups(answer: Answer, vocabulary: Vocabulary) -> tuple[FacetGroup, ...]:
    """Return the filters offered, a group for each facet that has values; areas of all levels make one group."""
    # Regions and departments are shown in the group of territories, as a tree.
    offered = {facet: _facet_choices(facet, answer, vocabulary) for facet in Facet if facet not in AREA_LEVELS[:-1]}
    return tuple(_facet_group(facet, choices) for facet, choices in offered.items() if choices)


def _facet_choices(facet: Facet, answer: Answer, vocabulary: Vocabulary) -> tuple[FilterChoice, ...]:
    if facet is Facet.TERRITORY:
        return build_area_tree(answer.facets, vocabulary)
    return tuple(FilterChoice(facet.value, each) for each in answer.facets.get(facet, ()))


def _facet_group(facet: Facet, choices: tuple[FilterChoice, ...]) -> FacetGroup:
    if facet.spec.folded:
        # Shown at once they would bury the other filters.
        return FacetGroup(facet.label, choices, folded=True)
    # A fold that hides a single value takes as much room as that value.
    cut = VALUES_SHOWN if len(choices) > VALUES_SHOWN + 1 else len(choices)
    # A tree that is short enough is shown unfolded.
    nested = any(each.children for each in choices)
    unfolding = nested and sum(each.size for each in choices) > VALUES_SHOWN + 1
    return FacetGroup(facet.label, choices[:cut], choices[cut:], unfolding=unfolding)


def sort_links(answer: Answer) -> tuple[SortLink, ...]:
    """Return the sort orders; none without words, since all documents are then equally relevant."""
    if not answer.question.text:
        return ()
    labels = {Sort.RELEVANCE: "Pertinence", Sort.DATE: "Date"}
    return tuple(
        SortLink(label, search_address(replace(answer.question, sort=sort, page=1)), answer.question.sort is sort)
        for sort, label in labels.items()
    )


def page_links(answer: Answer) -> tuple[PageLink, ...]:
    """Return links to the first page, the last one and those around the current one; none when there is one page."""
    # The question is on an existing page: the view has brought it back to the last one.
    question, last = answer.question, answer.page_count
    if last == 1:
        return ()
    wanted = {1, last} | set(range(question.page - _PAGES_AROUND, question.page + _PAGES_AROUND + 1))
    links: list[PageLink] = []
    for number in sorted(wanted & set(range(1, last + 1))):
        # A gap stands as a link without address, numbered as the page just before the next link.
        if links and number > links[-1].number + 1:
            links.append(PageLink(number - 1, ""))
        links.append(PageLink(number, search_address(replace(question, page=number)), current=number == question.page))
    return tuple(links)


AREA_LEVELS = tuple(reversed(list_family(Facet.TERRITORY)))
"""The facets of areas, from the largest to the smallest."""

_AreaKey = tuple[Facet, str]


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """A filter to tick: `name` is its form field, `facet_value` its value and count, `children` those inside it."""

    name: str
    facet_value: FacetCount
    children: tuple[FilterChoice, ...] = ()

    @property
    def chosen(self) -> bool:
        """Whether this filter, or one below it, is in force."""
        return self.facet_value.selected or any(each.chosen for each in self.children)

    @property
    def size(self) -> int:
        """The number of filters in this branch."""
        return 1 + sum(each.size for each in self.children)


def build_area_tree(facets: Mapping[Facet, Sequence[FacetCount]], vocabulary: Vocabulary) -> tuple[FilterChoice, ...]:
    """Return the areas offered as a tree. An area none of whose enclosing areas is offered stands at the top."""
    offered = {(facet, each.value): each for facet in AREA_LEVELS for each in facets.get(facet, ())}
    around = _enclosing_areas(vocabulary)
    inside: defaultdict[_AreaKey | None, list[_AreaKey]] = defaultdict(list)
    # Each under the smallest offered area that contains it; None gathers those at the top.
    for place in offered:
        inside[next((each for each in around.get(place, ()) if each in offered), None)].append(place)

    def build_children(parent: _AreaKey | None) -> tuple[FilterChoice, ...]:
        return tuple(
            _merge_twin(FilterChoice(place[0].value, offered[place], build_children(place))) for place in inside[parent]
        )

    return build_children(None)


def _merge_twin(choice: FilterChoice) -> FilterChoice:
    """Return the territory alone where it has the name and the count of its department: the same area, listed twice.

    A department that is in force stays: the person must be able to untick it.
    """
    match choice:
        # Label and count tell the same area: a facet of a department and one of a territory have different values.
        case FilterChoice(facet_value=given, children=(FilterChoice(facet_value=inner) as only,)) if not given.selected:
            return only if (inner.label, inner.count) == (given.label, given.count) else choice
        case _:
            return choice


def _enclosing_areas(vocabulary: Vocabulary) -> dict[_AreaKey, tuple[_AreaKey, ...]]:
    """Return, by area, the areas that contain it, the smallest first."""
    around: dict[_AreaKey, tuple[_AreaKey, ...]] = {}
    for territory in vocabulary.territories:
        named = vocabulary.areas_of(territory) | {Facet.TERRITORY: territory}
        chain = [(facet, named[facet]) for facet in AREA_LEVELS if facet in named]
        for at, place in enumerate(chain):
            # Every territory of a region names what contains the region: the first one is enough.
            around.setdefault(place, tuple(reversed(chain[:at])))
    return around
