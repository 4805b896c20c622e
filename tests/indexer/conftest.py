"""A library in a folder, and an indexer over it with real workers."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from pptx import Presentation

from extractors import Limits, Pool
from index.catalogue.catalogue import Catalogue
from index.generations.live import LiveIndex
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import MEMBERS, Document
from index.search.questions import Question
from index.search.service import Search
from indexer.describe import prepare_text
from indexer.describe.rules import DescriptionRules
from indexer.runtime.indexer import Indexer, IndexerOptions, IndexingResult
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERYONE = frozenset({MEMBERS})


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Workers, started once."""
    with Pool(2, Limits(seconds=20), prepare_text) as opened:
        yield opened


@dataclass
class Bench:
    """An installation, its indexer, and the few gestures of the tests."""

    library: Path
    catalogue: Catalogue
    indexer: Indexer
    searching: Search
    pool: Pool
    follower: IndexSynchroniser
    index: Path
    settle_seconds: float = 0.0
    calendar: Path | None = None

    def put(self, path: str, text: str) -> Path:
        """Write a text file that has stood still for long enough."""
        file = self.library / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def step(self) -> IndexingResult:
        """One look; the tests' delay is nil, so all that is seen has settled."""
        return self.indexer.run_once()

    def restart(self) -> None:
        """Another indexer over the same folder and catalogue, as after a crash of the first."""
        rules = DescriptionRules(self.catalogue, load_vocabulary(), self.library, self.calendar)
        pace = IndexerOptions(self.settle_seconds)
        self.indexer = Indexer(self.library, self.catalogue, self.follower, rules, self.pool, options=pace)

    def keep_up(self) -> None:
        """Take up what others wrote into the catalogue, without a look at the folder."""
        while self.indexer.advance():
            continue

    def found(self, words: str) -> list[Document]:
        """The documents that a question finds."""
        return [each.document for each in self.searching.ask(Question(words)).found]


@pytest.fixture
def bench(tmp_path: Path, pool: Pool) -> Iterator[Bench]:
    """An empty library with its indexer."""
    with open_bench(tmp_path, pool) as opened:
        yield opened


@contextmanager
def open_bench(tmp_path: Path, pool: Pool) -> Iterator[Bench]:
    """The same in a folder."""
    library = tmp_path / "bibliotheque"
    library.mkdir(parents=True)
    vocabulary = load_vocabulary()
    with ExitStack() as stack:
        catalogue = stack.enter_context(closing(Catalogue.open(f"sqlite:///{tmp_path / 'c.sqlite'}")))
        follower = stack.enter_context(IndexSynchroniser(tmp_path / "index", catalogue))
        rules = DescriptionRules(catalogue, vocabulary, library)
        indexer = Indexer(library, catalogue, follower, rules, pool, options=IndexerOptions(settle_seconds=0))
        searching = Search(LiveIndex(tmp_path / "index"), catalogue, vocabulary)
        yield Bench(library, catalogue, indexer, searching, pool, follower, tmp_path / "index")


def only(bench: Bench, words: str) -> str:
    """The id of the one document found."""
    (document,) = bench.found(words)
    return document.id


def write_deck(path: Path, *slides: str) -> None:
    """A real presentation, each slide with a title and nothing else."""
    deck = Presentation()
    for text in slides:
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    deck.save(str(beside))
    os.replace(beside, path)  # noqa: PTH105 - the rename is the point: the file appears whole
