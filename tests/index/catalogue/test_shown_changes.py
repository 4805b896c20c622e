"""Each write of what an answer may show is counted, so that no answer that is remembered is stale."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

from index.accounts import FolderRule
from index.catalogue import DailyOpening, DailySearch, SearchTally
from index.catalogue.repositories import load_all_tables
from index.catalogue.tables import Base, ClockRow
from index.generations import IndexSynchroniser, LiveIndex
from index.model import ANIMATORS, MEMBERS, Event, PartialDate
from index.search import Question, Search
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from index.catalogue import Catalogue
    from tests.index.conftest import Add

WEBINAR = Event("webinaire-2024-01-25", "webinaire", "L’aller vers", PartialDate(2024, 1, 25))
PATH = "reserve/Une convention.pdf"


def _rename(catalogue: Catalogue, _: str) -> None:
    with catalogue.transaction() as transaction:
        location = transaction.files.find(PATH)
        assert location
        transaction.files.save(replace(location, path="ailleurs/Une convention.pdf"))
        transaction.files.forget(PATH)


def _entitle_event(catalogue: Catalogue, _: str) -> None:
    with catalogue.transaction() as transaction:
        transaction.events.save(replace(WEBINAR, title="Aller vers, la suite"))


def _reserve(catalogue: Catalogue, _: str) -> None:
    catalogue.access.rules.save_folder_rule(FolderRule("reserve", frozenset({ANIMATORS})), "")


def _vote(catalogue: Catalogue, id_: str) -> None:
    catalogue.ballots.cast(id_, "a", useful=True)


def _count(catalogue: Catalogue, id_: str) -> None:
    today = date(2024, 2, 1)
    catalogue.usage.add({DailySearch("caf", today): SearchTally(1, 1)}, {DailyOpening(id_, today): 1}, {})


def _write_memo(catalogue: Catalogue, _: str) -> None:
    with catalogue.transaction() as transaction:
        transaction.indexer.write_memo("essai", "1")


def _save_and_fail(catalogue: Catalogue) -> None:
    with catalogue.transaction() as transaction:
        transaction.events.save(WEBINAR)
        raise RuntimeError


@pytest.mark.parametrize("write", [_rename, _entitle_event, _reserve, _vote])
def test_what_is_shown_and_changes_is_counted(
    catalogue: Catalogue, add: Add, write: Callable[[Catalogue, str], None]
) -> None:
    """Also where no document has a new revision: a path, the title of an event, a rule, a voice."""
    id_ = add("Une convention", "La convention avec la CAF", event=WEBINAR, path=PATH)
    before = catalogue.revisions.read_shown()
    write(catalogue, id_)
    assert catalogue.revisions.read_shown().changes > before.changes


@pytest.mark.parametrize("write", [_count, _write_memo])
def test_what_no_answer_shows_is_not_counted(
    catalogue: Catalogue, add: Add, write: Callable[[Catalogue, str], None]
) -> None:
    """Searches that are counted every few seconds must not have all answers forgotten."""
    id_ = add("Une convention", "La convention avec la CAF", event=WEBINAR, path=PATH)
    before = catalogue.revisions.read_shown()
    write(catalogue, id_)
    assert catalogue.revisions.read_shown() == before


def test_what_fails_is_not_counted(catalogue: Catalogue, add: Add) -> None:
    """The number is part of the transaction that is undone."""
    add("Une convention", "La convention avec la CAF", path=PATH)
    before = catalogue.revisions.read_shown()
    with pytest.raises(RuntimeError):
        _save_and_fail(catalogue)
    assert catalogue.revisions.read_shown() == before


def test_an_answer_reads_no_table_whose_changes_are_not_counted(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Whoever has an answer show one more table learns here that its changes must count."""
    add("Une convention", "La convention de la CAF avec la CPAM", event=WEBINAR, path=PATH)
    add("Compte rendu", "La CAF de Lyon parle de l’aller vers.", territories=("metropole-de-lyon",))
    with IndexSynchroniser(tmp_path / "index", catalogue) as follower:
        follower.synchronise()
    _reserve(catalogue, "")
    search = Search(LiveIndex(tmp_path / "index"), catalogue, load_vocabulary())
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        for words in ("convention CAF", "quels territoires travaillent avec la CAF ?", "webinaire 2024", "CPAM", ""):
            for groups in ({MEMBERS}, {MEMBERS, ANIMATORS}):
                answer = search.ask(Question(words, groups=frozenset(groups)))
                search.build_cards(answer)
                search.find_answers(answer)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    read = set(re.findall(r"\b(?:FROM|JOIN) (\w+)", " ".join(asked)))
    load_all_tables()
    unshown = {name for name, table in Base.metadata.tables.items() if not table.info["is_shown"]}
    assert {"document", "place", "passage", "event", "folder_rule"} <= read
    assert read & unshown == {ClockRow.__tablename__}


def test_a_table_that_is_loaded_late_is_known_as_any(tmp_path: Path) -> None:
    """Tables are loaded when they are first asked for: what a process has written before changes nothing."""
    done = subprocess.run(  # noqa: S603 - Python itself
        [sys.executable, "-c", _LATE, f"sqlite:///{tmp_path / 'catalogue.sqlite'}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["False", "0", "True"]


_LATE = """
import sys
from datetime import date
from sqlalchemy import delete
from index.catalogue import Catalogue
from index.catalogue.tables import QueueRow
from index.catalogue.writing import begin_write
catalogue = Catalogue.open(sys.argv[1])
with begin_write(catalogue._database) as session:
    session.execute(delete(QueueRow))
before = catalogue.revisions.read_shown().changes
print("index.catalogue.usage" in sys.modules)
catalogue.usage.forget_rare(date(2024, 2, 1), 1)
print(catalogue.revisions.read_shown().changes - before, "index.catalogue.usage" in sys.modules)
"""
