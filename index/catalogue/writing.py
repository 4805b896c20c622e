"""What every transaction that writes needs: how it begins, what it shares, and what it leaves in the audit."""

from __future__ import annotations

import logging
import secrets
import sqlite3
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import bindparam, event, select, update
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from index.catalogue.access_tables import AuditRow
from index.catalogue.database import CatalogueError
from index.catalogue.postgresql import LOCK_NOT_AVAILABLE, first_line
from index.catalogue.quotas import check_quotas
from index.catalogue.tables import ClockRow, MemoRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import CursorResult, Engine, Table, Update
    from sqlalchemy.orm import ORMExecuteState
    from sqlalchemy.sql.dml import UpdateBase

    from index.accounts import AuditAction


log = logging.getLogger(__name__)

STAMP_INTERVAL = timedelta(minutes=1)
"""The time of last use is written at most this often: reading should not have to wait for a writer."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no letter that is mistaken for another one."""

_LENGTH = 10
"""50 random bits: among 100,000 documents, one chance in 200,000 that any two are equal; the primary key refuses it
then."""


class _WritingSession(Session):
    """A session that adds no row beyond the quota of its table, and counts a change of what answers may show.

    So no write can forget either, whoever writes.
    """

    changes_answers = False
    """Whether a row that an answer may show was written."""


@event.listens_for(_WritingSession, "before_flush")
def _check_rows(session: _WritingSession, *_: object) -> None:
    check_quotas(session)
    written = (*session.new, *session.dirty, *session.deleted)
    session.changes_answers = session.changes_answers or any(row.is_shown for row in written)


@event.listens_for(_WritingSession, "do_orm_execute")
def _check_statement(state: ORMExecuteState) -> None:
    session = cast("_WritingSession", state.session)
    if state.is_insert or state.is_update or state.is_delete:
        table = cast("Table", cast("UpdateBase", state.statement).table)
        session.changes_answers = session.changes_answers or table.info["is_shown"]


@event.listens_for(_WritingSession, "before_commit")
def _count_change(session: _WritingSession) -> None:
    # What waits is written now, and may be shown.
    session.flush()
    if session.changes_answers:
        session.execute(_COUNT_CHANGE)


_COUNT_CHANGE = update(ClockRow).values(changes=ClockRow.changes + 1)


@contextmanager
def begin_write(database: Engine, *, patient: bool = True) -> Iterator[Session]:
    """Begin a transaction that writes: leaving the block commits it, an exception rolls it back.

    While another process writes it waits for some seconds; not at all where it is not `patient`. Raises CatalogueError,
    nothing written, where another program holds the database, the disk is full, or the right to write is lacking.
    """
    try:
        # Read by the « begin » listeners, which take the writer's lock.
        options = database.execution_options(writes=True, patient=patient)
        with _WritingSession(options) as session, session.begin():
            yield session
    except DBAPIError as error:
        if _is_busy(error):
            raise CatalogueError(
                "Le catalogue est occupé par un autre programme : recommencez dans un instant. Rien n’a été écrit."
            ) from error
        # Anything else (a broken constraint, a wrong statement) is an error of ours, not of the machine.
        if not isinstance(error, OperationalError):
            raise
        where = "du dossier « data »" if database.dialect.name == "sqlite" else "de la base PostgreSQL"
        raise CatalogueError(
            f"Le catalogue ne peut pas être écrit ({first_line(error)}) : le disque {where} est sans doute "
            "plein ou en lecture seule. Libérez de la place ; rien n’est perdu de ce qui était écrit."
        ) from error


def _is_busy(error: DBAPIError) -> bool:
    return (
        getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
        or getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE
    )


def try_write_stamp(database: Engine, stamp: Update) -> bool:
    """Write a time of last use, if that can be done without waiting; gives whether a row was changed.

    Reading goes on without it: it waits for no writer, nor for room on the disk.
    """
    try:
        with begin_write(database, patient=False) as session:
            return cast("CursorResult[object]", session.execute(stamp)).rowcount > 0
    except CatalogueError as error:
        log.warning("when something was last used is not kept: %s", error)
        return False


def record_action(session: Session, action: AuditAction, who: str, on: str = "", detail: str = "") -> None:
    """Record an action in the audit, in its own transaction: `who` is an account's id, `on` what it was done to."""
    session.add(AuditRow(at=datetime.now(UTC), who=who, act=action.value, on=on, detail=detail))


def find_latest_actor(session: Session, action: AuditAction, on: str) -> str | None:
    """Return who did an action to something last, None where the audit does not say.

    Of a number the last counts: a database may give that of an invitation that is gone to a later one.
    """
    entries = select(AuditRow.who).where(AuditRow.act == action.value, AuditRow.on == on)
    return session.scalars(entries.order_by(AuditRow.number.desc()).limit(1)).first()


def draw_id() -> str:
    """Draw a new random identifier."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def read_memo(session: Session, key: str) -> str | None:
    """A small fact about the catalogue as a whole; None where it was never stored."""
    row = session.get(MemoRow, key)
    return row.value if row else None


def write_memo(session: Session, key: str, value: str) -> None:
    """Store a small fact about the catalogue as a whole."""
    session.merge(MemoRow(key=key, value=value))


# Built once: making a statement costs more than executing it.
_NEXT = update(ClockRow).values(revision=ClockRow.revision + bindparam("count")).returning(ClockRow.revision)


def take_revisions(session: Session, count: int) -> range:
    """Take the next revisions: each change of a document has one."""
    # Adding in the statement, not in Python: the row stays locked from here to the commit.
    last = session.scalars(_NEXT, {"count": count}).one()
    return range(last - count + 1, last + 1)


class WriteContext:
    """What the writes of one transaction share: all that is written bears the same moment."""

    def __init__(self, session: Session) -> None:
        self.session = session
        # Read once: what one transaction writes must not seem to come in an order.
        self.now = datetime.now(UTC)
        self.changed_audiences: set[str] = set()
        """Documents whose audience may have changed: it is derived again once, when the transaction ends."""
        self.changed_files: set[str] = set()
        """Documents that were described, or lost a file: they may be parts of other replays than before."""
        self.released: set[str] = set()
        """Documents that a part reserved, which is no longer with them."""
        self.lost_locations: dict[str, str] = {}
        """Documents that lost a location, with its path."""
        self.origins: dict[str, str] = {}
        """Paths that documents have left in this transaction, by document."""
        self.copies: set[str] = set()
        """Documents that are copies of what only some groups may see."""
        self.has_revised = False
        """Whether any document has a new revision."""
        self.new_versions: list[tuple[str, int]] = []
        """Versions of documents that this transaction recorded."""

    def next_revision(self) -> int:
        """Take the next revision."""
        return self.next_revisions(1)[0]

    def next_revisions(self, count: int) -> range:
        """Take so many of the next revisions."""
        self.has_revised = True
        return take_revisions(self.session, count)

    def record(self, action: AuditAction, who: str, on: str = "", detail: str = "") -> None:
        """Record an action in the audit."""
        record_action(self.session, action, who, on, detail)
