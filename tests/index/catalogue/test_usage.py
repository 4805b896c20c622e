"""What is searched and opened is counted by day, and forgets the words that one person alone may have typed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect

from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue import search_steps
from index.catalogue.catalogue import Catalogue
from index.catalogue.search_steps import SearchFollowups, SearchStep
from index.catalogue.usage import (
    WITHOUT_WORDS,
    CatalogueBusyError,
    DailyOpening,
    DailySearch,
    SearchFault,
    SearchTally,
)
from index.model.documents import MEMBERS
from tests.index.conftest import dump

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Engine

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
        names = ("searched", "opened", "next_search", "opened_result")
        columns = {name: {each["name"] for each in looked.get_columns(name)} for name in names}
    assert columns == {
        "searched": {"text", "day", "times", "found", "opened"},
        "opened": {"document_id", "day", "times"},
        "next_search": {"text", "next_text", "day", "times"},
        "opened_result": {"text", "document_id", "day", "times"},
    }


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


def test_what_followed_a_search_is_told_from_two_times_on(catalogue: Catalogue, add: Add) -> None:
    """What a single person did is told to nobody; after a search that found enough, another errand begins."""
    deck, other = add("Diaporama", "texte"), add("Autre", "texte")
    searches = {
        DailySearch("chomage", TODAY): SearchTally(3, 0),
        DailySearch("demandeurs", TODAY): SearchTally(3, 9),
    }
    steps = {
        SearchStep("chomage", TODAY, next_text="demandeurs"): 2,
        SearchStep("chomage", TODAY, next_text="pêche"): 1,
        SearchStep("demandeurs", TODAY, document_id=deck): 2,
        SearchStep("demandeurs", TODAY, document_id=other): 1,
        SearchStep("demandeurs", TODAY, next_text="chomage"): 5,
    }
    catalogue.usage.add(searches, {}, steps)
    told = catalogue.usage.list_followups(["chomage", "demandeurs", "jamais"], EVERYONE)
    assert told["chomage"].next_texts == ("demandeurs",)
    assert [each.id for each in told["chomage"].documents] == [deck]
    assert told["demandeurs"].next_texts == ()
    assert told["jamais"] == SearchFollowups()
    # Nobody is told of what they may not see.
    assert catalogue.usage.list_followups(["chomage"], frozenset({"autres"}))["chomage"].documents == ()


def test_what_followed_a_search_is_forgotten(catalogue: Catalogue, add: Add, behind: Engine) -> None:
    """After ninety days; at once with the words of the search, or with those that came after."""
    deck, old = add("Diaporama", "texte"), TODAY - timedelta(days=90)
    steps = {
        SearchStep("un", TODAY, next_text="deux"): 2,
        SearchStep("deux", TODAY, document_id=deck): 2,
        SearchStep("trois", old, document_id=deck): 2,
        SearchStep("quatre", TODAY, document_id=deck): 2,
    }
    catalogue.usage.add({DailySearch(text, TODAY): SearchTally(2, 0) for text in ("un", "deux", "quatre")}, {}, steps)
    catalogue.usage.forget_rare(TODAY, 30)
    catalogue.usage.forget("deux")
    left = dump(behind)
    assert ("quatre" in left, "trois" in left, "deux" in left) == (True, False, False)


def test_what_is_wrong_with_a_search(catalogue: Catalogue, add: Add) -> None:
    """Nothing, little, or enough of which nobody opened anything, from two times on."""
    deck = add("Diaporama", "texte")
    counts = {"rien": (1, 0), "peu": (1, 3), "fermé": (2, 9), "ouvert": (2, 9), "une fois": (1, 9)}
    catalogue.usage.add(
        {DailySearch(text, TODAY): SearchTally(*each) for text, each in counts.items()},
        {},
        {SearchStep("ouvert", TODAY, document_id=deck): 1},
    )
    faulty = {fault: [each.text for each in catalogue.usage.list_faulty(fault, TODAY, 9)] for fault in SearchFault}
    assert list(faulty.values()) == [["rien"], ["peu"], ["fermé"]]


def test_what_a_group_opens_is_not_told(catalogue: Catalogue, add: Add, behind: Engine) -> None:
    """An opened document of a reserved folder is in no count that animators outside of the group read."""
    catalogue.access.rules.save_group(Group("comite", "Comité"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("secret", frozenset({"comite"})), "")
    hidden = add("Plan", "texte", path="secret/plan.pdf")
    catalogue.usage.add(
        {DailySearch("plan", TODAY): SearchTally(2, 9)}, {}, {SearchStep("plan", TODAY, document_id=hidden): 2}
    )
    assert [each.text for each in catalogue.usage.list_faulty(SearchFault.UNOPENED, TODAY, 9)] == ["plan"]
    assert f"('plan', '{hidden}'" not in dump(behind)


def test_steps_of_a_day_are_bounded(catalogue: Catalogue, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    """Further ones are not counted; those that are known go on."""
    monkeypatch.setattr(search_steps, "MOST_STEPS_A_DAY", 2)
    deck = add("Diaporama", "texte")
    steps = {SearchStep(f"mot{number}", TODAY, document_id=deck): 1 for number in range(4)}
    catalogue.usage.add({}, {}, steps)
    catalogue.usage.add({}, {}, steps)
    told = catalogue.usage.list_followups([each.text for each in steps], EVERYONE)
    assert [bool(each.documents) for each in told.values()] == [True, True, False, False]
