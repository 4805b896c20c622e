"""`python -m index.catalogue.write_sqlite_schema` writes what all migrations make of a new SQLite catalogue."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import create_engine

from index.catalogue.database import HEAD, SQLITE_SCHEMA, begin_migration, make_alembic_config


def main() -> None:
    """Write the file that a new catalogue is made from."""
    SQLITE_SCHEMA.write_text(render_schema(), encoding="utf-8")


def render_schema() -> str:
    """Return the statements that make the tables, and those that write the rows which migrations leave in them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.sqlite"
        migrate_step_by_step(file)
        with closing(sqlite3.connect(file)) as connection:
            # Those without a statement are SQLite's own.
            dumped = [line for line in connection.iterdump() if line not in _OF_A_DUMP]
    return ";\n\n".join(line.removesuffix(";") for line in dumped) + "\n"


_OF_A_DUMP = {"BEGIN TRANSACTION;", "COMMIT;"}
"""What surrounds the statements of a dump: a new catalogue has a transaction of its own."""


def migrate_step_by_step(file: Path) -> None:
    """Have all migrations make a catalogue, one after another, as where one of an earlier version is brought up."""
    database = create_engine(f"sqlite:///{file}")
    config = make_alembic_config()
    with begin_migration(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, HEAD)
    database.dispose()


if __name__ == "__main__":
    main()
