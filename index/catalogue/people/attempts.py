"""Attempts to sign in, counted in the catalogue: a restart, or a second process, gives no further attempts."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from index.accounts import PER_ACCOUNT, PER_ADDRESS, WINDOW, compute_wait
from index.catalogue.people.tables import AttemptRow
from index.catalogue.schema import begin_write

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session


class Attempts:
    """Recent attempts, by account and by network address; those older than an hour are deleted."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def admit(self, mail: str, address: str) -> timedelta:
        """Count an attempt before it is made, and give no delay; or give how long to wait, and count nothing.

        Counting before keeps attempts made at the same moment from all passing.
        """
        now = datetime.now(UTC)
        account, place = _hash_subject("account", mail), _hash_subject("address", address)
        # Looked up and counted in one writing transaction: attempts made at once are counted one after the other.
        with begin_write(self._database) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.at <= now - WINDOW))
            wait = max(
                compute_wait(_list_attempts(session, account), PER_ACCOUNT, now),
                compute_wait(_list_attempts(session, place), PER_ADDRESS, now),
            )
            if not wait:
                session.add_all(AttemptRow(subject=subject, at=now) for subject in (account, place))
        return wait

    def succeeded(self, mail: str, address: str) -> None:
        """Forget the attempts of an account, and the last one of the address.

        Earlier failures from the address may have been against other accounts: they still count.
        """
        place = _hash_subject("address", address)
        with begin_write(self._database) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.subject == _hash_subject("account", mail)))
            # `admit` counted the attempt that has just succeeded; it is the last one of the address.
            last = select(AttemptRow.number).where(AttemptRow.subject == place).order_by(AttemptRow.number.desc())
            number = session.scalars(last.limit(1)).first()
            session.execute(delete(AttemptRow).where(AttemptRow.number == number))

    def purge(self) -> int:
        """Delete attempts that no longer count; gives how many."""
        late = delete(AttemptRow).where(AttemptRow.at <= datetime.now(UTC) - WINDOW)
        with begin_write(self._database) as session:
            return len(session.scalars(late.returning(AttemptRow.number)).all())


def _list_attempts(session: Session, subject: str) -> list[datetime]:
    return list(session.scalars(select(AttemptRow.at).where(AttemptRow.subject == subject)))


def _hash_subject(kind: str, value: str) -> str:
    # Counting needs equality only: addresses are not stored.
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
