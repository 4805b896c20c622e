"""The pages of the experiment's territories: their list on a map of regions, and one page for each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from index.model import Facet
from index.text import fold_accents
from webapp.pages import region_map
from webapp.pages.contact_lookup import filter_contacts
from webapp.pages.region_map import Region
from webapp.pages.theme_pages import (
    SubjectTile,
    frequent_values,
    latest_events,
    newest_documents,
    search_everything,
    search_subject,
)
from webapp.server import NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from index.search import Answer
    from index.vocabulary import Territory

territory_blueprint = Blueprint("territories", __name__, url_prefix="/territoires")

_KIND_LABELS = {"ville": "Ville", "epci": "Intercommunalité", "metropole": "Métropole", "departement": "Département"}


@dataclass(frozen=True, slots=True)
class RegionGroup:
    """A region with its territories, each with its number of documents."""

    region: Region
    territories: tuple[SubjectTile, ...]


@dataclass(frozen=True, slots=True)
class TerritoryDescription:
    """What a territory is and where it lies, as the page writes it; `wave` is when it joined the experiment."""

    kind: str
    department: str
    region: str
    wave: int | None
    neighbours: tuple[SubjectTile, ...]


@territory_blueprint.get("")
def list_all() -> str:
    """Show all territories, on the map of regions and in a list."""
    found = group_territories_by_region(search_everything())
    return render_template("territories.html", groups=found, grid=region_tiles(found), drawing=region_map)


@territory_blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show a territory: its newest documents, their themes and events."""
    answer, territory = search_subject(Facet.TERRITORY, slug), services().vocabulary.territories.get(slug)
    # A territory that left the vocabulary keeps its page as long as documents bear its tag.
    if not answer.total and territory is None:
        raise ProblemError(404, NOT_FOUND)
    return render_template(
        "facet_value.html",
        facet=Facet.TERRITORY,
        slug=slug,
        name=services().search.label(Facet.TERRITORY, slug),
        total=answer.total,
        documents=newest_documents(answer),
        events=latest_events(answer),
        territories=(),
        themes=frequent_values(answer, Facet.THEME),
        whom=filter_contacts(territories=frozenset({slug})),
        place=_describe_territory(territory) if territory else None,
    )


def group_territories_by_region(answer: Answer) -> tuple[RegionGroup, ...]:
    """Return the vocabulary's territories by region, in alphabetical order; those without a region come last."""
    # A document about two territories of a region counts once for the region: its count is no sum.
    counts = {each.value: each.count for each in answer.facets[Facet.TERRITORY]}
    by_region = {each.value: each.count for each in answer.facets[Facet.REGION]}
    found: defaultdict[str, list[Territory]] = defaultdict(list)
    for territory in services().vocabulary.territories.values():
        found[territory.region].append(territory)
    return tuple(
        RegionGroup(
            Region(_region_slug(those), name, len(those), by_region.get(_region_slug(those), 0)),
            tuple(sorted((_territory_tile(each, counts) for each in those), key=lambda tile: fold_accents(tile.label))),
        )
        # Folded: « Île-de-France » is sorted among the I.
        for name, those in sorted(found.items(), key=lambda pair: (not pair[0], fold_accents(pair[0])))
    )


def region_tiles(groups: tuple[RegionGroup, ...]) -> tuple[region_map.RegionTile, ...]:
    """Return the tiles of the regions for the map."""
    return region_map.build_tiles({group.region.name: group.region for group in groups})


# Territories carry the name of their region; its slug, a value of the facet, is derived from any of them.
def _region_slug(territories: list[Territory]) -> str:
    return services().vocabulary.areas_of(territories[0].slug).get(Facet.REGION, "")


def _territory_tile(territory: Territory, counts: dict[str, int]) -> SubjectTile:
    return SubjectTile(territory.slug, territory.label, counts.get(territory.slug, 0))


def _describe_territory(territory: Territory) -> TerritoryDescription:
    near = tuple(
        # Not counted: the page only links to them.
        SubjectTile(each.slug, each.label, 0)
        for each in services().vocabulary.territories.values()
        if each.region == territory.region and each.slug != territory.slug
    )
    return TerritoryDescription(
        _KIND_LABELS.get(territory.kind, ""), territory.department, territory.region, territory.wave, near
    )
