"""Animators correct what a program heard; members read that a program wrote it, and find the corrected words."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.catalogue import Catalogue
from index.model import MEMBERS, Locator, Passage, Unit
from tests.webapp.small_library import SLIDES, Entry, build
from webapp.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

EVERYONE = frozenset({MEMBERS})
HEARD = Entry(
    "entretiens/Bus.mp3",
    "son",
    "Entretien sur le bus",
    (
        Passage(0, Locator(Unit.TIME, 1, 0.5, 21.0), "Nous revenons sur la tournée du bus."),
        Passage(1, Locator(Unit.TIME, 2, 21.0, 43.5), "Les arrêts ont changé & les horaires.", doubtful=True),
    ),
    content=b"son",
    transcribed="whisper-base",
)


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A small library with a recording that a program wrote down."""
    return build(tmp_path, more=[HEARD])


@pytest.fixture
def client(library: SmallLibrary) -> FlaskClient:
    """Whoever is on the machine: without accounts, anyone animates."""
    from extractors import FORMATS  # noqa: PLC0415

    return create_app(library.settings, FORMATS).test_client()


def form_of(client: FlaskClient, page: str) -> dict[str, str]:
    """The token of a page's forms."""
    text = client.get(page).text
    return {"csrf_token": text.partition('name="csrf_token" value="')[2].partition('"')[0]}


def test_it_is_said_where_words_are_shown(client: FlaskClient, library: SmallLibrary) -> None:
    """On the page, in captions, among results and in the API; doubtful passages are marked."""
    id_ = library.ids[HEARD.path]
    page = client.get(f"/documents/{id_}").text
    assert "Transcription automatique" in page
    assert "whisper-base" in page
    assert page.count("à vérifier") == 1
    assert 'label="Français (automatique)"' in page
    assert "<audio" in page
    captions = client.get(f"/documents/{id_}/sous-titres.vtt").text
    assert captions.startswith("WEBVTT\n\nNOTE Transcription automatique (whisper-base)\n\n00:00:00.500 -->")
    assert "Transcription automatique" in client.get("/recherche?q=tournée bus").text
    told = client.get(f"/api/v1/documents/{id_}").get_json()
    assert told["transcribed"] == "whisper-base"
    (result,) = client.get("/api/v1/search?q=arrêts horaires").get_json()["results"][:1]
    assert result["transcribed"] == "whisper-base"
    read = client.get(f"/api/v1/documents/{id_}/passages").get_json()
    assert [each["doubtful"] for each in read["passages"]] == [False, True]


def test_a_correction_is_saved_and_exported(client: FlaskClient, library: SmallLibrary) -> None:
    """It stands on the page, in captions and in the catalogue; what was heard is shown beside it."""
    id_ = library.ids[HEARD.path]
    page = f"/animation/transcriptions/{id_}"
    form = form_of(client, page) | {
        "debut": "21000",
        "texte": " Les arrêts\nont changé. ",
        "page": "1",
        "suivant": "21",
    }
    answer = client.post(page, data=form)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"{page}?page=1#t-21")
    text = client.get(page).text
    assert "Les arrêts ont changé &amp; les horaires." in text
    assert "corrigé</span>" in text
    assert "à vérifier" not in client.get(f"/documents/{id_}").text
    assert "Les arrêts ont changé.\n" in client.get(f"/documents/{id_}/sous-titres.vtt").text
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        (fixed,) = catalogue.transcripts.list_corrections(id_)
        assert (fixed.start, fixed.end, fixed.text) == (21.0, 43.5, "Les arrêts ont changé.")
        assert fixed.original == "Les arrêts ont changé & les horaires."


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"debut": "500", "texte": "  "}, 400),
        ({"debut": "x", "texte": "a"}, 400),
        ({"debut": "-1", "texte": "a"}, 400),
        ({"debut": "9" * 30, "texte": "a"}, 400),
        ({"debut": "500", "texte": "a" * 5_001}, 400),
        ({"debut": "99000", "texte": "a", "suivant": "x", "page": "x"}, 303),
    ],
)
def test_what_is_no_correction_is_refused(
    client: FlaskClient, library: SmallLibrary, sent: dict[str, str], status: int
) -> None:
    """Nothing is written, whatever is sent."""
    id_ = library.ids[HEARD.path]
    page = f"/animation/transcriptions/{id_}"
    assert client.post(page, data=form_of(client, page) | sent).status_code == status
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        assert catalogue.transcripts.list_corrections(id_) == ()


def test_only_what_a_program_heard_is_corrected_here(client: FlaskClient, library: SmallLibrary) -> None:
    """A deck has no transcription."""
    assert client.get(f"/animation/transcriptions/{library.ids[SLIDES]}").status_code == 404
