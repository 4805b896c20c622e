"""The home page and the search page."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from index.accounts import EVERY_ANIMATOR
from index.catalogue import FileState
from index.model import Facet
from index.search import Question
from webapp.auth import current_groups
from webapp.pages import region_map, search_params, search_view
from webapp.pages.contact import ask_community_link
from webapp.pages.contact_lookup import find_contacts
from webapp.pages.event_pages import ListedEvent, build_listed_events, group_materials, today, upcoming_events
from webapp.pages.replay_chapters import load_minutes_of_results
from webapp.pages.territory_pages import group_territories_by_region, region_tiles
from webapp.pages.theme_pages import search_everything
from webapp.server import SearchSurface, is_prefetch, search_and_measure, services, usage_counter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.catalogue import Catalogue, ReadableCounts, ShownRevision
    from index.model import Document, Event, PartialDate
    from index.search import Answer, FacetCount, Search
    from webapp.pages.region_map import RegionTile

pages_blueprint = Blueprint("pages", __name__)


class SearchReadiness(Enum):
    """Whether a search without results is due to the question, to an empty library, or to an index not built yet."""

    READY = "ready"
    EMPTY = "empty"
    PREPARING = "preparing"


@pages_blueprint.get("/")
def home() -> str:
    """Show the home page."""
    settings = services().settings
    library = settings.library.resolve() if settings.demonstration else None
    return render_template("home.html", welcome=home_content(), drawing=region_map, tried_library=library)


def _leave_out_groups(answer: Answer) -> Answer:
    """Return an answer with the number of documents that were found without those that a group has to itself.

    Animators read that number, whatever groups they are in.
    """
    common = answer.question.groups & EVERY_ANIMATOR
    if not answer.total or common == answer.question.groups:
        return answer
    return replace(answer, total=services().search.total(replace(answer.question, groups=common)))


@pages_blueprint.get("/recherche")
def search() -> str:
    """Show the documents that answer a question, with filters and page links."""
    answer = _answer_question(search_params.read_question(request.args, current_groups()))
    # After the answer: what is counted is how many documents were found. Half a word is no question yet.
    if request.args.get(search_params.TYPING_PARAM) != "1" and not is_prefetch():
        left = search_params.read_results_left(request.referrer or "", current_groups())
        usage_counter().count_search(_leave_out_groups(answer), left.text if left else "")
    if answer.question.text:
        load_minutes_of_results(answer.found)
    settings = services().settings
    chips, words = search_view.filter_chips(answer), search_params.word_params(answer.question)
    return render_template(
        "search.html",
        answer=answer,
        question=answer.question,
        cards=services().search.build_cards(answer),
        answers=services().search.find_answers(answer),
        whom=find_contacts(answer),
        materials=group_materials,
        chips=chips,
        fewer=search_view.relax_filters(answer, services().search.total) if not answer.total else (),
        community=ask_community_link(settings.ask_link or settings.contact, answer.question.text),
        words=words,
        marked_words=search_params.word_query(answer.question),
        question_params=search_params.question_params(answer.question),
        asked=urlencode(words),
        widths=search_view.width_links(answer),
        each_word=search_view.count_each_word(answer, services().search.total) if not answer.total else (),
        # A tag is put on documents with one word of the question only where none holds them all.
        taggable=replace(answer.question, all_words=bool(answer.complete)),
        the_other_way=search_params.search_address(search_params.toggle_exact(answer.question)),
        facet_groups=search_view.facet_groups(answer, services().vocabulary),
        orders=search_view.sort_links(answer),
        page_links=search_view.page_links(answer),
        # One more search, only where there is nothing to show.
        readiness=_search_readiness() if not answer.total else SearchReadiness.READY,
    )


def _answer_question(question: Question) -> Answer:
    """Return the answer to a question; its last page where the page asked for is beyond it."""
    answer = search_and_measure(question, SearchSurface.PAGE)
    if question.page <= answer.page_count:
        return answer
    # Not through the metrics: it is the same search.
    return services().search.ask(replace(question, page=answer.page_count))


def _search_readiness() -> SearchReadiness:
    # Documents in the catalogue but none in the index: a new installation, or an index that is being rebuilt.
    if services().search.total(Question(groups=current_groups())):
        return SearchReadiness.READY
    return (
        SearchReadiness.PREPARING
        if services().catalogue.documents.count_readable(current_groups()).documents
        else SearchReadiness.EMPTY
    )


# Searches of the kind that the community makes; those that find nothing here are not shown.
EXAMPLE_SEARCHES = (
    "aller vers",
    "échange de données",
    "évaluation",
    "illectronisme",
    "partenariats",
    "rendez-vous des droits",
    "« non-recours »",
)
_EXAMPLES_SHOWN = 4
_THEMES_SHOWN = 14
_EVENTS_SHOWN = 4
_MATERIALS_SHOWN = 4
_DEPOSITS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class HomeContent:
    """What the home page shows to a person.

    `last_event` is the latest event that has documents, `materials` its main ones; `upcoming` are the next events,
    `earlier` those before the last one; `deposits` are the newest documents, without `materials`; `unreadable`
    counts files.
    """

    readable: ReadableCounts
    unreadable: int
    examples: tuple[str, ...]
    last_event: Event | None
    materials: tuple[Document, ...]
    upcoming: tuple[ListedEvent, ...]
    earlier: tuple[ListedEvent, ...]
    deposits: tuple[Document, ...]
    themes: Sequence[FacetCount]
    region_tiles: tuple[RegionTile, ...]


def home_content() -> HomeContent:
    """Return the content of the home page for the person, cached until something that it shows changes."""
    sources = services()
    seen = _HomeCacheKey(sources.catalogue.revisions.read_shown(), sources.search.indexed_revision, today())
    return _build_content(sources.search, sources.catalogue, current_groups(), seen)


@dataclass(frozen=True, slots=True)
class _HomeCacheKey:
    """The key of the home page's cache: what the catalogue shows, the revision of the index, and the day."""

    shown: ShownRevision
    indexed_revision: int | None
    day: PartialDate


# By groups too: what is cached is what these may see. `search` and `catalogue` are keys by identity.
@lru_cache(maxsize=32)
def _build_content(search: Search, catalogue: Catalogue, visible: frozenset[str], seen: _HomeCacheKey) -> HomeContent:
    answer, day = search_everything(), seen.day
    # One more than shown: the first is the last event itself.
    held = catalogue.events.list_latest(visible, _EVENTS_SHOWN + 1)
    last = held[0] if held else None
    materials_ = _choose_materials(catalogue.documents.list_of_event(last.id, visible)) if last else ()
    return HomeContent(
        readable=catalogue.documents.count_readable(visible),
        unreadable=catalogue.file_statuses.count_by_state(groups=visible).get(FileState.FAILED, 0),
        examples=_list_working_examples(search, visible),
        last_event=last,
        materials=materials_,
        upcoming=build_listed_events(upcoming_events(catalogue.events.list_all(visible), day)[:_EVENTS_SHOWN], day),
        # Shown where no event is announced.
        earlier=build_listed_events(held[1:], day),
        # As many more as may be shown above already.
        deposits=_list_new_documents(
            catalogue.documents.list_latest(visible, _DEPOSITS_SHOWN + len(materials_)), materials_
        ),
        themes=answer.facets[Facet.THEME][:_THEMES_SHOWN],
        region_tiles=region_tiles(group_territories_by_region(answer)),
    )


def _choose_materials(documents: Sequence[Document]) -> tuple[Document, ...]:
    """Return the first document of each role, then the others, up to the number shown."""
    sorted_ = group_materials(documents)
    first = [each.documents[0] for each in sorted_]
    others = [document for each in sorted_ for document in each.documents[1:]]
    return (*first, *others)[:_MATERIALS_SHOWN]


def _list_new_documents(latest: Sequence[Document], shown: Sequence[Document]) -> tuple[Document, ...]:
    """Return the newest documents, without those that the page shows already."""
    ids = {each.id for each in shown}
    return tuple(each for each in latest if each.id not in ids)[:_DEPOSITS_SHOWN]


def _list_working_examples(search: Search, visible: frozenset[str]) -> tuple[str, ...]:
    """Return the first example searches that find something: one that leads nowhere would mislead."""
    found = (
        text for text in EXAMPLE_SEARCHES if search.total(Question(text, groups=visible, exact=True, all_words=True))
    )
    # Lazy: once enough examples find something, the others are not searched.
    return tuple(text for text, _ in zip(found, range(_EXAMPLES_SHOWN), strict=False))
