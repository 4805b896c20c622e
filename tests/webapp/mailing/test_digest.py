"""Mails of what is new, through a real mail server on the machine itself."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from filelock import FileLock

from index.accounts.audit import CONSOLE
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, Lifetimes, NewAccount
from index.catalogue.saved_searches import DigestFrequency
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import Locator, Passage, Unit
from tests.composition import create_app
from tests.webapp.small_library import Entry, SmallLibrary, add, build
from webapp.mailing.digest import DigestResult, DigestUnableError, send_digests
from webapp.mailing.smtp import MailMessage, MailServerError, open_mail_connection

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.catalogue import Catalogue
    from index.config.settings import Settings
    from tests.webapp.smtp_server import Box

# On the machine itself, there is nobody to hide the password from.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.fixture
def library(tmp_path: Path, box: tuple[Box, int]) -> SmallLibrary:
    """A library whose settings send mail."""
    mail = {
        "smtp_host": "127.0.0.1",
        "smtp_port": box[1],
        "smtp_security": "aucune",
        "smtp_user": "ruche",
        "smtp_password": "secret",
        "mail_sender": "ruche@exemple.fr",
        "public_address": "https://ruche.exemple.fr/tznr/",
        "site_name": "Ruche des territoires",
    }
    built = build(tmp_path)
    return SmallLibrary(built.settings.model_copy(update=mail), built.ids)


@pytest.fixture
def app(library: SmallLibrary) -> Flask:
    """The application, without the tokens of forms."""
    made = create_app(library.settings)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def catalogue(app: Flask) -> Catalogue:
    """The application's catalogue."""
    found: Catalogue = app.extensions["ruche"].catalogue
    return found


@pytest.fixture
def settings(library: SmallLibrary) -> Settings:
    """The installation's settings."""
    return library.settings


def _deposit(library: SmallLibrary, catalogue: Catalogue, title: str, text: str) -> str:
    entry = Entry(f"{title}.pdf", "pdf", title, (Passage(0, Locator(Unit.PAGE, 1), text),), content=title.encode())
    id_ = add(catalogue, library.settings.library, entry)
    with IndexSynchroniser(library.settings.index_folder, catalogue) as follower:
        follower.synchronise()
    return id_


def _text(message: EmailMessage) -> str:
    return message.get_content().replace("\r\n", "\n")  # type: ignore[no-any-return]


def _linked(message: EmailMessage, end: str) -> str:
    found = re.search(rf"https://ruche\.exemple\.fr/tznr(/\S*{end})", _text(message))
    assert found, _text(message)
    return found[1]


def _follow(client: FlaskClient, box: Box, address: str, rhythm: str = "jour", **question: str) -> str:
    """Keep a search, follow it and confirm; gives the search's address."""
    kept = client.post("/recherches", data=question or {"q": "chauve-souris", "nom": "Chauves-souris"})
    where: str = kept.location.split("?")[0]
    assert client.post(f"{where}/suivi", data={"adresse": address, "rythme": rhythm}).status_code == 200
    client.post(_linked(box.messages.pop(), "confirmation"))
    return where


def test_an_address_confirms_before_any_digest(
    app: Flask, box: tuple[Box, int], library: SmallLibrary, catalogue: Catalogue, settings: Settings
) -> None:
    """The first mail only asks; opening its link is not enough; silence is no consent."""
    client, (handler, _) = app.test_client(), box
    where = client.post("/recherches", data={"q": "chauve-souris", "nom": "Chauves-souris"}).location.split("?")[0]
    client.post(f"{where}/suivi", data={"adresse": "membre@exemple.fr", "rythme": "jour"})
    (asked,) = handler.messages
    assert asked["Subject"] == "Confirmez le suivi de «\u00a0Chauves-souris\u00a0»"
    assert asked["To"] == "membre@exemple.fr"
    assert asked["From"] == "Ruche des territoires <ruche@exemple.fr>"
    assert asked["Auto-Submitted"] == "auto-generated"
    link = _linked(asked, "confirmation")
    assert "appuyez" in _text(asked)
    assert "Confirmer" in client.get(link).text
    _deposit(library, catalogue, "Les chauves-souris", "Une chauve-souris.")
    soon = datetime.now(UTC) + timedelta(days=1)
    assert not send_digests(app, settings, soon)
    assert "Suivi confirmé" in client.post(link).text


def test_a_digest_tells_what_is_new_and_nothing_twice(
    app: Flask, box: tuple[Box, int], library: SmallLibrary, catalogue: Catalogue, settings: Settings
) -> None:
    """New documents that answer, with their public addresses; next time, only what came since."""
    client, (handler, _) = app.test_client(), box
    _deposit(library, catalogue, "Chauve-souris d’avant", "Une chauve-souris ancienne.")
    where = _follow(client, handler, "membre@exemple.fr")
    new = _deposit(library, catalogue, "Les chauves-souris", "Une chauve-souris.")
    _deposit(library, catalogue, "Les hérissons", "Un hérisson.")
    now = datetime.now(UTC) + timedelta(days=1)
    assert send_digests(app, settings, now) == {DigestResult.SENT: 1}
    (told,) = handler.messages
    text = _text(told)
    assert told["Subject"] == "1\u00a0nouveau document\u00a0: Chauves-souris"
    assert "Les chauves-souris" in text
    assert "hérissons" not in text
    assert "d’avant" not in text
    assert f"https://ruche.exemple.fr/tznr/documents/{new}" in text
    assert f"https://ruche.exemple.fr/tznr{where}" in text
    assert told["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert send_digests(app, settings, now) == {}
    assert send_digests(app, settings, now + timedelta(days=1)) == {DigestResult.NOTHING_NEW: 1}
    assert len(handler.messages) == 1


def test_a_weekly_digest_waits_its_week(
    app: Flask, box: tuple[Box, int], library: SmallLibrary, catalogue: Catalogue, settings: Settings
) -> None:
    """A run a day sends each at its own rhythm."""
    client, (handler, _) = app.test_client(), box
    _follow(client, handler, "semaine@exemple.fr", "semaine")
    _follow(client, handler, "jour@exemple.fr", "jour")
    _deposit(library, catalogue, "Les chauves-souris", "Une chauve-souris.")
    now = datetime.now(UTC)
    assert send_digests(app, settings, now + timedelta(days=1)) == {DigestResult.SENT: 1}
    assert [each["To"] for each in handler.messages] == ["jour@exemple.fr"]
    assert send_digests(app, settings, now + timedelta(days=7)) == {DigestResult.SENT: 1, DigestResult.NOTHING_NEW: 1}
    assert [each["To"] for each in handler.messages] == ["jour@exemple.fr", "semaine@exemple.fr"]


def test_one_click_stops(
    app: Flask, box: tuple[Box, int], library: SmallLibrary, catalogue: Catalogue, settings: Settings
) -> None:
    """By the mail program's own button, which knows no token of our forms, or by the page; then nothing comes."""
    client, (handler, _) = app.test_client(), box
    _follow(client, handler, "membre@exemple.fr")
    _deposit(library, catalogue, "Les chauves-souris", "Une chauve-souris.")
    send_digests(app, settings, datetime.now(UTC) + timedelta(days=1))
    stop = _linked(handler.messages.pop(), "arret")
    app.config["WTF_CSRF_ENABLED"] = True
    assert "Arrêter" in client.get(stop).text
    assert client.post(stop, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert catalogue.saved_searches.list_confirmed() == ()
    assert "plus aucun courriel" in client.post(stop).text


def test_a_refused_address_does_not_stop_the_others(
    app: Flask, box: tuple[Box, int], library: SmallLibrary, catalogue: Catalogue, settings: Settings
) -> None:
    """One mailbox that is gone costs itself its mail."""
    search = catalogue.saved_searches.save("Chauves-souris", "q=chauve-souris")
    for address in ("refused@exemple.fr", "membre@exemple.fr"):
        catalogue.saved_searches.confirm(
            catalogue.saved_searches.subscribe(search, address, DigestFrequency.DAILY).token
        )
    _deposit(library, catalogue, "Les chauves-souris", "Une chauve-souris.")
    assert send_digests(app, settings, datetime.now(UTC) + timedelta(days=1)) == {
        DigestResult.SENT: 1,
        DigestResult.REFUSED: 1,
    }
    assert [each["To"] for each in box[0].messages] == ["membre@exemple.fr"]


def test_who_follows_is_not_told(app: Flask, box: tuple[Box, int]) -> None:
    """Asking again for an address that follows gives the same words, and sends nothing."""
    client, (handler, _) = app.test_client(), box
    where = _follow(client, handler, "membre@exemple.fr")
    first = client.post(f"{where}/suivi", data={"adresse": "membre@exemple.fr"}).text
    assert handler.messages == []
    other = client.post(f"{where}/suivi", data={"adresse": "autre00@exemple.fr"}).text
    assert first.replace("membre", "autre00") == other
    assert len(handler.messages) == 1


def test_a_wrong_address_is_refused(app: Flask, box: tuple[Box, int]) -> None:
    """In words, and nothing is sent."""
    client = app.test_client()
    where = client.post("/recherches", data={"q": "rsa"}).location.split("?")[0]
    answer = client.post(f"{where}/suivi", data={"adresse": "a@exemple.fr\nBcc: tous@exemple.fr"})
    assert (answer.status_code, box[0].messages) == (400, [])
    assert "n’est pas une adresse électronique" in answer.text


def test_a_server_that_does_not_answer_is_told(app: Flask, settings: Settings, box: tuple[Box, int]) -> None:
    """To the administrator as one line that names the settings, to the member as a page."""
    gone = settings.model_copy(update={"smtp_port": 1})
    with pytest.raises(MailServerError, match="127\\.0\\.0\\.1:1 "), open_mail_connection(gone):
        pass
    wrong = settings.model_copy(update={"smtp_password": "faux"})
    with pytest.raises(MailServerError, match="smtp_password"), open_mail_connection(wrong):
        pass
    plain = settings.model_copy(update={"smtp_security": "starttls"})
    with pytest.raises(MailServerError, match="smtp_security"), open_mail_connection(plain):
        pass
    with open_mail_connection(settings) as opened:
        opened.send(MailMessage("membre@exemple.fr", "Essai", "Un mot.\n"))
    assert [each["Subject"] for each in box[0].messages] == ["Essai"]
    app.extensions["ruche"] = replace(app.extensions["ruche"], settings=gone)
    client = app.test_client()
    where = client.post("/recherches", data={"q": "rsa"}).location.split("?")[0]
    answer = client.post(f"{where}/suivi", data={"adresse": "membre@exemple.fr"})
    assert (answer.status_code, "Le message n’est pas parti" in answer.text) == (502, True)


def test_one_run_at_a_time(app: Flask, settings: Settings) -> None:
    """Two timers must not write twice to everyone; and without settings, a run says which."""
    with FileLock(settings.data / "digest.lock"), pytest.raises(DigestUnableError, match="déjà en cours"):
        send_digests(app, settings)
    with pytest.raises(DigestUnableError, match="smtp_host"):
        send_digests(app, settings.model_copy(update={"smtp_host": ""}))


def test_with_accounts_a_mail_tells_what_its_reader_may_see(
    library: SmallLibrary, box: tuple[Box, int], catalogue: Catalogue
) -> None:
    """Whoever has an account is told, at its address, what it may see; whoever has none, or no more, nothing."""
    settings = library.settings.model_copy(update={"auth": "comptes"})
    app, now = create_app(settings), datetime.now(UTC) + timedelta(days=2)
    app.config["WTF_CSRF_ENABLED"] = False
    catalogue.access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    catalogue.access.rules.save_folder_rule(FolderRule("", frozenset({"grigny"})), CONSOLE)
    groups = {"inside": frozenset({"grigny"}), "outside": frozenset[str]()}
    accounts = {
        name: catalogue.access.accounts.create(NewAccount(f"{name}@exemple.fr", name, groups=its), None, CONSOLE)
        for name, its in groups.items()
    }
    for account in accounts.values():
        client = app.test_client()
        client.set_cookie("__Host-ruche", catalogue.access.sessions.open(account.id, Lifetimes()), secure=True)
        token = _kept(client).split("/")[-1]
        client.post(
            f"/recherches/{token}/suivi",
            base_url="https://localhost",
            data={"rythme": "jour", "adresse": "autre@exemple.fr"},
        )
        catalogue.saved_searches.confirm(_linked(box[0].messages.pop(), "confirmation").split("/")[-2])
    stranger = catalogue.saved_searches.subscribe(
        catalogue.saved_searches.save("Étrangère", "q=chauve-souris"), "x@exemple.fr", DigestFrequency.DAILY
    )
    catalogue.saved_searches.confirm(stranger.token)
    _deposit(library, catalogue, "Refuge", "Une chauve-souris sous le toit.")
    assert send_digests(app, settings, now) == {DigestResult.SENT: 1, DigestResult.NOTHING_NEW: 2}
    assert [each["To"] for each in box[0].messages] == ["inside@exemple.fr"]
    catalogue.access.accounts.suspend(accounts["inside"].id, CONSOLE)
    _deposit(library, catalogue, "Grenier", "Une chauve-souris dans le grenier.")
    assert DigestResult.SENT not in send_digests(app, settings, now + timedelta(days=7))


def _kept(client: FlaskClient) -> str:
    kept = client.post("/recherches", base_url="https://localhost", data={"q": "chauve-souris"})
    return urlsplit(kept.headers["Location"]).path
