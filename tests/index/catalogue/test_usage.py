"""What is searched and opened is counted by day, and forgets the words that one person alone may have typed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect

from index.catalogue.catalogue import Catalogue
from index.catalogue.usage import WITHOUT_WORDS, CatalogueBusyError, DailyOpening, DailySearch, SearchTally
from index.model.documents import MEMBERS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.index.conftest import Add

EVERYONE = frozenset({MEMBERS})
TODAY = date(2026, 3, 18)
YESTERDAY = TODAY - timedelta(days=1)
LONG_AGO = TODAY - timedelta(days=40)


def test_counts_of_a_day_add_up(catalogue: Catalogue) -> None:
    """Two batches of the same day are one row; the last one says whether the search finds."""
    catalogue.usage.add({DailySearch("rsa", TODAY): SearchTally(2, 0)}, {})
    catalogue.usage.add(
        {DailySearch("rsa", TODAY): SearchTally(3, 7), DailySearch("zut", YESTERDAY): SearchTally(1, 0)}, {}
    )
    assert catalogue.usage.count_searches_by_day(LONG_AGO) == {TODAY: (5, 0), YESTERDAY: (1, 1)}


def test_nothing_personal_has_a_place(tmp_path: Path) -> None:
    """The tables have no column for who, from where, or at what hour."""
    with closing(Catalogue.open(f"sqlite:///{tmp_path / 'c.sqlite'}")) as catalogue:
        looked = inspect(catalogue.usage._database)  # noqa: SLF001 - the schema as it is on disk
        columns = {name: {each["name"] for each in looked.get_columns(name)} for name in ("searched", "opened")}
    assert columns == {"searched": {"text", "day", "times", "found"}, "opened": {"document_id", "day", "times"}}


def test_the_words_of_rare_searches_are_forgotten(catalogue: Catalogue) -> None:
    """Asked once and old: the words go, the count stays. Asked twice, or lately: the words stay."""
    catalogue.usage.add(
        {
            DailySearch("une seule fois", LONG_AGO): SearchTally(1, 0),
            DailySearch("deux fois", LONG_AGO): SearchTally(1, 0),
            DailySearch("deux fois", TODAY): SearchTally(1, 0),
            DailySearch("hier", YESTERDAY): SearchTally(1, 0),
        },
        {},
    )
    catalogue.usage.forget_rare(TODAY, 30)
    assert {each.text for each in catalogue.usage.list_fruitless(LONG_AGO, 9)} == {"deux fois", "hier"}
    assert sum(times for times, _ in catalogue.usage.count_searches_by_day(LONG_AGO).values()) == 4


def test_a_search_that_finds_at_last_is_no_longer_fruitless(catalogue: Catalogue) -> None:
    """Only the last answer counts; the most asked comes first; searches without words are not listed."""
    usage = catalogue.usage
    usage.add(
        {DailySearch("camion", YESTERDAY): SearchTally(9, 0), DailySearch("péniche", YESTERDAY): SearchTally(2, 0)}, {}
    )
    usage.add(
        {DailySearch("barque", TODAY): SearchTally(1, 0), DailySearch(WITHOUT_WORDS, TODAY): SearchTally(5, 0)}, {}
    )
    assert [each.text for each in usage.list_fruitless(LONG_AGO, 9)] == ["camion", "péniche", "barque"]
    usage.add({DailySearch("camion", TODAY): SearchTally(1, 3)}, {})
    assert [each.text for each in usage.list_fruitless(LONG_AGO, 9)] == ["péniche", "barque"]
    usage.forget("péniche")
    assert [(each.text, each.times, each.last) for each in usage.list_fruitless(LONG_AGO, 9)] == [("barque", 1, TODAY)]


def test_openings_rank_documents(catalogue: Catalogue, add: Add) -> None:
    """The most opened first; those never opened are counted apart; what one may not see is in neither."""
    first, second, third = add("Un"), add("Deux"), add("Trois")
    catalogue.usage.add({}, {DailyOpening(second, TODAY): 2, DailyOpening(first, TODAY): 1})
    catalogue.usage.add({}, {DailyOpening(first, YESTERDAY): 4})
    opened = catalogue.usage.list_most_opened(EVERYONE, LONG_AGO, 9)
    assert [(document.id, times) for document, times in opened] == [(first, 5), (second, 2)]
    total, never = catalogue.usage.list_never_opened(EVERYONE, 9)
    assert (total, [each.id for each in never]) == (1, [third])
    assert catalogue.usage.list_most_opened(frozenset({"autres"}), LONG_AGO, 9) == ()
    assert catalogue.usage.list_never_opened(frozenset({"autres"}), 9) == (0, ())


def test_another_writer_is_waited_for_within_bounds(tmp_path: Path) -> None:
    """A catalogue held by another gives an error that can be acted upon, and writes nothing."""
    file = tmp_path / "c.sqlite"
    with closing(Catalogue.open(f"sqlite:///{file}")) as catalogue, closing(sqlite3.connect(file)) as other:
        with catalogue.usage._database.connect() as connection:  # noqa: SLF001 - a shorter patience than the true one
            connection.exec_driver_sql("PRAGMA busy_timeout=50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(CatalogueBusyError):
            catalogue.usage.add({DailySearch("rsa", TODAY): SearchTally(1, 1)}, {})
        other.rollback()
        assert catalogue.usage.count_searches_by_day(LONG_AGO) == {}
