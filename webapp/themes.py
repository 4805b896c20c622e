"""What the community has on each theme, the newest first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from index.engine import Sort
from index.model import Facet
from index.search import Question
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.model import Document, Event
    from index.search import Answer, FacetValue

blueprint = Blueprint("themes", __name__, url_prefix="/themes")

_SHOWN = 9
_MOST_GATHERINGS = 5
_MOST_VALUES = 12
_TOLD_OF_ALL = frozenset({Facet.THEME, Facet.TERRITORY, Facet.REGION})
_TOLD_OF_ONE = frozenset({Facet.EVENT, Facet.THEME, Facet.TERRITORY})


@dataclass(frozen=True, slots=True)
class Tile:
    """A theme or a place in a list, with the number of its documents."""

    slug: str
    label: str
    count: int


@blueprint.get("")
def every() -> str:
    """All themes, those with the most documents first, those of the vocabulary that have none yet at the end."""
    counts = {each.value: each.count for each in everything().facets[Facet.THEME]}
    known = {**counts, **{slug: counts.get(slug, 0) for slug in hive().vocabulary.themes}}
    tiles = [Tile(slug, hive().search.label(Facet.THEME, slug), count) for slug, count in known.items()]
    used, unused = [each for each in tiles if each.count], [each for each in tiles if not each.count]
    return render_template("themes.html", tiles=used, others=unused)


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """One theme: what is new, the gatherings that spoke of it, where it is at work."""
    answer = about(Facet.THEME, slug)
    if not answer.total and slug not in hive().vocabulary.themes:
        raise ProblemError(404, NOT_FOUND)
    return render_template(
        "subject.html",
        facet=Facet.THEME,
        slug=slug,
        name=hive().search.label(Facet.THEME, slug),
        total=answer.total,
        documents=newest(answer),
        gatherings=gatherings(answer),
        territories=offered(answer, Facet.TERRITORY),
        themes=_neighbours(slug, answer),
        place=None,
    )


def _neighbours(slug: str, answer: Answer) -> list[Tile]:
    """The other themes of the newest documents; a facet's own counts would be those of all documents."""
    found = Counter(theme for each in newest(answer) for theme in each.values(Facet.THEME) if theme != slug)
    return [Tile(theme, hive().search.label(Facet.THEME, theme), times) for theme, times in found.most_common()]


def everything() -> Answer:
    """All documents that the asker may see: their counts by theme and by place."""
    return hive().search.ask(Question(per_page=1, groups=groups(), counted=_TOLD_OF_ALL))


def about(facet: Facet, value: str) -> Answer:
    """The newest documents that have a facet value, and what they have in common."""
    chosen = {facet: frozenset({value})}
    return hive().search.ask(
        Question(selection=chosen, sort=Sort.DATE, per_page=_SHOWN, groups=groups(), counted=_TOLD_OF_ONE)
    )


def newest(answer: Answer) -> list[Document]:
    """The documents of an answer, those shown under another one left out."""
    return [found.document for found in answer.found]


def gatherings(answer: Answer) -> list[Event]:
    """The latest gatherings whose documents answer."""
    slugs = [each.value for each in answer.facets[Facet.EVENT]]
    events = hive().catalogue.events_named(slugs, groups())
    return sorted(events.values(), key=lambda event: event.date, reverse=True)[:_MOST_GATHERINGS]


def offered(answer: Answer, facet: Facet) -> Sequence[FacetValue]:
    """The values of a facet among the documents of an answer, the most frequent first."""
    return answer.facets[facet][:_MOST_VALUES]
