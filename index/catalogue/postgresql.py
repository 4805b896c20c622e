"""What PostgreSQL needs to behave as the catalogue expects: one writer at a time, reads of one moment, plain order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from index.errors import ExplainedError

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.engine import ExceptionContext
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

OPTIONS = {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}
"""Of each engine: several queries of one read see one moment, and a server that was restarted is found again."""

INDEXER, WRITER = 0x52756368, 0x52756369
"""Keys of advisory locks, within one database: the indexer at work, and whoever writes."""

LOCK_NOT_AVAILABLE = "55P03"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""

_PATIENCE = "15s"
"""How long a writer waits for another one; SQLite waits as long."""

_LONGEST_THOUGHT = "60s"
"""How long a transaction may do nothing: a process that hangs in one must not keep the others from writing for ever."""

_ABSENCE = {
    # Seconds, and how many: where nothing is asked, the system would wait for two hours.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "connect_timeout": 10,
    # Milliseconds: under a question it would wait for a quarter of an hour.
    "tcp_user_timeout": 11_000,
}
"""What has a server that vanished noticed within about ten seconds."""

_SORTS_PLAINLY = (
    "SELECT 'Z' < 'a' AND '2024-01-25' < '2024-01~' AND lower('É') = 'é' "
    "AND current_setting('server_encoding') = 'UTF8'"
)
"""Dates of which a part is known, ids and paths sort by their characters, as Python sorts them; capitals are French."""

CREATION = "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"


class CatalogueUnreachableError(ExplainedError):
    """The server of the catalogue does not answer; nothing that was written is lost."""


def complete(url: URL) -> URL:
    """A database's URL with its driver, and the server's absence noticed soon, save where it says otherwise."""
    return url.set(drivername="postgresql+psycopg").update_query_dict(
        {name: str(value) for name, value in _ABSENCE.items() if name not in url.query}
    )


def set_up(database: Engine) -> None:
    """Have the connections of an engine behave as SQLite's do, and say in a sentence that the server is away."""
    event.listen(database, "connect", _set_up_connection)
    event.listen(database, "begin", _begin)
    explain(database)


def explain(database: Engine) -> None:
    """Have an engine say in a sentence that its server is away."""
    event.listen(database, "handle_error", _explain)


def sorts_plainly(database: Engine) -> bool:
    """Whether text is kept and sorted as the catalogue needs; that is chosen when a database is created."""
    with database.connect() as connection:
        return bool(connection.execute(text(_SORTS_PLAINLY)).scalar())


def _set_up_connection(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Only those who connect to PostgreSQL load its library: a tenth of a second.
    from index.catalogue.without_null import WithoutNull  # noqa: PLC0415

    connection.adapters.register_dumper(str, WithoutNull)
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = '{_PATIENCE}'")
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{_LONGEST_THOUGHT}'")
    cursor.close()
    connection.commit()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("writes", False):
        if not options.get("patient", True):
            connection.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
        # What is read in order to write must not be changed by another in between: one writes at a time, as in SQLite.
        # Each statement sees what was committed before it: a view of the beginning would be older than the lock.
        connection.exec_driver_sql(
            f"SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({WRITER})"
        )


def _explain(context: ExceptionContext) -> None:
    if context.is_pre_ping:
        return
    away = context.is_disconnect or context.connection is None
    if away and isinstance(context.sqlalchemy_exception, DBAPIError):
        raise CatalogueUnreachableError(
            f"La base PostgreSQL du catalogue ne répond pas ({cause(context.original_exception)}) : vérifiez le "
            "réglage « catalogue », et que le serveur est en marche. Rien de ce qui était écrit n’est perdu."
        ) from context.original_exception


def cause(error: BaseException) -> str:
    """The first line of what a driver says."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
