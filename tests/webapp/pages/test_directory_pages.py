"""« Annuaire »: whom to ask, for members who are signed in, as each person agreed to be shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from index.accounts import ContactDetails, NewAccount, Role
from index.catalogue import Proposal
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.small_library import build
from webapp.server import services_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

FORM = {
    "fonction": "Coordination aller-vers",
    "organisation": "CCAS de Grigny",
    "territoire": "grigny",
    "theme": ["aller-vers"],
    "courriel": "bus@ccas.example",
    "telephone": "01 23 45 67 89",
    "depuis": "2024-01-01",
    "accord": "1",
}
TOLD = ContactDetails("", "Référente RGPD", "Ville de Rennes", "rennes", ("rgpd",))
YEAR = timedelta(days=365)
QUESTION = "/recherche?q=Qui+connaît+l’aller-vers+en+Île-de-France+?"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An application that asks for accounts, over a library of its own."""
    made = create_app(guarded(build(tmp_path)))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def person(app: Flask) -> Callable[..., FlaskClient]:
    """Makes somebody who is signed in."""

    def make(name: str, role: Role = Role.READER) -> FlaskClient:
        return signed_in(app, joined(app, NewAccount(f"{name}@ruche.example", name.title(), role)))

    return make


def test_a_person_tells_of_themselves(app: Flask, person: Callable[..., FlaskClient]) -> None:
    """Once they tick the box; others find them by theme, territory and question, until they erase it."""
    ada, lou = person("ada"), person("lou")
    refused = ada.post("/annuaire/ma-fiche", data={name: each for name, each in FORM.items() if name != "accord"})
    assert refused.status_code == 422
    assert "Cochez la case" in refused.text
    assert 'value="CCAS de Grigny"' in refused.text
    assert ada.post("/annuaire/ma-fiche", data=FORM).status_code == 303
    for address in ("/annuaire", "/annuaire?theme=aller-vers&territoire=grigny&q=ccas", QUESTION):
        page = lou.get(address).text
        assert "Coordination aller-vers" in page
        assert 'href="mailto:bus@ccas.example"' in page
    for address in ("/themes/aller-vers", "/territoires/grigny", "/recherche?q=CCAS+de+Grigny"):
        assert "À qui s’adresser" in lou.get(address).text
    for address in ("/annuaire?theme=rgpd", "/territoires/flers", "/recherche?q=Qui+connaît+l’aller-vers+à+Rennes+?"):
        assert "bus@ccas.example" not in lou.get(address).text
    assert "/ma-fiche" not in lou.get(QUESTION).text
    (contact,) = services_of(app).catalogue.directory.list_all(YEAR)
    assert contact.consented
    assert ada.post(f"/annuaire/ma-fiche/{contact.id}/effacement").status_code == 303
    assert "bus@ccas.example" not in lou.get("/annuaire").text
    assert services_of(app).catalogue.directory.list_all(YEAR) == ()


def test_what_animators_propose_waits_for_its_person(person: Callable[..., FlaskClient]) -> None:
    """The person reads it, agrees to what they were shown, corrects or refuses; nobody else sees it meanwhile."""
    ada, lou, anne = person("ada"), person("lou"), person("anne", Role.ANIMATOR)
    form = {name: each for name, each in FORM.items() if name != "accord"} | {"compte": "ada@ruche.example"}
    assert anne.post("/animation/annuaire/fiche", data=form).status_code == 303
    waiting = anne.get("/animation/annuaire").text
    assert "ada@ruche.example" in waiting
    assert "bus@ccas.example" not in lou.get("/annuaire").text
    page = ada.get("/annuaire/ma-fiche").text
    contact_id, version = (
        page.split("/annuaire/ma-fiche/")[1].split("/")[0],
        page.split('name="version" value="')[1][:32],
    )
    # Knowing the id is no right.
    for action in ("accord", "refus", "effacement"):
        assert lou.post(f"/annuaire/ma-fiche/{contact_id}/{action}", data={"version": version}).status_code == 404
    assert lou.get(f"/annuaire/ma-fiche/{contact_id}").status_code == 404
    answer = ada.post(f"/annuaire/ma-fiche/{contact_id}/accord", data={"version": "x"}, follow_redirects=True)
    assert "a changé depuis" in answer.text
    ada.post(f"/annuaire/ma-fiche/{contact_id}/accord", data={"version": version})
    assert "bus@ccas.example" in lou.get("/annuaire").text
    # More waits, less does not.
    # The animator’s form has all fields, as a browser sends them.
    changed = form | {"fiche": contact_id, "telephone": "09 99 99 99 99"}
    anne.post("/animation/annuaire/fiche", data=changed)
    assert "09 99 99 99 99" not in lou.get("/annuaire").text
    assert "remplacerait votre fiche" in ada.get("/annuaire/ma-fiche").text
    ada.post(f"/annuaire/ma-fiche/{contact_id}/refus")
    anne.post("/animation/annuaire/fiche", data=changed | {"telephone": ""})
    assert "01 23 45 67 89" not in lou.get("/annuaire").text
    anne.post(f"/animation/annuaire/fiche/{contact_id}/effacement")
    assert "bus@ccas.example" not in lou.get("/annuaire").text


def test_what_does_not_fit_is_said(person: Callable[..., FlaskClient]) -> None:
    """What was typed is shown again with the reason, and nothing is kept."""
    ada, anne = person("ada"), person("anne", Role.ANIMATOR)
    for change, words in (
        ({"organisation": ""}, "Il manque l’organisation"),
        ({"territoire": "atlantide"}, "n’est pas un territoire du vocabulaire"),
        ({"theme": ["atlantide"]}, "n’est pas un thème du vocabulaire"),
        ({"courriel": "bus"}, "n’est pas une adresse électronique"),
    ):
        for client, address in ((ada, "/annuaire/ma-fiche"), (anne, "/animation/annuaire/fiche")):
            answer = client.post(address, data=FORM | {"compte": "ada@ruche.example"} | change)
            assert answer.status_code == 422
            assert words in answer.text.replace("\u00a0", " ")
    assert "Vous n’êtes pas dans l’annuaire" in ada.get("/annuaire/ma-fiche").text


def test_without_accounts_there_is_no_directory(tmp_path: Path) -> None:
    """Nobody could tell members from others: no page, no link, no card, no API."""
    library = build(tmp_path)
    app = create_app(guarded(library))
    account = joined(app, NewAccount("ada@ruche.example", "Ada"))
    services_of(app).catalogue.directory.save_own(account, replace(TOLD, themes=("aller-vers",), territory="grigny"))
    client = create_app(library.settings).test_client()
    for address in (
        "/annuaire",
        "/annuaire/ma-fiche",
        "/animation/annuaire",
        "/animation/annuaire/import",
        "/api/v1/contacts",
    ):
        assert client.get(address).status_code == 404
    for address in ("/", QUESTION, "/themes/aller-vers", "/territoires/grigny", "/plan-du-site", "/animation"):
        page = client.get(address).text
        assert "Référente RGPD" not in page
        assert '"/annuaire' not in page


def test_whoever_is_not_signed_in_sees_nobody(app: Flask, person: Callable[..., FlaskClient]) -> None:
    """Nor does a member see what animators prepare."""
    person("ada").post("/annuaire/ma-fiche", data=FORM)
    # The same library, without a session and with one.
    anyone, lou = app.test_client(), person("lou")
    for address in ("/annuaire", "/annuaire/ma-fiche", "/themes/aller-vers", QUESTION, "/api/v1/contacts"):
        answer = anyone.get(address)
        assert answer.status_code in {302, 401}
        assert "bus@ccas.example" not in answer.text
    for address in ("/animation/annuaire", "/animation/annuaire/annuaire.csv", "/animation/annuaire/import"):
        assert lou.get(address).status_code in {403, 404}


def test_nobody_is_handed_on_unless_they_agreed(app: Flask, person: Callable[..., FlaskClient]) -> None:
    """Neither in files nor by the API: a box of its own says so."""
    ada, anne = person("ada"), person("anne", Role.ANIMATOR)
    ada.post("/annuaire/ma-fiche", data=FORM)
    files = ("/animation/annuaire/annuaire.csv", "/animation/annuaire/annuaire.vcf", "/api/v1/contacts")
    assert not any("bus@ccas.example" in anne.get(each).text for each in files)
    assert "il n’y a rien à exporter" in anne.get("/animation/annuaire").text
    (contact,) = services_of(app).catalogue.directory.list_all(YEAR)
    ada.post("/annuaire/ma-fiche", data=FORM | {"fiche": contact.id, "transmise": "1"})
    assert all("bus@ccas.example" in anne.get(each).text for each in files)
    # Its own person reads it by their tool like any member.
    (handed_on,) = ada.get("/api/v1/contacts").get_json()["contacts"]
    assert (handed_on["role"], handed_on["themes"], handed_on["until"]) == (FORM["fonction"], ["aller-vers"], None)


def test_a_proposal_is_said_on_the_directory(app: Flask, person: Callable[..., FlaskClient]) -> None:
    """Its person need not look for it."""
    ada = person("ada")
    services_of(app).catalogue.directory.propose([Proposal("ada@ruche.example", TOLD)], "anne")
    assert "Personne ne la voit sans votre accord" in ada.get("/annuaire").text
