"""The mails that became deposits, or were refused: a row a message of an animator, so that each counts once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlalchemy import String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue.tables import Base
from index.catalogue.writing import begin_write, read_memo, write_memo

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Engine

_KEPT_TIME = timedelta(days=90)
_MEMO = "deposit mailbox"
_ATTEMPT_MEMO = "deposit mailbox attempt"
_WAITS = tuple(timedelta(minutes=each) for each in (10, 30, 60))
"""How long a mailbox is left alone after each failure in a row: a server may shut out who insists."""


class MailFate(Enum):
    """What became of a message. The value is stored in the catalogue, as a key of counts."""

    DEPOSITED = "depose"
    REFUSED = "refuse"
    KNOWN = "deja-traite"
    AUTOMATIC = "automatique"
    UNKNOWN = "inconnu"
    UNPROVED = "non-prouve"

    @property
    def label(self) -> str:
        """What an administrator reads after « messages : »."""
        return {
            "depose": "déposés",
            "refuse": "refusés",
            "deja-traite": "reçus deux fois",
            "automatique": "automatiques",
            "inconnu": "d’expéditeurs inconnus",
            "non-prouve": "dont l’expéditeur n’est pas prouvé",
        }[self.value]


class MailedDepositRow(Base):
    """A message of an animator, by a digest of it; `sender` is a digest too.

    `answer` is what its sender is still to be told: once it is, nothing of the message is left here.
    """

    __tablename__ = "mailed_deposit"
    is_shown = False

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    sender: Mapped[str] = mapped_column(String(64))
    handled: Mapped[datetime]
    refused: Mapped[bool]
    answer: Mapped[str]
    answered: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class MailedDeposit:
    """What became of a message; `answer` is what its sender is still to be told, "" for nothing."""

    refused: bool
    answer: str


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How the mailbox fares: its last run, failures since one that succeeded, and messages counted by what they were.

    `error` says in French why the last run failed, "" where it did not.
    """

    checked: datetime | None = None
    failures: int = 0
    error: str = ""
    counts: Mapping[str, int] | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether the mailbox may be asked: at once, or some time after it failed."""
        if not self.failures or self.checked is None:
            return True
        return now >= self.checked + _WAITS[min(self.failures, len(_WAITS)) - 1]


class MailedDeposits:
    """The messages of one catalogue's mailbox."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find(self, key: str) -> MailedDeposit | None:
        """What became of a message; None where it is new."""
        with Session(self._database) as session:
            row = session.get(MailedDepositRow, key)
            return MailedDeposit(row.refused, row.answer) if row else None

    def count_attempt(self, key: str) -> int:
        """Count that a message is about to be dealt with; gives how often it was, with none that ended in between."""
        with begin_write(self._database) as session:
            last, attempts = json.loads(read_memo(session, _ATTEMPT_MEMO) or '["", 0]')
            counted = attempts + 1 if last == key else 1
            write_memo(session, _ATTEMPT_MEMO, json.dumps([key, counted]))
        return counted

    def record(self, key: str, account_id: str, handled: MailedDeposit) -> None:
        """Record that a message of an account was dealt with."""
        with begin_write(self._database) as session:
            session.add(
                MailedDepositRow(
                    key=key,
                    sender=_hash_account(account_id),
                    handled=datetime.now(UTC),
                    refused=handled.refused,
                    answer=handled.answer,
                )
            )

    def record_answer(self, key: str) -> None:
        """Record that a message's sender was told what became of it, or is not to be told."""
        with begin_write(self._database) as session:
            row = session.get_one(MailedDepositRow, key)
            row.answer, row.answered = "", datetime.now(UTC)

    def count_answers(self, account_id: str, since: datetime) -> int:
        """How many messages of an account were answered since a moment."""
        answered = select(func.count()).where(
            MailedDepositRow.sender == _hash_account(account_id), MailedDepositRow.answered >= since
        )
        with Session(self._database) as session:
            return session.scalars(answered).one()

    def read_state(self) -> MailboxState:
        """How the mailbox fares."""
        with Session(self._database) as session:
            told: dict[str, Any] = json.loads(read_memo(session, _MEMO) or "{}")
        checked = datetime.fromisoformat(told["checked"]) if told else None
        return MailboxState(checked, told.get("failures", 0), told.get("error", ""), told.get("counts", {}))

    def record_run(self, now: datetime, counts: Mapping[str, int], error: str = "") -> None:
        """Record a run at a moment, which dealt with so many messages of each kind and ended with an error, or none."""
        before = self.read_state()
        told = {
            "checked": now.isoformat(),
            "failures": before.failures + 1 if error else 0,
            "error": error,
            "counts": Counter(before.counts or {}) + Counter(counts),
        }
        with begin_write(self._database) as session:
            write_memo(session, _MEMO, json.dumps(told))

    def purge(self) -> int:
        """Delete messages that were dealt with long ago; gives how many."""
        old = delete(MailedDepositRow).where(MailedDepositRow.handled < datetime.now(UTC) - _KEPT_TIME)
        with begin_write(self._database) as session:
            return len(session.scalars(old.returning(MailedDepositRow.key)).all())


def _hash_account(account_id: str) -> str:
    # Counted by, and nothing else: an erased account leaves no name here.
    return hashlib.sha256(f"mailed {account_id}".encode()).hexdigest()
