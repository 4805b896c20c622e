"""Events in the calendars of phones and computers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar

from index.catalogue.catalogue import Catalogue
from index.model.documents import Event, PartialDate
from tests.composition import create_app
from tests.webapp.small_library import DATA, MONTHLY, OUTREACH, PLENARY, build
from tests.webapp.xpath import page
from webapp.exchange.calendars import event_end, event_start

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

SUMMER = Event(
    "pleniere-2999-07-01",
    "pleniere",
    "Bilan ; suite, et fin",
    PartialDate(2999, 7, 1),
    begins=time(9, 30),
    ends=time(12),
    place="Ministère, salle 5",
    link="https://example.org/visio",
    description="Ordre du jour\u00a0:\n- bilan\n- " + "é" * 100,
)
BACKWARDS = Event("mensuelle-2999-01-05", "mensuelle", "Mensuelle", PartialDate(2999, 1, 5), time(14), time(9))


@pytest.fixture
def announcing(tmp_path: Path) -> FlaskClient:
    """A library whose animators announce events."""
    library = build(tmp_path)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.events.save(SUMMER)
        transaction.events.save(BACKWARDS)
    return create_app(library.settings).test_client()


def test_all_events_are_one_calendar(announcing: FlaskClient) -> None:
    """Past and to come, under names that stay; those of no known day are left out, for none is made up."""
    answer = announcing.get("/rendez-vous.ics")
    calendar = Calendar.from_ical(answer.data)
    assert (answer.mimetype, calendar.calendar_name) == ("text/calendar", "Ruche\u00a0: rendez-vous")
    found = {str(each["UID"]).partition("@")[0]: each for each in calendar.events}
    assert set(found) == {each.id for each in (OUTREACH, DATA, PLENARY, SUMMER, BACKWARDS)}
    assert found[OUTREACH.id].start == date(2024, 1, 25)
    assert "http://localhost/rendez-vous/2024-01-25-webinaire" in str(found[OUTREACH.id]["DESCRIPTION"])
    assert b"\n" not in answer.data.replace(b"\r\n", b"")
    assert max(map(len, answer.data.split(b"\r\n"))) <= 75


def test_a_calendar_that_did_not_change_is_not_sent_again(tmp_path: Path) -> None:
    """Whoever follows it gets the same bytes, or 304; once an event changes, it alone has a new stamp."""
    library = build(tmp_path)
    client = create_app(library.settings).test_client()
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        with catalogue.transaction() as transaction:
            transaction.events.save(SUMMER)
            transaction.events.save(BACKWARDS)
        first = client.get("/rendez-vous.ics")
        assert client.get("/rendez-vous.ics").data == first.data
        known = {"If-None-Match": first.headers["ETag"]}
        assert client.get("/rendez-vous.ics", headers=known).status_code == 304
        with catalogue.transaction() as transaction:
            transaction.events.save(replace(SUMMER, place="Ailleurs"))
        second = client.get("/rendez-vous.ics", headers=known)
    before, after = _stamps(first.data), _stamps(second.data)
    assert {uid for uid, stamp in after.items() if stamp >= before[uid]} == set(before)
    assert {uid.partition("@")[0] for uid in before if before[uid] != after[uid]} <= {SUMMER.id}


def test_two_installations_do_not_write_over_each_other(tmp_path: Path) -> None:
    """Entries of one event have other names in each installation, and in one always the same."""
    clients = [create_app(build(tmp_path / name).settings).test_client() for name in ("une", "autre")]
    names = [set(_stamps(client.get("/rendez-vous.ics").data)) for client in (*clients, *clients)]
    assert len(names[0]) == len(names[1]) > 0
    assert names[:2] == names[2:]
    assert not names[0] & names[1]


@pytest.mark.parametrize(
    ("begins", "ends", "hours"),
    [(time(22), time(1), 3), (time(21, 30), time(0), 2.5), (time(14), time(14), None), (time(14), time(13), None)],
)
def test_past_midnight(begins: time, ends: time, hours: float | None) -> None:
    """An evening may end on the next day; an end that would come nearly a day later is a slip."""
    event = Event("a", "webinaire", "Soirée", PartialDate(2999, 12, 31), begins, ends)
    end, start = event_end(event), event_start(event)
    assert isinstance(start, datetime)
    assert (None if end is None else (end - start).total_seconds() / 3600) == hours


def _stamps(data: bytes) -> dict[str, datetime]:
    return {str(each["UID"]): each.stamp for each in Calendar.from_ical(data).events}


def test_hours_are_those_of_paris(announcing: FlaskClient) -> None:
    """In summer and in winter, whatever the server's own clock; an end before its beginning is not told."""
    (event,) = Calendar.from_ical(announcing.get(f"/rendez-vous/{SUMMER.id}.ics").data).events
    assert (event.start, event.end) == (
        datetime(2999, 7, 1, 7, 30, tzinfo=UTC),
        datetime(2999, 7, 1, 10, 0, tzinfo=UTC),
    )
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (
        "Plénière\u00a0: Bilan\u00a0; suite, et fin",
        "Ministère, salle 5",
    )
    assert str(event["DESCRIPTION"]).startswith(f"{SUMMER.description}\n\nhttps://example.org/visio\n\nhttp://")
    (winter,) = Calendar.from_ical(announcing.get(f"/rendez-vous/{BACKWARDS.id}.ics").data).events
    assert winter.start == datetime(2999, 1, 5, 13, 0, tzinfo=UTC)
    assert "DTEND" not in winter


def test_pages_lead_to_calendars(announcing: FlaskClient) -> None:
    """The year to all of them, an event to its own where its day is known; elsewhere the address says why not."""
    assert page(announcing.get("/rendez-vous")).xpath("//a[contains(., 'agenda')]/@href") == ["/rendez-vous.ics"]
    shown = page(announcing.get(f"/rendez-vous/{SUMMER.id}"))
    assert shown.xpath("//a[contains(., 'agenda')]/@href") == [f"/rendez-vous/{SUMMER.id}.ics"]
    (monthly,) = [
        each
        for each in page(announcing.get("/rendez-vous?annee=2025")).xpath("//main//a/@href")
        if each == f"/rendez-vous/{MONTHLY.id}"
    ]
    assert page(announcing.get(monthly)).xpath("//a[contains(., 'agenda')]") == []
    refused = announcing.get(f"{monthly}.ics")
    assert (refused.status_code, "Jour inconnu" in refused.text) == (404, True)
    assert announcing.get("/rendez-vous/nulle-part.ics").status_code == 404
