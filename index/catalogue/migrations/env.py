"""Alembic's entry: migrations run on the connection that the catalogue hands over, or on the URL given by hand."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

from index.catalogue.repositories import load_all_tables
from index.catalogue.tables import Base


def _run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:
        # By hand one also compares tables with the database, to write a migration.
        load_all_tables()
        url = context.get_x_argument(as_dictionary=True)["url"]
        with create_engine(url).begin() as opened:
            _migrate(opened)
    else:
        _migrate(connection)


def _migrate(connection: object) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()


_run()
