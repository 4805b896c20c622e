"""Several web processes share what they have packed, as long as each of them would pack the same."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from index.accounts import FolderRule
from index.generations.live import LiveIndex
from index.generations.synchroniser import IndexSynchroniser
from index.model import ANIMATORS, MEMBERS, Event, Facet, PartialDate
from index.search import service, shared_answers
from index.search.questions import BoostSettings, Question
from index.search.service import Search
from index.search.shared_answers import SharedAnswers
from index.vocabulary import VocabularyEntry
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from index.search import Answer
    from index.vocabulary import Vocabulary
    from tests.index.conftest import Add

WEBINAR = Event("webinaire-2024-01-25", "webinaire", "L’aller vers", PartialDate(2024, 1, 25))
CAF = Question("convention caf")


def _pack(answer: Answer) -> bytes:
    events = ((each.document.title, each.document.event) for each in answer.found)
    return "\n".join(sorted(f"{title}, {event.title if event else ''}" for title, event in events)).encode()


@dataclass
class Process:
    """The search of one web process, with the questions for which it has packed an answer itself."""

    search: Search
    packed: list[str] = field(default_factory=list)

    def ask(self, question: Question = CAF, name: str = "page") -> str:
        """What this process answers."""

        def pack(answer: Answer) -> bytes:
            self.packed.append(answer.question.text)
            return _pack(answer)

        return self.search.recall(question, name, pack).decode()


@dataclass
class Service:
    """The web processes of one service over one library."""

    folder: Path
    catalogue: Catalogue

    def start(self, vocabulary: Vocabulary | None = None, boosts: BoostSettings = BoostSettings()) -> Process:  # noqa: B008 - frozen
        """A process that joins it, once it has read the words of the index."""
        live = LiveIndex(self.folder / "index")
        live.lexicon_of(frozenset({MEMBERS}))
        shared = SharedAnswers(self.folder)
        return Process(Search(live, self.catalogue, vocabulary or load_vocabulary(), boosts=boosts, shared=shared))

    def synchronise(self) -> None:
        """Have the index follow the catalogue."""
        with IndexSynchroniser(self.folder / "index", self.catalogue) as follower:
            follower.synchronise()


@pytest.fixture
def several(tmp_path: Path, catalogue: Catalogue, add: Add) -> Service:
    """A library of two documents about a question, which a process has answered."""
    add("Une convention", "La convention avec la CAF", event=WEBINAR, path="reserve/Une convention.pdf")
    add("Compte rendu", "La CAF parle de sa convention, et la CPAM de la sienne.")
    made = Service(tmp_path, catalogue)
    made.synchronise()
    made.start().ask()
    return made


def test_what_one_has_packed_serves_the_others(several: Service) -> None:
    """Another page, filter, width, name or set of groups is another answer."""
    other = several.start()
    assert other.ask() == "Compte rendu, \nUne convention, L’aller vers"
    assert other.packed == []
    for question in (
        Question("convention caf", page=2),
        Question("convention caf", all_words=True),
        Question("convention caf", selection={Facet.YEAR: frozenset({"2024"})}),
    ):
        other.ask(question)
    other.ask(name="autre")
    assert len(other.packed) == 4


def test_nobody_is_given_what_others_may_see(several: Service) -> None:
    """The answer of an animator is not that of a member, and a rule counts at once in every process."""
    several.catalogue.access.rules.save_folder_rule(FolderRule("reserve", frozenset({ANIMATORS})), "")
    assert several.start().ask() == "Compte rendu, "
    several.synchronise()
    animator = Question("convention caf", groups=frozenset({MEMBERS, ANIMATORS}))
    assert several.start().ask(animator) == "Compte rendu, \nUne convention, L’aller vers"
    assert several.start().ask() == "Compte rendu, "


def test_a_change_that_no_document_bears_is_seen(several: Service) -> None:
    """The title of a gathering, as any change of what answers show."""
    with several.catalogue.transaction() as transaction:
        transaction.events.save(Event(WEBINAR.id, "webinaire", "La suite", WEBINAR.date))
    assert "La suite" in several.start().ask()


def test_processes_that_differ_share_nothing(several: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has read other settings, another vocabulary or another version, or that is at another day."""
    words = load_vocabulary()
    themes = {**words.themes, "guichets": VocabularyEntry("guichets", "Guichets")}
    wider = replace(words, facet_entries={**words.facet_entries, Facet.THEME: themes})
    others = [several.start(wider), several.start(boosts=BoostSettings(recent=0.2))]
    for other in others:
        other.ask()
        assert other.packed
    for name, value in (("read_today", PartialDate(2031, 1, 1)), ("_read_version", "9.9")):
        with monkeypatch.context() as patch:
            patch.setattr(service if name == "read_today" else shared_answers, name, lambda value=value: value)
            other = several.start()
            other.ask()
            assert other.packed, name


def test_words_of_another_revision_share_nothing(several: Service, add: Add) -> None:
    """A process that still corrects by the words of before makes its answers for itself."""
    late = several.start()
    add("Avenant", "La convention de la CAF change")
    several.synchronise()
    assert "Avenant" in several.start().ask()
    assert "Avenant" in late.ask()
    assert late.packed


def test_a_file_that_fails_costs_time_and_nothing_else(several: Service, caplog: pytest.LogCaptureFixture) -> None:
    """Another process that holds it, a disk that is full: the answer is made anew, and the log says so."""
    other = several.start()
    with closing(sqlite3.connect(several.folder / "reponses.sqlite", isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        assert other.ask(Question("cpam")) == "Compte rendu, "
        holder.execute("ROLLBACK")
        holder.execute("DROP TABLE answers")
    assert several.start().ask() == "Compte rendu, \nUne convention, L’aller vers"
    assert other.ask(Question("convention")) == "Compte rendu, \nUne convention, L’aller vers"
    assert "cannot be shared" in caplog.text


def test_what_is_shared_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest go first, and what is large is not shared at all."""
    monkeypatch.setattr(shared_answers, "_MAX_ANSWERS", 100)
    answers = SharedAnswers(tmp_path)
    for number in range(400):
        answers.keep(bytes([number % 256, number // 256]), b"%d" % number)
    with closing(sqlite3.connect(tmp_path / "reponses.sqlite")) as database:
        ((held,),) = database.execute("SELECT count(*) FROM answers").fetchall()
    assert 100 <= held <= 164
    assert answers.find(bytes([143, 1])) == b"399"
    assert answers.find(bytes([0, 0])) is None
    answers.keep(b"large", bytes(200_000))
    assert answers.find(b"large") is None
