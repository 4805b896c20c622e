"""An installation of any earlier version keeps all that it holds when its catalogue is opened by this one."""

from __future__ import annotations

from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Time,
    create_engine,
    select,
)

from index.catalogue.catalogue import Catalogue
from index.catalogue.database import HEAD, SQLITE_SCHEMA, make_alembic_config
from index.catalogue.file_records import WHOLE_LIBRARY
from index.catalogue.write_sqlite_schema import render_schema
from index.model.documents import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine, Table
    from sqlalchemy.types import TypeEngine

    from tests.postgresql import Server

MOMENT = datetime(2024, 1, 25, 8, 30, tzinfo=UTC)
DROPPED = {("invitation", "by")}
"""What a migration has taken away on purpose."""

READABLE = {
    ("account", "role"): "lecteur",
    ("account", "state"): "actif",
    ("audience", "group_name"): MEMBERS,
    ("document", "date"): "2024-01-25",
    ("document", "part_of"): None,
    ("document", "removed"): None,
    ("event", "date"): "2024-01-25",
    ("memo", "key"): "a memo",
    ("passage", "unit"): "page",
    ("tag", "facet"): "theme",
    ("tag", "source"): "dossier",
}
"""Values that the catalogue makes something of; others are texts and numbers like any."""


EXAMPLES: dict[type[TypeEngine[Any]], object] = {
    Boolean: True,
    DateTime: MOMENT,
    Double: 1.5,
    Integer: 7,
    JSON: ["Ana"],
    LargeBinary: b"\x00Ana\xff",
    Time: MOMENT.time(),
}


REVISIONS = [each.revision for each in ScriptDirectory.from_config(make_alembic_config()).walk_revisions()]


_FIRST_WITH_NEWS = "0033"


def test_migrations_say_in_french_what_they_change() -> None:
    """« ruche upgrade » reads it to whoever brings a catalogue forward."""
    scripts = list(ScriptDirectory.from_config(make_alembic_config()).walk_revisions())
    silent = [each.revision for each in scripts if not getattr(each.module, "news", "").endswith(".")]
    assert [each for each in silent if each >= _FIRST_WITH_NEWS] == []


def test_a_new_catalogue_is_what_all_migrations_would_make() -> None:
    """Its tables are made at once, from a file; « make schema » writes the file again."""
    assert statements(SQLITE_SCHEMA.read_text(encoding="utf-8")) == statements(render_schema())


def statements(schema: str) -> list[list[str]]:
    """The lines of each statement in an order of ours: that of a table's constraints is another in each process."""
    return [sorted(line.rstrip(", ") for line in each.splitlines()) for each in schema.split(";\n\n")]


def value(column: Column[Any]) -> object:
    """What a row holds in a column: what it refers to has the same."""
    for key in column.foreign_keys:
        return value(key.column)
    if (named := (column.table.name, column.name)) in READABLE:
        return READABLE[named]
    if isinstance(column.type, String):
        return f"{column.name} été"[: column.type.length]
    return next(made for kind, made in EXAMPLES.items() if isinstance(column.type, kind))


def rows(database: Engine) -> dict[str, list[dict[str, Any]]]:
    """All that a database holds, by table."""
    tables = MetaData()
    tables.reflect(database)
    with database.connect() as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in tables.sorted_tables
        }


def fill(database: Engine) -> None:
    """Put a row into each table that has none."""
    tables = MetaData()
    tables.reflect(database)
    with database.begin() as connection:
        for table in tables.sorted_tables:
            if connection.execute(select(table)).first() is None:
                connection.execute(table.insert(), made(table))


def made(table: Table) -> dict[str, object]:
    """A row of a table."""
    return {column.name: value(column) for column in table.columns}


@contextmanager
def catalogue_of(revision: str, url: str) -> Iterator[Engine]:
    """A database as the version of a migration left it, with a row in each table."""
    database = create_engine(url)
    config = make_alembic_config()
    with database.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    fill(database)
    yield database
    database.dispose()


def check(revision: str, url: str) -> None:
    """Open a catalogue of an earlier version, and look whether all is there."""
    with catalogue_of(revision, url) as database:
        before = rows(database)
        with closing(Catalogue.open(url)) as catalogue:
            after = rows(database)
            document = catalogue.documents.find("id été", frozenset({MEMBERS}))
            accounts = catalogue.access.accounts.list_all() if "account" in before else ()
            saved = catalogue.saved_searches.find("token été") if "saved_search" in before else None
    assert after.pop("alembic_version") == [{"version_num": HEAD}]
    del before["alembic_version"]
    for table, held in before.items():
        kept = [{name: row[name] for name in row if (table, name) not in DROPPED} for row in held]
        # A migration may add rows of its own, and columns.
        told = [{name: row[name] for name in kept[0]} for row in after[table]]
        assert all(row in told for row in kept), table
    assert document
    assert document.title == "title été"
    assert bool(accounts) == ("account" in before)
    assert bool(saved) == ("saved_search" in before)


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_earlier_catalogue_keeps_all_that_it_holds(revision: str, tmp_path: Path) -> None:
    """Whatever the version that made it, the present one included."""
    check(revision, f"sqlite:///{tmp_path / 'catalogue.sqlite'}")


@pytest.mark.parametrize("revision", [REVISIONS[-1], REVISIONS[1]])
def test_an_earlier_catalogue_on_a_server_keeps_all_that_it_holds(revision: str, postgresql: Server) -> None:
    """The same for PostgreSQL, from the first version and from the one before."""
    with postgresql.database("template0") as url:
        check(revision, url)


def test_folders_that_were_known_are_no_new_ones(tmp_path: Path) -> None:
    """A catalogue from before folders had a table has those of its files; none counts as seen since."""
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    with catalogue_of("0026", url) as database:
        tables = MetaData()
        tables.reflect(database)
        with database.begin() as connection:
            place = tables.tables["place"]
            connection.execute(place.insert(), made(place) | {"path": "Été/Secret/a.pdf"})
        with closing(Catalogue.open(url)) as catalogue:
            known = catalogue.folders.find_in_extent(WHOLE_LIBRARY)
    assert set(known) == {"Été", "Été/Secret"}
    assert {(each.identity, each.gone, each.first_seen.year) for each in known.values()} == {("", None, 1970)}


def test_the_audience_of_a_place_is_what_it_was(tmp_path: Path) -> None:
    """What a rule reserves when Ruche is upgraded is part of a document's identity and of its versions."""
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    with catalogue_of("0028", url) as database:
        with database.begin() as connection:
            connection.exec_driver_sql("UPDATE folder_rule SET folder = 'conseil', group_name = 'bureau'")
            connection.exec_driver_sql("UPDATE place SET path = 'conseil/2024/note.pdf'")
            connection.exec_driver_sql("UPDATE version SET path = 'conseils/note.pdf'")
        Catalogue.open(url).close()
        after = rows(database)
    assert [row["place_groups"] for row in after["document"]] == ["bureau"]
    assert [row["groups"] for row in after["version"]] == [MEMBERS]
    assert after["hold"] == []
