"""The pages of themes, and the searches that the pages of themes and territories share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from index.engines import Sort
from index.model import Facet
from index.search import Question
from webapp.auth import current_groups
from webapp.pages.contact_lookup import filter_contacts
from webapp.server import NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.model import Document, Event
    from index.search import Answer, FacetCount

theme_blueprint = Blueprint("themes", __name__, url_prefix="/themes")

_DOCUMENTS_SHOWN = 9
_MAX_EVENTS = 5
_MAX_VALUES = 12
# Only these facets are counted: each one counted costs time.
_FACETS_OF_ALL = frozenset({Facet.THEME, Facet.TERRITORY, Facet.REGION})
_FACETS_OF_ONE = frozenset({Facet.EVENT, Facet.THEME, Facet.TERRITORY})


@dataclass(frozen=True, slots=True)
class SubjectTile:
    """A theme or a territory in a list, with its number of documents."""

    slug: str
    label: str
    count: int


@theme_blueprint.get("")
def list_all() -> str:
    """Show all themes: those with the most documents first, then those of the vocabulary that have none yet."""
    counts = {each.value: each.count for each in search_everything().facets[Facet.THEME]}
    # Counts come in decreasing order, which the dictionary keeps. Themes without a document are in the vocabulary only.
    known = {**counts, **{slug: counts.get(slug, 0) for slug in services().vocabulary.themes}}
    tiles = [SubjectTile(slug, services().search.label(Facet.THEME, slug), count) for slug, count in known.items()]
    used, unused = [each for each in tiles if each.count], [each for each in tiles if not each.count]
    return render_template("themes.html", tiles=used, others=unused)


@theme_blueprint.get("/<slug>")
def show(slug: str) -> str:
    """Show a theme: its newest documents, their events and territories, and neighbouring themes."""
    answer = search_subject(Facet.THEME, slug)
    # A theme that left the vocabulary keeps its page as long as documents bear its tag.
    if not answer.total and slug not in services().vocabulary.themes:
        raise ProblemError(404, NOT_FOUND)
    return render_template(
        "facet_value.html",
        facet=Facet.THEME,
        slug=slug,
        name=services().search.label(Facet.THEME, slug),
        total=answer.total,
        documents=newest_documents(answer),
        events=latest_events(answer),
        territories=frequent_values(answer, Facet.TERRITORY),
        themes=_neighbouring_themes(slug, answer),
        whom=filter_contacts(themes=frozenset({slug})),
        place=None,
    )


def _neighbouring_themes(slug: str, answer: Answer) -> list[SubjectTile]:
    """Return the other themes of the newest documents.

    The answer's facet cannot tell them: the counts of a facet ignore its own selection, here the theme itself.
    """
    found = Counter(
        theme for each in newest_documents(answer) for theme in each.facet_values(Facet.THEME) if theme != slug
    )
    return [
        SubjectTile(theme, services().search.label(Facet.THEME, theme), times) for theme, times in found.most_common()
    ]


def search_everything() -> Answer:
    """Return the answer over all visible documents, for its counts by theme, territory and region."""
    # One document, since a page cannot be empty: only the counts are used.
    return services().search.ask(Question(per_page=1, groups=current_groups(), facets=_FACETS_OF_ALL))


def search_subject(facet: Facet, value: str) -> Answer:
    """Return the newest documents that have a facet value, with their counts by event, theme and territory."""
    chosen = {facet: frozenset({value})}
    return services().search.ask(
        Question(
            selection=chosen, sort=Sort.DATE, per_page=_DOCUMENTS_SHOWN, groups=current_groups(), facets=_FACETS_OF_ONE
        )
    )


def newest_documents(answer: Answer) -> list[Document]:
    """Return the documents of an answer, without the near-duplicates shown under them."""
    return [found.document for found in answer.found]


def latest_events(answer: Answer) -> list[Event]:
    """Return the latest events whose documents answer."""
    # The facet names events by id. The catalogue leaves out those that the person may not see.
    slugs = [each.value for each in answer.facets[Facet.EVENT]]
    events = services().catalogue.events.find_each(slugs, current_groups())
    return sorted(events.values(), key=lambda event: event.date, reverse=True)[:_MAX_EVENTS]


def frequent_values(answer: Answer, facet: Facet) -> Sequence[FacetCount]:
    """Return the values of a facet among the documents of an answer, the most frequent first."""
    return answer.facets[facet][:_MAX_VALUES]
