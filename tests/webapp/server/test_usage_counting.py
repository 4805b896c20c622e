"""Counting aside: what a view costs is a line in memory, and what cannot be written is said, not waited for."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from index.catalogue.catalogue import Catalogue
from index.catalogue.usage import WITHOUT_WORDS, CatalogueBusyError, DailyOpening, DailySearch, SearchTally, Usage
from index.model import Facet
from index.model.documents import MEMBERS
from index.search.questions import Answer, Question
from webapp.server import usage_counting
from webapp.server.usage_counting import UsageCounter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from index.catalogue.search_steps import SearchStep
    from tests.webapp.small_library import SmallLibrary


def _today() -> date:
    """Asked within each test: the day may change while they run."""
    return datetime.now().astimezone().date()


def _long_ago() -> date:
    return _today() - timedelta(days=40)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue."""
    with closing(Catalogue.open(f"sqlite:///{tmp_path / 'c.sqlite'}")) as opened:
        yield opened


EVERYONE = frozenset({MEMBERS})


def _answer(question: Question, total: int = 0) -> Answer:
    return Answer(question, total, (), {})


def _kept(catalogue: Catalogue) -> set[str]:
    return {each.text for each in catalogue.usage.list_fruitless(_long_ago(), 99)}


def test_a_question_is_counted_when_it_is_asked(catalogue: Catalogue) -> None:
    """Its next pages and its filters ask nothing new; without words there is no question."""
    ledger = UsageCounter(catalogue.usage, 30)
    for question in (
        Question("  Échange   de DONNÉES "),
        Question("Échange de données", page=2),
        Question("Échange de données", {Facet.THEME: frozenset({"rgpd"})}),
        Question(""),
    ):
        ledger.count_search(_answer(question))
    ledger.close()
    assert _kept(catalogue) == {"échange de données"}
    assert catalogue.usage.count_searches_by_day(_long_ago()) == {_today(): (1, 1)}


@pytest.mark.parametrize(
    "text",
    ["marie.martin@exemple.fr", "dossier 1234567", "06 12 34 56 78", "2 84 05 88 123 456 78", "martin 06.12.34.56.78"],
)
def test_what_may_name_someone_is_counted_without_its_words(catalogue: Catalogue, text: str) -> None:
    """Addresses and numbers of persons are not kept, even for a day."""
    ledger = UsageCounter(catalogue.usage, 30)
    ledger.count_search(_answer(Question(text), 3))
    ledger.count_search(_answer(Question("année:2023..2025")))
    ledger.close()
    assert _kept(catalogue) == {"année:2023..2025"}
    assert catalogue.usage.count_searches_by_day(_long_ago()) == {_today(): (2, 1)}


class _Busy(Usage):
    """A catalogue that another writer holds."""

    def __init__(self) -> None:
        """No database at all."""

    def add(
        self,
        _searches: Mapping[DailySearch, SearchTally],
        _openings: Mapping[DailyOpening, int],
        _steps: Mapping[SearchStep, int] = MappingProxyType({}),
    ) -> None:
        """Refuse, as the true one does after its wait."""
        raise CatalogueBusyError


def test_a_busy_catalogue_loses_nothing_until_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts wait, and those that find no more room are dropped and told so: nobody is made to wait."""
    monkeypatch.setattr(usage_counting, "MAX_WAITING_COUNTS", 3)
    ledger = UsageCounter(_Busy(), 30)
    for number in range(5):
        ledger.count_opening(f"document-{number}")
        ledger.flush()
    ledger.count_opening("document-0")
    assert ledger.dropped == 2
    ledger.close()


def test_counts_that_waited_are_written_once(tmp_path: Path) -> None:
    """What a held catalogue refused is written when it is free, with what came meanwhile."""
    file = tmp_path / "c.sqlite"
    with closing(Catalogue.open(f"sqlite:///{file}")) as catalogue, closing(sqlite3.connect(file)) as other:
        with catalogue.usage._database.connect() as connection:  # noqa: SLF001 - a shorter patience than the true one
            connection.exec_driver_sql("PRAGMA busy_timeout=50")
        ledger = UsageCounter(catalogue.usage, 30)
        other.execute("BEGIN IMMEDIATE")
        ledger.count_search(_answer(Question("rsa"), 0))
        ledger.flush()
        ledger.count_search(_answer(Question("rsa"), 4))
        other.rollback()
        ledger.close()
        assert catalogue.usage.count_searches_by_day(_long_ago()) == {_today(): (2, 0)}
        assert ledger.dropped == 0


def test_rare_words_are_forgotten_by_the_way(catalogue: Catalogue) -> None:
    """Nobody has to think of it: the first writing of a day sees to it."""
    catalogue.usage.add({DailySearch("rare", _long_ago()): SearchTally(1, 0)}, {})
    UsageCounter(catalogue.usage, 30).close()
    assert _kept(catalogue) == set()
    assert catalogue.usage.count_searches_by_day(_long_ago()) == {_long_ago(): (1, 0)}


def test_pages_count(app: Flask, client: FlaskClient, library: SmallLibrary) -> None:
    """A search and the opening of its document are counted; half a word is not, nor what tools ask of the API."""
    document = next(iter(library.ids.values()))
    usage = app.extensions["ruche"].catalogue.usage
    # What other tests asked of this application may still wait.
    usage_counting.usage_counter(app).flush()
    before = usage.count_searches_by_day(_long_ago()).get(_today(), (0, 0))[0]
    client.get("/recherche?q=zanzibar+compté")
    client.get("/recherche?q=zanzib&frappe=1")
    client.get("/api/v1/search?q=zanzibar+compté")
    client.get(f"/documents/{document}")
    usage_counting.usage_counter(app).flush()
    assert usage.count_searches_by_day(_long_ago())[_today()][0] == before + 1
    assert document in {each.id for each, _ in usage.list_most_opened(frozenset({"membres"}), _long_ago(), 99)}
    assert WITHOUT_WORDS not in {each.text for each in usage.list_fruitless(_long_ago(), 99)}


def test_a_catalogue_held_by_another_slows_no_search(app: Flask, client: FlaskClient, library: SmallLibrary) -> None:
    """While someone else writes, pages answer: nothing of a request waits for a writer's turn."""
    file = library.settings.data / "catalogue.sqlite"
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert client.get("/recherche?q=rsa").status_code == 200
        assert client.get(f"/documents/{next(iter(library.ids.values()))}").status_code == 200
        other.rollback()
    usage_counting.usage_counter(app).flush()


def test_a_step_needs_words_on_both_sides(catalogue: Catalogue) -> None:
    """Words that may name somebody, none, and the same once more are no step."""
    ledger = UsageCounter(catalogue.usage, 30)
    for came_from, text in (
        ("Chômage", "demandeurs"),
        ("chômage ", "demandeurs"),
        ("06 12 34 56 78", "demandeurs"),
        ("chômage", "06 12 34 56 78"),
        ("demandeurs", "Demandeurs"),
        ("", "demandeurs"),
    ):
        ledger.count_search(_answer(Question(came_from)), "")
        ledger.count_search(_answer(Question(text)), came_from)
    ledger.close()
    told = catalogue.usage.list_followups(["chômage", "demandeurs", WITHOUT_WORDS], EVERYONE)
    assert [each.next_texts for each in told.values()] == [("demandeurs",), (), ()]
