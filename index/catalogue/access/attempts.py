"""Attempts to sign in, counted in the catalogue: a restart, or a second process, gives no further attempts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from index.catalogue.access_tables import AttemptRow
from index.catalogue.writing import begin_write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session


WINDOW = timedelta(hours=1)
"""Failures of this last while count; older ones are ignored, and erased."""

_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class AttemptAllowance:
    """How many failures are accepted before one has to wait."""

    failures: int


MOST_ATTEMPTS = 50_000
"""Attempts that are kept: from thousands of networks at once, the oldest of the hour no longer count."""

PER_ACCOUNT = AttemptAllowance(5)
PER_ADDRESS = AttemptAllowance(30)
"""More than for an account: a whole office may share one network address."""


def compute_wait(failures: Sequence[datetime], allowance: AttemptAllowance, now: datetime) -> timedelta:
    """How long until the next attempt is allowed, zero where it is allowed now.

    The delay doubles at each failure, up to a quarter of an hour. It never becomes a lock-out: anyone could make
    others' sign-ins fail.
    """
    recent = [at for at in failures if now - at < WINDOW]
    beyond = len(recent) - allowance.failures
    if beyond < 0:
        return timedelta(0)
    # Five doublings reach the longest wait; the bound keeps the number small, whatever the count of failures.
    delay = min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(beyond, 10)))
    return max(timedelta(0), max(recent) + delay - now)


class Attempts:
    """Recent attempts, by account and by network address; those older than an hour are deleted."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def admit(self, mail: str, address: str) -> timedelta:
        """Count an attempt before it is made, and give no delay; or give how long to wait, and count nothing.

        Counting before keeps attempts made at the same moment from all passing.
        """
        now = datetime.now(UTC)
        account, place = hash_subject("account", mail), hash_subject("address", address)
        # Looked up and counted in one writing transaction: attempts made at once are counted one after the other.
        with begin_write(self._database) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.at <= now - WINDOW))
            _delete_beyond(session, MOST_ATTEMPTS)
            wait = max(
                compute_wait(_list_attempts(session, account), PER_ACCOUNT, now),
                compute_wait(_list_attempts(session, place), PER_ADDRESS, now),
            )
            if not wait:
                session.add_all(AttemptRow(subject=subject, at=now) for subject in (account, place))
        return wait

    def record_success(self, mail: str, address: str) -> None:
        """Forget the attempts of an account, and the last one of the address.

        Earlier failures from the address may have been against other accounts: they still count.
        """
        place = hash_subject("address", address)
        with begin_write(self._database) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.subject == hash_subject("account", mail)))
            # `admit` counted the attempt that has just succeeded; it is the last one of the address.
            last = select(AttemptRow.number).where(AttemptRow.subject == place).order_by(AttemptRow.number.desc())
            number = session.scalars(last.limit(1)).first()
            session.execute(delete(AttemptRow).where(AttemptRow.number == number))

    def purge(self) -> int:
        """Delete attempts that no longer count; gives how many."""
        late = delete(AttemptRow).where(AttemptRow.at <= datetime.now(UTC) - WINDOW)
        with begin_write(self._database) as session:
            return len(session.scalars(late.returning(AttemptRow.number)).all())


def _delete_beyond(session: Session, most: int) -> None:
    """Delete the oldest attempts, so that no more than these are left."""
    oldest_kept = select(AttemptRow.number).order_by(AttemptRow.number.desc()).offset(most - 1).limit(1)
    if (number := session.scalars(oldest_kept).first()) is not None:
        session.execute(delete(AttemptRow).where(AttemptRow.number < number))


def _list_attempts(session: Session, subject: str) -> list[datetime]:
    return list(session.scalars(select(AttemptRow.at).where(AttemptRow.subject == subject)))


def hash_subject(kind: str, value: str) -> str:
    """Return what stands for an account, an address or a network in counts, as hexadecimal."""
    # Counting needs equality only: addresses are not stored.
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
