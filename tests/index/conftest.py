"""A catalogue, and the few words that it takes to put a document in it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Protocol

import pytest

from index.catalogue import Catalogue, Content, Description, Place
from index.model import Event, Facet, Locator, PartialDate, Passage, Tag, TagSource, Unit
from index.sketch import sketch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue in a file."""
    with closing(Catalogue.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")) as opened:
        yield opened


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
        with catalogue.writing() as write:
            id_ = write.create(Content(where.ljust(64, "0")[:64], "pdf", title, passages, sketch=sketch(passages)))
            write.keep_place(Place(where, 1, 1, where.ljust(64, "0")[:64], id_))
            write.describe(id_, Description(title, date, event, tags))
        return id_

    return put
