"""A forgotten password: a link by mail that serves once, within an hour, and tells nobody who has an account."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from index.accounts import NewAccount
from tests.composition import create_app
from tests.webapp.accounts import PASSWORD, guarded, joined, send, signed_in
from tests.webapp.small_library import SmallLibrary, build
from webapp.mailing.password_reset import VALID_SECONDS
from webapp.server import services_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.webapp.smtp_server import Box

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

MAIL = "mona@ruche.example"
OTHER = "encore quatre autres mots"


@pytest.fixture
def app(tmp_path: Path, box: tuple[Box, int]) -> Flask:
    """An application that asks for accounts and sends mail, with one member."""
    built = build(tmp_path)
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box[1], "smtp_security": "aucune", "smtp_user": "ruche"}
    mail |= {"smtp_password": "secret", "mail_sender": "ruche@exemple.fr", "public_address": "http://ruche.exemple.fr"}
    application = create_app(guarded(SmallLibrary(built.settings.model_copy(update=mail), built.ids)))
    joined(application, NewAccount(MAIL, "Mona Petit"), PASSWORD)
    return application


def ask(app: Flask, box: Box, mail: str = MAIL, messages: int = 1) -> str:
    """Ask for a link, and wait for so many messages in all; gives the page that answers."""
    page = send(app.test_client(), "/connexion/oubli", adresse=mail).text
    until = time.monotonic() + 20
    while len(box.messages) < messages and time.monotonic() < until:
        time.sleep(0.02)
    assert len(box.messages) == messages
    return page


def find_link(box: Box) -> str:
    """The address that the last message gives, without its host."""
    (found,) = re.findall(r"http://ruche\.exemple\.fr(/connexion/oubli/\S+)", box.messages[-1].get_content())
    return str(found)


def test_a_link_serves_once(app: Flask, box: tuple[Box, int]) -> None:
    """It leads to a form; the new password opens the account, the old one and the link serve no more."""
    client = signed_in(app, services_of(app).catalogue.access.accounts.find_by_mail(MAIL))  # type: ignore[arg-type]
    assert "/connexion/oubli" in app.test_client().get("/connexion").text
    ask(app, box[0])
    link = find_link(box[0])
    assert MAIL in app.test_client().get(link).text
    for wrong in ({"mot_de_passe": OTHER, "encore": PASSWORD}, {"mot_de_passe": "court", "encore": "court"}):
        assert send(app.test_client(), link, **wrong).status_code == 422
    done = send(app.test_client(), link, mot_de_passe=OTHER, encore=OTHER)
    assert (done.status_code, done.location) == (303, "/connexion")
    assert app.test_client().get(link).status_code == 404
    assert client.get("/compte").status_code != 200
    for password, code in ((PASSWORD, 403), (OTHER, 303)):
        entered = send(app.test_client(), "/connexion", adresse=MAIL, mot_de_passe=password)
        assert entered.status_code == code


def test_nobody_learns_who_has_an_account(app: Flask, box: tuple[Box, int]) -> None:
    """The answer is the same for any address; a mailbox is written to three times a day at most."""
    pages = {ask(app, box[0], "inconnue@ruche.example", 0), ask(app, box[0], "pas une adresse", 0)}
    pages |= {ask(app, box[0], MAIL, count) for count in (1, 2, 3, 3)}
    assert len(pages) == 1


def test_a_link_ends(app: Flask, box: tuple[Box, int]) -> None:
    """After an hour, with a suspension, or with a letter changed."""
    ask(app, box[0])
    link = find_link(box[0])
    # Not the last one, whose last bits say nothing.
    altered = link[:-5] + ("A" if link[-5] != "A" else "B") + link[-4:]
    assert app.test_client().get(altered).status_code == 404
    access = services_of(app).catalogue.access
    account = access.accounts.find_by_mail(MAIL)
    assert account
    true = link.rpartition("/")[2]
    signing: dict[str, Any] = {"salt": "password reset", "signer_kwargs": {"sep": "~"}}
    said = URLSafeTimedSerializer(str(app.secret_key), **signing).loads(true)
    old = URLSafeTimedSerializer(str(app.secret_key), signer=_LateSigner, **signing).dumps(said)
    assert app.test_client().get(f"/connexion/oubli/{old}").status_code == 404
    access.accounts.suspend(account.id, account.id)
    assert app.test_client().get(link).status_code == 404


class _LateSigner(TimestampSigner):
    """Signs as an hour and a second ago."""

    def get_timestamp(self) -> int:
        """Seconds since 1970."""
        return int(time.time()) - VALID_SECONDS - 1


def test_there_is_none_without_mail(guarded_app: Flask) -> None:
    """Where no mail leaves, the page does not exist, and the sign-in page names the team."""
    client = guarded_app.test_client()
    assert client.get("/connexion/oubli").status_code == 404
    assert "/connexion/oubli" not in client.get("/connexion").text
