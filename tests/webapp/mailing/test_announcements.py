"""Rooms and webhooks are told what is new, once, within bounds, and nothing that their readers may not see."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stamina

from index.accounts.audit import CONSOLE
from index.accounts.directory import ContactDetails
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role
from index.catalogue.announcements import RETRY_WAITS, AnnouncementState
from index.catalogue.inquiries.inquiries import InquiryDraft
from index.catalogue.metadata_layers import AnnouncedEvent
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import MEMBERS, Event, PartialDate
from tests.composition import create_app
from tests.model_server import Answer, serve_model
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.small_library import Entry, SmallLibrary, add, build
from webapp.mailing.announcing import AnnouncingUnableError, send_announcements
from webapp.mailing.receivers import ReceiversError, load_receivers
from webapp.mailing.webhook_client import DeliveryError, OutgoingMessage, is_public, send_message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from index.catalogue.catalogue import Catalogue
    from tests.model_server import ModelServer

_SECRET = "un secret de plus de seize signes"  # noqa: S105 - of the tests alone
_ONCE = [Answer(200)]


class Site:
    """An installation that tells receivers; `now` moves on with each run."""

    def __init__(self, root: Path) -> None:
        built = build(root)
        self.file = root / "annonces.yaml"
        told = {"announcements": self.file, "announcements_private": True}
        told |= {"public_address": "https://ruche.exemple.fr"}
        self.library = SmallLibrary(built.settings.model_copy(update=told), built.ids)
        self.app: Flask = create_app(self.library.settings)
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.catalogue: Catalogue = self.app.extensions["ruche"].catalogue
        self.now = datetime.now(UTC)

    def write(self, *receivers: dict[str, Any]) -> None:
        """Write the file of receivers, and tell them from now on."""
        self.file.write_text(json.dumps(list(receivers)), encoding="utf-8")
        self.file.chmod(0o600)
        self.run(timedelta())

    def run(self, later: timedelta = timedelta(hours=1)) -> dict[AnnouncementState, int]:
        """Run once more, some time later."""
        with IndexSynchroniser(self.library.settings.index_folder, self.catalogue) as follower:
            follower.synchronise()
        self.now += later
        return dict(send_announcements(self.app, self.library.settings, self.now))

    def deposit(self, title: str, folder: str = "divers") -> str:
        """Put a document in the library."""
        entry = Entry(f"{folder}/{title}.pdf", "pdf", title, content=title.encode())
        return add(self.catalogue, self.library.settings.library, entry)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An installation without receivers yet."""
    with stamina.set_testing(True, attempts=1):
        yield Site(tmp_path)


def _signed(server: ModelServer, **more: Any) -> dict[str, Any]:
    return {"nom": "Outil", "sorte": "signe", "adresse": server.address, "secret": _SECRET} | more


def _bodies(server: ModelServer) -> list[Any]:
    return [json.loads(body) for _, _, body in server.requests]


def test_a_webhook_is_signed_and_told_once(site: Site) -> None:
    """What is there already is no news; what comes is told once, by a body that the secret and the hour sign."""
    with serve_model(*_ONCE) as server:
        site.write(_signed(server))
        site.deposit("Guide neuf")
        assert site.run() == {AnnouncementState.DELIVERED: 1}
        assert site.run() == {}
    ((_, headers, body),) = server.requests
    timestamp = headers["Ruche-Timestamp"]
    wanted = hmac.new(_SECRET.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["Ruche-Signature"] == f"v1={wanted}"
    told = json.loads(body)
    assert told["subject"] == "documents"
    assert [each["title"] for each in told["items"]] == ["Guide neuf"]
    assert told["items"][0]["url"].startswith("https://ruche.exemple.fr/documents/")
    assert told["delivery"] == headers["Ruche-Delivery"]


def test_a_matrix_room_gets_one_notice(site: Site) -> None:
    """By the client-server API, with a transaction that makes a second attempt no second message; five are named."""
    with serve_model(*_ONCE) as server:
        site.write(
            {"nom": "Tchap", "sorte": "matrix", "adresse": server.address, "salon": "!a:tchap", "jeton": "syt_x"}
        )
        for number in range(7):
            site.deposit(f"Guide <{number}>")
        site.run()
    ((path, headers, body),) = server.requests
    assert path == "/v1/_matrix/client/v3/rooms/%21a%3Atchap/send/m.room.message/ruche-1"
    assert headers["Authorization"] == "Bearer syt_x"
    told = json.loads(body)
    assert told["msgtype"] == "m.notice"
    assert told["body"].count("\n– ") == 5
    assert "et 2 de plus" in told["body"]
    assert "Guide &lt;6&gt;</a>" in told["formatted_body"]


def test_rooms_are_told_of_gatherings_and_answers(site: Site) -> None:
    """Each subject in words of its own, for those who asked for it."""
    with serve_model(*_ONCE) as server:
        site.write(
            {"nom": "Salon", "sorte": "texte", "adresse": server.address, "annonce": ["rendez-vous", "questions"]}
        )
        site.deposit("Guide neuf")
        event = Event("2099-01-10-webinaire", "webinaire", "Le bus des droits", PartialDate(2099, 1, 10))
        with site.catalogue.transaction() as transaction:
            transaction.events.replace_calendar([AnnouncedEvent(event)])
            asked = transaction.inquiries.ask(InquiryDraft("Qui a un bus ?", "", frozenset({MEMBERS})), "")
            transaction.inquiries.answer(asked.id, "Grigny.", (), "", by_team=True)
        site.run()
        site.run()
    texts = [each["text"].replace("\u00a0", " ") for each in _bodies(server)]
    assert len(texts) == 2
    assert texts[0].startswith("Question répondue : Qui a un bus ? (Question")
    assert texts[1].startswith("Rendez-vous annoncé : Le bus des droits (10 janvier 2099) https://")


def test_what_is_reserved_is_told_to_its_group_alone(site: Site) -> None:
    """Each receiver is told what a member of its group sees when the message leaves, and not when it was written."""
    rules = site.catalogue.access.rules
    rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    rules.save_folder_rule(FolderRule("reserve", frozenset({"grigny"})), CONSOLE)
    with serve_model(Answer(503), *_ONCE) as busy, serve_model(*_ONCE) as group:
        site.write(_signed(busy), _signed(group, nom="Groupe", groupe="grigny"))
        site.deposit("Pour tous")
        site.deposit("Pour le groupe", "reserve")
        site.run()
        # The first receiver was busy; meanwhile what was to be told has become the group's.
        rules.save_folder_rule(FolderRule("divers", frozenset({"grigny"})), CONSOLE)
        assert site.run() == {AnnouncementState.POINTLESS: 1}
    assert "Pour le groupe" not in busy.sent
    assert sorted(each["items"][0]["title"] for each in _bodies(group)) == ["Pour le groupe", "Pour tous"]


def test_nothing_reserved_leaves_by_a_delivery(site: Site) -> None:
    """Neither a reserved document, nor a gathering of such documents alone, nor a hidden question, nor a contact."""
    rules = site.catalogue.access.rules
    rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    rules.save_folder_rule(FolderRule("reserve", frozenset({"grigny"})), CONSOLE)
    secret = Event("2099-02-10-webinaire", "webinaire", "Canari du rendez-vous", PartialDate(2099, 2, 10))
    with serve_model(*_ONCE) as signed, serve_model(*_ONCE) as room:
        site.write(_signed(signed), {"nom": "Salon", "sorte": "texte", "adresse": room.address})
        path = "reserve/2099-02-10 Webinaire/canari du document.pdf"
        entry = Entry(path, "pdf", "Canari du document", event=secret, content=b"canari")
        add(site.catalogue, site.library.settings.library, entry)
        ada = site.catalogue.access.accounts.create(NewAccount("ada@ruche.example", "Ada"), None, CONSOLE)
        details = ContactDetails("Ada", "Canari de la fonction", "CCAS", "grigny", ("aller-vers",), exported=True)
        site.catalogue.directory.save_own(ada, details)
        with site.catalogue.transaction() as transaction:
            asked = transaction.inquiries.ask(InquiryDraft("Canari de la question", "", frozenset({"grigny"})), "")
            transaction.inquiries.answer(asked.id, "Canari de la réponse.", (), "", by_team=True)
        site.deposit("Pour tous")
        site.run()
        site.run()
    for sent in (signed.sent, room.sent):
        assert "Pour tous" in sent
        assert "anari" not in sent


def test_a_title_calls_nobody_and_hides_no_address(site: Site) -> None:
    """Rooms read Markdown: who names a document speaks not through us, and has no message refused."""
    with serve_model(*_ONCE) as server:
        site.write({"nom": "Salon", "sorte": "texte", "adresse": server.address})
        site.deposit("@all [lisez](https:--evil.example) <!channel>")
        site.deposit("Très long " * 20)
        site.run()
    (told,) = _bodies(server)
    assert "@all" not in told["text"]
    assert "](" not in told["text"]
    assert "<!channel>" not in told["text"]
    assert max(map(len, told["text"].splitlines())) < 400


def test_a_receiver_is_tried_from_the_page(site: Site) -> None:
    """It is sent what says nothing of the library; what it answers is shown; what is no receiver is not found."""
    visitor = site.app.test_client()
    with serve_model(Answer(200), Answer(403)) as server:
        room = {"nom": "Salon", "sorte": "texte", "adresse": server.address}
        site.write(_signed(server, nom="Outil"), room)
        for name, said in (("Outil", "a pris l’essai"), ("Salon", "n’a pas pris l’essai : le destinataire refuse")):
            answer = visitor.post("/animation/annonces/essai", data={"destinataire": name}, follow_redirects=True)
            assert said in answer.text.replace("\u00a0", " ")
        assert visitor.post("/animation/annonces/essai", data={"destinataire": "ailleurs"}).status_code == 404
    signed, room_text = _bodies(server)
    assert (signed["subject"], signed["items"]) == ("essai", [])
    assert room_text["text"].replace("\u00a0", " ") == "Essai : Ruche peut écrire ici."


def test_a_room_of_another_group_is_not_tried(site: Site) -> None:
    """An animator who is not of its group is answered as if there was none."""
    rules = site.catalogue.access.rules
    rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    with serve_model(*_ONCE) as server:
        site.write(_signed(server, nom="Groupe", groupe="grigny"))
        app = create_app(guarded(site.library).model_copy(update={"public_address": ""}))
        app.config["WTF_CSRF_ENABLED"] = False
        other = signed_in(app, joined(app, NewAccount("anne@ruche.example", "Anne", Role.ANIMATOR)))
        assert other.post("/animation/annonces/essai", data={"destinataire": "Groupe"}).status_code == 404
    assert not server.requests


def test_nothing_is_lost_by_a_receiver_that_fails(site: Site) -> None:
    """It is left alone for the run, others are told; it is tried later, given up after three days, and sent again."""
    with serve_model(Answer(500)) as broken, serve_model(*_ONCE) as well:
        site.write(_signed(broken, nom="Cassé"), _signed(well))
        site.deposit("Un")
        site.deposit("Deux")
        told = site.run()
        assert told == {AnnouncementState.WAITING: 1, AnnouncementState.DELIVERED: 2}
        assert len(broken.requests) == 1
        first = min(site.catalogue.announcements.list_latest(9), key=lambda each: each.number)
        assert (first.attempts, first.status, first.error) == (
            1,
            500,
            "le destinataire refuse (500 Internal Server Error)",
        )
        for wait in RETRY_WAITS:
            site.run(wait)
        states = [each.state for each in site.catalogue.announcements.list_latest(9) if each.receiver == "Cassé"]
        assert AnnouncementState.GIVEN_UP in states
        broken.answers[:] = _ONCE
        page = site.app.test_client().get("/animation/annonces").text
        assert "500 Internal Server Error" in page
        site.app.test_client().post(f"/animation/annonces/{first.number}/renvoi")
        while AnnouncementState.WAITING in {each.state for each in site.catalogue.announcements.list_latest(9)}:
            assert site.run(timedelta(days=1)), "what waits must be tried"
    titles = {each["items"][0]["title"] for each in _bodies(broken)}
    assert titles == {"Un", "Deux"}


def test_a_message_that_is_refused_keeps_no_other_back(site: Site) -> None:
    """A receiver that cannot read one message is sent the next one in the same run."""
    with serve_model(Answer(422), *_ONCE) as server:
        site.write(_signed(server))
        site.deposit("Un")
        site.deposit("Deux")
        assert site.run() == {AnnouncementState.WAITING: 1, AnnouncementState.DELIVERED: 1}


@contextmanager
def _dripping() -> Iterator[str]:
    """The address of a receiver that answers one byte after another, and never ends."""
    closing = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening, listening.accept()[0] as connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not closing.wait(0.02):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        closing.set()
        thread.join()


def _send(address: str, *, allows_private: bool = True, seconds: float = 5) -> int:
    return send_message(OutgoingMessage("POST", address, b"{}", {}), allows_private=allows_private, seconds=seconds)


def test_a_receiver_that_hangs_is_hung_up_on() -> None:
    """However it keeps the connection busy: by silence, or by a byte now and then."""
    with _dripping() as address, pytest.raises(DeliveryError, match="temps prévu") as raised:
        _send(address, seconds=0.3)
    assert raised.value.is_temporary
    with serve_model(Answer(seconds=20)) as server, pytest.raises(DeliveryError, match="temps prévu"):
        _send(server.address, seconds=0.3)


def test_a_redirection_is_not_followed() -> None:
    """The address that somebody chose is the only one that is sent to; an answer that is cut short is no success."""
    with serve_model(*_ONCE) as other, serve_model(Answer(302, headers={"Location": other.address})) as server:
        with pytest.raises(DeliveryError, match="pas suivie") as raised:
            _send(server.address)
        assert raised.value.status == 302
        assert other.requests == []
    with pytest.raises(DeliveryError, match="injoignable"):
        _send(server.address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0.0.0.0"])  # noqa: S104 - refused
def test_a_private_address_is_refused_however_it_is_spelt(host: str) -> None:
    """Before anything is sent to it, unless the setting allows it."""
    with pytest.raises(DeliveryError, match="réseau privé"):
        _send(f"http://{host}:9/", allows_private=False)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *((each, False) for each in ("10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1")),
        *((each, False) for each in ("0.0.0.0", "224.0.0.1", "::1", "fc00::1", "fe80::1%eth0", "::ffff:10.0.0.1")),  # noqa: S104 - an example
        *((each, False) for each in ("64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "255.255.255.255")),
        *((each, True) for each in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")),
    ],
)
def test_private_addresses_are_known_in_all_their_forms(address: str, expected: bool) -> None:  # noqa: FBT001 - an example's answer
    """Those that gateways lead on to too."""
    assert is_public(address) is expected


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"sorte": "fax"}, "« sorte » est l’une de"),
        ({"sorte": "texte", "adresse": "https://x.fr"}, "il faut un « nom »"),
        ({"sorte": "texte", "nom": "A", "adresse": "ftp://x.fr"}, "commence par https://"),
        ({"sorte": "texte", "nom": "A", "adresse": "https://u:p@x.fr"}, "sans nom d’utilisateur"),
        ({"sorte": "matrix", "nom": "A", "adresse": "https://x.fr"}, "un « salon »"),
        ({"sorte": "signe", "nom": "A", "adresse": "https://x.fr", "secret": "court"}, "16 signes"),
        ({"sorte": "texte", "nom": "A", "adresse": "https://x.fr", "groupe": "animateurs"}, "n’existe pas"),
        ({"sorte": "texte", "nom": "A", "adresse": "https://x.fr", "annonce": ["tout"]}, "ne connaît que"),
        ({"sorte": "texte", "nom": "A", "adresse": "https://x.fr", "couleur": "bleu"}, "n’est pas connu"),
        ("texte", "une entrée"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, entry: object, said: str) -> None:
    """One sentence that names the entry; a file that other accounts may read is refused."""
    file = tmp_path / "annonces.yaml"
    file.write_text(json.dumps([entry]), encoding="utf-8")
    with pytest.raises(ReceiversError, match="peuvent lire"):
        load_receivers(file, frozenset())
    file.chmod(0o600)
    with pytest.raises(ReceiversError, match=said):
        load_receivers(file, frozenset())


def test_what_is_missing_is_said(site: Site) -> None:
    """Without the public address no link can be written; nothing is told by two runs at once."""
    settings = site.library.settings.model_copy(update={"public_address": ""})
    site.write()
    with pytest.raises(AnnouncingUnableError, match="public_address"):
        send_announcements(site.app, settings)
