"""What is new for a question: nothing twice, nothing missed because the index was late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from index.generations.live import LiveIndex
from index.generations.synchroniser import IndexSynchroniser
from index.model import Facet
from index.search import news
from index.search.questions import Question
from index.search.service import Search
from index.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def follower(tmp_path: Path, catalogue: Catalogue) -> Iterator[IndexSynchroniser]:
    """What brings the index up to date, when told to."""
    with IndexSynchroniser(tmp_path / "index", catalogue) as opened:
        yield opened


@pytest.fixture
def search(tmp_path: Path, catalogue: Catalogue, follower: IndexSynchroniser) -> Search:
    """A search over the index as far as it has been brought."""
    follower.synchronise()
    return Search(LiveIndex(tmp_path / "index"), catalogue, Vocabulary())


def test_the_latest_that_answer(catalogue: Catalogue, search: Search, follower: IndexSynchroniser, add: Add) -> None:
    """Newest first, words and filters both apply, and no more than asked for."""
    first = add("Un", "Le RSA en chiffres", territories=("grigny",))
    add("Deux", "La prime d’activité", territories=("grigny",))
    third = add("Trois", "Le RSA en images", territories=("grigny",))
    add("Quatre", "Le RSA ailleurs")
    follower.synchronise()
    question = Question("RSA", {Facet.TERRITORY: frozenset({"grigny"})})
    assert [each.id for each in news.find_latest_documents(search, catalogue, question, 9)] == [third, first]
    assert [each.id for each in news.find_latest_documents(search, catalogue, question, 1)] == [third]


def test_news_stops_before_what_the_index_has_yet_to_learn(
    catalogue: Catalogue, search: Search, follower: IndexSynchroniser, add: Add
) -> None:
    """A document that the index does not hold yet is told of the next time, not lost."""
    later = datetime.now(UTC) + timedelta(days=1)
    first = add("Un", "Le RSA en chiffres")
    follower.synchronise()
    late = add("Deux", "Le RSA en images")
    told = news.find_news(search, catalogue, Question("RSA"), BEGINNING, later)
    assert [each.id for each in told.documents] == [first]
    assert told.until == catalogue.documents.find_each([late], Question().groups)[late].added
    follower.synchronise()
    again = news.find_news(search, catalogue, Question("RSA"), told.until, later)
    assert [each.id for each in again.documents] == [late]
    assert again.until == later
    assert news.find_news(search, catalogue, Question("RSA"), again.until, later).documents == ()
