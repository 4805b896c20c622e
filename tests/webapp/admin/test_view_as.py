"""« Voir le site comme »: an administrator sees what a group sees, never more, and changes nothing meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from index.accounts.audit import CONSOLE, AuditAction
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role, Scope
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, send, signed_in
from tests.webapp.conftest import WholeClient
from tests.webapp.rights_matrix import SILENT, TELLING, Kind, Standing, world
from tests.webapp.small_library import SLIDES, SmallLibrary, build
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue

_START, _END = "/administration/vu-comme", "/administration/vu-comme/fin"
_BAR = re.compile(r'<div class="seen-as".*?</div>', re.DOTALL)
_MOMENT = re.compile(r"\d\d:\d\d(:\d\d)?|\d\d\s?h\s?\d\d|DTSTAMP:\S+")
_OWN = re.compile(r'name="csrf_token" value="[^"]*"|nonce-\S+|[?&]v=[0-9a-f]+')


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A library that each test may change."""
    return build(tmp_path)


@pytest.fixture
def app(library: SmallLibrary) -> Flask:
    """A site that asks for accounts, with a folder reserved for « Grigny » and one reserved for « Flers »."""
    made = create_app(guarded(library))
    made.test_client_class = WholeClient
    rules = services_of(made).catalogue.access.rules
    for name, folder in (("grigny", "webinaires"), ("flers", "plénières")):
        rules.save_group(Group(name, name.capitalize()), CONSOLE)
        rules.save_folder_rule(FolderRule(folder, frozenset({name})), CONSOLE)
    return made


@pytest.fixture
def catalogue(app: Flask) -> Catalogue:
    """Its catalogue."""
    return services_of(app).catalogue


@pytest.fixture
def administrator(app: Flask) -> FlaskClient:
    """An administrator who is of the group « Grigny »."""
    return signed_in(
        app, joined(app, NewAccount("ada@ruche.example", "Ada", Role.ADMINISTRATOR, frozenset({"grigny"})))
    )


def _reader(app: Flask, *groups: str) -> FlaskClient:
    return signed_in(app, joined(app, NewAccount("mona@ruche.example", "Ada", groups=frozenset(groups))))


def _addresses(library: SmallLibrary) -> tuple[str, ...]:
    return (
        *("/", "/recherche?q=droits", "/recherche?q=", "/rendez-vous?annee=2024", "/territoires/grigny"),
        *("/themes/aller-vers", "/territoires", "/sitemap.xml", "/suggestions?q=alle", "/decisions", "/plan-du-site"),
        *(f"/documents/{library.ids[SLIDES]}", f"/documents/{library.ids[SLIDES]}/original", "/recherche.csv?q=droits"),
        *("/api/v1/search?q=droits", "/api/v1/documents", "/api/v1/events", "/api/v1/statistics", "/api/v1/files"),
        *("/animation", "/administration/groupes", "/administration/comptes", "/administration/journal"),
    )


def _seen(client: FlaskClient, address: str) -> tuple[int, str]:
    answer = client.get(address)
    return answer.status_code, _OWN.sub("", _BAR.sub("", answer.text)).replace("mona@", "ada@")


@pytest.mark.parametrize("group", ["membres", "grigny"])
def test_pages_are_those_of_the_group(
    app: Flask, library: SmallLibrary, administrator: FlaskClient, group: str
) -> None:
    """Word for word what a reader of that group reads, on pages and by the API, reserved folders and all; then back."""
    own = {address: _seen(administrator, address) for address in _addresses(library)}
    assert send(administrator, _START, vue=f"groupe:{group}").status_code == 303
    reader = _reader(app, *({group} - {"membres"}))
    for address in _addresses(library):
        seen, wanted = _seen(administrator, address), _seen(reader, address)
        assert seen[0] == wanted[0], address
        assert re.sub(r"\s+", " ", seen[1]) == re.sub(r"\s+", " ", wanted[1]), address
    assert "Vous voyez le site comme" in administrator.get("/").text
    assert (administrator.get(f"/documents/{library.ids[SLIDES]}").status_code == 200) == (group == "grigny")
    assert send(administrator, _END).status_code == 303
    assert "Vous voyez le site comme" not in administrator.get("/").text
    assert {address: _seen(administrator, address)[0] for address in own} == {each: own[each][0] for each in own}


def test_no_route_shows_what_is_the_administrator_s(tmp_path: Path) -> None:
    """Every address answers as to a reader who keeps nothing, or says that it is one person’s, with the way back."""
    here = world(tmp_path / "droits", Standing.VISIBLE)
    viewing = here.client(Kind.ADMINISTRATOR)
    # Two administrators would not do: each has dossiers of their own, which no group has.
    newcomer = signed_in(here.app, joined(here.app, NewAccount("neuve@ruche.example", Kind.ADMINISTRATOR.value)))
    own = viewing.get(here.named("/dossiers/{dossier}", Kind.ADMINISTRATOR))
    assert own.status_code == 200
    assert viewing.post(_START, data={"vue": "groupe:membres"}).status_code == 303
    telling = [(name, each.address) for name, probes in TELLING.items() for each in probes]
    silent = [(name, each) for name, addresses in SILENT.items() for each in addresses]
    refused = set()
    for name, template in telling + silent:
        address = here.named(template, Kind.ADMINISTRATOR)
        answer = viewing.get(address)
        if answer.status_code == 403 and "Page personnelle" in answer.text:
            assert 'action="/administration/vu-comme/fin"' in answer.text
            refused.add(name)
            continue
        assert (answer.status_code, _anonymous(answer.text)) == _seen_by(newcomer, address), address
    # What a group has is shown: nothing but what one person keeps is refused.
    assert refused == {
        *("account.show", "account.edit_password", "account.confirm_erasure"),
        *("directory.list_own", "directory.new", "directory.edit"),
        *("dossiers.list_all", "dossiers.choose", "dossiers.show", "dossiers.export"),
        *("saved_searches.list_followed", "saved_searches.new"),
    }


def _seen_by(client: FlaskClient, address: str) -> tuple[int, str]:
    answer = client.get(address)
    return answer.status_code, _anonymous(answer.text)


def _anonymous(text: str) -> str:
    """A body without the bar, and without what differs from one moment to the next."""
    return " ".join(_MOMENT.sub("", _OWN.sub("", _BAR.sub("", text))).split())


def test_a_visitor_sees_the_sign_in_page(administrator: FlaskClient, library: SmallLibrary) -> None:
    """Whoever has not signed in is led there; the bar with the way back stands there too."""
    send(administrator, _START, vue="visiteur")
    answer = administrator.get(f"/documents/{library.ids[SLIDES]}")
    assert (answer.status_code, "/connexion" in answer.location) == (302, True)
    page = administrator.get("/connexion").text
    assert "une personne qui n’est pas connectée" in page
    assert 'action="/administration/vu-comme/fin"' in page
    assert administrator.get("/api/v1/documents").status_code == 401
    send(administrator, _END)
    assert administrator.get("/administration/groupes").status_code == 200


def test_nothing_is_changed_meanwhile(app: Flask, administrator: FlaskClient, catalogue: Catalogue) -> None:
    """Every route that changes something refuses: the administrator does not act as the group, nor as themselves."""
    send(administrator, _START, vue="groupe:grigny")
    before = len(catalogue.access.audit.list_latest(500))
    changing = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and rule.endpoint not in {"viewing.leave", "sign_in.sign_out"}
    ]
    assert len(changing) > 80
    for rule in changing:
        address = re.sub(r"<int:[^>]*>", "1", rule)
        address = re.sub(r"<[^>]*>", "x", address)
        assert send(administrator, address).status_code == 403, rule
    assert len(catalogue.access.audit.list_latest(500)) == before


def test_only_one_s_own_groups_are_looked_through(administrator: FlaskClient, catalogue: Catalogue) -> None:
    """What is hidden from an administrator stays hidden: a group that is not theirs is refused, and so is any other."""
    for odd in ("groupe:flers", "groupe:animateurs", "groupe:", "", "flers", "groupe:membres,flers"):
        send(administrator, _START, vue=odd)
        assert "Vous voyez le site comme" not in administrator.get("/").text
    assert catalogue.access.audit.count(act=AuditAction.VIEWED_AS) == 0


@pytest.mark.parametrize("role", [None, Role.READER, Role.ANIMATOR])
def test_nobody_but_an_administrator_begins_it(app: Flask, catalogue: Catalogue, role: Role | None) -> None:
    """Others are answered as at an address that does not exist, or led to the sign-in page; nothing is in the audit."""
    someone = app.test_client()
    if role:
        new = NewAccount("mona@ruche.example", "Mona", role, frozenset({"grigny"}))
        someone = signed_in(app, joined(app, new))
    assert send(someone, _START, vue="groupe:grigny").status_code == (404 if role else 401)
    assert send(someone, _END).status_code == (404 if role else 401)
    assert "Vous voyez le site comme" not in someone.get("/", follow_redirects=True).text
    assert catalogue.access.audit.count(act=AuditAction.VIEWED_AS) == 0


def test_it_ends_with_the_group(administrator: FlaskClient, catalogue: Catalogue) -> None:
    """A group that is deleted is looked through no more, not even by another of its name; the next page says so."""
    send(administrator, _START, vue="groupe:grigny")
    for rule in catalogue.access.rules.list_folder_rules():
        if "grigny" in rule.groups:
            catalogue.access.rules.delete_folder_rule(rule.folder, CONSOLE)
    catalogue.access.rules.delete_group("grigny", CONSOLE)
    page = administrator.get("/").text
    assert "Le groupe que vous regardiez n’existe plus" in page
    assert "Vous voyez le site comme" not in page
    catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    ada = catalogue.access.accounts.find_by_mail("ada@ruche.example")
    assert ada is not None
    catalogue.access.accounts.change(ada.id, NewAccount(ada.mail, ada.name, ada.role, frozenset({"grigny"})), CONSOLE)
    assert "Vous voyez le site comme" not in administrator.get("/").text


def test_a_tool_is_its_owner(administrator: FlaskClient, catalogue: Catalogue, library: SmallLibrary) -> None:
    """A token counts as without the session beside it: it neither takes over the view nor begins one."""
    ada = catalogue.access.accounts.find_by_mail("ada@ruche.example")
    assert ada is not None
    token = catalogue.access.api_tokens.create(ada.id, "Essai", Scope.READ, timedelta(days=1))
    address, header = f"/api/v1/documents/{library.ids[SLIDES]}", {"Authorization": f"Bearer {token}"}
    send(administrator, _START, vue="groupe:membres")
    assert administrator.get(address).status_code == 404
    assert administrator.get(address, headers=header).status_code == 200
    assert administrator.get(address, headers={"Authorization": "Bearer faux"}).status_code == 401


def test_what_is_taken_away_meanwhile_is_gone(app: Flask, administrator: FlaskClient, library: SmallLibrary) -> None:
    """A group lost, or the role, counts at the next request, as everywhere."""
    accounts = services_of(app).catalogue.access.accounts
    ada = accounts.find_by_mail("ada@ruche.example")
    assert ada is not None
    address = f"/documents/{library.ids[SLIDES]}"
    send(administrator, _START, vue="groupe:grigny")
    assert administrator.get(address).status_code == 200
    accounts.change(ada.id, NewAccount(ada.mail, ada.name, Role.ADMINISTRATOR), CONSOLE)
    assert administrator.get(address).status_code == 404


def test_it_is_in_the_audit(administrator: FlaskClient, catalogue: Catalogue) -> None:
    """Who looked, as whom, from when to when; coming back twice is said once."""
    send(administrator, _START, vue="groupe:grigny")
    send(administrator, _END)
    send(administrator, _END)
    ada = catalogue.access.accounts.find_by_mail("ada@ruche.example")
    assert ada is not None
    told = [
        (each.who, each.on, each.detail) for each in catalogue.access.audit.list_latest(9, act=AuditAction.VIEWED_AS)
    ]
    assert told == [(ada.id, "grigny", "fin"), (ada.id, "grigny", "début")]


def test_signing_out_ends_it(administrator: FlaskClient) -> None:
    """The safe way out is open; who signs in again is themselves."""
    send(administrator, _START, vue="groupe:grigny")
    assert send(administrator, "/deconnexion").status_code in {302, 303}
    assert "Vous voyez le site comme" not in administrator.get("/connexion").text


def test_the_tree_says_who_sees_what(administrator: FlaskClient) -> None:
    """Each folder with the documents that the administrator sees in it, and the groups that see it."""
    page = re.sub(r"\s+", " ", administrator.get("/administration/groupes").text)
    assert re.search(r"webinaires<span class=\"fr-hint-text\">[1-9][^<]*vu de&nbsp;: Grigny \(par sa règle\)", page)
    assert re.search(r"plénières<span class=\"fr-hint-text\">0[^<]*vu de&nbsp;: Flers \(par sa règle\)", page)
