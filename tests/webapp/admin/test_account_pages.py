"""One's own account, and the administrators' pages: each act does what it says, and no more than one may."""

from __future__ import annotations

import io
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from index.accounts.audiences import EVERY_ANIMATOR
from index.accounts.audit import CONSOLE, AuditAction
from index.accounts.folder_rules import FolderRule
from index.accounts.model import AccountState, Group, Lifetimes, NewAccount, Role, Scope
from index.catalogue.library_folders import LibraryFolder, RuleMove
from index.model.documents import ANIMATORS, Locator, Passage, Unit
from index.personal_data.doubts import find_personal_data
from index.text import fingerprint_resolution
from tests.composition import create_app
from tests.webapp.accounts import ADMINISTRATOR, PASSWORD, guarded, joined, send, send_form, signed_in
from tests.webapp.page_parser import read
from tests.webapp.small_library import LONG_PAGE, OUTREACH, SLIDES, Entry, SmallLibrary, add, build
from webapp.auth import rate_limits
from webapp.server.app_services import services_of
from webapp.web_server import purge_hourly

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.accounts.model import Account
    from index.catalogue.catalogue import Catalogue

PEOPLE = "/administration/comptes"
GROUPS = "/administration/groupes"
_OTHER = "encore quatre autres mots"


@pytest.fixture
def app(guarded_app: Flask) -> Flask:
    """The application that all tests share, which asks for accounts."""
    return guarded_app


@pytest.fixture
def catalogue(app: Flask) -> Catalogue:
    """The application's catalogue."""
    return services_of(app).catalogue


@pytest.fixture
def member(app: Flask) -> Account:
    """A member with a password."""
    return joined(app, NewAccount(f"{secrets.token_hex(4)}@ruche.example", "Mona Petit"), PASSWORD)


@pytest.mark.parametrize("role", [Role.READER, Role.ANIMATOR])
def test_administration_exists_for_administrators_alone(app: Flask, role: Role) -> None:
    """To others its pages are not even forbidden: each route of theirs answers as one that does not exist."""
    client = signed_in(app, joined(app, NewAccount(f"{secrets.token_hex(4)}@ruche.example", "Ali", role)))
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/administration/")]
    assert len(rules) >= 15
    for rule in rules:
        address = rule.rule.replace("<int:number>", "1").replace("<account_id>", "x")
        answer = client.get(address) if "GET" in (rule.methods or ()) else send(client, address)
        assert answer.status_code == 404, rule.rule
    assert "Administration" not in client.get("/").text


def test_a_new_password_ends_other_devices(app: Flask, member: Account, catalogue: Catalogue) -> None:
    """This browser goes on, others must sign in again, with the new one."""
    here, elsewhere = signed_in(app, member), signed_in(app, member)
    given = {"actuel": PASSWORD, "nouveau": _OTHER, "encore": _OTHER}
    assert send(here, "/compte/mot-de-passe", **given).status_code == 303
    assert here.get("/compte").status_code == 200
    assert elsewhere.get("/compte").status_code == 302
    assert len(catalogue.access.sessions.list_of(member.id)) == 1
    assert send(app.test_client(), "/connexion", adresse=member.mail, mot_de_passe=_OTHER).status_code == 303


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"actuel": "faux", "nouveau": _OTHER, "encore": _OTHER}, "mot de passe actuel"),
        ({"actuel": PASSWORD, "nouveau": _OTHER, "encore": "x"}, "ne sont pas les mêmes"),
        ({"actuel": PASSWORD, "nouveau": "court", "encore": "court"}, "de 12 à 256"),
    ],
)
def test_a_password_is_not_changed_by_mistake(app: Flask, member: Account, given: dict[str, str], said: str) -> None:
    """A browser left open does not give the account away; what is wrong is said at its field."""
    answer = send(signed_in(app, member), "/compte/mot-de-passe", **given)
    assert answer.status_code == 422
    (error,) = read(answer.text).all("p", class_="fr-error-text")
    assert said in error.text


def test_guessing_the_present_password_is_slowed_down(app: Flask, member: Account) -> None:
    """The form that changes it is no way around the waits of the sign-in page."""
    client = signed_in(app, member)
    answers = [
        send(client, "/compte/mot-de-passe", actuel="faux", nouveau=_OTHER, encore=_OTHER).text for _ in range(6)
    ]
    assert "Trop d’essais" not in answers[4]
    assert "Trop d’essais" in answers[5]


def test_who_has_no_password_has_none_to_change(app: Flask) -> None:
    """Who comes by the single sign-on is told so."""
    client = signed_in(app, joined(app, NewAccount(f"{secrets.token_hex(4)}@ruche.example", "Sam")))
    assert "Changer mon mot de passe" not in client.get("/compte").text
    assert read(client.get("/compte/mot-de-passe").text).texts("h1") == ["Pas de mot de passe ici"]


def test_one_signs_a_device_out(app: Flask, member: Account, catalogue: Catalogue) -> None:
    """One of them, or all at once, this one too; never someone else's."""
    here, lost, other = signed_in(app, member), signed_in(app, member), signed_in(app, member)
    numbers = sorted(each.number for each in catalogue.access.sessions.list_of(member.id))
    assert "(cet appareil)" in here.get("/compte").text
    stranger = signed_in(app, joined(app, NewAccount(f"{secrets.token_hex(4)}@ruche.example", "Ivo")))
    send(stranger, f"/compte/sessions/{numbers[1]}/fin")
    assert lost.get("/compte").status_code == 200
    send(here, f"/compte/sessions/{numbers[1]}/fin")
    assert lost.get("/compte").status_code == 302
    assert other.get("/compte").status_code == 200
    assert send(here, "/compte/sessions/fin").headers["Location"] == "/connexion"
    assert {each.get("/compte").status_code for each in (here, other)} == {302}


def test_a_token_is_shown_once(app: Flask, member: Account, catalogue: Catalogue) -> None:
    """It opens the API; the account's page shows its beginning only, and takes it back."""
    client = signed_in(app, member)
    answer = send(client, "/compte/jetons", nom="Tableur", portee="lecture", duree="90", actuel=PASSWORD)
    (shown,) = read(answer.text).all("code", class_="secret")
    headers = {"Authorization": f"Bearer {shown.text}"}
    assert answer.headers["Cache-Control"] == "no-store"
    assert app.test_client().get("/api/v1/search", headers=headers).status_code == 200
    page = client.get("/compte").text
    assert shown.text not in page
    assert shown.text[:10] in page
    (token,) = catalogue.access.api_tokens.list_of(member.id)
    assert token.scope is Scope.READ
    assert timedelta(days=89) < token.expires - token.created <= timedelta(days=90)
    send(client, f"/compte/jetons/{token.number}/revocation")
    assert app.test_client().get("/api/v1/search", headers=headers).status_code == 401
    assert send(client, f"/compte/jetons/{token.number}/revocation").status_code == 404


def _ways_in(app: Flask, account: Account) -> list[str]:
    """Which of an account's token, feed and invitation still give access."""
    catalogue, stranger = services_of(app).catalogue, app.test_client()
    ways = []
    if catalogue.access.api_tokens.list_of(account.id):
        ways.append("token")
    if stranger.get(f"/recherches/{_FEEDS[account.id]}.atom").status_code == 200:
        ways.append("feed")
    if any(each.mail.startswith("complice") for each in catalogue.access.invitations.list_pending()):
        ways.append("invitation")
    return ways


_FEEDS: dict[str, str] = {}
"""The secret of the saved search of each account of these tests."""

_NEW = {"actuel": PASSWORD, "nouveau": _OTHER, "encore": _OTHER}


@pytest.fixture
def taken(app: Flask, catalogue: Catalogue) -> Account:
    """An administrator whose account has been in other hands, which took a token, a feed and an invitation."""
    account = joined(app, NewAccount(f"{secrets.token_hex(4)}@ruche.example", "Alma", Role.ADMINISTRATOR), PASSWORD)
    catalogue.access.api_tokens.create(account.id, "Intrus", Scope.READ, timedelta(days=365))
    _FEEDS[account.id] = catalogue.saved_searches.save("Tout", "q=", account.id).token
    accomplice = NewAccount(f"complice-{secrets.token_hex(4)}@ruche.example", "", Role.ADMINISTRATOR)
    for each in catalogue.access.invitations.list_pending():
        catalogue.access.invitations.revoke(each.number, CONSOLE)
    catalogue.access.invitations.create(accomplice, timedelta(days=7), account.id)
    assert _ways_in(app, account) == ["token", "feed", "invitation"]
    return account


@pytest.mark.parametrize("address", ["/compte/sessions/fin", "/compte/mot-de-passe"])
def test_recovery_ends_every_access(app: Flask, taken: Account, catalogue: Catalogue, address: str) -> None:
    """Signing out everywhere, or a new password, leaves nothing that an intruder took; the searches themselves stay."""
    page = signed_in(app, taken).get("/compte" if "sessions" in address else address).text
    assert "cessent" in page
    send(signed_in(app, taken), address, **_NEW)
    assert _ways_in(app, taken) == []
    (kept,) = catalogue.saved_searches.list_of(taken.id)
    assert kept.name == "Tout"


@pytest.mark.parametrize("address", ["/compte/sessions/fin", "/compte/mot-de-passe"])
def test_tools_are_kept_by_choice(app: Flask, taken: Account, address: str) -> None:
    """Who merely changes their password may spare their tools, by a box that is not ticked beforehand."""
    send(signed_in(app, taken), address, garder="1", **_NEW)
    assert _ways_in(app, taken) == ["token", "feed", "invitation"]


@pytest.mark.parametrize("act", ["suspension", "sessions/fin", "mot-de-passe"])
def test_administrators_end_every_access_too(
    app: Flask, taken: Account, administrator: FlaskClient, catalogue: Catalogue, act: str
) -> None:
    """So do a suspension, for good even once it is lifted, a sign-out and a reset by an administrator."""
    send(administrator, f"{PEOPLE}/{taken.id}/{act}", actuel_ici=PASSWORD)
    catalogue.access.accounts.restore(taken.id, CONSOLE)
    assert _ways_in(app, taken) == []


def test_others_invitations_stay(app: Flask, taken: Account, catalogue: Catalogue) -> None:
    """Only the invitations of the account itself are cancelled."""
    other = joined(app, NewAccount(f"{secrets.token_hex(4)}@ruche.example", "Béa", Role.ADMINISTRATOR), PASSWORD)
    guest = NewAccount(f"{secrets.token_hex(4)}@ruche.example", "")
    catalogue.access.invitations.create(guest, timedelta(days=7), other.id)
    send(signed_in(app, taken), "/compte/sessions/fin")
    assert [each.mail for each in catalogue.access.invitations.list_pending()] == [guest.mail]


def test_what_outlasts_a_session_asks_for_the_password(
    app: Flask, member: Account, administrator: FlaskClient, catalogue: Catalogue
) -> None:
    """A token, another mail address, another role, someone's new password: an open session alone gives none of them."""
    mine = signed_in(app, member)
    for given in ({}, {"actuel": "faux"}):
        assert send(mine, "/compte/jetons", nom="Intrus", portee="lecture", duree="365", **given).status_code == 422
    assert catalogue.access.api_tokens.list_of(member.id) == ()
    place, form = f"{PEOPLE}/{member.id}", {"nom": member.name, "adresse": member.mail, "role": "lecteur"}
    for changed in ({"adresse": f"{secrets.token_hex(4)}@intrus.example"}, {"role": "administrateur"}):
        assert send(administrator, place, **form | changed).status_code == 422
        assert send(administrator, place, **form | changed, actuel="faux").status_code == 422
        assert catalogue.access.accounts.find(member.id) == member
    assert send(administrator, f"{place}/mot-de-passe").status_code == 422
    # A new name gives nobody access.
    named = form | {"nom": "Mona Grand"}
    assert send_form(administrator, administrator.get(place).text, place, **named).status_code == 303
    given = named | {"role": "animateur", "actuel": PASSWORD}
    assert send_form(administrator, administrator.get(place).text, place, **given).status_code == 303


def test_nobody_gives_a_tool_more_than_they_have(app: Flask, member: Account, catalogue: Catalogue) -> None:
    """A member is not offered the animators' scope, and does not get it by asking; a token has a name and an end."""
    client = signed_in(app, member)
    assert 'value="animation"' not in client.get("/compte").text
    refused = send(client, "/compte/jetons", nom="Robot", portee="animation", duree="30", actuel=PASSWORD)
    assert refused.status_code == 403
    assert send(client, "/compte/jetons", nom=" ", portee="lecture", actuel=PASSWORD).status_code == 422
    assert catalogue.access.api_tokens.list_of(member.id) == ()
    send(client, "/compte/jetons", nom="Robot", portee="lecture", duree="99999", actuel=PASSWORD)
    (token,) = catalogue.access.api_tokens.list_of(member.id)
    assert token.expires - token.created <= timedelta(days=30)


def test_one_gets_ones_data(app: Flask, member: Account) -> None:
    """As a file, which holds the account, its searches, its acts, and no secret."""
    client = signed_in(app, member)
    send(client, "/recherches", q="rsa", nom="Le RSA")
    answer = send(client, "/compte/donnees")
    assert "attachment" in answer.headers["Content-Disposition"]
    told = answer.json
    assert told
    assert told["compte"]["mail"] == member.mail
    assert [each["name"] for each in told["recherches"]] == ["Le RSA"]
    assert {each["act"] for each in told["journal"]} >= {"compte-exporte"}
    assert "hash" not in answer.text


def test_one_erases_oneself(app: Flask, member: Account, catalogue: Catalogue) -> None:
    """With one's password; account, sessions and kept searches are gone, and feeds with them."""
    client = signed_in(app, member)
    token = send(client, "/recherches", q="rsa").headers["Location"].split("/")[2].partition("?")[0]
    feed = f"/recherches/{token}.atom"
    assert app.test_client().get(feed).status_code == 200
    assert send(client, "/compte/effacement", actuel="faux").status_code == 422
    assert catalogue.access.accounts.find(member.id)
    assert send(client, "/compte/effacement", actuel=PASSWORD).headers["Location"] == "/connexion"
    assert catalogue.access.accounts.find(member.id) is None
    assert client.get("/compte").status_code == 302
    assert app.test_client().get(feed).status_code == 404


def test_a_feed_shows_what_its_owner_may_see(app: Flask, member: Account, catalogue: Catalogue) -> None:
    """Its secret address needs no session; suspended, its owner's feed is no more; nobody's feed never was."""
    client = signed_in(app, member)
    token = send(client, "/recherches", q="droits").headers["Location"].split("/")[2].partition("?")[0]
    assert "<entry>" in app.test_client().get(f"/recherches/{token}.atom").text
    assert "Le RSA" not in client.get("/compte").text
    catalogue.access.accounts.suspend(member.id, CONSOLE)
    assert app.test_client().get(f"/recherches/{token}.atom").status_code == 404
    nobodys = catalogue.saved_searches.save("D’avant les comptes", "q=droits").token
    assert app.test_client().get(f"/recherches/{nobodys}.atom").status_code == 404


def test_the_last_administrator_stays(tmp_path: Path) -> None:
    """Not suspended, not erased, not made a reader, not by themselves either: the page says why."""
    app = create_app(guarded(build(tmp_path)))
    account = joined(app, ADMINISTRATOR, PASSWORD)
    client = signed_in(app, account)
    for address in (f"{PEOPLE}/{account.id}/suspension", f"{PEOPLE}/{account.id}/effacement", "/compte/effacement"):
        answer = send(client, address, certain="1", actuel=PASSWORD)
        assert "dernier compte d’administration" in client.get(answer.headers["Location"]).text
    given = {"nom": "Ada", "adresse": account.mail, "role": "lecteur", "actuel": PASSWORD}
    changed = send_form(client, client.get(f"{PEOPLE}/{account.id}").text, f"{PEOPLE}/{account.id}", **given)
    assert changed.status_code == 422
    assert "dernier compte d’administration" in changed.text
    assert services_of(app).catalogue.access.accounts.find(account.id) == account


def test_an_administrator_changes_an_account(administrator: FlaskClient, member: Account, catalogue: Catalogue) -> None:
    """Name, address, role, groups; what cannot be is told, and changes nothing."""
    send(administrator, GROUPS, nom="Équipe de Flers")
    given = {"nom": "Mona Grand", "adresse": f"grand-{member.mail}", "role": "animateur", "groupe": "equipe-de-flers"}
    given["actuel"] = PASSWORD
    place = f"{PEOPLE}/{member.id}"
    assert send_form(administrator, administrator.get(place).text, place, **given).status_code == 303
    changed = catalogue.access.accounts.find(member.id)
    assert changed
    assert (changed.name, changed.mail, changed.role) == ("Mona Grand", given["adresse"], Role.ANIMATOR)
    assert changed.groups == {"equipe-de-flers"}
    assert "Mona Grand" in administrator.get(PEOPLE).text
    for wrong in ({"adresse": ADMINISTRATOR.mail}, {"adresse": "x"}, {"groupe": "inconnu"}):
        typed = given | {"nom": "Mona Moyen", "role": "lecteur"} | wrong
        answer = send_form(administrator, administrator.get(place).text, place, **typed)
        assert answer.status_code == 422
        # What was typed is still there to be mended.
        page = read(answer.text)
        for name in ("nom", "adresse"):
            assert page.all("input", name=name)[0].attributes["value"] == typed[name]
        (chosen,) = [each for each in page.all("input", name="role") if "checked" in each.attributes]
        assert chosen.attributes["value"] == "lecteur"
        assert page.texts("h1") == ["Mona Grand"]
    assert catalogue.access.accounts.find(member.id) == changed
    assert send(administrator, f"{PEOPLE}/inconnu", **given).status_code == 404


def test_an_account_that_changed_meanwhile_is_shown_first(
    administrator: FlaskClient, member: Account, catalogue: Catalogue
) -> None:
    """A form of before gives back no group that the person has left since, and says that the account changed."""
    send(administrator, GROUPS, nom="Équipe du jour")
    place, given = f"{PEOPLE}/{member.id}", {"nom": member.name, "adresse": member.mail, "role": "lecteur"}
    send_form(administrator, administrator.get(place).text, place, **given, groupe="equipe-du-jour")
    before = administrator.get(place).text
    send_form(administrator, before, place, **given)
    answer = send_form(administrator, before, place, **given, groupe="equipe-du-jour")
    assert (answer.status_code, "a changé depuis" in answer.text) == (409, True)
    assert not [each for each in read(answer.text).all("input", name="groupe") if "checked" in each.attributes]
    left = catalogue.access.accounts.find(member.id)
    assert left
    assert left.groups == frozenset()
    send(administrator, f"{place}/suspension")
    told = send(administrator, f"{place}/retablissement")
    assert "a changé depuis" in administrator.get(told.headers["Location"]).text


def test_an_administrator_suspends_restores_and_erases(
    app: Flask, administrator: FlaskClient, member: Account, catalogue: Catalogue
) -> None:
    """Each at once; erasing wants the box ticked."""
    client = signed_in(app, member)
    send(administrator, f"{PEOPLE}/{member.id}/suspension")
    assert client.get("/").status_code == 302
    assert "suspendu" in administrator.get(f"{PEOPLE}/{member.id}").text
    place = f"{PEOPLE}/{member.id}"
    send_form(administrator, administrator.get(place).text, f"{place}/retablissement")
    restored = catalogue.access.accounts.find(member.id)
    assert restored
    assert restored.state is AccountState.ACTIVE
    client = signed_in(app, member)
    send(administrator, f"{PEOPLE}/{member.id}/sessions/fin")
    assert client.get("/").status_code == 302
    send(administrator, f"{PEOPLE}/{member.id}/effacement")
    assert catalogue.access.accounts.find(member.id)
    send(administrator, f"{PEOPLE}/{member.id}/effacement", certain="1")
    assert catalogue.access.accounts.find(member.id) is None


def test_an_administrator_gives_a_new_password(app: Flask, administrator: FlaskClient, member: Account) -> None:
    """Shown once; the old one is worth nothing any more."""
    answer = send(administrator, f"{PEOPLE}/{member.id}/mot-de-passe", actuel_ici=PASSWORD)
    (shown,) = read(answer.text).all("code", class_="secret")
    assert answer.headers["Cache-Control"] == "no-store"
    assert send(app.test_client(), "/connexion", adresse=member.mail, mot_de_passe=PASSWORD).status_code == 403
    assert send(app.test_client(), "/connexion", adresse=member.mail, mot_de_passe=shown.text).status_code == 303


def _alert(client: FlaskClient) -> str:
    return read(client.get(GROUPS).text).all("div", role="status")[0].text


def test_a_folder_is_reserved_and_opened(tmp_path: Path) -> None:
    """The page tells how many documents change readers, refuses a folder that is absent, and asks before it opens."""
    library = build(tmp_path)
    app = create_app(guarded(library))
    administrator = signed_in(app, joined(app, ADMINISTRATOR))
    reader = signed_in(app, joined(app, NewAccount("lea@ruche.example", "Léa")))
    address = f"/documents/{library.ids[LONG_PAGE]}"
    send(administrator, GROUPS, nom="Grigny")
    send(administrator, f"{GROUPS}/dossiers", dossier="/webinaires/", visible="grigny")
    assert "4\u00a0documents changent de lecteurs (4\u00a0de moins pour «\u00a0tous les membres" in _alert(
        administrator
    )
    assert reader.get(address).status_code == 404
    send(administrator, f"{GROUPS}/dossiers", dossier="webinaire", visible="grigny")
    assert "Aucun dossier ne s’appelle «\u00a0webinaire\u00a0»" in _alert(administrator)
    send(administrator, f"{GROUPS}/dossiers", dossier="WEBINAIRES", visible=["grigny", "animateurs"])
    catalogue = services_of(app).catalogue
    assert [each.folder for each in catalogue.access.rules.list_folder_rules()] == ["webinaires"]
    send(administrator, f"{GROUPS}/retrait", groupe="grigny")
    assert "réservé à ce groupe" in _alert(administrator)
    asked = send(administrator, f"{GROUPS}/dossiers/retrait", dossier="webinaires")
    assert "4\u00a0de plus pour «\u00a0tous les membres" in asked.text
    assert reader.get(address).status_code == 404
    drop = f"{GROUPS}/dossiers/retrait"
    # A document came since: what the page said is no longer what would be shown.
    add(catalogue, library.settings.library, Entry("webinaires/Venu depuis.pdf", "pdf", "Venu depuis", content=b"x"))
    again = send_form(administrator, asked.text, drop)
    assert "5\u00a0de plus pour «\u00a0tous les membres" in again.text
    assert ("a changé depuis" in asked.text, "a changé depuis" in again.text) == (False, True)
    assert reader.get(address).status_code == 404
    send_form(administrator, again.text, drop)
    assert "5\u00a0documents changent" in _alert(administrator)
    assert reader.get(address).status_code == 200
    send(administrator, drop, dossier="webinaires")
    assert "Aucune règle ne porte sur «\u00a0webinaires\u00a0»" in _alert(administrator)


def test_a_rule_without_a_folder_is_an_alarm(tmp_path: Path) -> None:
    """Who may change rules reads which one and chooses its folder; an animator, that there is one; members, nothing."""
    library = build(tmp_path)
    app = create_app(guarded(library))
    catalogue = services_of(app).catalogue
    administrator = signed_in(app, joined(app, ADMINISTRATOR))
    animator = signed_in(app, joined(app, NewAccount("ani@ruche.example", "Ani", Role.ANIMATOR)))
    send(administrator, GROUPS, nom="Grigny")
    catalogue.access.rules.save_folder_rule(FolderRule("Bureau secret", frozenset({"grigny"})), "")
    assert "la règle l’attend" in administrator.get(GROUPS).text
    assert "plus son dossier" not in administrator.get("/animation").text
    now = datetime.now(UTC)
    with catalogue.transaction() as transaction:
        transaction.folders.update([LibraryFolder("Bureau secret", "1", now, now)], (), ())
        transaction.folders.update([LibraryFolder("divers", "2", now)], (), ())
    assert "«\u00a0Bureau secret\u00a0»" in administrator.get("/animation").text
    told = animator.get("/animation").text
    assert ("plus son dossier" in told, "Bureau secret" in told) == (True, False)
    controls = {each["nom"]: each for each in app.test_client().get("/pret").get_json()["controles"]}
    assert (controls["regles"]["ok"], "Bureau" in controls["regles"]["message"]) == (False, False)
    # The folder that came since is kept for the rule's group: opening the rest of it is to be confirmed.
    form = {"dossier": "webinaires", "ancien": "Bureau secret", "visible": "grigny"}
    asked = send(administrator, f"{GROUPS}/dossiers", **form).text
    assert "Montrer à plus de personnes" in asked
    send_form(administrator, asked, f"{GROUPS}/dossiers")
    assert [each.folder for each in catalogue.access.rules.list_folder_rules()] == ["webinaires"]
    assert "plus son dossier" not in administrator.get("/animation").text


def test_the_dashboard_says_that_a_rule_followed(tmp_path: Path) -> None:
    """To administrators; to animators where they may know of the folder under both names."""
    library = build(tmp_path)
    app = create_app(guarded(library))
    catalogue = services_of(app).catalogue
    administrator = signed_in(app, joined(app, ADMINISTRATOR))
    catalogue.access.rules.save_group(Group("grigny", "Grigny"), "")
    clients = {
        groups: signed_in(app, joined(app, NewAccount(f"{len(groups)}@ruche.example", "A", Role.ANIMATOR, groups)))
        for groups in (frozenset[str](), frozenset({"grigny"}))
    }
    catalogue.access.rules.save_folder_rule(FolderRule("secret", frozenset({"grigny"})), "")
    now = datetime.now(UTC)
    with catalogue.transaction() as transaction:
        before, after = LibraryFolder("secret", "1", now, now, "très secret"), LibraryFolder("très secret", "1", now)
        transaction.folders.update([before, after], (), [RuleMove("secret", "très secret")])
    said = "La règle du dossier «\u00a0secret\u00a0» suit le dossier, qui est maintenant «\u00a0très secret\u00a0»"
    assert said in administrator.get("/animation").text
    assert [said in client.get("/animation").text for client in clients.values()] == [False, True]
    assert "règle qui suit son dossier" in administrator.get("/administration/journal").text.lower()


@pytest.mark.parametrize(
    ("address", "given", "said"),
    [
        ("/dossiers", {"dossier": "", "visible": "membres"}, "Choisissez le dossier"),
        ("/dossiers", {"dossier": "plénières"}, "au moins un groupe"),
        ("/dossiers", {"dossier": "plénières", "visible": "inconnu"}, "n’existe pas"),
        ("", {"nom": "  "}, "Donnez un nom"),
        ("", {"nom": "Animateurs"}, "existe déjà d’office"),
        ("", {"nom": " ", "groupe": "equipe-de-flers"}, "Donnez un nom"),
        ("/retrait", {"groupe": "inconnu"}, "n’existe pas, ou n’existe plus"),
        ("", {"nom": "Autre", "groupe": "inconnu"}, "n’existe pas, ou n’existe plus"),
        ("", {"nom": "ÉQUIPE de flérs"}, "porte déjà ce nom"),
    ],
)
def test_a_wrong_group_or_folder_is_told(
    administrator: FlaskClient, address: str, given: dict[str, str], said: str
) -> None:
    """Nothing is changed, and the page says why."""
    send(administrator, GROUPS, nom="Équipe de Flers" if "Équipe" not in administrator.get(GROUPS).text else "")
    administrator.get(GROUPS)
    send(administrator, f"{GROUPS}{address}", **given)
    assert said in _alert(administrator)


def test_a_group_gets_another_name(administrator: FlaskClient, catalogue: Catalogue) -> None:
    """Its members and folders stay its own."""
    send(administrator, GROUPS, nom="Dijon")
    send(administrator, GROUPS, groupe="dijon", nom="Dijon Métropole")
    assert "Dijon Métropole" in {each.label for each in catalogue.access.rules.list_groups()}
    send(administrator, f"{GROUPS}/retrait", groupe="dijon")
    assert "dijon" not in {each.name for each in catalogue.access.rules.list_groups()}


def test_everything_done_by_the_pages_is_in_the_audit(tmp_path: Path) -> None:
    """Each act that the audit knows is written by the page that does it, with who did it."""
    library = build(tmp_path)
    app = create_app(guarded(library))
    catalogue = services_of(app).catalogue
    ada = joined(app, ADMINISTRATOR, PASSWORD)
    client = signed_in(app, ada)
    _manage_people(app, client, catalogue)
    _manage_own(app, client, ada)
    _animate(client, library, catalogue)
    _tell_and_ask(client, library, catalogue, ada)
    written = {each.act: each.who for each in catalogue.access.audit.list_latest(500)}
    # The single sign-on, which is not there, links accounts; the indexer says what became of the rules' folders.
    others = {AuditAction.ACCOUNT_LINKED, AuditAction.FOLDER_FOLLOWED, AuditAction.FOLDER_LOST}
    assert set(written) == set(AuditAction) - others
    refused = AuditAction.SIGN_IN_REFUSED
    assert {who for act, who in written.items() if act not in {refused, AuditAction.ACCOUNT_CREATED}} == {ada.id}
    page = client.get("/administration/journal").text
    assert "Fichier déposé" in page
    assert "Ada Martin" in page


def _tell_and_ask(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue, ada: Account) -> None:
    told = {"nom": "Accueil", "fonction": "Accueil", "organisation": "CCAS", "courriel": ada.mail, "transmise": "1"}
    send(client, "/annuaire/ma-fiche", **told, accord="1")
    (own,) = catalogue.directory.list_all(timedelta(days=365))
    # What tells less holds at once; the name of another function is proposed.
    send(client, "/animation/annuaire/fiche", **{**told, "transmise": ""}, fiche=own.id)
    send(client, "/animation/annuaire/fiche", **{**told, "fonction": "Coordination"}, fiche=own.id)
    send(client, f"/annuaire/ma-fiche/{own.id}/refus")
    send(client, f"/annuaire/ma-fiche/{own.id}/effacement")
    title = "Qui prête un bus ?"
    send(client, "/questions", titre=title, vu=title)
    (asked,) = catalogue.inquiries.list_asked_by(ada.id)
    send(client, f"/questions/{asked.id}/reponse", texte="Grigny en prête un.")
    send(client, f"/animation/questions/{asked.id}/etat", geste="transmettre", besoin="Acheter un bus.")
    send(client, f"/animation/questions/{asked.id}/moderation", verdict="retirer", raison="Un essai.")
    decided = Passage(0, Locator(Unit.HEADING, 1), "- Relire la trame", "Décisions")
    id_ = add(
        catalogue, library.settings.library, Entry("Compte rendu.docx", "docx", "Compte rendu", (decided,), OUTREACH)
    )
    form = {"document": id_, "decision": fingerprint_resolution("Relire la trame")}
    send(client, "/decisions/ecart", **form)
    send(client, "/decisions/remise", **form)


def _manage_people(app: Flask, client: FlaskClient, catalogue: Catalogue) -> None:
    send(client, GROUPS, nom="Grigny")
    send(client, "/administration/vu-comme", vue="groupe:membres")
    send(client, "/administration/vu-comme/fin")
    send(client, f"{GROUPS}/dossiers", dossier="divers", visible="grigny")
    send(client, f"{PEOPLE}/invitation", adresse="a@ruche.example")
    (invitation,) = catalogue.access.invitations.list_pending()
    send(client, f"{PEOPLE}/invitations/{invitation.number}/annulation")
    other = joined(app, NewAccount("b@ruche.example", "Bob"), PASSWORD)
    place, given = f"{PEOPLE}/{other.id}", {"nom": "Bob", "adresse": other.mail, "role": "animateur"}
    send_form(client, client.get(place).text, place, **given, actuel=PASSWORD)
    send(client, f"{place}/suspension")
    send_form(client, client.get(place).text, f"{place}/retablissement")
    send(client, f"{place}/effacement", certain="1")


def _manage_own(app: Flask, client: FlaskClient, ada: Account) -> None:
    stranger = app.test_client()
    send(stranger, "/connexion", adresse=ada.mail, mot_de_passe="faux")
    send(stranger, "/connexion", adresse=ada.mail, mot_de_passe=PASSWORD)
    send(client, "/compte/jetons", nom="Outil", portee="lecture", duree="30", actuel=PASSWORD)
    (token,) = services_of(app).catalogue.access.api_tokens.list_of(ada.id)
    send(client, f"/compte/jetons/{token.number}/revocation")
    send(client, "/compte/donnees")
    send(client, "/compte/mot-de-passe", actuel=PASSWORD, nouveau=_OTHER, encore=_OTHER)
    send(stranger, "/connexion", adresse=ada.mail, mot_de_passe=_OTHER)
    send(stranger, "/compte/sessions/fin")
    send(client, "/connexion", adresse=ada.mail, mot_de_passe=_OTHER)


def _animate(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    sent = {"fichiers": (io.BytesIO(b"Bonjour"), "bonjour.txt"), "dossier": "plénières"}
    send(client, "/animation/depot", **sent)
    id_ = library.ids[LONG_PAGE]
    send(client, f"/animation/qualifier/{id_}", titre="Le kit", date="2024-11-07")
    send(client, "/animation/vocabulaire/entree", liste="sigle", nom="PTZNR", sens="Territoires zéro non-recours")
    send(client, "/animation/questions-de-controle/question", texte="bus", document=id_)
    given = {"titre": OUTREACH.title, "type": OUTREACH.type, "date": "2024-01-25"}
    send(client, f"/animation/rendez-vous/{OUTREACH.id}", **given)
    with catalogue.transaction() as transaction:
        transaction.files.set_held_removals(["parti.pdf"])
    send(client, "/animation/fichiers/suppressions")
    with catalogue.transaction() as transaction:
        content = replace(
            transaction.documents.find_content(id_),
            passages=(Passage(0, Locator(Unit.PAGE, 1), "NIR 1 85 05 78 006 084 91"),),
        )
        transaction.personal_data.save_findings({id_: find_personal_data(content.passages)})
    (doubtful,) = catalogue.personal_data.list_undecided(9, EVERY_ANIMATOR)
    numbers = [each.number for each in doubtful.doubts]
    send(client, "/animation/donnees-personnelles", doute=numbers, verdict="rien")
    with catalogue.transaction() as transaction:
        transaction.documents.reserve(id_, frozenset({ANIMATORS}))
    for decision in ("garder", "montrer"):
        (box,) = read(client.get("/animation/retenus").text).all("input", name="document")
        send(client, "/animation/retenus", document=[box.attributes["value"]], decision=decision)
    send(client, "/animation/retenus/reprise", document=[id_])
    said = Passage(0, Locator(Unit.TIME, 1, 0.5, 21.0), "La tournée du bus.")
    entry = Entry("entretien.mp3", "son", "Entretien", (said,), content=b"son", transcribed="whisper-base")
    heard = add(catalogue, library.settings.library, entry)
    send(client, f"/animation/transcriptions/{heard}", debut="500", texte="La tournée des bus.")
    send(client, f"/animation/chapitres/{heard}", support=library.ids[SLIDES], diapositive="1", debut="0:05")


def test_what_tools_do_is_in_the_audit(tmp_path: Path) -> None:
    """A deposit and tags that come by the API are written like those of the pages, in the name of the key's owner."""
    library = build(tmp_path)
    app = create_app(guarded(library))
    catalogue = services_of(app).catalogue
    ada = joined(app, ADMINISTRATOR)
    key = catalogue.access.api_tokens.create(ada.id, "Outil", Scope.ANIMATE, timedelta(days=1))
    bearer, id_ = {"Authorization": f"Bearer {key}"}, library.ids[LONG_PAGE]
    sent = {"fichiers": (io.BytesIO(b"Bonjour"), "bonjour.txt"), "dossier": "divers"}
    client = app.test_client()
    assert client.post("/api/v1/deposits", data=sent, headers=bearer).status_code == 200
    decided = {"decline": [{"facet": "theme", "value": "rgpd"}]}
    assert client.patch(f"/api/v1/documents/{id_}/tags", json=decided, headers=bearer).status_code == 200
    told = [(each.act, each.who, each.on) for each in catalogue.access.audit.list_latest(2)]
    assert told == [(AuditAction.DESCRIBED, ada.id, id_), (AuditAction.DEPOSITED, ada.id, "divers/bonjour.txt")]


def test_the_journal_is_read_by_pages(tmp_path: Path) -> None:
    """Filtered by person and by act, fifty lines a page; a page beyond the last shows the last."""
    app = create_app(guarded(build(tmp_path)))
    catalogue = services_of(app).catalogue
    ada = joined(app, ADMINISTRATOR)
    client = signed_in(app, ada)
    with catalogue.transaction() as transaction:
        for number in range(60):
            transaction.record(AuditAction.DEPOSITED, ada.id, f"fichier-{number}.pdf")
        transaction.record(AuditAction.SESSIONS_CLOSED, "parti", "parti")
        transaction.record(AuditAction.ACCOUNT_LINKED, ada.id, ada.id, "https://fournisseur.example")
    first = client.get("/administration/journal?acte=depot").text
    assert first.count("<tr>") == 51
    assert "fichier-59.pdf" in first
    assert "60\u00a0lignes" in first
    assert client.get("/administration/journal?acte=depot&page=2").text.count("<tr>") == 11
    assert "fichier-0.pdf" in client.get("/administration/journal?acte=depot&page=999999").text
    assert client.get("/administration/journal?acte=depot&page=-3").status_code == 200
    gone = client.get("/administration/journal?compte=parti").text
    assert "compte effacé (parti)" in gone
    assert gone.count("<tr>") == 2
    linked = read(client.get("/administration/journal?acte=compte-relie").text).all("table")[0].text
    assert (linked.count(ADMINISTRATOR.name), ada.id in linked) == (2, False)


def test_what_is_over_is_erased_by_the_running_service(tmp_path: Path) -> None:
    """Sessions, keys and invitations that nobody can use leave the catalogue as the service starts, then every hour."""
    app = create_app(guarded(build(tmp_path)))
    hive = services_of(app)
    account = joined(app, ADMINISTRATOR)
    hive.catalogue.access.invitations.create(NewAccount("x@ruche.example", ""), timedelta(seconds=-1), CONSOLE)
    hive.catalogue.access.sessions.open(account.id, Lifetimes(session=timedelta(seconds=-1)))
    hive.catalogue.access.api_tokens.create(account.id, "agenda", Scope.READ, timedelta(seconds=-1))
    with purge_hourly(hive.catalogue, hive.settings):
        pass
    assert hive.catalogue.access.invitations.purge() == 0
    assert hive.catalogue.access.sessions.purge(Lifetimes()) == 0
    assert hive.catalogue.access.api_tokens.list_of(account.id) == ()


def test_a_tool_that_asks_without_end_is_told_to_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many questions a minute by account; JSON with Retry-After for tools, while other accounts go on."""
    fewer = [replace(each, times="5 per minute") if each.name == "api" else each for each in rate_limits.RATES]
    monkeypatch.setattr(rate_limits, "RATES", fewer)
    app = create_app(guarded(build(tmp_path)))
    first, second = (joined(app, NewAccount(f"{name}@ruche.example", name)) for name in ("a", "b"))
    busy, calm = signed_in(app, first), signed_in(app, second)
    codes = {busy.get("/api/v1/documents/x").status_code for _ in range(5)}
    refused = busy.get("/api/v1/documents/x")
    assert codes == {404}
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert 0 < int(refused.headers["Retry-After"]) <= 90
    assert calm.get("/api/v1/documents/x").status_code == 404
    assert busy.get("/themes").status_code == 200
    unknown = {"headers": {"Authorization": "Bearer ruche_essai"}}
    trying = app.test_client()
    assert [trying.get("/api/v1/search", **unknown).status_code for _ in range(6)] == [401] * 5 + [429]
