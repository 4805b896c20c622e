"""Judged questions are kept in two gestures, and say before and after whether a change of the vocabulary helps."""

from __future__ import annotations

import io
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role
from index.catalogue import evaluation_runs
from index.catalogue.evaluation_runs import EvaluationTakenOverError
from index.catalogue.judged_questions import JudgedQuestion, RankingConditions
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, send, signed_in
from tests.webapp.conftest import WholeClient
from tests.webapp.page_parser import read
from tests.webapp.small_library import LONG_PAGE, SLIDES, build
from webapp.animation.background_evaluation import evaluate_in_background
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue
    from index.search.questions import Answer, Question
    from index.search.service import Search
    from tests.webapp.small_library import SmallLibrary

QUESTIONS, EVALUATION = "/animation/questions-de-controle", "/animation/evaluation"


@pytest.fixture
def own_library(tmp_path: Path) -> SmallLibrary:
    """A library of its own, whose catalogue the test may change."""
    return build(tmp_path)


@pytest.fixture
def own_app(own_library: SmallLibrary) -> Flask:
    """An application over it."""
    made = create_app(own_library.settings)
    made.test_client_class = WholeClient
    return made


@pytest.fixture
def own_client(own_app: Flask) -> FlaskClient:
    """An animator: there are no accounts."""
    return own_app.test_client()


@pytest.fixture
def own_catalogue(own_app: Flask) -> Catalogue:
    """The catalogue that the application reads."""
    return services_of(own_app).catalogue


def test_from_results_to_a_judged_question(
    own_client: FlaskClient, own_catalogue: Catalogue, own_library: SmallLibrary
) -> None:
    """A link below the results, and a form whose documents nobody has ticked beforehand; the same words edit it."""
    address = f"{QUESTIONS}/question?q=bus"
    assert address in own_client.get("/recherche?q=bus").text
    boxes = read(own_client.get(address).text).all("input", name="document")
    assert own_library.ids[SLIDES] in {each.attributes["value"] for each in boxes}
    assert [each for each in boxes if "checked" in each.attributes] == []
    send(own_client, f"{QUESTIONS}/question", texte="bus", document=own_library.ids[SLIDES])
    (question,) = own_catalogue.judged_questions.list_all()
    assert question.document_ids == (own_library.ids[SLIDES],)
    again = own_client.get(f"{QUESTIONS}/question?q=BUS")
    ticked = [each for each in read(again.text).all("input", name="document") if "checked" in each.attributes]
    assert [each.attributes["value"] for each in ticked] == [own_library.ids[SLIDES]]


def test_a_document_that_the_question_does_not_find(own_client: FlaskClient, own_library: SmallLibrary) -> None:
    """What answers may be what is not found: it is looked for by other words."""
    page = own_client.get(f"{QUESTIONS}/question?q=camionnette&autres=bus").text
    assert own_library.ids[SLIDES] in {each.attributes["value"] for each in read(page).all("input", name="document")}
    assert 'value="camionnette"' in page


def test_what_is_wrong_is_told(own_client: FlaskClient, own_catalogue: Catalogue) -> None:
    """Nothing is kept, and the form has what was typed; a question that is not there is none."""
    answer = send(own_client, f"{QUESTIONS}/question", texte="bus", document="inconnu")
    assert (answer.status_code, "cochez-en un" in answer.text) == (400, True)
    assert own_client.get(f"{QUESTIONS}/question?question=inconnue").status_code == 404
    assert send(own_client, f"{QUESTIONS}/effacement", question="inconnue").status_code == 404
    for content, told in ((b"- text: a\n  answers: {", "YAML"), (b"", "une liste"), (b"- {}", "la 1e")):
        send(own_client, f"{QUESTIONS}/import", fichier=(io.BytesIO(content), "q.yaml"))
        assert told in own_client.get(QUESTIONS).text
    assert own_catalogue.judged_questions.list_all() == ()


def test_questions_go_out_and_come_back(own_client: FlaskClient, own_catalogue: Catalogue) -> None:
    """As one file; those without an answer are told, and left out."""
    content = f'- text: "bus"\n  answers: ["{SLIDES}", "webinaires/"]\n- text: rien\n'.encode()
    send(own_client, f"{QUESTIONS}/import", fichier=(io.BytesIO(content), "q.yaml"))
    page = own_client.get(QUESTIONS).text
    assert "1\u00a0question ajoutée" in page
    assert "1\u00a0question sans réponse" in page
    exported = own_client.get(f"{QUESTIONS}/questions.yaml").data
    (question,) = own_catalogue.judged_questions.list_all()
    send(own_client, f"{QUESTIONS}/effacement", question=question.id)
    send(own_client, f"{QUESTIONS}/import", fichier=(io.BytesIO(exported), "q.yaml"))
    (back,) = own_catalogue.judged_questions.list_all()
    assert (back.text, set(back.answers)) == (question.text, set(question.answers))


def test_a_change_that_helps_then_one_that_harms(
    own_client: FlaskClient, own_catalogue: Catalogue, own_library: SmallLibrary
) -> None:
    """The page of the vocabulary proposes to compare; the comparison names the question, and undoes what loses."""
    own_catalogue.judged_questions.keep([JudgedQuestion("camionnette", document_ids=(own_library.ids[SLIDES],))], "")
    form = {"liste": "synonymes", "autres": "camionnette\nbus"}
    changed = send(own_client, "/animation/vocabulaire/entree", **form).location
    proposal = read(own_client.get(changed).text).all("button", name="changement")
    assert [each.attributes["value"] for each in proposal] == ["1"]
    send(own_client, EVALUATION, changement="1")
    page = own_client.get(EVALUATION).text
    assert "Les réponses y gagnent" in page
    assert "vocabulaire, du changement n°\u00a00 au n°\u00a01" in page
    # Removing it harms.
    send(own_client, "/animation/vocabulaire/retrait", liste="synonymes", entree="camionnette")
    send(own_client, EVALUATION, changement="2")
    page = own_client.get(EVALUATION).text
    assert "Les réponses y perdent" in page
    assert "«\u00a0camionnette\u00a0»" in page
    assert "Annuler ce qui perd" in page
    # Three evaluations: that of before the removal was there already.
    assert len(own_catalogue.judged_questions.list_evaluations(9)) == 3
    undone = send(own_client, "/animation/vocabulaire/historique/2/annulation").location
    assert read(own_client.get(undone).text).all("button", name="changement")
    send(own_client, EVALUATION, changement="3")
    assert "Les réponses y gagnent" in own_client.get(EVALUATION).text


def test_without_questions_nothing_is_evaluated(own_client: FlaskClient, own_catalogue: Catalogue) -> None:
    """The page says how to keep some; the vocabulary proposes nothing; a number that is none is ignored."""
    send(own_client, EVALUATION)
    assert "Gardez d’abord des questions" in own_client.get(QUESTIONS).text
    assert not read(own_client.get("/animation/vocabulaire?changement=1").text).all("button", name="changement")
    assert own_catalogue.judged_questions.list_evaluations(1) == ()
    own_catalogue.judged_questions.keep([JudgedQuestion("bus", ("nulle part.pdf",))], "")
    for wrong in ("x", "-1", "99999999999999999999", "7"):
        send(own_client, EVALUATION, changement=wrong)
    assert [each.places for each in own_catalogue.judged_questions.list_evaluations(9)] == [{}] * 4


class _HeldSearch:
    """A search that answers only once it is let go: what a large library does to hundreds of questions."""

    def __init__(self, search: Search) -> None:
        self._search, self.let_go = search, threading.Event()

    def ask(self, question: Question) -> Answer:
        """Wait, then answer as the search does."""
        assert self.let_go.wait(60)
        return self._search.ask(question)


def test_an_evaluation_goes_on_without_its_request(
    own_client: FlaskClient, own_app: Flask, own_catalogue: Catalogue, own_library: SmallLibrary
) -> None:
    """The page tells how far it is, begins no second one, and shows the result once there is one."""
    own_catalogue.judged_questions.keep([JudgedQuestion("bus", document_ids=(own_library.ids[SLIDES],))], "")
    held = _HeldSearch(services_of(own_app).search)
    questions = own_catalogue.judged_questions.list_all()
    thread = evaluate_in_background(own_catalogue, questions, [(cast("Search", held), RankingConditions())])
    assert thread
    _wait_for(lambda: "0\u00a0question posée sur 1" in own_client.get(EVALUATION).text)
    page = read(own_client.get(EVALUATION).text)
    assert [each.attributes["data-waiting"] for each in page.all("div") if "data-waiting" in each.attributes] == ["1"]
    assert not [each for each in page.all("form") if each.attributes.get("action") == EVALUATION]
    send(own_client, EVALUATION)
    assert "déjà en cours" in own_client.get(EVALUATION).text
    assert own_catalogue.judged_questions.list_evaluations(9) == ()
    held.let_go.set()
    thread.join(60)
    assert "en cours" not in (text := own_client.get(EVALUATION).text)
    assert "Dernière évaluation" in text
    assert [list(each.places) for each in own_catalogue.judged_questions.list_evaluations(9)] == [[questions[0].id]]


def test_an_evaluation_that_broke_off(
    own_client: FlaskClient, own_catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that stopped under it is told after a minute, a failure at once; both begin anew, nothing is kept."""
    own_catalogue.judged_questions.keep([JudgedQuestion("bus", ("nulle part.pdf",))], "")
    runs = own_catalogue.evaluation_runs
    gone = runs.begin()
    assert gone
    runs.tell_progress(gone, 3, 9)
    assert "3\u00a0questions posées sur 9" in own_client.get(EVALUATION).text
    monkeypatch.setattr(evaluation_runs, "_SILENT_AFTER", timedelta(0))
    assert "le service s’est arrêté" in own_client.get(EVALUATION).text
    second = runs.begin()
    assert second
    # Whoever was only slow finds its place taken, and may not say that it has ended.
    with pytest.raises(EvaluationTakenOverError):
        runs.end(gone)
    runs.tell_failure(second, "Le catalogue est occupé.")
    assert "Le catalogue est occupé." in own_client.get(EVALUATION).text
    monkeypatch.undo()
    send(own_client, EVALUATION)
    assert "pas allée à son terme" not in own_client.get(EVALUATION).text
    assert len(own_catalogue.judged_questions.list_evaluations(9)) == 1


class _BrokenSearch:
    """A search with a mistake that nobody foresaw."""

    def ask(self, question: Question) -> Answer:
        """Fail as a mistake of ours does, with an exception of no kind that is expected."""
        raise ZeroDivisionError(question.text)


def test_an_error_that_nobody_foresaw(
    own_client: FlaskClient, own_catalogue: Catalogue, own_library: SmallLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page tells it at once, and does not say « en cours » until the silence is long; the error is logged."""
    uncaught: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: uncaught.append(told.exc_type))
    own_catalogue.judged_questions.keep([JudgedQuestion("bus", document_ids=(own_library.ids[SLIDES],))], "")
    questions = own_catalogue.judged_questions.list_all()
    broken = [(cast("Search", _BrokenSearch()), RankingConditions())]
    thread = evaluate_in_background(own_catalogue, questions, broken)
    assert thread
    thread.join(60)
    assert uncaught == [ZeroDivisionError]
    text = own_client.get(EVALUATION).text
    assert "une erreur l’a arrêtée, que le journal du service décrit. Rien n’en est gardé" in text
    assert "en cours" not in text
    assert own_catalogue.judged_questions.list_evaluations(9) == ()
    # Nothing is in the way of the next one.
    send(own_client, EVALUATION)
    assert len(own_catalogue.judged_questions.list_evaluations(9)) == 1


def _wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_an_animator_keeps_what_another_one_sees(own_library: SmallLibrary) -> None:
    """Editing a question leaves the documents that one may not see as they were judged, and tells nothing of them."""
    app = create_app(guarded(own_library))
    catalogue = services_of(app).catalogue
    catalogue.access.rules.save_group(Group("comite", "Comité"), "")
    catalogue.access.rules.save_folder_rule(
        FolderRule("webinaires/2024-11-07 Échanges de données", frozenset({"comite"})), ""
    )
    hidden, shown = own_library.ids[LONG_PAGE], own_library.ids[SLIDES]
    catalogue.judged_questions.keep([JudgedQuestion("bus", (LONG_PAGE,), (hidden, shown))], "")
    (question,) = catalogue.judged_questions.list_all()
    client = signed_in(app, joined(app, NewAccount("ani@ruche.example", "Ani", Role.ANIMATOR)))
    page = client.get(f"{QUESTIONS}/question?question={question.id}").text
    assert (shown in page, hidden in page, "Kit" in page) == (True, False, False)
    send(client, f"{QUESTIONS}/question", question=question.id, texte="bus des droits", document=shown)
    (changed,) = catalogue.judged_questions.list_all()
    assert (changed.text, set(changed.document_ids)) == ("bus des droits", {hidden, shown})
    assert LONG_PAGE in changed.answers
    # A document that one may not see cannot be named by its id.
    send(client, f"{QUESTIONS}/question", texte="autre", document=hidden)
    assert len(catalogue.judged_questions.list_all()) == 1
