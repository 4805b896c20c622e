"""No form of Ruche serves to flood a mailbox: mails are counted, by mailbox, sender, network and in all."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from index.accounts.audit import CONSOLE
from index.accounts.model import NewAccount, Role
from index.catalogue.access import mail_quota
from index.catalogue.access.mail_quota import MailAllowance, normalise_mailbox
from tests.composition import create_app
from tests.webapp.accounts import PASSWORD, signed_in
from tests.webapp.small_library import SmallLibrary, build

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.webapp.smtp_server import Box

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")

VICTIM = "victime@exemple.fr"


@pytest.fixture
def library(tmp_path: Path, box: tuple[Box, int]) -> SmallLibrary:
    """A library whose settings send mail."""
    built = build(tmp_path)
    mail = {"smtp_host": "127.0.0.1", "smtp_port": box[1], "smtp_security": "aucune", "smtp_user": "ruche"}
    mail |= {"smtp_password": "secret", "mail_sender": "ruche@exemple.fr", "public_address": "http://ruche.exemple.fr"}
    return SmallLibrary(built.settings.model_copy(update=mail), built.ids)


def _application(library: SmallLibrary, **more: str) -> Flask:
    made = create_app(library.settings.model_copy(update=more))
    made.config["WTF_CSRF_ENABLED"] = False
    return made


def _keep(client: FlaskClient) -> str:
    return str(client.post("/recherches", data={"q": secrets.token_hex(4)}).location.split("?")[0])


def test_one_address_is_written_to_once(library: SmallLibrary, box: tuple[Box, int]) -> None:
    """150 demands for a mailbox, by one search, by many, by deleted ones: one mail, and the same answer to all."""
    client = _application(library).test_client()
    where, pages = _keep(client), []
    pages += [client.post(f"{where}/suivi", data={"adresse": VICTIM}).text for _ in range(50)]
    pages += [client.post(f"{_keep(client)}/suivi", data={"adresse": VICTIM}).text for _ in range(50)]
    for _ in range(50):
        own = _keep(client)
        pages.append(client.post(f"{own}/suivi", data={"adresse": VICTIM}).text)
        client.post(f"{own}/suppression")
    assert len(box[0].messages) == 1
    assert len(set(pages)) == 1


@pytest.mark.parametrize(
    "address",
    ["VICTIME@exemple.fr", "vic.time@exemple.fr", "victime+1@exemple.fr", "v.i.c.t.i.m.e+a.b@EXEMPLE.fr"],
)
def test_other_spellings_are_the_same_mailbox(library: SmallLibrary, box: tuple[Box, int], address: str) -> None:
    """Capitals, dots and « +something » lead to the same person."""
    client = _application(library).test_client()
    for each in (VICTIM, address):
        assert client.post(f"{_keep(client)}/suivi", data={"adresse": each}).status_code == 200
    assert [each["To"] for each in box[0].messages] == [VICTIM]


def test_many_addresses_are_bounded_by_network(
    library: SmallLibrary, box: tuple[Box, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes to strangers one after the other is stopped, in words, and the mails that left are what counts."""
    monkeypatch.setattr(mail_quota, "PER_NETWORK", MailAllowance(5, mail_quota.PER_NETWORK.window))
    client = _application(library).test_client()
    where = _keep(client)
    answers = [client.post(f"{where}/suivi", data={"adresse": f"a{number}@exemple.fr"}) for number in range(8)]
    assert [each.status_code for each in answers] == [200] * 5 + [429] * 3
    assert "Réessayez dans une heure".lower() in answers[-1].text.lower()
    assert len(box[0].messages) == 5


def test_many_networks_are_bounded_in_all(
    library: SmallLibrary, box: tuple[Box, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crowd of networks sends no more than the service as a whole may."""
    monkeypatch.setattr(mail_quota, "IN_ALL", MailAllowance(5, mail_quota.IN_ALL.window))
    client = _application(library).test_client()
    where = _keep(client)
    for number in range(8):
        origin = {"REMOTE_ADDR": f"192.0.2.{number}"}
        client.post(f"{where}/suivi", data={"adresse": f"a{number}@exemple.fr"}, environ_base=origin)
    assert len(box[0].messages) == 5


def test_invitations_are_bounded_too(
    library: SmallLibrary, box: tuple[Box, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator's session writes to one mailbox three times a day at most; the links still serve."""
    monkeypatch.setattr(mail_quota, "PER_SENDER", MailAllowance(5, mail_quota.PER_SENDER.window))
    app = _application(library, auth="comptes")
    accounts = app.extensions["ruche"].catalogue.access.accounts
    client = signed_in(
        app, accounts.create(NewAccount("ada@ruche.example", "Ada", Role.ADMINISTRATOR), PASSWORD, CONSOLE)
    )
    place = "/administration/comptes/invitation"
    pages = [client.post(place, data={"adresse": VICTIM, "role": "lecteur"}).text for _ in range(10)]
    assert len(box[0].messages) == 3
    assert "n’est pas parti" in pages[-1]
    assert "/invitation/" in pages[-1]
    for number in range(10):
        client.post(place, data={"adresse": f"a{number}@exemple.fr", "role": "lecteur"})
    assert len(box[0].messages) == 5


@pytest.mark.parametrize(
    "form",
    [
        {"adresse": f"{VICTIM}\r\nBcc: tous@exemple.fr"},
        {"adresse": f"{VICTIM}, tous@exemple.fr"},
        {"adresse": '"a\r\nBcc: x@y.fr"@exemple.fr'},
        {"adresse": f"<{VICTIM}>"},
    ],
)
def test_no_address_adds_a_header(library: SmallLibrary, box: tuple[Box, int], form: dict[str, str]) -> None:
    """What is more than one plain address is refused before any mail."""
    client = _application(library).test_client()
    assert client.post(f"{_keep(client)}/suivi", data=form).status_code == 400
    assert box[0].messages == []


def test_no_name_adds_a_header(library: SmallLibrary, box: tuple[Box, int]) -> None:
    """The name of a search becomes a subject on one line, with nobody more in copy."""
    client = _application(library).test_client()
    name = "rsa\r\nBcc: tous@exemple.fr\r\n\r\nAutre texte"
    where = client.post("/recherches", data={"q": "rsa", "nom": name}).location.split("?")[0]
    client.post(f"{where}/suivi", data={"adresse": VICTIM})
    (told,) = box[0].messages
    assert told["Bcc"] is None
    assert told.get_all("To") == [VICTIM]
    assert "Bcc: tous@exemple.fr Autre texte" in told["Subject"]


def test_mailboxes_are_told_apart() -> None:
    """Two people of one domain, or of one name, are not counted as one."""
    kept = {normalise_mailbox(each) for each in ("ada@a.fr", "eva@a.fr", "ada@b.fr", "ada@a.fr.example")}
    assert len(kept) == 4
