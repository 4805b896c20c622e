"""Coming in: by password, by invitation; what is refused says as little as it can."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import pytest

from index.accounts.audit import CONSOLE
from index.accounts.model import NewAccount
from index.config.settings import Settings
from tests.composition import create_app
from tests.webapp.accounts import PASSWORD, administrator_token, guarded, joined, send
from tests.webapp.page_parser import read
from tests.webapp.small_library import SmallLibrary
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.webapp.smtp_server import Box

# On the machine itself, there is nobody to hide the mail server's password from.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

INVITE = "/administration/comptes/invitation"


@pytest.fixture
def app(guarded_app: Flask) -> Flask:
    """The application that all tests share, which asks for accounts."""
    return guarded_app


def _mail() -> str:
    return f"{secrets.token_hex(4)}@ruche.example"


def _try(client: FlaskClient, mail: str, password: str, **environ: str) -> TestResponse:
    form = read(client.get("/connexion").text).all("input", name="csrf_token")[0]
    given = {"csrf_token": form.attributes["value"], "adresse": mail, "mot_de_passe": password}
    return client.post("/connexion", data=given, environ_overrides=environ)


def _told(answer: TestResponse) -> str:
    (alert,) = [each for each in read(answer.text).elements if each.attributes.get("role") == "alert"]
    return alert.text


def test_what_is_wrong_is_not_told(app: Flask) -> None:
    """An unknown address and a wrong password get the same words, and the address typed is kept in the form."""
    account = joined(app, NewAccount(_mail(), "Léa"), PASSWORD)
    client = app.test_client()
    wrong, unknown = _try(client, account.mail, "un autre mot de passe"), _try(client, _mail(), PASSWORD)
    assert wrong.status_code == unknown.status_code == 403
    assert _told(wrong) == _told(unknown)
    assert read(wrong.text).all("input", id="adresse")[0].attributes["value"] == account.mail
    assert PASSWORD not in unknown.text


def test_a_suspended_account_is_told_to_who_knows_the_password(app: Flask) -> None:
    """Others learn nothing of it."""
    account = joined(app, NewAccount(_mail(), "Léo"), PASSWORD)
    services_of(app).catalogue.access.accounts.suspend(account.id, CONSOLE)
    client = app.test_client()
    assert "suspendu" in _told(_try(client, account.mail, PASSWORD))
    assert "suspendu" not in _told(_try(client, account.mail, "un autre mot de passe"))


def test_too_many_tries_wait(app: Flask) -> None:
    """After five failures the right password is refused too, with the time to wait in words and in the header."""
    account = joined(app, NewAccount(_mail(), "Lou"), PASSWORD)
    client = app.test_client()
    assert {_try(client, account.mail, "faux").status_code for _ in range(5)} == {403}
    answer = _try(client, account.mail, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert re.fullmatch(r"Trop d’essais\u00a0: réessayez dans 1 minute\.", _told(answer))


def test_a_network_that_tries_without_end_is_refused_before(app: Flask) -> None:
    """Twenty forms a minute from one network, whatever addresses of IPv6 it takes; another network is not concerned."""
    codes = [
        app.test_client().post("/connexion", environ_overrides={"REMOTE_ADDR": f"2001:db8::{number}"}).status_code
        for number in range(1, 22)
    ]
    assert codes == [400] * 20 + [429]
    other = app.test_client().post("/connexion", environ_overrides={"REMOTE_ADDR": "2001:db8:0:1::1"})
    assert other.status_code == 400


def _link(answer: TestResponse) -> str:
    (shown,) = read(answer.text).all("code", class_="secret")
    return shown.text.removeprefix("http://localhost")


def test_an_invitation_makes_an_account(app: Flask, administrator: FlaskClient) -> None:
    """The administrator copies a link; who opens it chooses name and password, and is in; it does not serve twice."""
    mail = _mail()
    link = _link(send(administrator, INVITE, adresse=mail.upper(), role="animateur"))
    guest = app.test_client()
    assert mail in guest.get(link).text
    answer = send(guest, link, link, nom="Nour Ben", mot_de_passe=PASSWORD, encore=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Nour Ben" in guest.get("/").text
    assert guest.get("/animation").status_code == 200
    assert guest.get(link).status_code == 404
    assert read(guest.get(link).text).texts("h1") == ["Invitation inutilisable"]
    assert _try(app.test_client(), mail, PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"nom": " ", "mot_de_passe": PASSWORD, "encore": PASSWORD}, "Écrivez votre prénom"),
        ({"nom": "Zoé", "mot_de_passe": PASSWORD, "encore": "autre chose"}, "ne sont pas les mêmes"),
        ({"nom": "Zoé", "mot_de_passe": "court", "encore": "court"}, "de 12 à 256"),
        ({"nom": "Zoé Élodie Martin", "mot_de_passe": "zoé élodie martin", "encore": "zoé élodie martin"}, "votre nom"),
    ],
)
def test_a_mistake_leaves_the_invitation(
    app: Flask, administrator: FlaskClient, given: dict[str, str], said: str
) -> None:
    """What is wrong is said at its field; the link still serves, and no password is written back into the page."""
    link = _link(send(administrator, INVITE, adresse=_mail()))
    guest = app.test_client()
    answer = send(guest, link, link, **given)
    assert answer.status_code == 422
    (error,) = read(answer.text).all("p", class_="fr-error-text")
    assert said in error.text
    assert f'value="{given["mot_de_passe"]}"' not in answer.text
    assert guest.get(link).status_code == 200


def test_an_invitation_taken_back_is_worth_nothing(app: Flask, administrator: FlaskClient) -> None:
    """The administrator's list shows who has yet to come, and takes it back."""
    mail = _mail()
    link = _link(send(administrator, INVITE, adresse=mail))
    page = administrator.get("/administration/comptes").text
    number = re.search(rf"invitations/(\d+)/annulation[^§]*?invitation de {mail}", page)
    assert number
    assert send(administrator, f"/administration/comptes/invitations/{number[1]}/annulation").status_code == 303
    assert app.test_client().get(link).status_code == 404


@pytest.mark.parametrize("address", ["pas une adresse", "", "ada@ruche.example"])
def test_who_cannot_be_invited_is_told_why(administrator: FlaskClient, address: str) -> None:
    """No address, or one that has an account."""
    answer = send(administrator, INVITE, adresse=address)
    assert answer.status_code == 422
    assert read(answer.text).all("p", class_="fr-error-text")


def test_an_invitation_goes_by_mail(tmp_path: Path, box: tuple[Box, int]) -> None:
    """Where mail can be sent the link is not shown to the administrator at all."""
    handler, port = box
    app = create_app(_mailing(tmp_path, port))
    client = _administrator(app)
    shown = _https(client, INVITE, adresse="nour@ruche.example")
    assert "Un courriel vient de partir" in shown.text
    assert "/invitation/" not in shown.text
    (message,) = handler.messages
    link = re.search(r"https://ruche\.example(/invitation/\S+)", message.get_content())
    assert message["To"] == "nour@ruche.example"
    assert link
    assert app.test_client().get(link[1]).status_code == 200


def test_a_mail_that_does_not_leave_is_told(tmp_path: Path, box: tuple[Box, int]) -> None:
    """The link is then shown, to be handed over."""
    _, port = box
    client = _administrator(create_app(_mailing(tmp_path, port)))
    shown = _https(client, INVITE, adresse="refused@ruche.example")
    assert "Le message n’est pas parti" in shown.text
    assert "https://ruche.example/invitation/" in shown.text


def _mailing(tmp_path: Path, port: int) -> Settings:
    settings = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees")
    settings.library.mkdir()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "aucune", "smtp_user": "ruche"}
    more = {"smtp_password": "secret", "mail_sender": "ruche@ruche.example", "public_address": "https://ruche.example"}
    return guarded(SmallLibrary(settings.model_copy(update=mail | more)))


def _administrator(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("__Host-ruche", administrator_token(services_of(app).settings), secure=True)
    return client


def _https(client: FlaskClient, address: str, **given: str) -> TestResponse:
    base = "https://localhost"
    form = read(client.get("/affichage", base_url=base).text).all("input", name="csrf_token")[0]
    data = given | {"csrf_token": str(form.attributes["value"])}
    return client.post(address, base_url=base, data=data, headers={"Referer": f"{base}/affichage"})
