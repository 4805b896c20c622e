"""What makes PostgreSQL behave as the catalogue expects: one writer at a time, consistent reads, plain order."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from index.model import ExplainedError

if TYPE_CHECKING:
    from psycopg.abc import Buffer, Dumper
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

ENGINE_OPTIONS = {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}
"""Options of each engine. REPEATABLE READ: the queries of one read see the same moment. Pre-ping: a server that was
restarted is found again."""

INDEXER_LOCK_KEY, WRITER_LOCK_KEY = 0x52756368, 0x52756369
"""Keys of PostgreSQL's advisory locks, within one database: of the indexer at work, and of whoever writes."""

LOCK_NOT_AVAILABLE = "55P03"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_LOCK_TIMEOUT = "15s"
"""How long a writer waits for another one; as long as on SQLite."""

_IDLE_TRANSACTION_TIMEOUT = "60s"
"""How long a transaction may stay idle: a process that hangs in one must not hold the writers' lock for ever."""

_KEEPALIVE_PARAMETERS = {
    # Seconds, and a count. Of a connection at rest, the system would notice a lost server after two hours.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "connect_timeout": 10,
    # Milliseconds. With a query under way, which keepalives do not watch over, it would take a quarter of an hour.
    "tcp_user_timeout": 11_000,
}
"""Connection parameters by which a server that vanished is noticed within about ten seconds."""

_COLLATION_CHECK = (
    "SELECT 'Z' < 'a' AND '2024-01-25' < '2024-01~' AND lower('É') = 'é' "
    "AND current_setting('server_encoding') = 'UTF8'"
)
"""Ids, paths and partial dates must sort by code point, as Python sorts them, and `lower` must know accented
capitals. Checked by behaviour: collations with the right effect have several names."""

CREATE_DATABASE = "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"


class CatalogueUnreachableError(ExplainedError):
    """The catalogue's PostgreSQL server does not answer; nothing that was committed is lost."""


def complete_url(url: URL) -> URL:
    """Add to a database's URL its driver, and the parameters that notice a lost server, unless the URL sets them."""
    return url.set(drivername="postgresql+psycopg").update_query_dict(
        {name: str(value) for name, value in _KEEPALIVE_PARAMETERS.items() if name not in url.query}
    )


def set_up_engine(database: Engine) -> None:
    """Make the connections of an engine behave as SQLite's do, and explain in French when the server is away."""
    event.listen(database, "connect", _set_up_connection)
    event.listen(database, "begin", _begin_transaction)
    explain_unreachable(database)


def explain_unreachable(database: Engine) -> None:
    """Have an engine raise CatalogueUnreachableError where its server is away."""
    event.listen(database, "handle_error", _raise_unreachable)


def has_plain_collation(database: Engine) -> bool:
    """Whether the database is in UTF-8 and sorts by code point, which is chosen when a database is created."""
    with database.connect() as connection:
        return bool(connection.execute(text(_COLLATION_CHECK)).scalar())


def _set_up_connection(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.adapters.register_dumper(str, _text_dumper())
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_TRANSACTION_TIMEOUT}'")
    cursor.close()
    # SET would be undone with the transaction that the driver opened for it.
    connection.commit()


@cache
def _text_dumper() -> type[Dumper]:
    """Make the dumper of texts on demand: SQLite's users need not wait a tenth of a second for psycopg to load."""
    from psycopg.types.string import StrDumperUnknown  # noqa: PLC0415

    class WithoutNull(StrDumperUnknown):
        """Sends text without null characters: PostgreSQL cannot store them, and texts read from files may hold some."""

        def dump(self, obj: str) -> Buffer | None:
            """The bytes to send for a text."""
            return super().dump(obj.replace("\0", ""))

    return WithoutNull


def _begin_transaction(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writes", False):
        if not options.get("patient", True):
            # PostgreSQL reads 0 as « wait for ever »: 1 ms is the shortest wait.
            connection.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
        # One transaction writes at a time, as in SQLite: nobody changes what is read in order to write. READ COMMITTED,
        # as a snapshot would be older than the lock: what the writer before committed must be seen.
        connection.exec_driver_sql(
            f"SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({WRITER_LOCK_KEY})"
        )


def _raise_unreachable(context: ExceptionContext) -> None:
    # The pool handles this failure by itself: it opens another connection.
    if context.is_pre_ping:
        return
    # There is no connection in the context where even connecting failed.
    away = context.is_disconnect or context.connection is None
    if away and isinstance(context.sqlalchemy_exception, DBAPIError):
        raise CatalogueUnreachableError(
            f"La base PostgreSQL du catalogue ne répond pas ({first_line(context.original_exception)}) : vérifiez le "
            "réglage « catalogue », et que le serveur est en marche. Rien de ce qui était écrit n’est perdu."
        ) from context.original_exception


def first_line(error: BaseException) -> str:
    """The first line of a driver's message."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
