"""A catalogue, and the few words that it takes to put a document in it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Protocol

import pytest
from sqlalchemy import MetaData, create_engine, select

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.metadata_layers import Description
from index.model.documents import Event, FileStat, Locator, PartialDate, Passage, Tag, TagSource, Unit
from index.model.facets import Facet
from index.text.minhash import signature

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from tests.postgresql import Server


class Add(Protocol):
    """Puts a document in the catalogue and gives its id."""

    def __call__(
        self,
        title: str,
        *texts: str,
        path: str = "",
        territories: tuple[str, ...] = (),
        date: PartialDate | None = None,
        event: Event | None = None,
    ) -> str:
        """`texts` are its pages."""
        ...


_ABOUT_INDEXES = frozenset({"test_generations", "test_meaning", "test_trial", "test_understanding"})
"""What these ask of the catalogue, others ask too: once is enough."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tests of the catalogue run on a file and on a server."""
    if "url" in metafunc.fixturenames:
        module = metafunc.module.__name__.rpartition(".")[2]
        wanted = ["postgresql"] if module == "test_postgresql" else ["sqlite", "postgresql"]
        metafunc.parametrize("url", ["sqlite"] if module in _ABOUT_INDEXES else wanted, indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty catalogue."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    server: Server = request.getfixturevalue("postgresql")
    return server.emptied()


@pytest.fixture
def catalogue(url: str) -> Iterator[Catalogue]:
    """An empty catalogue."""
    with closing(Catalogue.open(url)) as opened:
        yield opened


@pytest.fixture
def behind(catalogue: Catalogue) -> Iterator[Engine]:
    """The catalogue's database without any of our code, to look or to change something behind its back."""
    database = create_engine(catalogue.url)
    yield database
    database.dispose()


def dump(database: Engine) -> str:
    """Every value of every row of a database."""
    tables = MetaData()
    tables.reflect(database)
    with database.connect() as connection:
        return "\n".join(str(row) for table in tables.tables.values() for row in connection.execute(select(table)))


@pytest.fixture
def add(catalogue: Catalogue) -> Add:
    """How to put a document of several pages in the catalogue."""
    return adding(catalogue)


def adding(catalogue: Catalogue) -> Add:
    """How to put a document of several pages in a catalogue."""

    def put(
        title: str,
        *texts: str,
        path: str = "",
        territories: tuple[str, ...] = (),
        date: PartialDate | None = None,
        event: Event | None = None,
    ) -> str:
        passages = tuple(Passage(ordinal, Locator(Unit.PAGE, ordinal + 1), text) for ordinal, text in enumerate(texts))
        tags = (
            Tag(Facet.FORMAT, "pdf", TagSource.CONTENT, "type du fichier"),
            *(Tag(Facet.TERRITORY, slug, TagSource.FOLDER, f"dossier « {slug} »") for slug in territories),
        )
        where = path or f"{title}.pdf"
        with catalogue.transaction() as transaction:
            id_ = transaction.documents.create(
                Content(where.ljust(64, "0")[:64], "pdf", title, passages, signature=signature(passages))
            )
            transaction.files.save(FileLocation(where, FileStat(1, 1, 0), where.ljust(64, "0")[:64], id_))
            transaction.descriptions.save_each({id_: Description(title, date, event, tags)})
        return id_

    return put
