"""What the home page shows: latest and next events, new documents, example searches, themes, map of territories."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index.catalogue import State
from index.model import Facet
from index.search import Question
from webapp.gatherings import Listed, listed, materials, to_come, today
from webapp.hive import groups, hive
from webapp.territories import grid, groups_by_region
from webapp.themes import everything

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.accounts import FolderRule
    from index.catalogue import Catalogue, Readable
    from index.model import Document, Event, PartialDate
    from index.search import FacetValue, Search
    from webapp.regions import Tile

# Searches of the kind that the community makes; those that find nothing here are not shown.
EXAMPLES = (
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
class Welcome:
    """What the home page shows to a person.

    `last_event` is the latest event that has documents, `materials` its main ones; `upcoming` are the next events,
    `earlier` those before the last one; `deposits` are the newest documents, without `materials`; `unreadable`
    counts files.
    """

    readable: Readable
    unreadable: int
    examples: tuple[str, ...]
    last: Event | None
    materials: tuple[Document, ...]
    ahead: tuple[Listed, ...]
    earlier: tuple[Listed, ...]
    deposits: tuple[Document, ...]
    themes: Sequence[FacetValue]
    grid: tuple[Tile, ...]


def welcome() -> Welcome:
    """Return the content of the home page for the person, cached until something changes, and for a minute at most."""
    sources = hive()
    seen = Seen(
        sources.catalogue.revision(),
        sources.search.revision,
        sources.catalogue.calendar_revision(),
        sources.catalogue.rules.folders(),
        today(),
        _minute(),
    )
    return _gathered(sources.search, sources.catalogue, groups(), seen)


@dataclass(frozen=True, slots=True)
class Seen:
    """The key of the home page's cache: revisions of documents, index and calendar, folder rules, day and minute.

    Folder rules change which files are counted, even where no document changes. The minute bounds the age of what
    no revision tells.
    """

    revision: int
    learnt: int | None
    calendar: int
    rules: tuple[FolderRule, ...]
    day: PartialDate
    minute: int


# By groups too: what is cached is what these may see. `search` and `catalogue` are keys by identity.
@lru_cache(maxsize=32)
def _gathered(search: Search, catalogue: Catalogue, visible: frozenset[str], seen: Seen) -> Welcome:
    answer, day = everything(), seen.day
    # One more than shown: the first is the last event itself.
    held = catalogue.events(visible, _EVENTS_SHOWN + 1)
    last = held[0] if held else None
    materials_ = _main(catalogue.of_event(last.id, visible)) if last else ()
    return Welcome(
        readable=catalogue.readable(visible),
        unreadable=catalogue.status_counts(groups=visible).get(State.FAILED, 0),
        examples=_examples(search, visible),
        last=last,
        materials=materials_,
        ahead=listed(to_come(catalogue.agenda(visible), day)[:_EVENTS_SHOWN], day),
        # Shown where no event is announced.
        earlier=listed(held[1:], day),
        # As many more as may be shown above already.
        deposits=_deposits(catalogue.latest(visible, _DEPOSITS_SHOWN + len(materials_)), materials_),
        themes=answer.facets[Facet.THEME][:_THEMES_SHOWN],
        grid=grid(groups_by_region(answer)),
    )


def _minute() -> int:
    # Not the wall clock, which may be set back.
    return int(time.monotonic() // 60)


def _main(documents: Sequence[Document]) -> tuple[Document, ...]:
    """Return the first document of each role, then the others, up to the number shown."""
    sorted_ = materials(documents)
    first = [each.documents[0] for each in sorted_]
    others = [document for each in sorted_ for document in each.documents[1:]]
    return (*first, *others)[:_MATERIALS_SHOWN]


def _deposits(latest: Sequence[Document], shown: Sequence[Document]) -> tuple[Document, ...]:
    """Return the newest documents, without those that the page shows already."""
    ids = {each.id for each in shown}
    return tuple(each for each in latest if each.id not in ids)[:_DEPOSITS_SHOWN]


def _examples(search: Search, visible: frozenset[str]) -> tuple[str, ...]:
    """Return the first example searches that find something: one that leads nowhere would mislead."""
    found = (text for text in EXAMPLES if search.total(Question(text, groups=visible, exact=True)))
    # Lazy: once enough examples find something, the others are not searched.
    return tuple(text for text, _ in zip(found, range(_EXAMPLES_SHOWN), strict=False))
