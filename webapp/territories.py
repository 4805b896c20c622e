"""The pages of the experiment's territories: their list on a map of regions, and one page for each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from index.analysis import fold
from index.model import Facet
from webapp import regions
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import hive
from webapp.regions import Region
from webapp.themes import Tile, about, everything, gatherings, newest, offered

if TYPE_CHECKING:
    from index.search import Answer
    from index.vocabulary import Territory

blueprint = Blueprint("territories", __name__, url_prefix="/territoires")

_KINDS = {"ville": "Ville", "epci": "Intercommunalité", "metropole": "Métropole", "departement": "Département"}


@dataclass(frozen=True, slots=True)
class Group:
    """A region with its territories, each with its number of documents."""

    region: Region
    territories: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a territory is and where it lies, as the page writes it; `wave` is when it joined the experiment."""

    kind: str
    department: str
    region: str
    wave: int | None
    neighbours: tuple[Tile, ...]


@blueprint.get("")
def every() -> str:
    """Show all territories, on the map of regions and in a list."""
    found = groups_by_region(everything())
    return render_template("territories.html", groups=found, grid=grid(found), drawing=regions)


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show a territory: its newest documents, their themes and events."""
    answer, territory = about(Facet.TERRITORY, slug), hive().vocabulary.territories.get(slug)
    # A territory that left the vocabulary keeps its page as long as documents bear its tag.
    if not answer.total and territory is None:
        raise ProblemError(404, NOT_FOUND)
    return render_template(
        "subject.html",
        facet=Facet.TERRITORY,
        slug=slug,
        name=hive().search.label(Facet.TERRITORY, slug),
        total=answer.total,
        documents=newest(answer),
        gatherings=gatherings(answer),
        territories=(),
        themes=offered(answer, Facet.THEME),
        place=_place(territory) if territory else None,
    )


def groups_by_region(answer: Answer) -> tuple[Group, ...]:
    """Return the vocabulary's territories by region, in alphabetical order; those without a region come last."""
    # A document about two territories of a region counts once for the region: its count is no sum.
    counts = {each.value: each.count for each in answer.facets[Facet.TERRITORY]}
    by_region = {each.value: each.count for each in answer.facets[Facet.REGION]}
    found: defaultdict[str, list[Territory]] = defaultdict(list)
    for territory in hive().vocabulary.territories.values():
        found[territory.region].append(territory)
    return tuple(
        Group(
            Region(_region_slug(those), name, len(those), by_region.get(_region_slug(those), 0)),
            tuple(sorted((_tile(each, counts) for each in those), key=lambda tile: fold(tile.label))),
        )
        # Folded: « Île-de-France » is sorted among the I.
        for name, those in sorted(found.items(), key=lambda pair: (not pair[0], fold(pair[0])))
    )


def grid(groups: tuple[Group, ...]) -> tuple[regions.Tile, ...]:
    """Return the tiles of the regions for the map."""
    return regions.tiles({group.region.name: group.region for group in groups})


# Territories carry the name of their region; its slug, a value of the facet, is derived from any of them.
def _region_slug(territories: list[Territory]) -> str:
    return hive().vocabulary.areas_of(territories[0].slug).get(Facet.REGION, "")


def _tile(territory: Territory, counts: dict[str, int]) -> Tile:
    return Tile(territory.slug, territory.label, counts.get(territory.slug, 0))


def _place(territory: Territory) -> Place:
    near = tuple(
        # Not counted: the page only links to them.
        Tile(each.slug, each.label, 0)
        for each in hive().vocabulary.territories.values()
        if each.region == territory.region and each.slug != territory.slug
    )
    return Place(_KINDS.get(territory.kind, ""), territory.department, territory.region, territory.wave, near)
