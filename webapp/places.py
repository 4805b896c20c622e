"""Regions, departments and territories as one list of filters, each under the one that it is in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from index.search import FacetValue
    from index.vocabulary import Vocabulary

LEVELS = (Facet.REGION, Facet.DEPARTMENT, Facet.TERRITORY)
"""From the largest to the smallest."""

_Place = tuple[Facet, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter to tick, `name` being that of its facet, with the filters that lie within it."""

    name: str
    given: FacetValue
    within: tuple[Choice, ...] = ()

    @property
    def chosen(self) -> bool:
        """Whether it, or one within it, is in force."""
        return self.given.selected or any(each.chosen for each in self.within)

    @property
    def size(self) -> int:
        """How many filters it makes, those within counted."""
        return 1 + sum(each.size for each in self.within)


def tree(facets: Mapping[Facet, Sequence[FacetValue]], vocabulary: Vocabulary) -> tuple[Choice, ...]:
    """The places offered; one whose surroundings are not offered stands by itself."""
    offered = {(facet, each.value): each for facet in LEVELS for each in facets.get(facet, ())}
    around = _surroundings(vocabulary)
    inside: defaultdict[_Place | None, list[_Place]] = defaultdict(list)
    for place in offered:
        inside[next((each for each in around.get(place, ()) if each in offered), None)].append(place)

    def grown(parent: _Place | None) -> tuple[Choice, ...]:
        return tuple(_plainest(Choice(place[0].value, offered[place], grown(place))) for place in inside[parent])

    return grown(None)


def _plainest(choice: Choice) -> Choice:
    """A department that is itself a territory is told once."""
    match choice:
        case Choice(given=given, within=(Choice(given=inner) as only,)) if not given.selected:
            return only if (inner.label, inner.count) == (given.label, given.count) else choice
        case _:
            return choice


def _surroundings(vocabulary: Vocabulary) -> dict[_Place, tuple[_Place, ...]]:
    """By place, those that it is in, the smallest first."""
    around: dict[_Place, tuple[_Place, ...]] = {}
    for territory in vocabulary.territories:
        named = vocabulary.areas_of(territory) | {Facet.TERRITORY: territory}
        chain = [(facet, named[facet]) for facet in LEVELS if facet in named]
        for at, place in enumerate(chain):
            around.setdefault(place, tuple(reversed(chain[:at])))
    return around
