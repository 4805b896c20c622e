"""Deposits by mail, in a real mailbox: of known people alone, once, within bounds, whatever dies in between."""

from __future__ import annotations

import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from index.accounts.audit import CONSOLE, AuditAction
from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role
from index.catalogue.mailed_deposits import MailFate
from tests import ROOT
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.dovecot import PASSWORD, USER, run_dovecot
from tests.webapp.small_library import build
from webapp.deposits.deposit_mailbox import (
    PROCESSED_FOLDER,
    REFUSED_FOLDER,
    MailboxUnableError,
    receive_mailed_deposits,
)
from webapp.diagnosis.check_results import Finding, Level
from webapp.diagnosis.diagnosis import diagnose
from webapp.mailing import imap
from webapp.mailing.imap import MailboxError
from webapp.mailing.smtp import MailServerError
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from index.config.settings import Settings
    from tests.webapp.dovecot import MailServer
    from tests.webapp.smtp_server import Box

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

ANIMATOR = "anne@ruche.example"
SERVER = "mx.ruche.example"
FOLDER = "Dépôts par courriel"
PDF = b"%PDF-1.4 un bus des droits"
PASSED = f"{SERVER}; dmarc=pass (p=reject dis=none) header.from=ruche.example"


@pytest.fixture(scope="module")
def running() -> Iterator[MailServer]:
    """A mailbox of these tests."""
    with run_dovecot() as server:
        yield server


@dataclass
class Site:
    """An installation that reads the mailbox, and the people whom it knows."""

    app: Flask
    settings: Settings
    mailbox: MailServer
    box: Box
    now: datetime

    def run(self) -> Counter[MailFate]:
        """Read the mailbox, some hours later than the last time."""
        self.now += timedelta(hours=2)
        return receive_mailed_deposits(self.app, self.settings, self.now)

    def list_files(self) -> dict[str, bytes]:
        """What lies in the folder of mailed deposits, by path in it."""
        folder = self.settings.library / FOLDER
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }

    @property
    def answers(self) -> list[str]:
        """The texts of the answers that were sent, without the spaces of French typography."""
        return [each.get_content().replace("\u00a0", " ").replace("\u202f", " ") for each in self.box.messages]


@pytest.fixture
def site(tmp_path: Path, running: MailServer, box: tuple[Box, int]) -> Iterator[Site]:
    """An installation with an animator, a member and a suspended animator, and an empty mailbox."""
    running.empty()
    mailbox = {"deposit_mailbox_host": "127.0.0.1", "deposit_mailbox_port": running.port}
    mailbox |= {"deposit_mailbox_security": "aucune", "deposit_mailbox_user": USER}
    mailbox |= {
        "deposit_mailbox_password": PASSWORD,
        "deposit_mailbox_authserv": SERVER,
        "deposit_mailbox_megabytes": 1,
    }
    sending = {"smtp_host": "127.0.0.1", "smtp_port": box[1], "smtp_security": "aucune", "smtp_user": "ruche"}
    sending |= {"smtp_password": "secret", "mail_sender": "ruche@ruche.example"}
    sending |= {"public_address": "https://ruche.example"}
    settings = guarded(build(tmp_path)).model_copy(update=mailbox | sending)
    app = create_app(settings)
    joined(app, NewAccount(ANIMATOR, "Anne", Role.ANIMATOR))
    joined(app, NewAccount("lou@ruche.example", "Lou"))
    gone = joined(app, NewAccount("max@ruche.example", "Max", Role.ANIMATOR))
    services_of(app).catalogue.access.accounts.suspend(gone.id, CONSOLE)
    yield Site(app, settings, running, box[0], datetime.now(UTC))
    services_of(app).catalogue.close()


def _write(
    *files: tuple[str, bytes], sender: str = ANIMATOR, said: str | None = PASSED, **headers: str
) -> EmailMessage:
    """Write a message as a mail program does, as the server of the mailbox hands it on."""
    message = EmailMessage()
    if said is not None:
        message["Authentication-Results"] = said
    message["From"] = f"Anne Martin <{sender}>"
    message["To"] = USER
    message["Subject"] = headers.pop("subject", "Webinaire aller vers")
    message["Message-ID"] = headers.pop("identifier", f"<{os.urandom(8).hex()}@ruche.example>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Bonjour,\nvoici le support.\n")
    for name, content in files:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def test_an_animator_deposits_by_mail(site: Site) -> None:
    """Files go into a folder named by the subject, the sender is told, the audit names them."""
    site.mailbox.deliver(
        bytes(_write(("Support.pdf", PDF), ("Notes.md", b"# Notes"), subject="Re: Webinaire aller vers"))
    )
    assert site.run() == {MailFate.DEPOSITED: 1}
    assert site.list_files() == {"Webinaire aller vers/Notes.md": b"# Notes", "Webinaire aller vers/Support.pdf": PDF}
    (answer,), (sent,) = site.answers, site.box.messages
    assert f"– Support.pdf : déposé, dans « {FOLDER}/Webinaire aller vers/Support.pdf »." in answer
    assert (sent["To"], sent["Auto-Submitted"]) == (ANIMATOR, "auto-replied")
    assert sent["In-Reply-To"]
    assert site.mailbox.list_subjects("INBOX") == []
    assert len(site.mailbox.list_subjects(PROCESSED_FOLDER)) == 1
    catalogue = services_of(site.app).catalogue
    anne = catalogue.access.accounts.find_by_mail(ANIMATOR)
    assert anne
    acts = catalogue.access.audit.list_latest(10, account=anne.id)
    assert [each.act for each in acts].count(AuditAction.DEPOSITED) == 2
    assert site.run() == {}


def test_what_a_mail_may_hold(site: Site) -> None:
    """An archive is unpacked, odd names are made fit, messages within stay whole, what is refused is told."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Annexes/Fiche.txt", "fiche")
    inner = EmailMessage()
    inner["Subject"] = "Compte rendu / décisions"
    inner.set_content("Il est décidé de louer un bus.")
    inner.add_attachment(PDF, maintype="application", subtype="pdf", filename="dedans.pdf")
    message = _write(
        ("tout.zip", packed.getvalue()),
        ("../../dehors.txt", b"dedans"),
        ("Été à l’œuvre : bilan ?.txt", "été".encode()),
        ("vide.txt", b""),
        ("virus.exe", b"MZ"),
        ("winmail.dat", b"\x78\x9f\x3e\x22 tnef"),
        subject="Divers",
    )
    message.add_attachment(inner)
    site.mailbox.deliver(bytes(message))
    assert site.run() == {MailFate.DEPOSITED: 1}
    files = site.list_files()
    assert set(files) == {
        "Divers/Annexes/Fiche.txt",
        "Divers/-..-dehors.txt",
        "Divers/Été à l’œuvre - bilan -.txt",
        "Divers/winmail.tnef",
        "Divers/Compte rendu - décisions.eml",
    }
    assert b"dedans.pdf" in files["Divers/Compte rendu - décisions.eml"]
    (answer,) = site.answers
    assert "– vide.txt : refusé. Ce fichier est vide" in answer
    assert "– virus.exe : refusé. Les fichiers « .exe » ne sont pas lus" in answer


def test_a_picture_of_the_text_is_no_file(site: Site) -> None:
    """The logo of a signature is left out; a picture that is attached « inline » without being shown is taken."""
    message = EmailMessage()
    message["Authentication-Results"], message["From"], message["Subject"] = PASSED, ANIMATOR, "Photos"
    message.set_content("Bonjour")
    message.add_alternative('<p>Bonjour <img src="cid:logo@x"></p>', subtype="html")
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    html.add_related(b"logo", "image", "png", cid="<logo@x>", filename="logo.png", disposition="inline")
    message.make_mixed()
    message.add_attachment(b"photo", "image", "jpeg", filename="IMG_1.jpg", disposition="inline", cid="<photo@x>")
    site.mailbox.deliver(bytes(message))
    assert site.run() == {MailFate.DEPOSITED: 1}
    assert site.list_files() == {"Photos/IMG_1.jpg": b"photo"}


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (_write(), "n’a pas de pièce jointe"),
        (_write(("gros.txt", b"x" * 2**20)), "Il dépasse 1 Mo"),
        (_write(("virus.exe", b"MZ")), "« .exe » ne sont pas lus"),
        (_write(("a.txt", b"a"), subject="brouillon.tmp"), "le sujet du message ne peut pas nommer"),
        (_write(("cassé.zip", b"PK\x03\x04 rien")), "archive"),
    ],
    ids=["nothing", "large", "type", "folder", "archive"],
)
def test_what_is_refused_is_answered(site: Site, message: EmailMessage, said: str) -> None:
    """With the reason, in French, and the page by which one deposits otherwise; nothing is left in the library."""
    site.mailbox.deliver(bytes(message))
    assert site.run() == {MailFate.REFUSED: 1}
    (answer,) = site.answers
    assert said in answer
    assert "https://ruche.example/animation/depot" in answer
    assert site.list_files() == {}
    assert len(site.mailbox.list_subjects(REFUSED_FOLDER)) == 1


_FORGED_TWICE = "autre.example; dmarc=pass header.from=ruche.example"


@pytest.mark.parametrize(
    ("message", "fate"),
    [
        (_write(("a.txt", b"a"), sender="inconnue@ailleurs.example"), MailFate.UNKNOWN),
        (_write(("a.txt", b"a"), sender="lou@ruche.example"), MailFate.UNKNOWN),
        (_write(("a.txt", b"a"), sender="max@ruche.example"), MailFate.UNKNOWN),
        (_write(("a.txt", b"a"), said=None), MailFate.UNPROVED),
        (_write(("a.txt", b"a"), said=f"{SERVER}; dmarc=fail header.from=ruche.example"), MailFate.UNPROVED),
        (
            _write(("a.txt", b"a"), said=f"{SERVER}; dmarc=none; spf=pass smtp.mailfrom=x@evil.example"),
            MailFate.UNPROVED,
        ),
        (_write(("a.txt", b"a"), said=f"{SERVER}; dmarc=pass header.from=evil.example"), MailFate.UNPROVED),
        (_write(("a.txt", b"a"), said=_FORGED_TWICE), MailFate.UNPROVED),
        (_write(("a.txt", b"a"), Auto_Submitted="auto-replied"), MailFate.AUTOMATIC),
        (_write(("a.txt", b"a"), Return_Path="<>"), MailFate.AUTOMATIC),
        (_write(("a.txt", b"a"), Precedence="bulk"), MailFate.AUTOMATIC),
        (_write(("a.txt", b"a"), List_Id="<liste.ruche.example>"), MailFate.AUTOMATIC),
        (_write(("a.txt", b"a"), sender="ruche@ruche.example"), MailFate.AUTOMATIC),
        (_write(("a.txt", b"a"), sender=USER), MailFate.AUTOMATIC),
    ],
)
def test_who_is_not_proved_to_be_an_animator_is_not_answered(site: Site, message: EmailMessage, fate: MailFate) -> None:
    """Strangers, members, forged senders and programs: nothing is deposited, nobody is written to, it is counted."""
    site.mailbox.deliver(bytes(message))
    assert site.run() == {fate: 1}
    assert (site.answers, site.list_files()) == ([], {})
    assert len(site.mailbox.list_subjects(REFUSED_FOLDER)) == 1
    counts = services_of(site.app).catalogue.mailed_deposits.read_state().counts
    assert counts == {fate.value: 1}


def test_the_same_message_twice_is_one_deposit(site: Site) -> None:
    """A copy that comes by another way, or comes back from a backup, is known; one answer is sent."""
    message = _write(("Support.pdf", PDF))
    copy = b"Received: from elsewhere\r\n" + bytes(message)
    site.mailbox.deliver(bytes(message))
    assert site.run() == {MailFate.DEPOSITED: 1}
    (site.settings.library / FOLDER / "Webinaire aller vers" / "Support.pdf").unlink()
    site.mailbox.deliver(copy)
    assert site.run() == {MailFate.KNOWN: 1}
    assert (site.list_files(), len(site.answers)) == ({}, 1)
    # Some scanners give all their messages one name.
    site.mailbox.deliver(bytes(_write(("Autre.pdf", PDF), identifier=message["Message-ID"])))
    assert site.run() == {MailFate.DEPOSITED: 1}


def test_a_name_that_is_taken_is_not_replaced(site: Site) -> None:
    """Another content under the same name is refused and answered, and nothing waits in the library."""
    site.mailbox.deliver(bytes(_write(("Support.pdf", PDF))), bytes(_write(("Support.pdf", PDF + b" bis"))))
    assert site.run() == {MailFate.DEPOSITED: 1, MailFate.REFUSED: 1}
    assert site.list_files() == {"Webinaire aller vers/Support.pdf": PDF}
    assert "qui n’est pas le même, est déjà dans ce dossier" in site.answers[1]
    assert not list((site.settings.library / FOLDER).rglob(".ruche-depot-*"))


def test_a_folder_that_is_not_theirs_takes_nothing(site: Site) -> None:
    """As on the page: whoever may not see the folder of mailed deposits may not put anything in it."""
    (site.settings.library / FOLDER).mkdir()
    access = services_of(site.app).catalogue.access
    access.rules.save_group(Group("interne", "Interne"), CONSOLE)
    access.rules.save_folder_rule(FolderRule(FOLDER, frozenset({"interne"})), CONSOLE)
    site.mailbox.deliver(bytes(_write(("Support.pdf", PDF))))
    assert site.run() == {MailFate.REFUSED: 1}
    assert "Votre compte ne peut pas déposer" in site.answers[0]
    assert site.list_files() == {}


def test_answers_are_bounded(site: Site) -> None:
    """Twenty a day and person; what comes after is deposited all the same."""
    site.mailbox.deliver(*(bytes(_write((f"{n}.txt", b"a"))) for n in range(22)))
    assert site.run() == {MailFate.DEPOSITED: 22}
    assert len(site.answers) == 20


_DYING = """
import json, os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from importlib import import_module
from index.config.settings import Settings
from tests.composition import create_app
from webapp.deposits.deposit_mailbox import receive_mailed_deposits

given = json.loads(sys.argv[1])
settings = Settings(**given["settings"])
app = create_app(settings)
module, name, after = given["place"]
owner, _, attribute = name.rpartition(".")
holder = import_module(module)
for each in owner.split(".") if owner else ():
    holder = getattr(holder, each)
original = getattr(holder, attribute)

def die(*arguments, **named):
    if after:
        original(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(holder, attribute, die)
receive_mailed_deposits(app, settings, datetime.now(UTC))
"""


@pytest.mark.parametrize(
    ("place", "answers"),
    [
        (("pathlib", "Path.replace", False), 1),
        (("pathlib", "Path.replace", True), 1),
        (("index.catalogue.mailed_deposits", "MailedDeposits.record", False), 1),
        (("index.catalogue.mailed_deposits", "MailedDeposits.record", True), 1),
        # Twice rather than never: whether the first one left is not known.
        (("index.catalogue.mailed_deposits", "MailedDeposits.record_answer", False), 2),
        (("webapp.mailing.imap", "Mailbox.move", False), 1),
        (("webapp.mailing.imap", "Mailbox.move", True), 1),
    ],
)
def test_a_run_that_is_killed_goes_on_where_it_was(site: Site, place: tuple[str, str, bool], answers: int) -> None:
    """Between any two steps: each file is there once and whole, the message is put away, its sender is told."""
    site.mailbox.deliver(bytes(_write(("Support.pdf", PDF), ("Notes.md", b"# Notes"))))
    shown = site.settings.model_dump(mode="json")
    given = json.dumps({"settings": shown, "place": place})
    died = subprocess.run([sys.executable, "-c", _DYING, given], cwd=ROOT, check=False, timeout=60)  # noqa: S603
    assert died.returncode == -9
    # What reserves a name does so for a minute.
    for path in (site.settings.library / FOLDER).rglob("*.*"):
        if path.is_file() and not path.stat().st_size:
            os.utime(path, (time.time() - 100, time.time() - 100))
    site.run()
    assert site.list_files() == {"Webinaire aller vers/Notes.md": b"# Notes", "Webinaire aller vers/Support.pdf": PDF}
    assert len(site.answers) == answers
    assert site.mailbox.list_subjects("INBOX") == []
    assert len(site.mailbox.list_subjects(PROCESSED_FOLDER)) == 1
    assert site.run() == {}


def test_a_message_that_kills_each_run_is_put_aside(site: Site) -> None:
    """After three runs that died of it, its sender is told, and the others have their turn."""
    site.mailbox.deliver(bytes(_write(("Support.pdf", PDF))), bytes(_write(("Autre.pdf", PDF), subject="Autre")))
    place = ("webapp.deposits.deposit_mailbox", "_store", False)
    given = {"settings": site.settings.model_dump(mode="json"), "place": place}
    for _ in range(3):
        command = [sys.executable, "-c", _DYING, json.dumps(given)]
        assert subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode == -9  # noqa: S603
    assert site.run() == {MailFate.REFUSED: 1, MailFate.DEPOSITED: 1}
    assert "Il n’a pas pu être lu" in site.answers[0]
    assert site.list_files() == {"Autre/Autre.pdf": PDF}


def test_a_mailbox_that_goes_away_loses_nothing(site: Site) -> None:
    """Cut off in the middle of a run: the next one goes on, and answers nothing twice."""
    site.mailbox.deliver(*(bytes(_write((f"{n}.txt", b"a"))) for n in range(3)))
    site.box.on_message = [site.mailbox.stop]
    try:
        with pytest.raises(MailboxError, match="ne répond pas, ou coupe la connexion"):
            site.run()
    finally:
        site.mailbox.start()
    assert site.run() == {MailFate.KNOWN: 1, MailFate.DEPOSITED: 2}
    assert len(site.list_files()) == len(site.answers) == 3


def test_a_mail_server_that_takes_no_answer_loses_none(site: Site) -> None:
    """The files are there, the message waits in the inbox, and its sender is told once the server is back."""
    site.mailbox.deliver(bytes(_write(("Support.pdf", PDF))))
    shut = site.settings.model_copy(update={"smtp_port": _free_port()})
    with pytest.raises(MailServerError):
        receive_mailed_deposits(site.app, shut, site.now)
    assert (len(site.list_files()), site.answers) == (1, [])
    assert site.run() == {MailFate.KNOWN: 1}
    assert "déposé" in site.answers[0]


def test_a_mailbox_that_fails_is_left_alone_for_a_while(site: Site) -> None:
    """A wrong password is not tried each quarter of an hour: after a failure it waits, and the state says why."""
    wrong = site.settings.model_copy(update={"deposit_mailbox_password": "faux"})
    with pytest.raises(MailboxError, match="refuse notre compte"):
        receive_mailed_deposits(site.app, wrong, site.now)
    state = services_of(site.app).catalogue.mailed_deposits.read_state()
    assert (state.failures, "refuse notre compte" in state.error) == (1, True)
    assert receive_mailed_deposits(site.app, wrong, site.now + timedelta(minutes=5)) == {}
    assert site.run() == {}
    assert services_of(site.app).catalogue.mailed_deposits.read_state().failures == 0


def test_a_server_that_hangs_is_hung_up_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silent, or a byte now and then for ever: the run ends, with one sentence."""
    for silence, name in ((True, "_TIMEOUT_SECONDS"), (False, "_WHOLE_SECONDS")):
        with monkeypatch.context() as patch, _slow_server(silent=silence) as port:
            patch.setattr(imap, name, 1)
            slow = site.settings.model_copy(update={"deposit_mailbox_port": port})
            with pytest.raises(MailboxError, match="ne répond pas"):
                receive_mailed_deposits(site.app, slow, site.now)
        site.run()


@pytest.mark.parametrize("prefix", ["", "INBOX."])
def test_an_older_server_will_do(site: Site, prefix: str) -> None:
    """Without MOVE and AUTH=PLAIN, with folders beneath the inbox."""
    site.mailbox.empty()
    older = "imap_capability = IMAP4rev1 NAMESPACE\n"
    with run_dovecot(prefix, password="secret", more=older) as server:  # noqa: S106 - of this test
        server.deliver(bytes(_write(("Support.pdf", PDF))), bytes(_write(sender="x@ailleurs.example")))
        settings = site.settings.model_copy(
            update={"deposit_mailbox_port": server.port, "deposit_mailbox_password": "secret"}
        )
        assert sum(receive_mailed_deposits(site.app, settings, site.now).values()) == 2
        assert len(server.list_subjects(f"{prefix}{PROCESSED_FOLDER}")) == 1
        assert len(server.list_subjects(f"{prefix}{REFUSED_FOLDER}")) == 1
        # Marked as deleted where nothing else may be done, and not looked at again.
        assert receive_mailed_deposits(site.app, settings, site.now) == {}


def test_what_is_missing_is_told(site: Site) -> None:
    """Without accounts, the server's name, or answers nothing is read, and the sentence says what lacks."""
    for missing, said in (
        ({"auth": "aucune"}, "demandent des comptes"),
        ({"deposit_mailbox_authserv": ""}, "« deposit_mailbox_authserv »"),
        ({"smtp_host": ""}, "« smtp_host »"),
    ):
        with pytest.raises(MailboxUnableError) as refused:
            receive_mailed_deposits(site.app, site.settings.model_copy(update=missing), site.now)
        assert said in str(refused.value).replace("\u00a0", " ")


def test_the_diagnosis_says_how_the_mailbox_fares(site: Site) -> None:
    """Never read, read and what came of it, refused: one line each, with a remedy where something is to be done."""

    def find(settings: Settings) -> dict[str, Finding]:
        return {each.subject: each for each in diagnose(settings, (), services_of(site.app))}

    runs, opening = "Lecture de la boîte des dépôts", "Dépôts par courriel"
    before = find(site.settings)
    assert (before[runs].level, before[opening].level) == (Level.WARNING, Level.FINE)
    site.mailbox.deliver(bytes(_write(sender="x@ailleurs.example")))
    site.run()
    assert find(site.settings)[runs].message.endswith("1 d’expéditeurs inconnus.")
    wrong = site.settings.model_copy(update={"deposit_mailbox_password": "faux"})
    with pytest.raises(MailboxError):
        receive_mailed_deposits(site.app, wrong, site.now + timedelta(hours=1))
    broken = find(wrong)
    assert (broken[runs].level, broken[opening].level) == (Level.FAULT, Level.FAULT)
    assert all("refuse notre compte" in broken[each].message and broken[each].remedy for each in (runs, opening))
    lacking = find(site.settings.model_copy(update={"deposit_mailbox_authserv": ""}))[opening]
    assert (lacking.level, "deposit_mailbox_authserv" in lacking.message) == (Level.FAULT, True)


def test_the_page_says_where_to_write(site: Site) -> None:
    """Animators read the address where all that the mailbox needs is set, and none elsewhere."""
    # Over HTTP, where the tests' sessions are.
    plain = site.settings.model_copy(update={"public_address": "http://ruche.example"})
    for settings, is_shown in ((plain, True), (plain.model_copy(update={"smtp_host": ""}), False)):
        app = create_app(settings)
        account = services_of(app).catalogue.access.accounts.find_by_mail(ANIMATOR)
        assert account
        text = signed_in(app, account).get("/animation/depot").text
        assert "Fichiers à déposer" in text
        assert (f"mailto:{USER}" in text) is is_shown
        services_of(app).catalogue.close()


def test_two_runs_do_not_read_at_once(site: Site) -> None:
    """A run that takes longer than a quarter of an hour is let finish: the next one touches nothing."""
    site.mailbox.deliver(bytes(_write(("Support.pdf", PDF))))
    with FileLock(site.settings.data / "mailbox.lock"), pytest.raises(MailboxUnableError, match="laissez finir"):
        site.run()
    assert (site.list_files(), len(site.mailbox.list_subjects("INBOX"))) == ({}, 1)


def test_a_library_that_is_gone_refuses_nobody(site: Site) -> None:
    """A share that is not mounted is no fault of the sender: the message waits."""
    site.mailbox.deliver(bytes(_write(("Support.pdf", PDF))))
    away = site.settings.library.rename(site.settings.library.with_name("ailleurs"))
    with pytest.raises(MailboxError, match="bibliothèque n’est pas accessible"):
        site.run()
    away.rename(site.settings.library)
    assert site.run() == {MailFate.DEPOSITED: 1}


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


@contextmanager
def _slow_server(*, silent: bool) -> Iterator[int]:
    """A server that greets and then says nothing, or greets letter by letter without end."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"* OK ")
                while not over.wait(0.2):
                    if not silent:
                        try:
                            connection.sendall(b"x")
                        except OSError:
                            return

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            over.set()
            thread.join()
