"""Regions, departments and territories as one tree of filters, each under the area that contains it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.search import FacetCount
    from index.vocabulary import Vocabulary

AREA_LEVELS = (Facet.REGION, Facet.DEPARTMENT, Facet.TERRITORY)
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
