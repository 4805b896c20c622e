"""Opens a database and brings its schema up to date; copies a database in SQLite while others read and write it."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from index.catalogue import postgresql
from index.catalogue.postgresql import first_line
from index.model import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry


HEAD = "0046"
"""The latest migration. A test compares it with Alembic's: written here, it spares importing Alembic at each start."""

_BUSY_TIMEOUT_MS = 15_000
"""Milliseconds that a writer waits for another one; as long as on PostgreSQL."""

MIGRATIONS = Path(__file__).parent / "migrations"

SQLITE_SCHEMA = MIGRATIONS / "sqlite_schema.sql"
"""What all migrations make of a new SQLite catalogue: statements, parted by « ; » and an empty line.

`make schema` writes it, and a test compares it with what the migrations make.
"""


class CatalogueError(ExplainedError):
    """The catalogue's database cannot be used; the message says why and what to do."""


def open_database(url: str) -> Engine:
    """Open the database of a URL, creating it where absent and migrating it where behind.

    Raises CatalogueError where the database cannot be reached, or where a later version of Ruche has migrated it.
    """
    try:
        return _open(url)
    except ValueError as error:
        # The URL is not shown: in one that cannot be parsed, a password may stand anywhere.
        raise CatalogueError("Le réglage « catalogue » n’est pas l’adresse d’une base : relisez-la.") from error
    except (OSError, SQLAlchemyError) as error:
        raise CatalogueError(
            f"Le catalogue {_hide_password(url)} ne s’ouvre pas ({first_line(error)}). "
            "Vérifiez le réglage « catalogue », les droits du dossier « data » et la place sur le disque."
        ) from error


def _hide_password(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "nommé dans les réglages"


def _open(url: str) -> Engine:
    parts = make_url(url)
    match parts.get_backend_name():
        case "sqlite":
            return _open_sqlite(parts)
        case "postgresql":
            return _open_postgresql(parts)
    raise CatalogueError(
        f"Le réglage « catalogue » nomme une base que Ruche ne connaît pas ({parts.get_backend_name()}) : donnez une "
        "adresse « postgresql+psycopg://… », ou laissez-le vide pour un fichier SQLite."
    )


def _open_sqlite(url: URL) -> Engine:
    # The values of a query that fails, such as what someone searched, must not come into a log.
    database = create_engine(url, hide_parameters=True)
    # In memory: nothing to lock, no file to create.
    if not url.database:
        _migrate(database)
        return database
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    event.listen(database, "connect", _set_up_sqlite)
    event.listen(database, "begin", _begin_sqlite)
    if _read_schema_revision(database) != HEAD:
        from filelock import FileLock  # noqa: PLC0415 - needed as seldom as Alembic

        # Two processes that start together must not both migrate.
        with FileLock(f"{url.database}.migration.lock"):
            _keep_copy(Path(url.database), _read_schema_revision(database))
            _migrate(database)
    return database


def _keep_copy(file: Path, revision: str | None) -> None:
    """Copy a catalogue that is about to be migrated to beside it, in place of the copy of the migration before."""
    if revision is None or revision >= HEAD:
        return
    copy = name_copy(file, revision)
    try:
        copy_catalogue(file, copy)
    except (sqlite3.Error, OSError) as error:
        copy.unlink(missing_ok=True)
        raise CatalogueError(
            f"Le catalogue doit être mis à jour, et n’a pas pu être copié d’abord ({first_line(error)}) : rien n’a "
            "changé. Libérez de la place sur le disque, ou restaurez une sauvegarde s’il est abîmé."
        ) from error
    for former in file.parent.glob(f"{file.name}.avant-*"):
        if former != copy:
            former.unlink()


def name_copy(file: Path, revision: str) -> Path:
    """Where the copy of a catalogue lies that had the schema of a revision before it was migrated."""
    return file.with_name(f"{file.name}.avant-{revision}")


def list_pending_migrations(url: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the revision of a catalogue's schema, None where there is none, and what later ones change, in French.

    The database is not changed. Raises CatalogueError where it cannot be reached.
    """
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow to import

    file = sqlite_file(url)
    try:
        if file:
            revision = check_catalogue(file) if file.exists() else None
        else:
            database = create_engine(postgresql.complete_url(make_url(url)), hide_parameters=True)
            revision = _read_schema_revision(database)
            database.dispose()
    except (OSError, ValueError, sqlite3.Error, SQLAlchemyError) as error:
        raise CatalogueError(f"Le catalogue {_hide_password(url)} ne se lit pas ({first_line(error)}).") from error
    scripts = ScriptDirectory.from_config(make_alembic_config()).walk_revisions()
    pending = [each for each in scripts if revision and each.revision > revision]
    news = (getattr(each.module, "news", "") for each in reversed(pending))
    return revision, tuple(filter(None, news))


def make_alembic_config() -> Config:
    """Return what Alembic has to know to find the migrations."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import, needed once in a database's life

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _open_postgresql(url: URL) -> Engine:
    database = create_engine(postgresql.complete_url(url), hide_parameters=True, **postgresql.ENGINE_OPTIONS)
    postgresql.set_up_engine(database)
    # An engine that is refused below must give its connections back.
    with ExitStack() as unless_opened:
        unless_opened.callback(database.dispose)
        if not postgresql.has_plain_collation(database):
            raise CatalogueError(
                f"La base {url.database} du catalogue n’est pas en UTF-8, ou classe les textes selon une langue : "
                f"créez-en une par « {postgresql.CREATE_DATABASE} »."
            )
        _migrate(database)
        unless_opened.pop_all()
    return database


def _set_up_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling would commit before DDL; `_begin_sqlite` says BEGIN instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    # WAL: readers and the writer do not wait for each other. SQLite checks foreign keys only on demand.
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", f"busy_timeout={_BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    # SQLite's own `lower` knows no capital beyond ASCII, and file names are French.
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text: str | None) -> str | None:
    return text.lower() if text else text


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("writes", False):
        # Straight to the driver, which is quicker than through SQLAlchemy: each answer begins several reads, and a
        # plain BEGIN waits for nobody.
        connection.connection.cursor().execute("BEGIN")
    elif options.get("patient", True):
        # A writer takes its lock at once: upgrading a read lock later may fail, where waiting first would succeed.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")


def _read_schema_revision(database: Engine) -> str | None:
    if not inspect(database).has_table("alembic_version"):
        return None
    with database.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(database: Engine) -> None:
    revision = _read_schema_revision(database)
    if revision == HEAD:
        return
    # Migrations are numbered, so that their names sort in their order.
    if revision and revision > HEAD:
        raise CatalogueError(
            "Le catalogue vient d’une version plus récente de Ruche : installez-la de nouveau, ou restaurez une "
            "sauvegarde faite par celle-ci (« ruche restore »)."
        )
    if revision is None and database.dialect.name == "sqlite":
        _create_sqlite_tables(database)
    else:
        run_migrations(database)


def run_migrations(database: Engine) -> None:
    """Run the migrations that a database lacks: all of them where it is empty."""
    from alembic import command  # noqa: PLC0415 - slow to import, needed once in a database's life

    config = make_alembic_config()
    with begin_migration(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)


def _create_sqlite_tables(database: Engine) -> None:
    """Make at once what all migrations would, which takes them 0.3 s of processor."""
    statements = SQLITE_SCHEMA.read_text(encoding="utf-8").split(";\n\n")
    with begin_migration(database) as connection:
        # Straight to the driver, in half the time: nothing in them is SQLAlchemy's to prepare.
        cursor = connection.connection.cursor()
        for each in statements:
            cursor.execute(each)


@contextmanager
def begin_migration(database: Engine) -> Iterator[Connection]:
    """Begin the one transaction of all migrations: a process killed halfway leaves the schema as it was.

    In SQLite, foreign keys do nothing meanwhile: to change a table is to drop it and to put a copy in its place, and
    dropping it would delete all rows that refer to it (https://www.sqlite.org/lang_altertable.html, 7).
    """
    with database.execution_options(writes=True).connect() as connection:
        if database.dialect.name != "sqlite":
            with connection.begin():
                yield connection
            return
        # Outside the transaction, where alone the setting can be changed.
        cursor = connection.connection.cursor()
        (are_checked,) = cursor.execute("PRAGMA foreign_keys").fetchone()
        cursor.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            cursor.execute(f"PRAGMA foreign_keys={are_checked}")


def sqlite_file(url: str) -> Path | None:
    """The file that a catalogue's URL names; None where the catalogue is in another database or in memory."""
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


def copy_catalogue(file: Path, target: Path) -> str:
    """Copy a catalogue as it is at one moment, by SQLite's online backup; gives the revision of its schema.

    Raises sqlite3.Error or OSError where the catalogue cannot be read, the target not be written, or the copy is
    damaged.
    """
    with closing(_open_existing(file)) as source, closing(sqlite3.connect(target)) as copy:
        # In one step: a copy in several steps begins again whenever somebody writes in between.
        source.backup(copy)
        # The copy must be one file: in WAL mode, a second one beside it would have to be kept with it.
        copy.execute("PRAGMA journal_mode=DELETE")
    return check_catalogue(target)


def check_catalogue(file: Path) -> str:
    """Check a whole catalogue's file; gives the revision of its schema.

    Raises sqlite3.Error where the file is damaged or is not a catalogue.
    """
    with closing(_open_existing(file)) as copy:
        ((verdict,), *_) = copy.execute("PRAGMA integrity_check").fetchall()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        revision = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    if revision is None:
        raise sqlite3.DatabaseError("no catalogue")
    return str(revision[0])


def _open_existing(file: Path) -> sqlite3.Connection:
    """Open a database that exists. Without mode=rw SQLite would create an empty one."""
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, timeout=15)
