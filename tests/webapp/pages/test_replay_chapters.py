"""Slides know their minute on pages, in the player and in the API; animators correct it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from extractors import FORMATS
from index.catalogue import Catalogue
from tests.webapp.small_library import OUTREACH, SLIDES, VIDEO, build
from webapp.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A small library whose deck and replay are aligned."""
    built = build(tmp_path)
    with closing(Catalogue.open(built.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.chapters.save(
            built.ids[VIDEO], built.ids[SLIDES], "", [(1, 0.0, 0.9), (2, 754.4, 0.8), (3, 3_900.0, 0.75)]
        )
    return built


@pytest.fixture
def client(library: SmallLibrary) -> FlaskClient:
    """Whoever is on the machine: without accounts, anyone animates."""
    return create_app(library.settings, FORMATS).test_client()


def test_a_replay_lists_its_chapters(client: FlaskClient, library: SmallLibrary) -> None:
    """Each is a link to its second, with the slide's title; the player has them as a track."""
    replay = library.ids[VIDEO]
    page = client.get(f"/documents/{replay}").text
    assert "Chapitres du replay" in page
    assert f'href="/documents/{replay}?t=754#t-754">12:34' in page
    assert "Le bus des droits de Grigny" in page
    assert '<track kind="chapters"' in page
    track = client.get(f"/documents/{replay}/chapitres.vtt")
    assert track.mimetype == "text/vtt"
    assert "00:12:34.400 --> 01:05:00.000\nLe bus des droits de Grigny\n" in track.text


def test_a_slide_knows_its_minute(client: FlaskClient, library: SmallLibrary) -> None:
    """On its page, among results, on the page of the gathering, and in the API."""
    deck, replay = library.ids[SLIDES], library.ids[VIDEO]
    page = client.get(f"/documents/{deck}").text
    assert f'href="/documents/{replay}?t=754#t-754">12:34 dans le replay</a>' in page
    assert "1:05:00 dans le replay" in page
    assert "12:34 dans le replay" in client.get("/recherche?q=bus des droits de Grigny").text
    assert "Chapitres du replay" in client.get(f"/rendez-vous/{OUTREACH.id}").text
    for id_ in (deck, replay):
        told = client.get(f"/api/v1/documents/{id_}/chapters").get_json()["chapters"]
        assert [(each["slide"], each["timecode"]) for each in told] == [(1, "0:00"), (2, "12:34"), (3, "1:05:00")]
        assert told[1]["title"] == "Le bus des droits de Grigny"
        assert told[1]["url"] == f"http://localhost/documents/{replay}?t=754#t-754"


def test_what_has_no_chapters_says_nothing(client: FlaskClient, library: SmallLibrary) -> None:
    """No empty list, no track."""
    other = next(id_ for path, id_ in library.ids.items() if path.endswith(".pdf"))
    assert "Chapitres" not in client.get(f"/documents/{other}").text
    assert client.get(f"/documents/{other}/chapitres.vtt").status_code == 404
    assert client.get(f"/animation/chapitres/{other}").status_code == 404
    assert client.get(f"/api/v1/documents/{other}/chapters").get_json() == {"chapters": []}


def send(client: FlaskClient, library: SmallLibrary, **form: str) -> int:
    """Send a correction as the page does."""
    page = f"/animation/chapitres/{library.ids[VIDEO]}"
    token = client.get(page).text.partition('name="csrf_token" value="')[2].partition('"')[0]
    return client.post(page, data={"csrf_token": token, "support": library.ids[SLIDES], **form}).status_code


def test_animators_correct_a_chapter(client: FlaskClient, library: SmallLibrary) -> None:
    """A start that is given prevails, a chapter that is taken away is gone, and either can be taken back."""
    replay = library.ids[VIDEO]
    assert send(client, library, diapositive="2", debut="4:07") == 303
    assert send(client, library, diapositive="3", action="retirer") == 303
    told = client.get(f"/api/v1/documents/{replay}/chapters").get_json()["chapters"]
    assert [(each["timecode"], each["confidence"]) for each in told] == [("0:00", 0.9), ("4:07", None)]
    send(client, library, diapositive="2", action="revenir")
    assert "12:34" in client.get(f"/documents/{replay}").text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"diapositive": "2", "debut": "plus tard"}, 303),
        ({"diapositive": "2", "debut": "99:99"}, 303),
        ({"diapositive": "0", "debut": "1:00"}, 400),
        ({"diapositive": "x", "debut": "1:00"}, 400),
        ({"diapositive": "2", "debut": "1:00", "support": "inconnu"}, 404),
    ],
)
def test_what_is_no_start_changes_nothing(
    client: FlaskClient, library: SmallLibrary, form: dict[str, str], status: int
) -> None:
    """It is told, or refused."""
    assert send(client, library, **form) == status
    told = client.get(f"/api/v1/documents/{library.ids[VIDEO]}/chapters").get_json()["chapters"]
    assert [each["timecode"] for each in told] == ["0:00", "12:34", "1:05:00"]
