"""Bounds the mails that requests of people send: by mailbox, by sender, by network and in all; counted in mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from index.catalogue.access.attempts import hash_subject
from index.catalogue.access_tables import SentMailRow
from index.catalogue.writing import begin_write

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

_LONGEST_WINDOW = timedelta(days=7)
"""As long as the widest window below: older counts are deleted."""


@dataclass(frozen=True, slots=True)
class MailAllowance:
    """How many mails may leave within a time."""

    mails: int
    window: timedelta


PER_MAILBOX = MailAllowance(3, timedelta(days=1))
PER_STRANGER = MailAllowance(1, timedelta(days=7))
"""For a mailbox whose owner has never answered, where anyone may type its address."""

PER_SENDER = MailAllowance(50, timedelta(hours=1))
PER_NETWORK = MailAllowance(50, timedelta(hours=1))
IN_ALL = MailAllowance(100, timedelta(hours=1))


class MailAdmission(Enum):
    """Whether a mail may leave, and what keeps it back."""

    ADMITTED = "admitted"
    MAILBOX_FULL = "mailbox full"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True)
class MailOrder:
    """A mail that somebody asks for: to whom, by which account (empty where nobody is known), from which network.

    `stranger` says that the address was typed by someone who need not own it, and that its owner has never answered.
    """

    to: str
    sender: str
    network: str
    stranger: bool = False


class MailQuota:
    """The mails that left lately. Subjects are hashes: no address is kept."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def admit(self, order: MailOrder) -> MailAdmission:
        """Count a mail before it leaves, or say what keeps it back and count nothing."""
        now = datetime.now(UTC)
        mailbox = hash_subject("mailbox", normalise_mailbox(order.to))
        senders = {
            hash_subject("network", order.network): PER_NETWORK,
            hash_subject("mails", ""): IN_ALL,
        }
        if order.sender:
            senders[hash_subject("sender", order.sender)] = PER_SENDER
        # Looked up and counted in one writing transaction: mails asked for at once are counted one after the other.
        with begin_write(self._database) as session:
            if _is_full(session, mailbox, PER_STRANGER if order.stranger else PER_MAILBOX, now):
                return MailAdmission.MAILBOX_FULL
            if any(_is_full(session, subject, allowance, now) for subject, allowance in senders.items()):
                return MailAdmission.TOO_MANY
            session.add_all(SentMailRow(subject=subject, at=now) for subject in (mailbox, *senders))
        return MailAdmission.ADMITTED

    def purge(self) -> int:
        """Delete counts that no longer matter; gives how many."""
        late = delete(SentMailRow).where(SentMailRow.at <= datetime.now(UTC) - _LONGEST_WINDOW)
        with begin_write(self._database) as session:
            return len(session.scalars(late.returning(SentMailRow.number)).all())


def normalise_mailbox(address: str) -> str:
    """Return one text for all the ways to write a mailbox: capitals, dots and « +something » make no difference.

    Some providers tell dots apart; counting two of their mailboxes as one only makes the bound narrower.
    """
    name, _, domain = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0].replace('.', '')}@{domain.replace('googlemail.com', 'gmail.com')}"


def _is_full(session: Session, subject: str, allowance: MailAllowance, now: datetime) -> bool:
    recent = (SentMailRow.subject == subject) & (SentMailRow.at > now - allowance.window)
    return session.scalars(select(func.count()).select_from(SentMailRow).where(recent)).one() >= allowance.mails
