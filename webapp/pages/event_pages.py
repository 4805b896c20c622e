"""The pages of events: the calendar of a year, and each event with its deck, its replay and its minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from index.model import MONTHS, Facet, PartialDate
from index.text import fold_accents
from webapp.auth import current_groups, find_event_or_404
from webapp.pages.replay_chapters import list_event_chapters
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.model import Document, Event

event_blueprint = Blueprint("events", __name__, url_prefix="/rendez-vous")

# Beyond, a year in an address is a mistake.
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class MaterialRole(Enum):
    """What a document is to its event, in the order in which the page shows them; the values are headings."""

    REPLAY = "Le replay"
    DECK = "Le support"
    MINUTES = "Le compte rendu"
    OTHER = "Les autres documents"


@dataclass(frozen=True, slots=True)
class Material:
    """The documents of an event that have the same role."""

    role: MaterialRole
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event in a list: with the number of its documents, and whether it is yet to come."""

    event: Event
    documents: int
    upcoming: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month with its events, by date."""

    name: str
    events: tuple[ListedEvent, ...]


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """A link to another year, or to another type of event."""

    label: str
    address: str
    current: bool


@event_blueprint.get("")
def year() -> str:
    """Show the calendar of the year `annee`, for the type of event `type` or for all types."""
    day = today()
    everything = services().catalogue.events.list_all(current_groups())
    # The current year is always offered, even before its first event.
    years = sorted({event.date.year for event in everything} | {day.year})
    chosen, kind = _choose_year(request.args.get("annee", ""), everything, day), request.args.get("type", "")
    shown = [event for event in everything if event.date.year == chosen and kind in {"", event.type}]
    return render_template(
        "year.html",
        year=chosen,
        kind=kind,
        years=[CalendarLink(str(each), _calendar_address(each, kind), each == chosen) for each in years],
        kinds=_event_type_links(everything, chosen, kind),
        months=_group_by_month(build_listed_events(shown, day)),
        total=len(shown),
        # The very next event, whatever the year and the type shown.
        ahead=build_listed_events(upcoming_events(everything, day)[:1], day),
    )


@event_blueprint.get("/<event_id>")
def show(event_id: str) -> str:
    """Show an event with its documents."""
    event = find_event_or_404(event_id)
    documents = services().catalogue.documents.list_of_event(event.id, current_groups())
    same_kind = services().catalogue.events.list_all(current_groups(), types=frozenset({event.type}))
    before, after = _find_adjacent_events(event, same_kind)
    return render_template(
        "event.html",
        event=event,
        ahead=is_upcoming(event, today()),
        materials=group_materials(documents),
        documents=documents,
        chapters=list_event_chapters(documents),
        themes=_list_facet_values(documents, Facet.THEME),
        territories=_list_facet_values(documents, Facet.TERRITORY),
        before=before,
        after=after,
    )


def group_materials(documents: Iterable[Document]) -> tuple[Material, ...]:
    """Group an event's documents by their role."""
    found: dict[MaterialRole, list[Document]] = {role: [] for role in MaterialRole}
    for each in documents:
        found[_material_role(each)].append(each)
    return tuple(Material(role, tuple(those)) for role, those in found.items() if those)


def build_listed_events(events: Sequence[Event], day: PartialDate) -> tuple[ListedEvent, ...]:
    """Return events as lists show them. `day` is today."""
    # One query for all of them.
    counts: Mapping[str, int] = services().catalogue.events.count_documents(
        [event.id for event in events], current_groups()
    )
    return tuple(ListedEvent(event, counts.get(event.id, 0), is_upcoming(event, day)) for event in events)


def is_upcoming(event: Event, day: PartialDate) -> bool:
    """Return whether an event is today or later; one without a known day is upcoming until its month is over."""
    if event.date.day:
        return event.date >= day
    return (event.date.year, event.date.month) >= (day.year, day.month)


def upcoming_events(events: Iterable[Event], day: PartialDate) -> list[Event]:
    """Return the events that are upcoming, the next one first."""
    return sorted((event for event in events if is_upcoming(event, day)), key=lambda event: event.date)


def today() -> PartialDate:
    """Return today's date, in the time zone of the server."""
    # Events are dated in local time.
    now = datetime.now(UTC).astimezone()
    return PartialDate(now.year, now.month, now.day)


def _choose_year(text: str, events: Sequence[Event], day: PartialDate) -> int:
    """Return the year asked for, or the current one; where that has no event, the latest year that has one."""
    # `isdigit` alone accepts « ² », which `int` refuses; the length bounds the conversion.
    if text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_YEAR)) and int(text) >= _FIRST_YEAR:
        return int(text)
    held = {event.date.year for event in events}
    return day.year if day.year in held or not held else max(held)


def _calendar_address(year_: int, kind: str) -> str:
    return url_for("events.year", annee=year_, type=kind or None)


def _event_type_links(events: Sequence[Event], year_: int, kind: str) -> list[CalendarLink]:
    """Return the links to the types of event, if there are several to choose from."""
    present = dict.fromkeys(event.type for event in events)
    if len(present) < 2 and not kind:  # noqa: PLR2004 - one kind is no choice
        return []
    labels = {each: services().search.label(Facet.EVENT_TYPE, each) for each in present}
    named = [
        CalendarLink(label, _calendar_address(year_, each), each == kind) for each, label in sorted(labels.items())
    ]
    return [CalendarLink("Tous", _calendar_address(year_, ""), not kind), *named]


def _group_by_month(events: Sequence[ListedEvent]) -> list[Month]:
    return [
        Month(name, tuple(each for each in events if each.event.date.month == number))
        for number, name in enumerate(MONTHS, 1)
    ]


def _find_adjacent_events(event: Event, events: Sequence[Event]) -> tuple[Event | None, Event | None]:
    """Return the events just before and just after one, None at the ends. `events` are those of its type, by date."""
    place = next((place for place, each in enumerate(events) if each.id == event.id), None)
    if place is None:
        return None, None
    return events[place - 1] if place else None, events[place + 1] if place + 1 < len(events) else None


def _material_role(document: Document) -> MaterialRole:
    # The format tells recordings and decks; minutes are text files, which only their title tells.
    format_ = services().format_of(document)
    if format_.is_recording or format_.is_captions:
        return MaterialRole.REPLAY
    if format_.is_deck:
        return MaterialRole.DECK
    # Folded: without case or accents, as the words below.
    title = fold_accents(document.title)
    if any(word in title for word in ("compte rendu", "compte-rendu", "synthese", "releve de decisions")):
        return MaterialRole.MINUTES
    return MaterialRole.OTHER


def _list_facet_values(documents: Iterable[Document], facet: Facet) -> list[str]:
    """Return the values of a facet that documents have, the most frequent first."""
    counts: dict[str, int] = {}
    for document in documents:
        for value in document.facet_values(facet):
            counts[value] = counts.get(value, 0) + 1
    return sorted(counts, key=lambda value: (-counts[value], value))
