"""The community's year: each gathering with its deck, its replay and its minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from index.analysis import fold
from index.model import MONTHS, Facet, PartialDate
from webapp.hive import event_or_404, groups, hive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.model import Document, Event

blueprint = Blueprint("gatherings", __name__, url_prefix="/rendez-vous")

_DECKS = frozenset({"pptx", "odp", "ppt"})
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


class Role(Enum):
    """What a document is to its gathering, in the order in which one looks for it."""

    REPLAY = "Le replay"
    DECK = "Le support"
    MINUTES = "Le compte rendu"
    OTHER = "Les autres documents"


@dataclass(frozen=True, slots=True)
class Material:
    """The documents that have one role in a gathering."""

    role: Role
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A gathering in a list: with the number of its documents, and whether it is still to come."""

    event: Event
    documents: int
    ahead: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the year with its gatherings, by date."""

    name: str
    gatherings: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class YearLink:
    """Another year, or another kind of gathering."""

    label: str
    address: str
    current: bool


@blueprint.get("")
def year() -> str:
    """The calendar of one year, `annee`, of one kind of gathering, `type`, or of all."""
    day = today()
    everything = hive().catalogue.agenda(groups())
    years = sorted({event.date.year for event in everything} | {day.year})
    chosen, kind = _year(request.args.get("annee", ""), everything, day), request.args.get("type", "")
    shown = [event for event in everything if event.date.year == chosen and kind in {"", event.type}]
    return render_template(
        "year.html",
        year=chosen,
        kind=kind,
        years=[YearLink(str(each), _address(each, kind), each == chosen) for each in years],
        kinds=_kinds(everything, chosen, kind),
        months=_months(listed(shown, day)),
        total=len(shown),
        ahead=listed(to_come(everything, day)[:1], day),
    )


@blueprint.get("/<event_id>")
def show(event_id: str) -> str:
    """One gathering, with all that it left behind."""
    event = event_or_404(event_id)
    documents = hive().catalogue.of_event(event.id, groups())
    same_kind = hive().catalogue.agenda(groups(), types=frozenset({event.type}))
    before, after = _around(event, same_kind)
    return render_template(
        "gathering.html",
        event=event,
        ahead=is_ahead(event, today()),
        materials=materials(documents),
        documents=documents,
        themes=_values(documents, Facet.THEME),
        territories=_values(documents, Facet.TERRITORY),
        before=before,
        after=after,
    )


def materials(documents: Iterable[Document]) -> tuple[Material, ...]:
    """A gathering's documents by their role; captions whose video is there are read on its page."""
    found: dict[Role, list[Document]] = {role: [] for role in Role}
    listed_ = list(documents)
    videos = {_stem(path) for each in listed_ if each.format == "video" for path in each.paths}
    for each in listed_:
        if each.format != "sous-titres" or not videos & set(map(_stem, each.paths)):
            found[_role(each)].append(each)
    return tuple(Material(role, tuple(those)) for role, those in found.items() if those)


def listed(events: Sequence[Event], day: PartialDate) -> tuple[Listed, ...]:
    """Gatherings as lists show them."""
    counts: Mapping[str, int] = hive().catalogue.gathered([event.id for event in events], groups())
    return tuple(Listed(event, counts.get(event.id, 0), is_ahead(event, day)) for event in events)


def is_ahead(event: Event, day: PartialDate) -> bool:
    """Whether a gathering is yet to be held, or is held today; one of no known day, as long as its month lasts."""
    if event.date.day:
        return event.date >= day
    return (event.date.year, event.date.month) >= (day.year, day.month)


def to_come(events: Iterable[Event], day: PartialDate) -> list[Event]:
    """The gatherings that are ahead, the next one first."""
    return sorted((event for event in events if is_ahead(event, day)), key=lambda event: event.date)


def today() -> PartialDate:
    """The present day, where the server stands."""
    now = datetime.now(UTC).astimezone()
    return PartialDate(now.year, now.month, now.day)


def _year(text: str, events: Sequence[Event], day: PartialDate) -> int:
    """The year asked for; else the present one, or the last one that has gatherings when it has none."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(_LAST_YEAR)) and int(text) >= _FIRST_YEAR:
        return int(text)
    held = {event.date.year for event in events}
    return day.year if day.year in held or not held else max(held)


def _address(year_: int, kind: str) -> str:
    return url_for("gatherings.year", annee=year_, type=kind or None)


def _kinds(events: Sequence[Event], year_: int, kind: str) -> list[YearLink]:
    """The kinds of gathering, where there are several to choose from."""
    present = dict.fromkeys(event.type for event in events)
    if len(present) < 2 and not kind:  # noqa: PLR2004 - one kind is no choice
        return []
    labels = {each: hive().search.label(Facet.EVENT_TYPE, each) for each in present}
    named = [YearLink(label, _address(year_, each), each == kind) for each, label in sorted(labels.items())]
    return [YearLink("Tous", _address(year_, ""), not kind), *named]


def _months(gatherings: Sequence[Listed]) -> list[Month]:
    return [
        Month(name, tuple(each for each in gatherings if each.event.date.month == number))
        for number, name in enumerate(MONTHS, 1)
    ]


def _around(event: Event, events: Sequence[Event]) -> tuple[Event | None, Event | None]:
    """The gatherings of the same kind just before and just after one."""
    place = next((place for place, each in enumerate(events) if each.id == event.id), None)
    if place is None:
        return None, None
    return events[place - 1] if place else None, events[place + 1] if place + 1 < len(events) else None


def _role(document: Document) -> Role:
    if document.format in {"video", "sous-titres"}:
        return Role.REPLAY
    if document.format in _DECKS:
        return Role.DECK
    title = fold(document.title)
    if any(word in title for word in ("compte rendu", "compte-rendu", "synthese", "releve de decisions")):
        return Role.MINUTES
    return Role.OTHER


def _stem(path: str) -> str:
    return path.rpartition(".")[0]


def _values(documents: Iterable[Document], facet: Facet) -> list[str]:
    """The values that documents have of a facet, the most frequent first."""
    counts: dict[str, int] = {}
    for document in documents:
        for value in document.values(facet):
            counts[value] = counts.get(value, 0) + 1
    return sorted(counts, key=lambda value: (-counts[value], value))
