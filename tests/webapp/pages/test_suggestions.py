"""What the search field is given to propose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.config.settings import Settings
from tests.composition import create_app
from tests.webapp.small_library import MONTHLY, SLIDES

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_titles_lead_to_their_document_and_words_to_a_search(client: FlaskClient, library: SmallLibrary) -> None:
    """Entries of the vocabulary, titles, words and events are proposed, and only what is a title has an address."""
    answer = client.get("/suggestions?q=Aller")
    told = answer.get_json()["suggestions"]
    title = "Aller vers les personnes éloignées de leurs droits"
    assert {"text": title, "kind": "titre", "url": f"/documents/{library.ids[SLIDES]}"} in told
    assert {each["kind"] for each in told if each["url"] is None} <= {"vocabulaire", "mot"}
    assert any(each["kind"] == "vocabulaire" for each in told)
    monthly = client.get("/suggestions?q=mensuelle").get_json()["suggestions"][0]
    assert (monthly["kind"], monthly["url"]) == ("rendez-vous", f"/rendez-vous/{MONTHLY.id}")


def test_suggestions_are_kept_a_moment_by_the_browser_alone(client: FlaskClient) -> None:
    """What is typed, erased and typed anew is asked once; what someone types stays out of shared caches."""
    assert client.get("/suggestions?q=Aller").headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("typed", ["", "a", " a", "((", "%22%22", "*" * 5_000, "zanzibar", "auteur:", "..  "])
def test_where_there_is_nothing_to_propose_nothing_is(client: FlaskClient, typed: str) -> None:
    """A single letter, a sign, a whole text pasted: an empty list, never a breakdown."""
    answer = client.get(f"/suggestions?q={typed}")
    assert answer.status_code == 200
    assert answer.get_json()["suggestions"] == []


def test_before_the_first_deposit_nothing_is_proposed(tmp_path: Path) -> None:
    """The field is there before the index is."""
    client = create_app(Settings(library=tmp_path, data=tmp_path / "donnees")).test_client()
    assert client.get("/suggestions?q=droits").get_json() == {"query": "droits", "suggestions": []}
