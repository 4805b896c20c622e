"""`python -m index.catalogue.write_sqlite_schema` writes what all migrations make of a new SQLite catalogue."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine

from index.catalogue.database import SQLITE_SCHEMA, run_migrations

_OF_A_DUMP = {"BEGIN TRANSACTION;", "COMMIT;"}
"""What surrounds the statements of a dump: a new catalogue has a transaction of its own."""


def main() -> None:
    """Write the file that a new catalogue is made from."""
    SQLITE_SCHEMA.write_text(render_schema(), encoding="utf-8")


def render_schema() -> str:
    """Return the statements that make the tables, and those that write the rows which migrations leave in them."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "catalogue.sqlite"
        database = create_engine(f"sqlite:///{file}")
        run_migrations(database)
        database.dispose()
        with closing(sqlite3.connect(file)) as connection:
            dumped = [line for line in connection.iterdump() if line not in _OF_A_DUMP]
    return ";\n\n".join(line.removesuffix(";") for line in dumped) + "\n"


if __name__ == "__main__":
    main()
