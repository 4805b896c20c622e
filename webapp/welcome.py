"""What the home page shows: latest and next events, new documents, example searches, themes, map of territories."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index.catalogue import FileState
from index.model import Facet
from index.search import Question
from webapp.gatherings import ListedEvent, build_listed_events, group_materials, today, upcoming_events
from webapp.hive import current_groups, services
from webapp.territories import group_territories_by_region, region_tiles
from webapp.themes import search_everything

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.accounts import FolderRule
    from index.catalogue import Catalogue, ReadableCounts
    from index.model import Document, Event, PartialDate
    from index.search import FacetCount, Search
    from webapp.regions import RegionTile

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
    """Return the content of the home page for the person, cached until something changes, and for a minute at most."""
    sources = services()
    seen = _HomeCacheKey(
        sources.catalogue.revision(),
        sources.search.indexed_revision,
        sources.catalogue.calendar_revision(),
        sources.catalogue.rules.folders(),
        today(),
        _current_minute(),
    )
    return _build_content(sources.search, sources.catalogue, current_groups(), seen)


@dataclass(frozen=True, slots=True)
class _HomeCacheKey:
    """The key of the home page's cache: revisions of documents, index and calendar, folder rules, day and minute.

    Folder rules change which files are counted, even where no document changes. The minute bounds the age of what
    no revision tells.
    """

    revision: int
    indexed_revision: int | None
    calendar: int
    rules: tuple[FolderRule, ...]
    day: PartialDate
    minute: int


# By groups too: what is cached is what these may see. `search` and `catalogue` are keys by identity.
@lru_cache(maxsize=32)
def _build_content(search: Search, catalogue: Catalogue, visible: frozenset[str], seen: _HomeCacheKey) -> HomeContent:
    answer, day = search_everything(), seen.day
    # One more than shown: the first is the last event itself.
    held = catalogue.events(visible, _EVENTS_SHOWN + 1)
    last = held[0] if held else None
    materials_ = _choose_materials(catalogue.of_event(last.id, visible)) if last else ()
    return HomeContent(
        readable=catalogue.readable(visible),
        unreadable=catalogue.status_counts(groups=visible).get(FileState.FAILED, 0),
        examples=_list_working_examples(search, visible),
        last_event=last,
        materials=materials_,
        upcoming=build_listed_events(upcoming_events(catalogue.agenda(visible), day)[:_EVENTS_SHOWN], day),
        # Shown where no event is announced.
        earlier=build_listed_events(held[1:], day),
        # As many more as may be shown above already.
        deposits=_list_new_documents(catalogue.latest(visible, _DEPOSITS_SHOWN + len(materials_)), materials_),
        themes=answer.facets[Facet.THEME][:_THEMES_SHOWN],
        region_tiles=region_tiles(group_territories_by_region(answer)),
    )


def _current_minute() -> int:
    # Not the wall clock, which may be set back.
    return int(time.monotonic() // 60)


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
    found = (text for text in EXAMPLE_SEARCHES if search.total(Question(text, groups=visible, exact=True)))
    # Lazy: once enough examples find something, the others are not searched.
    return tuple(text for text, _ in zip(found, range(_EXAMPLES_SHOWN), strict=False))
