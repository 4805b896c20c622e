"""The audit: entries are added in the transaction of what they record, and deleted when their time is over."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from index.accounts import AuditAction, AuditEntry
from index.catalogue.people.tables import AuditRow
from index.catalogue.schema import begin_write

if TYPE_CHECKING:
    from sqlalchemy import Engine


def add_entry(session: Session, act: AuditAction, who: str, on: str = "", detail: str = "") -> None:
    """Record an action, in the transaction that does it."""
    session.add(AuditRow(at=datetime.now(UTC), who=who, act=act.value, on=on, detail=detail))


class Audit:
    """Who did what."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def latest(
        self, limit: int, offset: int = 0, *, account: str = "", act: AuditAction | None = None
    ) -> tuple[AuditEntry, ...]:
        """The newest entries.

        With `account`, those of what it did and of what was done to it; with `act`, those of one action.
        """
        # The number breaks ties: several entries of one transaction may bear the same time.
        lines = (
            select(AuditRow)
            .where(*_entry_conditions(account, act))
            .order_by(AuditRow.at.desc(), AuditRow.number.desc())
        )
        with Session(self._database) as session:
            rows = session.scalars(lines.limit(limit).offset(offset))
            return tuple(AuditEntry(row.at, row.who, AuditAction(row.act), row.on, row.detail) for row in rows)

    def count(self, *, account: str = "", act: AuditAction | None = None) -> int:
        """How many entries there are, with the same filters."""
        lines = select(func.count()).select_from(AuditRow).where(*_entry_conditions(account, act))
        with Session(self._database) as session:
            return session.scalars(lines).one()

    def purge(self, before: datetime) -> int:
        """Delete entries older than a moment; gives how many."""
        with begin_write(self._database) as session:
            numbers = session.scalars(delete(AuditRow).where(AuditRow.at < before).returning(AuditRow.number))
            return len(numbers.all())


def _entry_conditions(account: str, act: AuditAction | None) -> list[ColumnElement[bool]]:
    wanted = [or_(AuditRow.who == account, AuditRow.on == account)] if account else []
    return [*wanted, AuditRow.act == act.value] if act else wanted
