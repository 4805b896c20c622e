"""Tries to sign in, counted in the catalogue: restarting the service, or having several, gives no further tries."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from index.accounts import throttling
from index.catalogue.people.tables import AttemptRow

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Attempts:
    """Who tried lately, by account and by network address; what is older than an hour is erased."""

    def __init__(self, database: Engine) -> None:
        self._writes = database.execution_options(writes=True)

    def admit(self, mail: str, address: str) -> timedelta:
        """Count a try before it is made, so that many at once are many; or how long to wait, and nothing is counted."""
        now = datetime.now(UTC)
        account, place = _subject("account", mail), _subject("address", address)
        with Session(self._writes) as session, session.begin():
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
        with Session(self._writes) as session, session.begin():
            session.execute(delete(AttemptRow).where(AttemptRow.subject == _subject("account", mail)))
            last = select(AttemptRow.number).where(AttemptRow.subject == place).order_by(AttemptRow.number.desc())
            number = session.scalars(last.limit(1)).first()
            session.execute(delete(AttemptRow).where(AttemptRow.number == number))


def _tries(session: Session, subject: str) -> list[datetime]:
    return list(session.scalars(select(AttemptRow.at).where(AttemptRow.subject == subject)))


def _subject(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
