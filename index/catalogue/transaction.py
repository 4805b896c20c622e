"""What all parts of a transaction share: the session, the moment, the clock of revisions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, update

from index.catalogue.decisions import Attribution
from index.catalogue.tables import ClockRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


# Built once, as in `reading`: making a statement costs more than executing it.
_NEXT = update(ClockRow).values(revision=ClockRow.revision + bindparam("count")).returning(ClockRow.revision)


class Transaction:
    """The open transaction. All that is written in it bears the same moment."""

    def __init__(self, session: Session) -> None:
        self._session = session
        # Read once: what one transaction writes must not seem to come in an order.
        self._now = datetime.now(UTC)
        self._changed_audiences: set[str] = set()
        """Documents whose audience may have changed: it is derived again once, when the transaction ends."""

    def _by(self, who: str) -> Attribution:
        return Attribution(who, self._now)

    def _next_revision(self) -> int:
        return self._next_revisions(1)[0]

    def _next_revisions(self, count: int) -> range:
        # Adding in the statement, not in Python: the row stays locked from here to the commit.
        last = self._session.scalars(_NEXT, {"count": count}).one()
        return range(last - count + 1, last + 1)
