"""The leader lease of a catalogue in PostgreSQL: one indexer works on it, while its session of the server lasts."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from sqlalchemy import NullPool, create_engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from index.catalogue import postgresql
from index.catalogue.postgresql import CatalogueUnreachableError
from index.catalogue.tables import MemoRow
from index.model import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

log = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 2.0
_SILENCE_SECONDS = 10
"""After so long without a heartbeat the server ends the session: a process that hangs must not keep others waiting."""

_SESSION_SETTINGS = (
    f"SET idle_session_timeout = '{_SILENCE_SECONDS}s'",
    # Without these the server would take two hours to notice that a machine has vanished.
    "SET tcp_keepalives_idle = 3",
    "SET tcp_keepalives_interval = 2",
    "SET tcp_keepalives_count = 3",
)
_TERM_MEMO = "indexer_term"


class LeaseLostError(ExplainedError):
    """This indexer no longer holds the leader lease: whatever it would write, another one may have written."""


class LeaderLease:
    """The right to index one catalogue.

    The lease is an advisory lock of a session of the server: it ends with the session, however that ends. Each holder
    takes the next number, its term, and checks in each transaction that writes whether the term is still its own. So
    one that was thought dead and wakes up writes nothing.
    """

    def __init__(self, database: Engine) -> None:
        # An engine of its own, without pool: the session does nothing else, and must not be given to other work.
        self._engine = create_engine(
            database.url, hide_parameters=True, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        postgresql.explain_unreachable(self._engine)
        self._connection: Connection | None = None
        self._term: str | None = None
        self._lost = threading.Event()
        self._closing = threading.Event()
        self._heartbeat_thread: threading.Thread | None = None

    def acquire(self) -> bool:
        """Try to take the lease; gives whether it is ours now. Raises CatalogueUnreachableError."""
        self._connection = self._connection or self._engine.connect()
        return bool(self._connection.scalar(text(f"SELECT pg_try_advisory_lock({postgresql.INDEXER_LOCK_KEY})")))

    def begin_term(self, lost: Callable[[], None]) -> None:
        """Begin the term of a holder, and the heartbeats that keep its session alive.

        `lost` is called from another thread as soon as the session is known to have ended.
        """
        assert self._connection  # noqa: S101 - taken before
        # A former holder that hangs in the midst of writing keeps the writers' lock, for longer than a writer waits:
        # wait here until the server ends it. Waiting on a lock is no silence, so this session lives on without
        # heartbeats.
        for statement in (*_SESSION_SETTINGS, f"SELECT pg_advisory_lock({postgresql.WRITER_LOCK_KEY})"):
            self._connection.execute(text(statement))
        with Session(self._connection) as session:
            self._term = str(int(_read_term(session) or 0) + 1)
            session.merge(MemoRow(key=_TERM_MEMO, value=self._term))
            session.commit()
        self._connection.execute(text(f"SELECT pg_advisory_unlock({postgresql.WRITER_LOCK_KEY})"))
        self._heartbeat_thread = threading.Thread(
            target=self._send_heartbeats, args=(self._connection, lost), name="leader-lease", daemon=True
        )
        self._heartbeat_thread.start()

    def check(self, session: Session) -> None:
        """Raise LeaseLostError where a transaction that writes must not go on, as another holder has come."""
        # Without a term of our own (the web process) anyone may write. Writers take turns, so no term begins meanwhile.
        if self._term is not None and (self._lost.is_set() or _read_term(session) != self._term):
            raise LeaseLostError(
                "Cet indexeur n’est plus celui qui travaille : sa session sur la base PostgreSQL du catalogue a pris "
                "fin, et un autre a pu prendre la suite. Rien n’est perdu ; relancé, il attendra son tour."
            )

    def close(self) -> None:
        """Release the lease: end the heartbeats and the session."""
        self._closing.set()
        if self._heartbeat_thread:
            self._heartbeat_thread.join()
        if self._connection:
            # A session that was lost is thrown away: there is nothing left to release, and no server to tell.
            self._connection.invalidate() if self._lost.is_set() else self._connection.close()
        self._engine.dispose()

    def _send_heartbeats(self, connection: Connection, lost: Callable[[], None]) -> None:
        while not self._closing.wait(_HEARTBEAT_SECONDS):
            try:
                connection.execute(text("SELECT 1"))
            except (CatalogueUnreachableError, DBAPIError) as error:
                log.warning("the session of the indexer has ended (%s)", postgresql.first_line(error))
                self._lost.set()
                lost()
                return


def _read_term(session: Session) -> str | None:
    return session.scalars(select(MemoRow.value).where(MemoRow.key == _TERM_MEMO)).first()
