"""Following a theme, a territory, an event in one gesture, and being told of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import feedparser
import pytest
from icalendar import Calendar

from index.catalogue import DigestFrequency
from index.catalogue.saved_searches import SavedSearch, Subscription
from tests.webapp import own_library
from tests.webapp.small_library import OUTREACH, SLIDES
from tests.webapp.xpath import page as tree_of
from webapp.mailing.digest import is_due

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

library, app, client, catalogue = own_library.FIXTURES

_PAGES = {
    "/themes/aller-vers": "Suivre ce thème",
    "/territoires/grigny": "Suivre ce territoire",
    f"/rendez-vous/{OUTREACH.id}": "Suivre ce rendez-vous",
}


def _press(client: FlaskClient, page: str) -> str:
    """The address to which the button of a page leads."""
    (form,) = tree_of(client.get(page).text).xpath("//form[@action='/suivis']")
    fields = {name: value for name, value in form.form_values() if name != "csrf_token"}
    return client.post("/suivis", data=fields).location.split("?")[0]


@pytest.mark.parametrize(("page", "button"), _PAGES.items())
def test_a_subject_is_followed_in_one_gesture(
    client: FlaskClient, library: SmallLibrary, page: str, button: str
) -> None:
    """Its page has the button; the page that follows has the newest documents, a feed and a calendar that answer."""
    assert button in client.get(page).text
    followed = _press(client, page)
    assert f"/documents/{library.ids[SLIDES]}" in client.get(followed).text
    feed = feedparser.parse(client.get(f"{followed}.atom").data)
    assert library.ids[SLIDES] in {each.id.rsplit("/", 1)[-1] for each in feed.entries}
    entries = Calendar.from_ical(client.get(f"{followed}.ics").data).walk("VEVENT")
    assert any(str(each["UID"]).startswith(f"{OUTREACH.id}@") for each in entries)
    assert f'"webcal://localhost{followed}.ics"' in client.get(followed).text


def test_a_calendar_has_the_events_that_are_followed_alone(client: FlaskClient) -> None:
    """One event by its own name; those of a theme by their documents; nothing else."""
    followed = _press(client, f"/rendez-vous/{OUTREACH.id}")
    assert client.get(f"{followed}.ics").data.count(b"BEGIN:VEVENT") == 1
    theme = client.post("/suivis", data={"theme": "rgpd"}).location.split("?")[0]
    assert OUTREACH.id.encode() not in client.get(f"{theme}.ics").data


def test_following_twice_is_following_once(app: Flask) -> None:
    """The page of what one follows has each once, with what is newest; another browser sees none of it."""
    mine, other = app.test_client(), app.test_client()
    assert _press(mine, "/themes/aller-vers") == _press(mine, "/themes/aller-vers")
    names = [each.text_content() for each in tree_of(mine.get("/suivis").text).xpath("//main//h2/a")]
    assert names == ["Thème\u00a0: Aller-vers"]
    assert "Aller vers les personnes" in mine.get("/suivis").text or "Replay du webinaire" in mine.get("/suivis").text
    assert "Aller-vers" not in other.get("/suivis").text
    (stop,) = re.findall(r'action="(/recherches/[^"]+/suppression)"', mine.get("/suivis").text)
    mine.post(stop)
    assert "Vous ne suivez rien" in mine.get("/suivis").text


def _subscription(rhythm: DigestFrequency, sent: datetime) -> Subscription:
    search = SavedSearch("jeton", "Nom", "q=rsa", sent)
    return Subscription("autre", search, "a@exemple.fr", rhythm, sent, sent, sent, sent)


def test_mails_keep_their_hour_whatever_the_timer() -> None:
    """Runs of each quarter of an hour do not bring a daily mail forward; one of each morning misses none."""
    sent = datetime(2025, 3, 29, 6, 5, tzinfo=UTC)
    daily = _subscription(DigestFrequency.DAILY, sent)
    quarters = [sent + timedelta(minutes=15 * each) for each in range(1, 97)]
    assert [each for each in quarters if is_due(daily, each)] == [sent + timedelta(days=1)]
    assert is_due(daily, sent + timedelta(hours=23, minutes=52))
    weekly = _subscription(DigestFrequency.WEEKLY, sent)
    assert not is_due(weekly, sent + timedelta(days=6))
    assert is_due(weekly, sent + timedelta(days=7))
    assert is_due(_subscription(DigestFrequency.IMMEDIATE, sent), sent + timedelta(minutes=1))
