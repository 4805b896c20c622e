"""Questions: asked in one gesture, answered with places, passed on; shown to whom they are for, forgotten on demand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from index.accounts.audiences import EVERY_ANIMATOR
from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role
from index.catalogue.inquiries.inquiries import InquiryFilter, InquiryState, Standing
from index.catalogue.inquiries.inquiry_writes import purge_inquiries
from index.catalogue.repositories import load_all_tables
from index.catalogue.tables import Base
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import MEMBERS
from tests.composition import create_app
from tests.webapp import own_library
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.conftest import WholeClient
from tests.webapp.page_parser import read
from tests.webapp.small_library import SLIDES, VIDEO
from tests.webapp.xpath import page as tree_of
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue
    from index.catalogue.inquiries.inquiries import Inquiry
    from tests.webapp.small_library import SmallLibrary

library, app, client, catalogue = own_library.FIXTURES

NIR = "1 85 05 78 006 084 91"
TITLE = "Comment financer un bus des droits ?"


@pytest.fixture
def site(library: SmallLibrary) -> Flask:
    """The application with accounts."""
    made = create_app(guarded(library))
    made.test_client_class = WholeClient
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def _person(site: Flask, name: str, role: Role = Role.READER, *groups: str) -> FlaskClient:
    return signed_in(site, joined(site, NewAccount(f"{name}@ruche.example", name, role, frozenset(groups))))


def _ask(person: FlaskClient, title: str = TITLE, **more: object) -> str:
    """Ask, having seen what exists; gives the address of the question."""
    return str(person.post("/questions", data={"titre": title, "vu": title, **more}).location)


def _links(page: str) -> list[str]:
    return [str(each) for each in tree_of(page).xpath("//a/@href")]


def _only(catalogue: Catalogue, **wanted: object) -> Inquiry:
    (found,) = catalogue.inquiries.list_all(EVERY_ANIMATOR, InquiryFilter(standings=tuple(Standing), **wanted))  # type: ignore[arg-type]
    return found


def _learn(site: Flask, library: SmallLibrary) -> None:
    with IndexSynchroniser(library.settings.index_folder, services_of(site).catalogue) as follower:
        follower.synchronise()


def test_a_search_that_found_nothing_becomes_a_question(site: Flask) -> None:
    """One gesture: the words and the filters are in the form, and what exists is proposed once before it is sent."""
    ada = _person(site, "ada")
    (link,) = [each for each in _links(ada.get("/recherche?q=zanzibar&theme=rgpd").text) if "/nouvelle?titre" in each]
    form = read(ada.get(link).text)
    assert form.all("input", name="titre")[0].attributes["value"] == "zanzibar"
    assert "checked" in form.all("input", id="theme-rgpd")[0].attributes
    # The words of a document: it is shown first, and nothing is stored; sent again, the question is.
    sent = ada.post("/questions", data={"titre": TITLE})
    assert sent.status_code == 200
    assert "Ce qui existe déjà" in sent.text
    catalogue = services_of(site).catalogue
    assert catalogue.inquiries.list_all(EVERY_ANIMATOR) == ()
    seen = read(sent.text).all("input", name="vu")[0].attributes["value"]
    assert ada.post("/questions", data={"titre": TITLE, "vu": seen, "theme": ["rgpd", "x"]}).status_code == 303
    assert _only(catalogue).draft.themes == ("rgpd",)
    # A question that is near is proposed too, with those who ask it.
    again = _person(site, "bo").get("/questions/nouvelle?titre=Qui+finance+un+bus+?")
    assert "Déjà posées" in again.text
    assert TITLE.removesuffix(" ?") in again.text


def test_an_answered_question_is_a_document(site: Flask, library: SmallLibrary) -> None:
    """Found, filtered by its format, cited, linked from what it cites; who answered is told apart."""
    ada, bo, team = _person(site, "ada"), _person(site, "bo"), _person(site, "animation", Role.ANIMATOR)
    page = _ask(ada, theme="rgpd", territoire="grigny")
    cited = f"http://localhost/documents/{library.ids[SLIDES]}#diapositive-2 /documents/{library.ids[VIDEO]}?t=4"
    assert bo.post(f"{page}/reponse", data={"texte": "Zanzibar l’a fait.", "adresses": cited}).location == page
    team.post(f"{page}/reponse", data={"texte": "Voir aussi le fonds."})
    _learn(site, library)
    document = str(ada.get(page).location)
    shown = ada.get(document).text
    assert {"Réponse d’un membre", "Réponse de l’équipe d’animation"} <= set(re.findall(r"Réponse d[^,<]+", shown))
    assert f"/documents/{library.ids[SLIDES]}#diapositive-2" in shown
    assert "minute 0:04" in shown
    assert "Citer ce document" in shown
    assert "Télécharger l’original" not in shown
    for path in (SLIDES, VIDEO):
        assert document in _links(ada.get(f"/documents/{library.ids[path]}").text)
    found = ada.get("/recherche?q=zanzibar&format=question")
    assert document in {each.partition("?")[0] for each in _links(found.text)}
    told = ada.get(f"/api/v1{page}").json
    assert told is not None
    assert [each["by_team"] for each in told["answers"]] == [False, True]
    assert told["answers"][0]["citations"][0]["label"].startswith("diapositive 2")
    # Told to whoever follows the theme, as any document.
    assert TITLE.removesuffix(" ?") in ada.get("/themes/rgpd.atom").text


def test_what_an_answer_cites_is_for_those_who_may_see_it(site: Flask, library: SmallLibrary) -> None:
    """A document of a folder kept for a group is cited for the group, and left out for others without a word."""
    catalogue = services_of(site).catalogue
    catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    inside, ada = _person(site, "dedans", Role.READER, "grigny"), _person(site, "ada")
    catalogue.access.rules.save_folder_rule(FolderRule("webinaires", frozenset({"grigny"})), CONSOLE)
    page = _ask(ada)
    mine = f"/documents/{library.ids[SLIDES]}"
    refused = ada.post(f"{page}/reponse", data={"texte": "x", "adresses": f"http://localhost{mine}"})
    assert "ne mène à aucun document" in refused.text
    inside.post(f"{page}/reponse", data={"adresses": f"http://localhost{mine}"})
    assert mine in inside.get(str(inside.get(page).location)).text
    seen = ada.get(str(ada.get(page).location)).text
    assert mine not in seen
    assert "Documents cités" not in seen


def test_a_question_among_a_group(site: Flask) -> None:
    """It, its document and its page are the group’s; of a group that is deleted nothing is left to one of its name."""
    catalogue = services_of(site).catalogue
    catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    inside, ada = _person(site, "dedans", Role.READER, "grigny"), _person(site, "ada")
    # Another’s group is no choice.
    assert ada.get(_ask(ada, "Une autre ?", groupe="grigny")).status_code == 200
    assert {each.draft.groups for each in catalogue.inquiries.list_all(EVERY_ANIMATOR)} == {frozenset({MEMBERS})}
    page = _ask(inside, groupe="grigny")
    assert (inside.get(page).status_code, ada.get(page).status_code) == (200, 404)
    inside.post(f"{page}/reponse", data={"texte": "Zanzibar."})
    document = str(inside.get(page).location)
    assert (inside.get(document).status_code, ada.get(document).status_code) == (200, 404)
    catalogue.access.rules.delete_group("grigny", CONSOLE)
    catalogue.access.rules.save_group(Group("grigny", "Une autre"), CONSOLE)
    later = _person(site, "plus-tard", Role.READER, "grigny")
    assert (later.get(page).status_code, later.get(document).status_code) == (404, 404)


def test_personal_data_is_kept_nowhere(site: Flask) -> None:
    """A number is refused before anything is written; a phone number waits for an animator."""
    ada, catalogue = _person(site, "ada"), services_of(site).catalogue
    refused = ada.post("/questions", data={"titre": f"Dossier {NIR}", "vu": f"Dossier {NIR}"})
    assert "données personnelles" in refused.text
    assert catalogue.inquiries.list_all(EVERY_ANIMATOR) == ()
    page = _ask(ada, precisions="Appeler le 06 12 34 56 78")
    assert _only(catalogue).standing is Standing.WAITING
    assert _person(site, "bo").get(page).status_code == 404
    assert "attend d’être lue" in ada.get(page).text
    team = _person(site, "animation", Role.ANIMATOR)
    assert "données personnelles" in team.post(f"{page}/reponse", data={"texte": NIR}).text
    assert "Questions (1)" in team.get("/animation/questions").text
    assert team.post(f"/animation{page}/moderation", data={"verdict": "montrer"}).status_code == 303
    assert _only(catalogue).standing is Standing.SHOWN


def test_what_is_withdrawn_is_found_by_nobody(site: Flask, library: SmallLibrary) -> None:
    """A reason is asked for and read by who wrote; the words leave the index, and the catalogue after a month."""
    ada, team = _person(site, "ada"), _person(site, "animation", Role.ANIMATOR)
    page, catalogue = _ask(ada), services_of(site).catalogue
    ada.post(f"{page}/reponse", data={"texte": "Zanzibar."})
    document = str(ada.get(page).location)
    form = {"verdict": "retirer"}
    assert "Dites pourquoi" in team.post(f"/animation{page}/moderation", data=form, follow_redirects=True).text
    team.post(f"/animation{page}/moderation", data=form | {"raison": "déjà répondu ailleurs"})
    assert ada.get(document).status_code == 404
    assert "déjà répondu ailleurs" in ada.get(page).text
    assert _person(site, "bo").get(page).status_code == 404
    _learn(site, library)
    assert "Aucun document ne répond" in ada.get("/recherche?q=zanzibar").text
    acts = [each.act.value for each in catalogue.access.audit.list_latest(20) if each.act.value.startswith("question")]
    assert acts == ["question-moderee", "question-repondue"]
    # Shown again it is the same document; withdrawn for long enough, no table has a word of it.
    team.post(f"/animation{page}/moderation", data={"verdict": "montrer"})
    assert ada.get(page).location == document
    team.post(f"/animation{page}/moderation", data=form | {"raison": "hors sujet"})
    engine = create_engine(library.settings.catalogue_url)
    with engine.begin() as connection:
        connection.execute(text("update inquiry set updated = '2020-01-01 00:00:00'"))
    assert purge_inquiries(engine) == 1
    assert "Zanzibar" not in _dump(library)


def test_moi_aussi_is_counted_once(site: Flask) -> None:
    """However often they press; it can be taken back, and the catalogue does not know who it was."""
    ada, bo, catalogue = _person(site, "ada"), _person(site, "bo"), services_of(site).catalogue
    page = _ask(ada)
    for _ in range(3):
        assert bo.post(f"{page}/aussi", data={"suite": page}).location == page
    ada.post(f"{page}/aussi")
    assert _only(catalogue).voices == 2
    bo.post(f"{page}/aussi", data={"geste": "retirer"})
    assert _only(catalogue).voices == 1
    ids = {each.id for each in catalogue.access.accounts.list_all()}
    with create_engine(services_of(site).settings.catalogue_url).connect() as connection:
        voters = connection.execute(text("select voter from inquiry_voice")).scalars().all()
    assert not ids & set(voters)


def test_needs_make_a_report(site: Flask) -> None:
    """What is passed on, by theme, territory and month, drawn and in figures; cells are no formulas."""
    ada, team = _person(site, "ada"), _person(site, "animation", Role.ANIMATOR)
    page = _ask(ada, "=Un besoin ?", theme="rgpd", territoire="grigny")
    _ask(ada, "Rien à transmettre ?")
    gesture = f"/animation{page}/etat"
    assert "Dites en une phrase" in team.post(gesture, data={"geste": "transmettre"}, follow_redirects=True).text
    team.post(gesture, data={"geste": "transmettre", "besoin": "Une convention type."})
    ada.post(f"{page}/aussi")
    report = team.get("/animation/besoins").text
    assert report.count("<svg") == 3
    assert "Une convention type." in report
    rows = team.get("/animation/besoins/export.csv").text.splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("'=Un besoin ?;Une convention type.;RGPD")
    # Answered, it stays in the report; left to whoever comes, it leaves it.
    team.post(f"{page}/reponse", data={"texte": "La voici."})
    assert len(team.get("/animation/besoins/export.csv").text.splitlines()) == 2
    team.post(gesture, data={"geste": "laisser"})
    assert len(team.get("/animation/besoins/export.csv").text.splitlines()) == 1
    assert ada.get("/animation/besoins").status_code == 403


def test_states_follow_what_is_done(site: Flask) -> None:
    """Asked, taken up, passed on, answered: the list is narrowed by them, and only one’s own is withdrawn."""
    ada, team, catalogue = _person(site, "ada"), _person(site, "animation", Role.ANIMATOR), services_of(site).catalogue
    page = _ask(ada)
    states = [_only(catalogue).state]
    for form in ({"geste": "prendre"}, {"geste": "transmettre", "besoin": "Un texte."}):
        team.post(f"/animation{page}/etat", data=form)
        states.append(_only(catalogue).state)
    assert states == [InquiryState.ASKED, InquiryState.TAKEN_UP, InquiryState.PASSED_ON]
    assert page in _links(ada.get("/questions?etat=transmise").text)
    assert page not in _links(ada.get("/questions?etat=repondue").text)
    assert team.post(f"{page}/retrait").status_code == 404
    assert ada.post(f"{page}/retrait").status_code == 303
    assert _only(catalogue).standing is Standing.WITHDRAWN


def test_without_accounts_all_is_read_first(app: Flask, client: FlaskClient, catalogue: Catalogue) -> None:
    """A browser asks by the key of its cookie; question and answer wait for the animators’ page, each its own."""
    page = _ask(client)
    assert _only(catalogue).owner.startswith("~")
    assert _only(catalogue).standing is Standing.WAITING
    assert page not in _links(app.test_client().get("/questions").text)
    assert page in _links(client.get("/questions?miennes=1").text)
    client.post(f"/animation{page}/moderation", data={"verdict": "montrer"})
    client.post(f"{page}/reponse", data={"texte": "Zanzibar."})
    assert _only(catalogue).answered is None
    (answer,) = catalogue.inquiries.list_answers(page.rpartition("/")[2], hidden=True)
    client.post(f"/animation{page}/moderation", data={"verdict": "montrer", "reponse": str(answer.number)})
    assert _only(catalogue).answered is not None


def test_an_erased_person_has_asked_nothing(site: Flask, library: SmallLibrary) -> None:
    """Their export tells all of it; once erased no table says who asked and answered, and what was hidden is gone."""
    account = joined(site, NewAccount("ada@ruche.example", "Ada"))
    ada, catalogue = signed_in(site, account), services_of(site).catalogue
    page = _ask(ada)
    ada.post(f"{page}/reponse", data={"texte": "Ma propre réponse."})
    _ask(ada, "Appeler le 06 12 34 56 78 ?")
    told = catalogue.access.export_person(account.id, CONSOLE)
    assert [each["draft"]["title"] for each in told["questions"]] == [TITLE, "Appeler le 06 12 34 56 78 ?"]
    assert [each["text"] for each in told["reponses"]] == ["Ma propre réponse."]
    catalogue.access.accounts.erase(account.id, CONSOLE)
    left = _dump(library, besides={"audit"})
    assert account.id not in left
    assert "06 12 34" not in left
    assert "Ma propre réponse." in left


def test_forms_refuse_what_they_cannot_keep(site: Flask) -> None:
    """No title, no answer, too many places, an unknown gesture: words, and nothing stored."""
    ada, team, catalogue = _person(site, "ada"), _person(site, "animation", Role.ANIMATOR), services_of(site).catalogue
    assert "Écrivez votre question" in ada.post("/questions", data={"titre": "  "}).text
    page = _ask(ada)
    assert "Écrivez une réponse" in ada.post(f"{page}/reponse").text
    assert (
        "ne mène à aucun document" in ada.post(f"{page}/reponse", data={"adresses": "https://ailleurs.example/x"}).text
    )
    assert team.post(f"/animation{page}/etat", data={"geste": "x"}).status_code == 404
    assert team.post(f"/animation{page}/moderation", data={"verdict": "retirer", "reponse": "99"}).status_code == 404
    assert catalogue.inquiries.list_answers(_only(catalogue).id, hidden=True) == ()


def test_a_dossier_answers(site: Flask, library: SmallLibrary) -> None:
    """All places of one’s own dossier are cited at once, without its notes; another’s dossier is none."""
    ada, bo, catalogue = _person(site, "ada"), _person(site, "bo"), services_of(site).catalogue
    owner = next(each.id for each in catalogue.access.accounts.list_all() if each.name == "ada")
    dossier = catalogue.dossiers.create(owner, "Bus").id
    for place in ("diapositive-1", "diapositive-3"):
        form = {"document": library.ids[SLIDES], "lieu": place, "note": "secret", "dossier": dossier}
        ada.post("/dossiers/ajout", data=form)
    page = _ask(ada)
    assert "Écrivez une réponse" not in bo.post(f"{page}/reponse", data={"dossier": dossier, "texte": "x"}).text
    ada.post(f"{page}/reponse", data={"dossier": dossier})
    places = [each.places for each in catalogue.inquiries.list_answers(_only(catalogue).id)]
    assert [[each.place for each in those] for those in places] == [[], ["diapositive-1", "diapositive-3"]]
    assert "secret" not in bo.get(str(bo.get(page).location)).text


def _dump(library: SmallLibrary, besides: frozenset[str] | set[str] = frozenset()) -> str:
    """All rows of all tables."""
    load_all_tables()
    with create_engine(library.settings.catalogue_url).connect() as connection:
        tables = [each for each in Base.metadata.sorted_tables if each.name not in besides]
        return repr([list(connection.execute(each.select())) for each in tables])
