"""Events for the calendars of phones and computers (iCalendar, RFC 5545)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request, url_for

from index.model import Facet
from webapp.auth import current_groups, find_event_or_404, groups_for_delivery
from webapp.mailing import find_saved_search_or_404, read_saved_question
from webapp.server import NOT_FOUND, ErrorExplanation, ProblemError, capitalise, services, typeset

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import time

    from icalendar import Event as Entry

    from index.model import Event
    from index.search import Question

calendar_blueprint = Blueprint("calendars", __name__)

_INSTALLATION_MEMO = "installation"
"""The memo of the catalogue that names this installation."""

PARIS = ZoneInfo("Europe/Paris")
"""Time zone of the hours of events: a member overseas must not come three hours late."""

_UNKNOWN_DAY = ErrorExplanation(
    "Jour inconnu",
    "Le jour de ce rendez-vous n’est pas encore fixé\u00a0: il ne peut pas être mis dans un agenda.",
    "Abonnez-vous au calendrier\u00a0: il y paraîtra dès que son jour sera connu.",
)


@calendar_blueprint.get("/rendez-vous.ics")
def download_calendar() -> Response:
    """Return all events whose day is known, past and to come."""
    # A month is no day to put into a calendar.
    return _calendar_response(
        (each for each in services().catalogue.events.list_all(current_groups()) if each.date.day), "rendez-vous"
    )


@calendar_blueprint.get("/rendez-vous/<event_id>.ics")
def download_event(event_id: str) -> Response:
    """Return one event, for one's own calendar."""
    event = find_event_or_404(event_id)
    if not event.date.day:
        raise ProblemError(404, _UNKNOWN_DAY)
    return _calendar_response([event], event.id)


@calendar_blueprint.get("/recherches/<token>.ics")
def search(token: str) -> Response:
    """Return the events that a saved search is about, for calendars that ask again by themselves."""
    saved = find_saved_search_or_404(token)
    # A calendar program has no session: as for feeds, the address stands for the owner of the search.
    visible = groups_for_delivery(services().catalogue.access.accounts.find(saved.owner))
    if not visible:
        raise ProblemError(404, NOT_FOUND)
    return _calendar_response(_list_events(read_saved_question(saved, visible)), f"suivi-{saved.saved:%Y%m%d%H%M%S}")


def _list_events(question: Question) -> list[Event]:
    """Return the events of a known day that a question names, or whose documents answer it."""
    # All events may be seen by whoever the address stands for; what follows chooses among them.
    every = services().catalogue.events.list_all(question.groups)
    chosen = question.selection
    if question.text or chosen:
        answering = services().search.ask(replace(question, page=1, per_page=1, facets=frozenset({Facet.EVENT})))
        ids = frozenset(each.value for each in answering.facets[Facet.EVENT]) if answering.total else frozenset()
        # An event to come has no document yet: it is followed by its own name, or by its type.
        ids = chosen.get(Facet.EVENT, ids)
        # Those of a type are announced long before they have documents.
        types = chosen[Facet.EVENT_TYPE] if set(chosen) == {Facet.EVENT_TYPE} and not question.text else frozenset()
        every = tuple(each for each in every if each.id in ids or each.type in types)
    return [each for each in every if each.date.day]


def event_start(event: Event) -> date | datetime:
    """Return when an event of a known day begins: the day, or its hour in Paris where that is known too."""
    day = date(event.date.year, event.date.month, event.date.day)
    return _in_paris(day, event.begins) if event.begins else day


def event_end(event: Event) -> datetime | None:
    """Return when an event ends, which may be past midnight; None where nobody said so."""
    # RFC 5545, section 3.8.2.2: an event must end after it begins.
    if event.begins is None or event.ends is None or (event.ends <= event.begins and not event.ends_next_day):
        return None
    day = date(event.date.year, event.date.month, event.date.day)
    return _in_paris(day + timedelta(days=event.ends_next_day), event.ends)


def _in_paris(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, PARIS)


def _calendar_response(events: Iterable[Event], name: str) -> Response:
    # Eighty modules, which no other page needs.
    from icalendar import Calendar  # noqa: PLC0415

    title, announced = (
        f"{services().settings.site_name}\u00a0: rendez-vous",
        services().catalogue.events.list_announcement_times(),
    )
    calendar = Calendar.new(
        uid=f"{name}@{_installation_name()}",
        name=title,
        prodid="-//Ruche//FR",
        language="fr",
        subcomponents=[_build_entry(each, announced.get(each.id)) for each in events],
    )
    response = Response(calendar.to_ical(), mimetype="text/calendar")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.ics")
    # Calendar programs ask again and again: an unchanged calendar is not sent again.
    response.add_etag()
    response.make_conditional(request)
    return response


def _installation_name() -> str:
    """Return what names this installation for ever, whatever its address: it goes with its catalogue."""
    catalogue = services().catalogue
    if (name := catalogue.indexer.read_memo(_INSTALLATION_MEMO)) is None:
        with catalogue.transaction() as transaction:
            # Read again in the turn at writing: another thread may have chosen meanwhile.
            name = catalogue.indexer.read_memo(_INSTALLATION_MEMO) or f"{uuid4()}.ruche"
            transaction.indexer.write_memo(_INSTALLATION_MEMO, name)
    return name


def _build_entry(event: Event, announced_at: datetime | None) -> Entry:
    from icalendar import Event as Entry  # noqa: PLC0415 - as above

    begins, ends, address = (
        event_start(event),
        event_end(event),
        url_for("events.show", event_id=event.id, _external=True),
    )
    return Entry.new(
        # A lasting identifier: when the event changes, a calendar program updates its entry rather than adding another.
        # Of this installation only: two that announce « Plénière de juin » must not write over each other's entries.
        uid=f"{event.id}@{_installation_name()}",
        # When it was last announced; an event known by file names alone has no such time, and its day must do.
        stamp=announced_at or datetime(event.date.year, event.date.month, event.date.day or 1, tzinfo=UTC),
        # In UTC, which every calendar program understands without the rules of a time zone.
        start=begins.astimezone(UTC) if isinstance(begins, datetime) else begins,
        end=ends.astimezone(UTC) if ends else None,
        summary=f"{capitalise(services().label(Facet.EVENT_TYPE, event.type))}\u00a0: {typeset(event.title)}",
        location=typeset(event.place) or None,
        description="\n\n".join(filter(None, (typeset(event.description), event.link, address))),
        url=address,
    )
