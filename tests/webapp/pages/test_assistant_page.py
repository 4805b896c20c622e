"""Answers made of quotations: asked for by a button, whole without script; only from what one may read."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import stamina

from index.assistant import Assistant
from index.model_service import ModelService
from tests.composition import create_app
from tests.model_server import Answer, ModelServer, quote_as_json, serve_model, stream_chat
from tests.webapp.accounts import send
from tests.webapp.conftest import WholeClient
from tests.webapp.page_parser import read
from tests.webapp.rights_matrix import DECK, SHARED, VIDEO, WORD, WORKSHOP, Kind, Standing, keep_folder, world
from tests.webapp.small_library import LONG_PAGE, MARKUP, OUTREACH, SILENT, SLIDES
from tests.webapp.small_library import VIDEO as FILM
from webapp.pages import assistant_page
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.webapp.rights_matrix import World
    from tests.webapp.small_library import SmallLibrary

STREAM = {"Accept": "text/event-stream"}
BUS = "Trois arrêts par semaine, deux agents, un accueil sans rendez-vous."


@pytest.fixture(autouse=True)
def _at_once() -> Iterator[None]:
    """Retries without the waits between them."""
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(scope="module")
def service() -> Iterator[ModelServer]:
    """The service of the installation."""
    with serve_model() as served:
        yield served


@pytest.fixture(scope="module")
def asking_app(library: SmallLibrary, service: ModelServer) -> Flask:
    """An application that names the service."""
    told = {"assistant": service.address, "assistant_model": "petit-modele", "assistant_key": "cle-secrete"}
    made = create_app(library.settings.model_copy(update=told))
    made.test_client_class = WholeClient
    return made


@pytest.fixture
def asker(asking_app: Flask, service: ModelServer) -> FlaskClient:
    """Someone who asks it; the service has been sent nothing yet."""
    service.requests.clear()
    service.respond = None
    return asking_app.test_client()


def sent_passages(service: ModelServer) -> list[dict[str, Any]]:
    """The passages of the last request."""
    found: list[dict[str, Any]] = json.loads(json.loads(service.requests[-1][2])["messages"][1]["content"])["passages"]
    return found


def find_passage(sent: dict[str, Any], words: str) -> int:
    """The number of the passage that was sent with these words."""
    given = json.loads(sent["messages"][1]["content"])["passages"]
    return next(int(each["numero"]) for each in given if words in each["texte"])


def script(words: str, *others: str) -> Any:
    """A model that quotes the passage with these words, then other words."""

    def respond(sent: dict[str, Any]) -> Answer:
        number = find_passage(sent, words)
        return stream_chat(quote_as_json((number, words), *((number, each) for each in others)))

    return respond


def read_events(response: TestResponse) -> list[dict[str, Any]]:
    """What a script reads of an answer that comes by and by."""
    return [json.loads(each[6:]) for each in response.text.split("\n\n") if each.startswith("data: ")]


def test_pages_only_offer_it(asker: FlaskClient, service: ModelServer, library: SmallLibrary) -> None:
    """Results, documents and events carry a form and wait for nothing: nothing is sent until somebody asks."""
    for address, action in (
        ("/recherche?q=bus+des+droits", "/assistant/reponse?q=bus+des+droits"),
        (f"/documents/{library.ids[SLIDES]}", f"/assistant/documents/{library.ids[SLIDES]}"),
        (f"/rendez-vous/{OUTREACH.id}", f"/assistant/rendez-vous/{OUTREACH.id}"),
    ):
        page = read(asker.get(address).text)
        assert page.all("form", action=action, method="post")
        assert "127.0.0.1" in " ".join(page.texts("p", class_="fr-hint-text"))
    assert service.requests == []
    for address in ("/recherche", "/recherche?q=zanzibar", f"/documents/{library.ids[SILENT]}"):
        assert "/assistant/" not in asker.get(address).text


def test_nothing_without_a_service(client: FlaskClient, library: SmallLibrary) -> None:
    """Without the setting there is no button, and nothing behind it."""
    assert "assistant" not in client.get("/recherche?q=bus+des+droits").text
    assert send(client, "/assistant/reponse?q=bus").status_code == 404
    assert send(client, f"/assistant/documents/{library.ids[SLIDES]}").status_code == 404


def test_an_answer_as_a_page(asker: FlaskClient, service: ModelServer, library: SmallLibrary) -> None:
    """Without script: the sentences of the documents with their place, and what was left out."""
    service.respond = script("Trois arrêts par semaine", "Quatre arrêts par semaine")
    response = send(asker, "/assistant/reponse?q=bus+des+droits")
    page = read(response.text)
    assert page.texts("blockquote") == [BUS]
    assert page.all("a", href=f"/documents/{library.ids[SLIDES]}?q=bus+des+droits#diapositive-2")
    assert "1 phrase écartée : ses mots ne sont pas dans les passages lus." in " ".join(page.texts("p"))
    assert "petit-modele" in response.text
    assert page.all("a", href="/recherche?q=bus+des+droits")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Quatre" not in response.text


def test_an_answer_as_it_comes(asker: FlaskClient, service: ModelServer) -> None:
    """With script: events, each a quotation in HTML, then how it ended."""
    service.respond = script("Trois arrêts par semaine", "Quatre arrêts par semaine")
    response = send(asker, "/assistant/reponse?q=bus+des+droits")
    token = read(asker.get("/affichage").text).all("input", name="csrf_token")[0].attributes["value"]
    response = asker.post("/assistant/reponse?q=bus+des+droits", data={"csrf_token": token}, headers=STREAM)
    assert response.mimetype == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    quotation, ending = read_events(response)
    assert (quotation["end"], ending["end"]) == (False, True)
    assert BUS in " ".join(read(quotation["html"]).texts("blockquote"))
    assert "1 phrase écartée" in read(ending["html"]).texts("p")[1]


def test_a_form_needs_its_token(asker: FlaskClient, service: ModelServer) -> None:
    """Another site has no request made in a person's name."""
    assert asker.post("/assistant/reponse?q=bus").status_code == 400
    assert service.requests == []


@pytest.mark.parametrize("content", ['{"phrases": []}', quote_as_json((1, "Des mots que personne n’a écrits"))])
def test_no_passage_answers(content: str, asker: FlaskClient, service: ModelServer) -> None:
    """Where nothing stands, the passages themselves are offered."""
    service.answers = [stream_chat(content)]
    page = read(send(asker, "/assistant/reponse?q=bus+des+droits").text)
    assert "Aucun passage ne permet de répondre." in page.texts("p", class_="notice")
    assert page.all("a", href=next(each for each in _links(page) if "diapositive-2" in each))
    assert page.texts("blockquote") == []


def _links(page: Any) -> list[str]:
    return [each.attributes.get("href") or "" for each in page.all("a")]


def test_nothing_found_is_not_sent(asker: FlaskClient, service: ModelServer) -> None:
    """A question to which no document answers stays here."""
    page = read(send(asker, "/assistant/reponse?q=zanzibar").text)
    assert "rien n’a été envoyé" in " ".join(page.texts("p", class_="notice"))
    assert send(asker, "/assistant/reponse?q=+").status_code == 404
    assert service.requests == []


def test_a_document_is_summarised(asker: FlaskClient, service: ModelServer, library: SmallLibrary) -> None:
    """From its own passages, with its notes; a film from what is said in it, at its second."""
    service.respond = script("Partager les fiches de poste")
    page = read(send(asker, f"/assistant/documents/{library.ids[SLIDES]}").text)
    assert page.texts("blockquote") == ["Partager les fiches de poste entre territoires."]
    assert [each["lieu"] for each in sent_passages(service)] == ["diapositive 1", "diapositive 2", "diapositive 3"]
    assert sent_passages(service)[1]["notes"].startswith("Rappeler ici")
    service.respond = script("un bus des droits sillonne")
    page = read(send(asker, f"/assistant/documents/{library.ids[FILM]}").text)
    assert page.texts("blockquote") == ["À Grigny, un bus des droits sillonne les quartiers."]
    assert [each for each in _links(page) if each.endswith("?t=4#t-4")]
    assert send(asker, "/assistant/documents/inconnu").status_code == 404


def test_an_event_is_summarised(asker: FlaskClient, service: ModelServer) -> None:
    """From its documents: the deck, then what was said, at its minute; captions are read once."""
    service.respond = script("un bus des droits sillonne", "Un tiers des personnes éligibles ne demande pas le RSA.")
    page = read(send(asker, f"/assistant/rendez-vous/{OUTREACH.id}").text)
    assert page.texts("blockquote") == [
        "À Grigny, un bus des droits sillonne les quartiers.",
        "Un tiers des personnes éligibles ne demande pas le RSA.",
    ]
    places = [each["lieu"] for each in sent_passages(service)]
    assert places == ["diapositive 1", "diapositive 2", "diapositive 3", "0:00", "0:02", "0:04"]
    assert send(asker, "/assistant/rendez-vous/inconnu").status_code == 404


def test_hostile_words_are_text(asker: FlaskClient, service: ModelServer, library: SmallLibrary) -> None:
    """What a document says is text in both forms of the answer, whatever it is made of."""
    service.respond = script("Avant <img src=x onerror=alert(1)> pendant non-recours")
    for accept in ({}, STREAM):
        token = read(asker.get("/affichage").text).all("input", name="csrf_token")[0].attributes["value"]
        told = asker.post(f"/assistant/documents/{library.ids[MARKUP]}", data={"csrf_token": token}, headers=accept)
        html = read_events(told)[0]["html"] if accept else told.text
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert "<img src=x" not in html
        assert "<i>titre" not in html


def test_troubles_are_told(asker: FlaskClient, service: ModelServer, library: SmallLibrary) -> None:
    """A service that is down is a sentence, and what was sent or its key is in none."""
    service.answers = [Answer(503)]
    response = send(asker, f"/assistant/documents/{library.ids[LONG_PAGE]}")
    assert response.status_code == 200
    assert "L’assistant n’a pas répondu : le service est en panne (503)." in " ".join(
        read(response.text).texts("p", class_="notice")
    )
    assert "cle-secrete" not in response.text


def test_only_so_many_at_once(asker: FlaskClient, asking_app: Flask, service: ModelServer) -> None:
    """Answers that take long leave most threads of the server to the pages."""
    hold = threading.Event()
    content = quote_as_json((1, "Trois arrêts par semaine")) + " " * 500
    service.respond = lambda _: stream_chat(content, hold=hold)
    token = read(asker.get("/affichage").text).all("input", name="csrf_token")[0].attributes["value"]
    clients = [asking_app.test_client() for _ in range(2)]
    slow = [threading.Thread(target=send, args=(each, "/assistant/reponse?q=bus+des+droits")) for each in clients]
    for each in slow:
        each.start()
    try:
        while len(service.requests) < len(slow):
            threading.Event().wait(0.01)
        told = asker.post("/assistant/reponse?q=bus", data={"csrf_token": token})
        assert "il répond déjà à d’autres personnes" in told.text
        assert asker.get("/recherche?q=bus").status_code == 200
    finally:
        hold.set()
        for each in slow:
            each.join()
    service.respond = script("Trois arrêts par semaine")
    assert "il répond déjà" not in send(asker, "/assistant/reponse?q=bus+des+droits").text


def test_an_answer_that_nobody_reads_frees_its_place(asking_app: Flask, service: ModelServer) -> None:
    """Who closes the page ends the answer."""
    service.respond = script("Trois arrêts par semaine")
    with asking_app.test_request_context("/assistant/reponse?q=bus", headers=STREAM, method="POST"):
        for _ in range(5):
            response = assistant_page.answer()
            stream = iter(response.response)
            next(stream)
            next(stream)
            response.close()
    places = [assistant_page._SLOTS.try_take() for _ in range(2)]  # noqa: SLF001
    for release in places:
        assert release is not None
        release()


def test_only_counts_are_kept(asker: FlaskClient, asking_app: Flask, service: ModelServer) -> None:
    """Of a question to the assistant, the catalogue learns nothing; the metrics count sentences."""
    service.respond = script("Trois arrêts par semaine", "Quatre arrêts par semaine")
    send(asker, "/assistant/reponse?q=bus+des+droits")
    exposition = str(asking_app.extensions["ruche.metrics"].render_exposition())
    assert 'ruche_assistant_quotations_total{verdict="shown"} ' in exposition
    assert "bus" not in exposition


HIDING = [
    *((Standing.KEPT, kind) for kind in (Kind.STRANGER, Kind.ANIMATOR, Kind.ADMINISTRATOR)),
    *((Standing.HELD, kind) for kind in (Kind.STRANGER, Kind.MEMBER, Kind.ANIMATOR, Kind.INSIDER)),
    *((Standing.BOTH, kind) for kind in (Kind.MEMBER, Kind.ADMINISTRATOR, Kind.INSIDER)),
]
"""Standings with those whose requests hold none of the documents: what waits for the team is sent for nobody."""

QUESTIONS = (SHARED, "Qui utilise le carnetier ?", "guichetier sillonne", "atelier", "webinaire juin 2025", "Grigny")


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[Standing, World]:
    """A library for each standing, which no test may change."""
    hiding = {standing for standing, _ in HIDING} | {Standing.VISIBLE}
    return {each: world(tmp_path_factory.mktemp("droits") / each.name, each) for each in Standing if each in hiding}


def ask_everything(here: World, kind: Kind) -> tuple[str, str]:
    """All that is sent when a person asks for all that there is to ask for, and all that they read."""
    addresses = [
        *(f"/assistant/reponse?q={quote(each)}" for each in QUESTIONS),
        *(f"/assistant/documents/{here.library.ids[path]}" for path in (DECK, VIDEO)),
        f"/assistant/rendez-vous/{WORKSHOP.id}",
        here.named("/dossiers/{dossier}/resume", kind),
    ]
    with serve_model(stream_chat('{"phrases": []}')) as service:
        services_of(here.app).assistant = Assistant(ModelService(service.address, "m"))
        client = here.client(kind)
        told = "".join(client.post(each).text for each in addresses)
        sent = service.sent
    assert "passages" in sent
    return sent, told


@pytest.mark.parametrize(("standing", "kind"), HIDING, ids=lambda each: each.name.lower())
def test_what_is_reserved_never_leaves(worlds: dict[Standing, World], standing: Standing, kind: Kind) -> None:
    """Neither text nor title of a document that a reader may not see is in any request, nor in any answer."""
    sent, told = ask_everything(worlds[standing], kind)
    assert WORD not in sent
    assert WORD not in told


@pytest.mark.parametrize(
    ("standing", "kind"), [(Standing.VISIBLE, Kind.STRANGER), (Standing.KEPT, Kind.MEMBER)], ids=lambda each: each.name
)
def test_what_one_reads_is_sent(worlds: dict[Standing, World], standing: Standing, kind: Kind) -> None:
    """The same questions do send the words of whoever may read them: the test above can fail."""
    sent, _ = ask_everything(worlds[standing], kind)
    assert WORD in sent


def test_a_right_that_is_lost_counts_at_once(tmp_path: Path) -> None:
    """Before the index has learnt that a folder is kept, its passages are not sent any more."""
    here = world(tmp_path / "a", Standing.VISIBLE)
    keep_folder(here.catalogue)
    sent, _ = ask_everything(here, Kind.STRANGER)
    assert WORD not in sent
