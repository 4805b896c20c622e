"""The vocabulary: themes, territories, event types and acronyms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.model import Facet
from index.search import Question
from webapp.api import members, schemas, telling
from webapp.api.answering import json_response
from webapp.api.blueprint import api
from webapp.hive import current_groups, services

if TYPE_CHECKING:
    from flask import Response

    from index.vocabulary import Territory

_TAG = ["Vocabulaire"]


@api.get("/themes")
@api.output(members.make_list_schema("themes", schemas.SubjectSchema, "Thèmes."), description="Les thèmes.")
@api.doc(summary="Lister les thèmes", tags=_TAG)
def list_themes() -> Response:
    """List the themes."""
    counts = _count_documents(Facet.THEME)
    entries = services().vocabulary.themes.values()
    return json_response({"themes": [telling.serialise_subject(each, counts.get(each.slug, 0)) for each in entries]})


@api.get("/territories")
@api.output(
    members.make_list_schema("territories", schemas.TerritorySchema, "Territoires."), description="Les territoires."
)
@api.doc(summary="Lister les territoires", tags=_TAG)
def list_territories() -> Response:
    """List the territories."""
    counts = _count_documents(Facet.TERRITORY)
    entries = services().vocabulary.territories.values()
    return json_response({"territories": [_serialise_territory(each, counts.get(each.slug, 0)) for each in entries]})


@api.get("/event-types")
@api.output(
    members.make_list_schema("event_types", schemas.SubjectSchema, "Sortes."), description="Les sortes de rendez-vous."
)
@api.doc(summary="Lister les sortes de rendez-vous", tags=_TAG)
def list_event_types() -> Response:
    """List the event types."""
    counts = _count_documents(Facet.EVENT_TYPE)
    entries = services().vocabulary.event_types.values()
    return json_response(
        {"event_types": [telling.serialise_subject(each, counts.get(each.slug, 0)) for each in entries]}
    )


@api.get("/acronyms")
@api.output(members.make_list_schema("acronyms", schemas.AcronymSchema, "Sigles."), description="Les sigles.")
@api.doc(summary="Lister les sigles", tags=_TAG)
def list_acronyms() -> Response:
    """List the acronyms."""
    rows = [
        {"letters": each.letters, "meaning": each.meaning, "aliases": each.aliases, "ambiguous": each.ambiguous}
        for each in services().vocabulary.acronyms.values()
    ]
    return json_response({"acronyms": rows})


def _count_documents(facet: Facet) -> dict[str, int]:
    """Count the documents of each value of a facet that the person may see."""
    # One search counts all the values of the facet, and no other facet.
    everything = services().search.ask(Question(groups=current_groups(), per_page=1, facets=frozenset({facet})))
    return {each.value: each.count for each in everything.facets[facet]}


def _serialise_territory(entry: Territory, documents: int) -> dict[str, Any]:
    return telling.serialise_subject(entry, documents) | {
        "kind": entry.kind,
        "department": entry.department,
        "department_code": entry.department_code,
        "region": entry.region,
        "wave": entry.wave,
    }
