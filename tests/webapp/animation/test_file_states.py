"""The state of the files."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from index.accounts.folder_rules import FolderRule
from index.catalogue.catalogue import Catalogue
from index.catalogue.indexer_state import WITHOUT_IMAGES_MEMO, IndexerState, Phase
from index.model.documents import ANIMATORS
from index.vectors import VECTORS, GateStep, RankingDecision
from tests.composition import create_app
from tests.webapp.page_parser import read
from tests.webapp.small_library import DAMAGED, MARKUP, SLIDES, build

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_members_see_what_they_may_read(tmp_path: Path) -> None:
    """Documents are counted, and the last one named, of those that one may see; no file and no folder is named."""
    made = build(tmp_path)
    client = create_app(made.settings).test_client()
    page = read(client.get("/etat").text)
    documents, silent, failed = page.texts("li", class_="heap")
    assert documents == "17 documents que vous pouvez lire"
    assert (silent, failed) == ("1 sans texte, à chercher par son titre", "1 fichier qui n’a pas pu être lu")
    with closing(Catalogue.open(made.settings.catalogue_url)) as catalogue:
        catalogue.access.rules.save_folder_rule(FolderRule("", frozenset({ANIMATORS})), "")
        (last,) = catalogue.documents.list_latest(frozenset({ANIMATORS}), 1)
        text = client.get("/etat").text
        assert read(text).texts("li", class_="heap")[0] == "0 document que vous pouvez lire"
        assert last.title not in text
        assert last.id not in text
        assert DAMAGED not in text


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
    assert page.texts("a", href="/animation/fichiers?etat=sans-texte") == ["1 sans texte"]
    assert len(read(client.get("/animation/fichiers?etat=sans-texte").text).texts("th", scope="row")) == 1


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
    """To animators held removals are an alert, to members they are nothing; all are told of work, absence, silence."""
    made = build(tmp_path)
    client = create_app(made.settings).test_client()
    now = datetime.now(UTC)
    alert = "12 fichiers ne sont plus dans la bibliothèque."
    with closing(Catalogue.open(made.settings.catalogue_url)) as catalogue:
        with catalogue.transaction() as transaction:
            transaction.indexer.write_state(
                IndexerState(now, now, Phase.READING, pending=40, seconds_left=90.0, guard=alert, rereading=7)
            )
        page = read(client.get("/animation/fichiers").text)
        assert alert in page.texts("p")
        told = next(each for each in page.texts("p") if each.startswith("Indexeur : "))
        assert told.startswith("Indexeur : lit des fichiers ; 40 fichiers à lire, encore 1 min 30 s environ.")
        assert "7 documents à relire par la nouvelle version des lecteurs" in told
        page = read(client.get("/etat").text)
        assert "40 fichiers attendent d’être lus, encore 1 min 30 s environ. Le reste a été traité." in page.texts("p")
        assert alert not in page.texts("p")
        with catalogue.transaction() as transaction:
            transaction.indexer.write_state(
                IndexerState(now, now, Phase.UNAVAILABLE, message="Le dossier /srv/secret est absent.")
            )
        text = client.get("/etat").text
        assert "Le dossier partagé ne répond pas" in text
        assert "/srv/secret" not in text
        with catalogue.transaction() as transaction:
            transaction.indexer.write_state(IndexerState(now, now, Phase.IDLE))
        assert any(each.startswith("Rien n’attend") for each in read(client.get("/etat").text).texts("p"))
        with catalogue.transaction() as transaction:
            transaction.indexer.write_state(IndexerState(now, now - timedelta(minutes=5), Phase.IDLE))
        assert any("rien n’est lu en ce moment" in each for each in read(client.get("/etat").text).texts("p"))
        assert any(
            "ne donne plus de nouvelles" in each for each in read(client.get("/animation/fichiers").text).texts("p")
        )


def test_what_was_decided_about_ranking(tmp_path: Path) -> None:
    """Animators read how many documents wait for vectors, what keeps them waiting, and what questions decided."""
    made = build(tmp_path)
    settings = made.settings.model_copy(update={"embedding": "https://albert.example.fr/v1", "embedding_model": "m"})
    client = create_app(settings).test_client()
    now = datetime.now(UTC)
    step = GateStep(VECTORS, "m (albert.example.fr)", 0.2, 0.6, 0.7, 0.65, 0.6, 0.01)
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.indexer.write_state(
            IndexerState(now, now, embedding=3, embedding_left=90.0, embedding_message="le service est en panne (503)")
        )
        transaction.vectors.write_decision(RankingDecision("clé", steps=(step,)).to_json())
    told = read(client.get("/animation/fichiers").text).texts("p")
    assert any("3 documents à transformer en vecteurs, encore 1 min 30 s environ" in each for each in told)
    assert "Le classement par le sens attend : le service est en panne (503)." in told
    assert any("écartés, car les réponses y perdent" in each and "0,650 sans, 0,600 avec" in each for each in told)
    # Members are told where their words may go.
    assert "albert.example.fr" in client.get("/donnees-personnelles").text
    assert "Classement par le sens" not in create_app(made.settings).test_client().get("/donnees-personnelles").text


def test_images_that_wait_for_libreoffice(tmp_path: Path) -> None:
    """Animators read how many documents have no images and what to install; nothing is said where none waits."""
    made = build(tmp_path)
    client = create_app(made.settings).test_client()
    assert "LibreOffice" not in client.get("/animation/fichiers").text
    with closing(Catalogue.open(made.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.indexer.write_memo(WITHOUT_IMAGES_MEMO, "2")
        transaction.indexer.write_state(IndexerState(datetime.now(UTC), datetime.now(UTC), Phase.IDLE))
    (told,) = [each for each in read(client.get("/animation/fichiers").text).texts("p") if "LibreOffice" in each]
    assert told.startswith("2 documents (présentations, textes, tableurs) attendent LibreOffice")
    assert "apt install" in told
    assert any("attendent LibreOffice" in each for each in read(client.get("/etat").text).texts("p"))
