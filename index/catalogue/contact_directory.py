"""The directory: what people agreed to tell of themselves, what waits for their agreement, and until when it holds.

Nothing of it is in the search index, in a copy for other programs, or in the audit, which has ids alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.accounts import (
    LONGEST_MAIL,
    AccountState,
    AuditAction,
    Contact,
    ContactChangedError,
    ContactDetails,
    ContactState,
    ContactUnknownError,
    check_details,
    parse_mail_address,
    shows_more,
)
from index.catalogue.access_tables import AccountRow
from index.catalogue.queries import compute_etag
from index.catalogue.quotas import Quota
from index.catalogue.tables import Base
from index.catalogue.writing import begin_write, draw_id, record_action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Engine

    from index.accounts import Account

PROPOSAL_TIME = timedelta(days=90)
"""How long a proposal waits for its person; without an answer it is deleted."""

FORGET_TIME = timedelta(days=90)
"""How long a contact that is no longer confirmed, or whose function is over, is kept hidden before it is deleted."""


class ContactRow(Base):
    """A contact: `shown` is what its person agreed to, `proposed` what waits for them; both are ContactDetails.

    `mail` is the address by which the person is known, as accounts have it. `account_id` is theirs, once they agreed.
    """

    __tablename__ = "contact"
    __table_args__ = (Index("contact_mail", "mail"), Index("contact_account", "account_id"))
    quota = Quota("fiches de l’annuaire", 5_000, "mail", 5)

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    mail: Mapped[str] = mapped_column(String(LONGEST_MAIL))
    # Erasing an account takes what it told.
    account_id: Mapped[str | None] = mapped_column(String(16), ForeignKey("account.id", ondelete="CASCADE"))
    shown: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    proposed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    consented: Mapped[datetime | None]
    confirmed: Mapped[datetime | None]
    proposed_at: Mapped[datetime | None]
    proposed_by: Mapped[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an animator proposes to say of the person with an address; `contact_id` is "" for a new contact."""

    mail: str
    details: ContactDetails
    contact_id: str = ""


class Directory:
    """The contacts of one catalogue. `lifetime`, where it is asked for, is how long an agreement holds."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_all(self, lifetime: timedelta) -> tuple[Contact, ...]:
        """Every contact, whatever its state: for animators, who propose them."""
        return self._list(lifetime)

    def list_visible(self, lifetime: timedelta) -> tuple[Contact, ...]:
        """The contacts that members read now: agreed to lately, in office, of an account in use."""
        return tuple(each for each in self._list(lifetime, ContactRow.shown.is_not(None)) if each.is_visible)

    def list_of(self, account: Account, lifetime: timedelta) -> tuple[Contact, ...]:
        """The contacts of a person: theirs, and those that wait for whoever has their address."""
        return self._list(lifetime, _is_of(account))

    def find(self, contact_id: str, lifetime: timedelta) -> Contact | None:
        """A contact by id; None where there is none."""
        return next(iter(self._list(lifetime, ContactRow.id == contact_id)), None)

    def save_own(self, account: Account, details: ContactDetails, contact_id: str = "") -> str:
        """Store what a person says of themselves, which is their agreement to show it; gives the contact's id.

        Raises ContactError, ContactUnknownError, QuotaReachedError.
        """
        # Checked before the transaction: what is refused takes no lock.
        told, now = check_details(details), datetime.now(UTC)
        with begin_write(self._database) as session:
            if contact_id:
                row = _find_row(session, contact_id, _is_of(account))
            else:
                # Their own word needs nobody else’s.
                row = ContactRow(id=draw_id(), mail=account.mail, proposed_by="")
                session.add(row)
            _agree(row, account, told, now)
            record_action(session, AuditAction.CONTACT_AGREED, account.id, row.id)
            return row.id

    def agree(self, account: Account, contact_id: str, etag: str) -> None:
        """Record that a person agrees to what they were shown: what is proposed, or once more what is shown.

        Raises ContactChangedError where it is something else by now, and ContactUnknownError.
        """
        with begin_write(self._database) as session:
            row = _find_row(session, contact_id, _is_of(account))
            # Confirming is agreeing again to what is shown.
            told = ContactDetails.from_json(row.proposed or row.shown or {"themes": []})
            if compute_contact_etag(told) != etag:
                raise ContactChangedError("La fiche a changé depuis que la page l’a montrée : relisez-la.")
            _agree(row, account, told, datetime.now(UTC))
            record_action(session, AuditAction.CONTACT_AGREED, account.id, row.id)

    def decline(self, account: Account, contact_id: str) -> None:
        """Drop what is proposed of a person; a contact of which nothing else is told is deleted."""
        with begin_write(self._database) as session:
            row = _find_row(session, contact_id, _is_of(account))
            # Nothing remembers a refusal: that too would be a trace.
            row.proposed = row.proposed_at = None
            if row.shown is None:
                session.delete(row)
            record_action(session, AuditAction.CONTACT_DECLINED, account.id, contact_id)

    def erase(self, contact_id: str, by: str, account: Account | None = None) -> None:
        """Delete a contact for good; with an account, only if it is of that person. Raises ContactUnknownError."""
        with begin_write(self._database) as session:
            # Whose it is and whether it is there are one question, answered alike.
            session.delete(_find_row(session, contact_id, *([_is_of(account)] if account else [])))
            record_action(session, AuditAction.CONTACT_ERASED, by, contact_id)

    def propose(self, proposals: Iterable[Proposal], by: str) -> tuple[int, int]:
        """Store what an animator says of people, all or nothing; gives how many wait for someone, and how many do not.

        What tells no more than is shown already holds at once; the rest waits for its person. Raises ContactError,
        ContactUnknownError, MailAddressError, QuotaReachedError.
        """
        waiting = applied = 0
        with begin_write(self._database) as session:
            # One transaction: an import is proposed whole or not at all.
            for each in proposals:
                if self._write_proposal(session, each, by):
                    waiting += 1
                else:
                    applied += 1
            return waiting, applied

    def purge(self, lifetime: timedelta) -> int:
        """Delete proposals without an answer, and contacts hidden for long; gives how many."""
        now = datetime.now(UTC)
        unanswered = ContactRow.proposed_at < now - PROPOSAL_TIME
        forgotten = ContactRow.confirmed < now - lifetime - FORGET_TIME
        with begin_write(self._database) as session:
            # Those never agreed to go whole; of others the proposal alone.
            gone = delete(ContactRow).where(or_(unanswered & ContactRow.shown.is_(None), forgotten))
            count = len(session.scalars(gone.returning(ContactRow.id)).all())
            for row in session.scalars(select(ContactRow).where(unanswered)):
                row.proposed = row.proposed_at = None
            over = (now - FORGET_TIME).date().isoformat()
            # Few enough to be read: days of functions are inside the JSON.
            for row in session.scalars(select(ContactRow).where(ContactRow.shown.is_not(None))):
                if row.shown and "" < row.shown["until"] < over and row.proposed is None:
                    session.delete(row)
                    count += 1
        return count

    def _write_proposal(self, session: Session, proposal: Proposal, by: str) -> bool:
        """Store a proposal; gives whether it waits for its person."""
        told, mail, now = check_details(proposal.details), parse_mail_address(proposal.mail), datetime.now(UTC)
        # An animator may propose to whoever is there, under any address.
        if proposal.contact_id:
            row = _find_row(session, proposal.contact_id)
        else:
            row = ContactRow(id=draw_id(), mail=mail, proposed_by=by)
            session.add(row)
            session.flush()
        shown = ContactDetails.from_json(row.shown) if row.shown else None
        # What nobody agreed to yet is always more.
        waits = shown is None or shows_more(told, shown)
        if waits:
            row.proposed, row.proposed_at, row.proposed_by = told.to_json(), now, by
        else:
            row.shown, row.proposed, row.proposed_at = told.to_json(), None, None
        record_action(session, AuditAction.CONTACT_PROPOSED if waits else AuditAction.CONTACT_CHANGED, by, row.id)
        return waits

    def _list(self, lifetime: timedelta, *conditions: ColumnElement[bool]) -> tuple[Contact, ...]:
        rows = select(ContactRow, AccountRow.state).outerjoin(AccountRow, AccountRow.id == ContactRow.account_id)
        with Session(self._database) as session:
            found = [_to_contact(row, state, lifetime) for row, state in session.execute(rows.where(*conditions))]
        return tuple(
            sorted(found, key=lambda each: (each.latest.organisation.casefold(), each.latest.title.casefold(), each.id))
        )


def delete_contacts_of(session: Session, account_id: str, mail: str) -> None:
    """Delete all that the directory tells of a person, agreed to or proposed, in a transaction under way."""
    # Another contact, of a function, may show the address.
    session.execute(delete(ContactRow).where(or_(ContactRow.account_id == account_id, ContactRow.mail == mail)))
    for row in session.scalars(select(ContactRow)):
        for name in ("shown", "proposed"):
            told = getattr(row, name)
            if told and told["mail"] == mail:
                setattr(row, name, told | {"mail": ""})


def compute_contact_etag(details: ContactDetails) -> str:
    """Return what stands for details as a page shows them."""
    return compute_etag(*(str(each) for each in details.to_json().values()))


def _agree(row: ContactRow, account: Account, told: ContactDetails, now: datetime) -> None:
    row.shown, row.proposed, row.proposed_at = told.to_json(), None, None
    row.account_id, row.mail = account.id, account.mail
    row.consented, row.confirmed = row.consented or now, now


def _is_of(account: Account) -> ColumnElement[bool]:
    # Once someone agreed it is theirs, whatever address others have.
    return or_(
        ContactRow.account_id == account.id,
        (ContactRow.account_id.is_(None)) & (func.lower(ContactRow.mail) == account.mail),
    )


def _find_row(session: Session, contact_id: str, *conditions: ColumnElement[bool]) -> ContactRow:
    row = session.scalars(select(ContactRow).where(ContactRow.id == contact_id, *conditions)).first()
    if row is None:
        raise ContactUnknownError("Cette fiche n’existe pas, ou n’existe plus.")
    return row


def _to_contact(row: ContactRow, account_state: str | None, lifetime: timedelta) -> Contact:
    contact = Contact(
        id=row.id,
        mail=row.mail,
        account_id=row.account_id or "",
        state=ContactState.PROPOSED,
        shown=ContactDetails.from_json(row.shown) if row.shown else None,
        proposed=ContactDetails.from_json(row.proposed) if row.proposed else None,
        consented=row.consented,
        confirmed=row.confirmed,
        expires=row.confirmed + lifetime if row.confirmed else None,
        proposed_at=row.proposed_at,
    )
    return replace(contact, state=_find_state(contact, account_state))


def _find_state(contact: Contact, account_state: str | None) -> ContactState:
    if contact.shown is None or contact.expires is None:
        return ContactState.PROPOSED
    # Before dates: whoever is suspended is asked nothing.
    if account_state != AccountState.ACTIVE.value:
        return ContactState.WITHOUT_ACCOUNT
    if contact.expires <= datetime.now(UTC):
        return ContactState.EXPIRED
    if not contact.shown.is_current(date.today()):  # noqa: DTZ011 - days of functions are local
        return ContactState.ENDED
    return ContactState.CHANGED if contact.proposed else ContactState.SHOWN
