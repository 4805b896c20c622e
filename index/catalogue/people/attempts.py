"""Tries to sign in, counted in the catalogue: restarting the service, or having several, gives no further tries."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from index.accounts import throttling
from index.catalogue.people.tables import AttemptRow
from index.catalogue.schema import written

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session


class Attempts:
    """Who tried lately, by account and by network address; what is older than an hour is erased."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def admit(self, mail: str, address: str) -> timedelta:
        """Count a try before it is made, so that many at once are many; or how long to wait, and nothing is counted."""
        now = datetime.now(UTC)
        account, place = _subject("account", mail), _subject("address", address)
        with written(self._database) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.at <= now - throttling.WINDOW))
            wait = max(
                throttling.wait(_tries(session, account), throttling.ACCOUNT, now),
                throttling.wait(_tries(session, place), throttling.ADDRESS, now),
            )
            if not wait:
                session.add_all(AttemptRow(subject=subject, at=now) for subject in (account, place))
        return wait

    def succeeded(self, mail: str, address: str) -> None:
        """Forget the tries of an account, and the last of the address: its earlier failures were others' accounts."""
        place = _subject("address", address)
        with written(self._database) as session:
            session.execute(delete(AttemptRow).where(AttemptRow.subject == _subject("account", mail)))
            last = select(AttemptRow.number).where(AttemptRow.subject == place).order_by(AttemptRow.number.desc())
            number = session.scalars(last.limit(1)).first()
            session.execute(delete(AttemptRow).where(AttemptRow.number == number))

    def purge(self) -> int:
        """Erase tries that count no more; gives how many."""
        late = delete(AttemptRow).where(AttemptRow.at <= datetime.now(UTC) - throttling.WINDOW)
        with written(self._database) as session:
            return len(session.scalars(late.returning(AttemptRow.number)).all())


def _tries(session: Session, subject: str) -> list[datetime]:
    return list(session.scalars(select(AttemptRow.at).where(AttemptRow.subject == subject)))


def _subject(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
