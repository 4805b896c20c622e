"""The state of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.webapp.reading import read
from tests.webapp.small_library import DAMAGED, MARKUP, SLIDES

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_each_file_has_its_state_and_failures_come_first(client: FlaskClient, library: SmallLibrary) -> None:
    """An animator sees at once which file needs them, why, and what to do."""
    page = read(client.get("/etat").text)
    assert page.texts("th", scope="row")[0] == DAMAGED
    assert page.texts("td")[:2] == [
        "en échec",
        "Fichier abîmé ou incomplet. Ouvrez-le avec son logiciel, enregistrez-le de nouveau et redéposez-le.",
    ]
    assert page.texts("a", href=f"/documents/{library.ids[SLIDES]}") == [SLIDES]
    assert page.texts("p", role="status") == ["19 fichiers"]


def test_counts_lead_to_the_files_of_one_state(client: FlaskClient) -> None:
    """Each count is a link to its files."""
    page = read(client.get("/etat").text)
    assert page.texts("a", href="/etat?etat=sans-texte") == ["2 sans texte"]
    assert len(read(client.get("/etat?etat=sans-texte").text).texts("th", scope="row")) == 2


def test_a_file_is_found_by_its_name(client: FlaskClient) -> None:
    """Case does not matter; a name that holds markup is shown as text."""
    page = read(client.get("/etat?fichier=NOTES<script>").text)
    assert page.texts("th", scope="row") == [MARKUP]


def test_a_state_that_does_not_exist_shows_all(client: FlaskClient) -> None:
    """An address mistyped still answers."""
    assert read(client.get("/etat?etat=rose").text).texts("p", role="status") == ["19 fichiers"]


def test_nothing_can_be_changed_from_here(client: FlaskClient) -> None:
    """The page only reads: sending something to it is refused, with a page that says so."""
    answer = client.post("/etat")
    assert answer.status_code == 405
    assert "Action impossible ici" in answer.text
    assert "GET" in answer.headers["Allow"]
