"""The community's year, and each event with what it left behind."""

from __future__ import annotations

from contextlib import closing
from datetime import time
from typing import TYPE_CHECKING

import pytest

from index.catalogue.catalogue import Catalogue
from index.model.documents import Event, PartialDate
from tests.composition import create_app
from tests.webapp.conftest import WholeClient
from tests.webapp.page_parser import read
from tests.webapp.small_library import CAPTIONS, OUTREACH, SLIDES, VIDEO, SmallLibrary, build
from webapp.pages.event_pages import is_upcoming

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

AHEAD = Event(
    "pleniere-2999-03-01",
    "pleniere",
    "Plénière de printemps",
    PartialDate(2999, 3, 1),
    begins=time(9, 30),
    ends=time(12),
    place="Ministère, salle 5",
    link="https://example.org/visio",
    description="Bilan de l’année.",
)


@pytest.fixture
def announcing(tmp_path: Path) -> FlaskClient:
    """A library whose animators announce an event."""
    library = build(tmp_path)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.events.save(AHEAD)
    app = create_app(library.settings)
    app.test_client_class = WholeClient
    return app.test_client()


def test_an_event_gathers_its_materials(client: FlaskClient, library: SmallLibrary) -> None:
    """Replay, deck and minutes are told apart; captions are read on the page of their video."""
    page = read(client.get(f"/rendez-vous/{OUTREACH.id}").text)
    assert page.texts("h2")[:2] == ["Le replay", "Le support"]
    assert page.all("a", href=f"/documents/{library.ids[VIDEO]}")
    assert page.all("a", href=f"/documents/{library.ids[SLIDES]}")
    assert not page.all("a", href=f"/documents/{library.ids[CAPTIONS]}")
    assert page.all("a", href="/themes/aller-vers")
    assert page.all("a", href="/territoires/grigny")


def test_events_of_a_kind_follow_each_other(client: FlaskClient) -> None:
    """From one webinar one goes to the next."""
    page = read(client.get(f"/rendez-vous/{OUTREACH.id}").text)
    assert page.all("a", rel="next", href="/rendez-vous/2024-11-07-webinaire")
    assert not page.all("a", rel="prev")


def test_the_year_shows_its_months(client: FlaskClient) -> None:
    """A year has twelve months, each with its events; the last year that has any comes first."""
    page = read(client.get("/rendez-vous").text)
    assert page.texts("h1") == ["L’année 2025 de la communauté"]
    months = page.all("section", class_="month")
    assert len(months) == 12
    assert "Mensuelle d’avril" in months[3].text
    assert "Rien ce mois-ci" in months[0].text


def test_one_kind_of_event_only(client: FlaskClient) -> None:
    """The choice of a kind is kept when one goes to another year."""
    page = read(client.get("/rendez-vous?annee=2024&type=webinaire").text)
    assert page.texts("p", role="status") == ["2 rendez-vous, filtrés par type."]
    assert page.all("a", href="/rendez-vous?annee=2025&type=webinaire")
    assert "Quatrième réunion plénière" not in " ".join(page.texts("main"))


@pytest.mark.parametrize("year", ["deux", "-1", "9" * 5_000, "²", "1", ""])
def test_a_year_that_is_none_is_the_last_one(client: FlaskClient, year: str) -> None:
    """An address cut short still gives a calendar."""
    page = read(client.get("/rendez-vous", query_string={"annee": year, "type": "rose"}).text)
    assert page.texts("h1") == ["L’année 2025 de la communauté"]


@pytest.mark.parametrize("name", ["inconnu", "%00"])
def test_an_unknown_event_is_not_found(client: FlaskClient, name: str) -> None:
    """It gives a page that says what to do."""
    assert client.get(f"/rendez-vous/{name}").status_code == 404


def test_an_event_to_come_says_when_and_where(announcing: FlaskClient) -> None:
    """Announced, it has its page before anything was dropped for it."""
    page = read(announcing.get(f"/rendez-vous/{AHEAD.id}").text)
    assert "De 9 h 30 à 12 h" in page.texts("li")
    assert "Ministère, salle 5" in page.texts("li")
    assert page.all("a", href="https://example.org/visio")
    assert "Bilan de l’année." in page.texts("p")
    assert "Ce rendez-vous est à venir" in page.texts("h2")


def test_the_next_event_is_at_hand(announcing: FlaskClient) -> None:
    """The calendar and the home page lead to it."""
    for address in ("/rendez-vous", "/"):
        assert read(announcing.get(address).text).all("a", href=f"/rendez-vous/{AHEAD.id}")
    assert "À venir" in read(announcing.get("/").text).texts("h2")


def test_what_is_ahead() -> None:
    """An event is ahead up to its own day; one without a day as long as its month lasts."""
    today = PartialDate(2025, 6, 15)
    dates = {"2025-06-14": False, "2025-06-15": True, "2025-06": True, "2025-05": False, "2025-07": True}
    for date, ahead in dates.items():
        assert is_upcoming(Event("e", "webinaire", "E", PartialDate.parse(date)), today) is ahead, date
