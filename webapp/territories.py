"""The experiment's territories: where they are, and what each has shared."""

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
    """A region with its territories, each with the number of its documents."""

    region: Region
    territories: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What a territory is and where it is, in words."""

    kind: str
    department: str
    region: str
    wave: int | None
    neighbours: tuple[Tile, ...]


@blueprint.get("")
def every() -> str:
    """All territories, on a grid of regions and in a list."""
    found = groups_by_region(everything())
    return render_template("territories.html", groups=found, grid=grid(found), drawing=regions)


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """One territory: what it has shared, on which themes, at which gatherings."""
    answer, territory = about(Facet.TERRITORY, slug), hive().vocabulary.territories.get(slug)
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
    """The vocabulary's territories by region, in alphabetical order; those of no known region at the end."""
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
        for name, those in sorted(found.items(), key=lambda pair: (not pair[0], fold(pair[0])))
    )


def grid(groups: tuple[Group, ...]) -> tuple[regions.Tile, ...]:
    """The same regions, as tiles."""
    return regions.tiles({group.region.name: group.region for group in groups})


def _region_slug(territories: list[Territory]) -> str:
    return hive().vocabulary.areas_of(territories[0].slug).get(Facet.REGION, "")


def _tile(territory: Territory, counts: dict[str, int]) -> Tile:
    return Tile(territory.slug, territory.label, counts.get(territory.slug, 0))


def _place(territory: Territory) -> Place:
    near = tuple(
        Tile(each.slug, each.label, 0)
        for each in hive().vocabulary.territories.values()
        if each.region == territory.region and each.slug != territory.slug
    )
    return Place(_KINDS.get(territory.kind, ""), territory.department, territory.region, territory.wave, near)
