"""Whatever people and animators do, whoever reads the directory reads what its people agreed to, and nothing else.

Each word that is told of someone is drawn once: pages, files, the API, tables and the index are searched for all.
"""

from __future__ import annotations

import json
import re
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from index.accounts.audit import CONSOLE
from index.accounts.model import AccountState, Lifetimes, NewAccount, Role, Scope
from index.catalogue.contact_directory import ContactRow, compute_contact_etag
from index.catalogue.inquiries.inquiries import InquiryDraft
from index.catalogue.repositories import load_all_tables
from index.catalogue.tables import Base
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import MEMBERS
from tests.composition import create_app
from tests.model_server import Answer, serve_model
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.small_library import Entry, add, build
from webapp.mailing.announcing import send_announcements
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from index.accounts.directory import Contact
    from index.accounts.model import Account

YEAR = timedelta(days=365)
MEMBERS_READ = (
    "/annuaire",
    "/themes/aller-vers",
    "/territoires/grigny",
    "/recherche?q=Qui+connaît+l’aller-vers+à+Grigny+?",
)
HANDED_ON = ("/animation/annuaire/annuaire.csv", "/animation/annuaire/annuaire.vcf", "/api/v1/contacts")
ELSEWHERE = (
    *("/", "/recherche?q=canari", "/recherche.csv", "/nouveautes.atom", "/sitemap.xml", "/api/v1/search?q=canari"),
    *("/oai?verb=ListRecords&metadataPrefix=oai_dc", "/suggestions?q=canari", "/api/v1/changes", "/plan-du-site"),
)
_CANARY = re.compile(r"canari[a-j]+")


@dataclass
class _Told:
    """What a person agreed to, and what waits for them, by their canaries."""

    shown: set[str] = field(default_factory=set)
    proposed: set[str] = field(default_factory=set)
    expired: bool = False
    exported: bool = False


class Directory(RuleBasedStateMachine):
    """One person is proposed, agrees, changes their mind, is suspended, is forgotten; others look on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.number = 0
        self.announced = False
        self.told = _Told()

    @initialize()
    def open(self) -> None:
        """A library with a person, another member and an animator."""
        root = Path(self.folder.name)
        self.closing = ExitStack()
        self.receiver = self.closing.enter_context(serve_model(Answer(200)))
        # A webhook and a room, which are told of whatever is new.
        webhook = {
            "nom": "Outil",
            "sorte": "signe",
            "adresse": self.receiver.address,
            "secret": "de plus de seize signes",
        }
        room = {"nom": "Salon", "sorte": "texte", "adresse": self.receiver.address}
        announcements = root / "annonces.yaml"
        announcements.write_text(json.dumps([webhook, room]), encoding="utf-8")
        announcements.chmod(0o600)
        told = {"announcements": announcements, "announcements_private": True}
        library = build(root)
        self.settings = guarded(library).model_copy(update=told | {"public_address": "http://ruche.example"})
        self.app = create_app(self.settings)
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.catalogue = services_of(self.app).catalogue
        self.person = self._join("ada")
        self.member, self.animator = (
            signed_in(self.app, self._join("lou")),
            signed_in(self.app, self._join("anne", Role.ANIMATOR)),
        )
        self.stranger = self.app.test_client()
        # Receivers are told from now on.
        send_announcements(self.app, self.settings)

    @precondition(lambda self: self.contact is None or not self.told.proposed)
    @rule(more=st.booleans())
    def propose(self, more: bool) -> None:  # noqa: FBT001 - a drawn value
        """An animator proposes a contact, or a change of it that tells more, or less."""
        contact = self.contact
        mine = {"fiche": contact.id} if contact else {"compte": self.person.mail}
        # Less than what is shown: its function alone, which holds at once.
        if contact and contact.shown and not more:
            form = {**self._form(), "courriel": "", "fonction": contact.shown.role, "adresse": ""}
            self.told.shown = {contact.shown.role.split()[-1]}
            self.told.exported = False
        else:
            form = self._form()
            self.told.proposed = self._canaries(form)
        assert self.animator.post("/animation/annuaire/fiche", data=form | mine).status_code == 303

    @precondition(lambda self: self.told.proposed)
    @rule()
    def agree(self) -> None:
        """The person agrees to what they are shown."""
        contact = self._needed()
        assert contact.proposed
        version = compute_contact_etag(contact.proposed)
        self._person().post(f"/annuaire/ma-fiche/{contact.id}/accord", data={"version": version})
        # An animator’s form never ticks the box of other tools.
        self.told = _Told(self.told.proposed)

    @precondition(lambda self: self.told.proposed)
    @rule()
    def decline(self) -> None:
        """The person refuses it."""
        self._person().post(f"/annuaire/ma-fiche/{self._needed().id}/refus")
        self.told.proposed = set()

    @rule(exported=st.booleans())
    def tell(self, exported: bool) -> None:  # noqa: FBT001 - a drawn value
        """The person tells of themselves, over whatever was told or proposed."""
        form = self._form() | {"accord": "1"} | ({"transmise": "1"} if exported else {})
        mine = {"fiche": self.contact.id} if self.contact else {}
        assert self._person().post("/annuaire/ma-fiche", data=form | mine).status_code == 303
        self.told = _Told(self._canaries(form), exported=exported)

    @precondition(lambda self: self.contact is not None)
    @rule(by_person=st.booleans())
    def erase(self, by_person: bool) -> None:  # noqa: FBT001 - a drawn value
        """The person, or an animator for them, erases it."""
        id_ = self._needed().id
        if by_person:
            self._person().post(f"/annuaire/ma-fiche/{id_}/effacement")
        else:
            self.animator.post(f"/animation/annuaire/fiche/{id_}/effacement")
        self.told = _Told()

    @precondition(lambda self: self.contact is not None)
    @rule(days=st.sampled_from([100, 400, 800]))
    def wait(self, days: int) -> None:
        """Time passes, and the purge comes by."""
        database, moment = create_engine(self.catalogue.url), datetime.now(UTC) - timedelta(days=days)
        with Session(database) as session, session.begin():
            for name in ("confirmed", "proposed_at"):
                column = getattr(ContactRow, name)
                session.execute(update(ContactRow).where(column.is_not(None)).values({name: moment}))
        database.dispose()
        self.catalogue.access.purge_expired(Lifetimes(contact=YEAR))
        self.told.expired = days >= 400
        self.told.proposed = set()
        # Longer than the agreement and the time to forget.
        if days >= 800 and self.told.shown:
            self.told = _Told()

    @rule()
    def suspend_or_restore(self) -> None:
        """The person's account is suspended, or may be used again."""
        accounts = self.catalogue.access.accounts
        if self._account().state is AccountState.ACTIVE:
            accounts.suspend(self.person.id, CONSOLE)
        else:
            accounts.restore(self.person.id, CONSOLE)

    @rule()
    def leave(self) -> None:
        """The person's account is erased, and somebody new comes with another address."""
        self.catalogue.access.accounts.erase(self.person.id, CONSOLE)
        self.told, self.number = _Told(), self.number + 1
        self.person = self._join(f"ada{self.number}")

    @invariant()
    def members_read_what_was_agreed_to(self) -> None:
        """All of it where it holds, and nothing else; files and tools have it where the person said so too."""
        active = self._account().state is AccountState.ACTIVE
        # What is proposed is in nobody’s sight but theirs and the animators’.
        shown = self.told.shown if active and not self.told.expired else set()
        for address in MEMBERS_READ:
            assert self._read(self.member, address) == shown, address
        handed_on = shown if self.told.exported else set()
        for address in HANDED_ON:
            assert self._read(self.animator, address) == handed_on, address
        assert self._read(self.animator, "/animation/annuaire") == (self.told.proposed or self.told.shown)

    @invariant()
    def nobody_else_reads_anything(self) -> None:
        """Neither strangers, nor other pages, feeds and exports, nor the tables and the index once it is gone."""
        # Refused or led to the sign-in page, whatever is asked.
        for address in (*MEMBERS_READ, *HANDED_ON):
            assert self._read(self.stranger, address) == set(), address
        for address in ELSEWHERE:
            assert self._read(self.member, address) == set(), address
        load_all_tables()
        database = create_engine(self.catalogue.url)
        with database.connect() as connection:
            rows = repr([connection.execute(table.select()).all() for table in Base.metadata.sorted_tables])
        database.dispose()
        assert set(_CANARY.findall(rows)) == self.told.shown | self.told.proposed
        # Compressed or not, nothing of a contact is ever given to it.
        index = b"".join(path.read_bytes() for path in self.settings.index_folder.rglob("*") if path.is_file())
        assert b"canari" not in index

    @rule()
    def announce(self) -> None:
        """A document and a question come, rooms and webhooks are told of them, and of no contact."""
        self.number += 1
        entry = Entry(f"divers/Guide {self.number}.pdf", "pdf", f"Guide {self.number}", content=b"%d" % self.number)
        add(self.catalogue, self.settings.library, entry)
        with self.catalogue.transaction() as transaction:
            # To everybody who knows the way there: what a member may ask names people at most by their function.
            asked = transaction.inquiries.ask(InquiryDraft(f"Question {self.number} ?", "", frozenset({MEMBERS})), "")
            transaction.inquiries.answer(asked.id, "Oui.", (), "", by_team=True)
        with IndexSynchroniser(self.settings.index_folder, self.catalogue) as follower:
            follower.synchronise()
        self.announced = True
        # Late enough for what has just been committed.
        send_announcements(self.app, self.settings, datetime.now(UTC) + timedelta(minutes=11))
        assert not _CANARY.search(self.receiver.sent)

    @property
    def contact(self) -> Contact | None:
        """The person's contact."""
        return next(iter(self.catalogue.directory.list_of(self._account(), YEAR)), None)

    def _needed(self) -> Contact:
        assert self.contact
        return self.contact

    def _account(self) -> Account:
        found = self.catalogue.access.accounts.find(self.person.id)
        assert found
        return found

    def _person(self) -> FlaskClient:
        # Whoever is suspended must be let in again before they can do anything.
        if self._account().state is AccountState.SUSPENDED:
            self.catalogue.access.accounts.restore(self.person.id, CONSOLE)
        return signed_in(self.app, self.person)

    def _join(self, name: str, role: Role = Role.READER) -> Account:
        account = joined(self.app, NewAccount(f"{name}@ruche.example", name, role))
        self.catalogue.access.api_tokens.create(account.id, "outil", Scope.READ, YEAR)
        return account

    def _form(self) -> dict[str, str]:
        self.number += 1
        role, mail, address = (f"canari{name}{self._letters()}" for name in "abc")
        return {
            "fonction": f"Coordination {role}",
            "organisation": "CCAS de Grigny",
            "territoire": "grigny",
            "theme": "aller-vers",
            "courriel": f"{mail}@ccas.example",
            "adresse": f"1 rue {address}",
        }

    def _letters(self) -> str:
        return "".join("abcdefghij"[int(digit)] for digit in str(self.number))

    @staticmethod
    def _canaries(form: dict[str, str]) -> set[str]:
        return set(_CANARY.findall(repr(form)))

    @staticmethod
    def _read(client: FlaskClient, address: str) -> set[str]:
        return set(_CANARY.findall(client.get(address).text))

    def teardown(self) -> None:
        """Nothing is left behind; deliveries were made."""
        assert self.announced is ("Guide" in self.receiver.sent)
        self.closing.close()
        self.folder.cleanup()


# Every step looks at every page, feed and table as each person: some seconds of processor.
TestContactCanaries = pytest.mark.timeout(600)(Directory.TestCase)
TestContactCanaries.settings = settings(max_examples=3, stateful_step_count=10, deadline=None)
