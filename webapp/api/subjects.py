"""The vocabulary: themes, territories, event types and acronyms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.model import Facet
from index.search import Question
from webapp.api import members, schemas, telling
from webapp.api.answering import answer
from webapp.api.blueprint import api
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from flask import Response

    from index.vocabulary import Territory

_TAG = ["Vocabulaire"]


@api.get("/themes")
@api.output(members.list_of("themes", schemas.Subject, "Thèmes."), description="Les thèmes.")
@api.doc(summary="Lister les thèmes", tags=_TAG)
def themes() -> Response:
    """List the themes."""
    counts = _counts(Facet.THEME)
    entries = hive().vocabulary.themes.values()
    return answer({"themes": [telling.subject(each, counts.get(each.slug, 0)) for each in entries]})


@api.get("/territories")
@api.output(members.list_of("territories", schemas.Territory, "Territoires."), description="Les territoires.")
@api.doc(summary="Lister les territoires", tags=_TAG)
def territories() -> Response:
    """List the territories."""
    counts = _counts(Facet.TERRITORY)
    entries = hive().vocabulary.territories.values()
    return answer({"territories": [_territory(each, counts.get(each.slug, 0)) for each in entries]})


@api.get("/event-types")
@api.output(members.list_of("event_types", schemas.Subject, "Sortes."), description="Les sortes de rendez-vous.")
@api.doc(summary="Lister les sortes de rendez-vous", tags=_TAG)
def event_types() -> Response:
    """List the event types."""
    counts = _counts(Facet.EVENT_TYPE)
    entries = hive().vocabulary.event_types.values()
    return answer({"event_types": [telling.subject(each, counts.get(each.slug, 0)) for each in entries]})


@api.get("/acronyms")
@api.output(members.list_of("acronyms", schemas.Acronym, "Sigles."), description="Les sigles.")
@api.doc(summary="Lister les sigles", tags=_TAG)
def acronyms() -> Response:
    """List the acronyms."""
    told = [
        {"letters": each.letters, "meaning": each.meaning, "aliases": each.aliases, "ambiguous": each.ambiguous}
        for each in hive().vocabulary.acronyms.values()
    ]
    return answer({"acronyms": told})


def _counts(facet: Facet) -> dict[str, int]:
    """Count the documents of each value of a facet that the person may see."""
    # One search counts all the values of the facet, and no other facet.
    everything = hive().search.ask(Question(groups=groups(), per_page=1, counted=frozenset({facet})))
    return {each.value: each.count for each in everything.facets[facet]}


def _territory(entry: Territory, documents: int) -> dict[str, Any]:
    return telling.subject(entry, documents) | {
        "kind": entry.kind,
        "department": entry.department,
        "department_code": entry.department_code,
        "region": entry.region,
        "wave": entry.wave,
    }
