"""The state of the files."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from index.catalogue import Catalogue, IndexerState, Phase
from tests.webapp.reading import read
from tests.webapp.small_library import DAMAGED, MARKUP, SLIDES, build
from webapp import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_members_see_numbers_and_no_name(client: FlaskClient) -> None:
    """Each state with its number; where a file is, and what it is called, is not theirs to see."""
    page = read(client.get("/etat?etat=en-echec&fichier=a").text)
    assert page.texts("li", class_="heap") == ["1 en échec", "2 sans texte", "16 indexés"]
    assert "19 fichiers en tout." in page.texts("p")
    assert not page.all("table")


def test_each_file_has_its_state_and_failures_come_first(client: FlaskClient, library: SmallLibrary) -> None:
    """An animator sees at once which file needs them, why, and what to do."""
    page = read(client.get("/animation/fichiers").text)
    assert page.texts("th", scope="row")[0] == DAMAGED
    state, told = page.texts("td")[:2]
    assert state == "en échec"
    assert told.startswith("Fichier abîmé ou incomplet. Ouvrez-le avec son logiciel, enregistrez-le de nouveau et")
    assert page.texts("a", href=f"/documents/{library.ids[SLIDES]}") == [SLIDES]
    assert page.texts("p", role="status") == ["19 fichiers"]


def test_counts_lead_to_the_files_of_one_state(client: FlaskClient) -> None:
    """Each count is a link to its files."""
    page = read(client.get("/animation/fichiers").text)
    assert page.texts("a", href="/animation/fichiers?etat=sans-texte") == ["2 sans texte"]
    assert len(read(client.get("/animation/fichiers?etat=sans-texte").text).texts("th", scope="row")) == 2


def test_a_file_is_found_by_its_name(client: FlaskClient) -> None:
    """Case does not matter; a name that holds markup is shown as text."""
    page = read(client.get("/animation/fichiers?fichier=NOTES<script>").text)
    assert page.texts("th", scope="row") == [MARKUP]


def test_a_state_that_does_not_exist_shows_all(client: FlaskClient) -> None:
    """An address mistyped still answers."""
    assert read(client.get("/animation/fichiers?etat=rose").text).texts("p", role="status") == ["19 fichiers"]


def test_nothing_can_be_changed_from_here(client: FlaskClient) -> None:
    """The page only reads: sending something to it is refused, with a page that says so."""
    answer = client.post("/etat")
    assert answer.status_code == 405
    assert "Action impossible ici" in answer.text
    assert "GET" in answer.headers["Allow"]


def test_what_the_indexer_says_is_told(tmp_path: Path) -> None:
    """Held removals are an alert; work under way is told with the time left; so is a silence."""
    made = build(tmp_path)
    client = create_app(made.settings).test_client()
    now = datetime.now(UTC)
    alert = "12 fichiers ne sont plus dans la bibliothèque."
    with closing(Catalogue.open(made.settings.catalogue_url)) as catalogue:
        with catalogue.writing() as write:
            write.tell(IndexerState(now, now, Phase.READING, pending=40, seconds_left=90.0, guard=alert, held=12))
        page = read(client.get("/etat").text)
        assert alert in page.texts("p")
        assert "Indexeur : lit des fichiers ; 40 fichiers à lire, encore 1 min 30 s environ." in page.texts("p")
        with catalogue.writing() as write:
            write.tell(IndexerState(now, now - timedelta(minutes=5), Phase.IDLE))
        assert any("ne donne plus de nouvelles" in each for each in read(client.get("/etat").text).texts("p"))
