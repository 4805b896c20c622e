"""What every part of a transaction shares: the session, the moment, the clock of revisions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from index.catalogue.decisions import Mark
from index.catalogue.tables import ClockRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


# Here as in `reading`, what each file asks is said once: making a statement costs more than asking it.
_NEXT = update(ClockRow).values(revision=ClockRow.revision + bindparam("count")).returning(ClockRow.revision)


class Transaction:
    """The open transaction; all that is written in it bears one moment."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._now = datetime.now(UTC)
        self._shown: set[str] = set()
        """Documents that others may see than before: their audience is settled once, when the transaction ends."""

    def _by(self, who: str) -> Mark:
        return Mark(who, self._now)

    def _next_revision(self) -> int:
        return self._next_revisions(1)[0]

    def _next_revisions(self, count: int) -> range:
        last = self._session.scalars(_NEXT, {"count": count}).one()
        return range(last - count + 1, last + 1)
