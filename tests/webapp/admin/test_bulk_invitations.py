"""Several people are invited at once: what a list means is shown before anything is done."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from index.accounts import Group, NewAccount, Role
from tests.composition import create_app
from tests.webapp.accounts import COOKIE, administrator_token, guarded, joined, send
from tests.webapp.small_library import build
from webapp.admin.invitation_lines import MOST_LINES, read_lines
from webapp.server import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

LABELS = {"bretagne": "Bretagne", "ile-de-france": "Île-de-France"}
FORM = "/administration/comptes/invitations"


@pytest.mark.parametrize(
    ("text", "mail", "role", "groups"),
    [
        ("ana@ruche.example", "ana@ruche.example", Role.READER, {"bretagne"}),
        ("ANA@ruche.example; Animation; ile-de-france", "ana@ruche.example", Role.ANIMATOR, {"ile-de-france"}),
        ("ana@ruche.example\tanimateur\tBretagne\tÎle-de-France", "ana@ruche.example", Role.ANIMATOR, set(LABELS)),
        ('"ana@ruche.example",ILE DE FRANCE', "ana@ruche.example", Role.READER, set()),
        ("Ana Petit <ana@ruche.example>", "ana@ruche.example", Role.READER, {"bretagne"}),
        ("adresse;rôle\nana@ruche.example;administrateur", "ana@ruche.example", Role.ADMINISTRATOR, {"bretagne"}),
    ],
)
def test_a_line_says_who_and_as_what(text: str, mail: str, role: Role, groups: set[str]) -> None:
    """Address, role and groups in any capitals and accents; what a line does not say is as the form says."""
    (line,) = read_lines(text, Role.READER, frozenset({"bretagne"}), LABELS)
    assert (line.mail, line.role) == (mail, role)
    assert line.groups == (groups or {"bretagne"})
    assert bool(line.trouble) is ("DE FRANCE" in text)


def test_what_is_pasted_from_a_mail_program_is_read() -> None:
    """Addresses on one line are as many people, each once; what is no address is told, not skipped."""
    pasted = "Ana <ana@ruche.example>, Léo <leo@ruche.example>; ana@ruche.example\nNadia\n\nbé@"
    lines = read_lines(pasted, Role.READER, frozenset(), LABELS)
    assert [(each.mail, bool(each.trouble)) for each in lines] == [
        ("ana@ruche.example", False),
        ("leo@ruche.example", False),
        ("Nadia", True),
        ("bé@", True),
    ]
    many = "\n".join(f"p{number}@ruche.example" for number in range(10_000))
    assert len(read_lines(many, Role.READER, frozenset(), LABELS)) == MOST_LINES + 1


def test_a_list_is_shown_then_sent(guarded_app: Flask, administrator: FlaskClient) -> None:
    """The preview invites nobody; sending gives each who can be invited a link, and leaves the others out."""
    access = services_of(guarded_app).catalogue.access
    mark = secrets.token_hex(4)
    there = joined(guarded_app, NewAccount(f"{mark}-la@ruche.example", "Nour"))
    access.rules.save_group(Group("bretagne", "Bretagne"), "")
    text = f"{mark}-a@ruche.example;animateur;Bretagne\n{there.mail}\nsans adresse\n{mark}-b@ruche.example"
    page = send(administrator, f"{FORM}/apercu", lignes=text, role="lecteur").text
    assert "2\u00a0invitations" in page
    assert "Un compte existe déjà" in page
    assert not [each for each in access.invitations.list_pending() if each.mail.startswith(mark)]
    sent = send(administrator, FORM, lignes=text, role="lecteur")
    assert sent.headers["Cache-Control"] == "no-store"
    assert sent.text.count("/invitation/") == 2
    made = {each.mail: each for each in access.invitations.list_pending() if each.mail.startswith(mark)}
    assert {(each.role, each.groups) for each in made.values()} == {
        (Role.ANIMATOR, frozenset({"bretagne"})),
        (Role.READER, frozenset()),
    }


def test_groups_are_made_for_all_territories(tmp_path: Path) -> None:
    """One gesture makes those that are missing, under the names of the vocabulary; then none is offered any more."""
    settings = guarded(build(tmp_path))
    app = create_app(settings)
    services, client, page = services_of(app), app.test_client(), "/administration/groupes"
    client.set_cookie(COOKIE, administrator_token(settings))
    services.catalogue.access.rules.save_group(Group("grigny", "Notre ville"), "")
    assert "pas encore de groupe" in client.get(page).text
    send(client, f"{page}/territoires")
    made = {each.name: each.label for each in services.catalogue.access.rules.list_groups()}
    assert made.keys() >= set(services.vocabulary.territories)
    assert made["grigny"] == "Notre ville"
    assert "pas encore de groupe" not in client.get(page).text
