"""The pages of themes, and the searches that the pages of themes and territories share."""

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
# Only these facets are counted: each one counted costs time.
_TOLD_OF_ALL = frozenset({Facet.THEME, Facet.TERRITORY, Facet.REGION})
_TOLD_OF_ONE = frozenset({Facet.EVENT, Facet.THEME, Facet.TERRITORY})


@dataclass(frozen=True, slots=True)
class Tile:
    """A theme or a territory in a list, with its number of documents."""

    slug: str
    label: str
    count: int


@blueprint.get("")
def every() -> str:
    """Show all themes: those with the most documents first, then those of the vocabulary that have none yet."""
    counts = {each.value: each.count for each in everything().facets[Facet.THEME]}
    # Counts come in decreasing order, which the dictionary keeps. Themes without a document are in the vocabulary only.
    known = {**counts, **{slug: counts.get(slug, 0) for slug in hive().vocabulary.themes}}
    tiles = [Tile(slug, hive().search.label(Facet.THEME, slug), count) for slug, count in known.items()]
    used, unused = [each for each in tiles if each.count], [each for each in tiles if not each.count]
    return render_template("themes.html", tiles=used, others=unused)


@blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show a theme: its newest documents, their events and territories, and neighbouring themes."""
    answer = about(Facet.THEME, slug)
    # A theme that left the vocabulary keeps its page as long as documents bear its tag.
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
    """Return the other themes of the newest documents.

    The answer's facet cannot tell them: the counts of a facet ignore its own selection, here the theme itself.
    """
    found = Counter(theme for each in newest(answer) for theme in each.values(Facet.THEME) if theme != slug)
    return [Tile(theme, hive().search.label(Facet.THEME, theme), times) for theme, times in found.most_common()]


def everything() -> Answer:
    """Return the answer over all visible documents, for its counts by theme, territory and region."""
    # One document, since a page cannot be empty: only the counts are used.
    return hive().search.ask(Question(per_page=1, groups=groups(), counted=_TOLD_OF_ALL))


def about(facet: Facet, value: str) -> Answer:
    """Return the newest documents that have a facet value, with their counts by event, theme and territory."""
    chosen = {facet: frozenset({value})}
    return hive().search.ask(
        Question(selection=chosen, sort=Sort.DATE, per_page=_SHOWN, groups=groups(), counted=_TOLD_OF_ONE)
    )


def newest(answer: Answer) -> list[Document]:
    """Return the documents of an answer, without the near-duplicates shown under them."""
    return [found.document for found in answer.found]


def gatherings(answer: Answer) -> list[Event]:
    """Return the latest events whose documents answer."""
    # The facet names events by id. The catalogue leaves out those that the person may not see.
    slugs = [each.value for each in answer.facets[Facet.EVENT]]
    events = hive().catalogue.events_named(slugs, groups())
    return sorted(events.values(), key=lambda event: event.date, reverse=True)[:_MOST_GATHERINGS]


def offered(answer: Answer, facet: Facet) -> Sequence[FacetValue]:
    """Return the values of a facet among the documents of an answer, the most frequent first."""
    return answer.facets[facet][:_MOST_VALUES]
