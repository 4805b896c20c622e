"""What was asked before is answered from memory only as long as the index would say the same."""

from __future__ import annotations

import gc
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import ref

import pytest

from index.accounts import FolderRule
from index.accounts.audiences import EVERY_ANIMATOR
from index.catalogue import ShownRevision
from index.engines.tantivy.tantivy_engine import TantivyEngine
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.generations.synchroniser import IndexSynchroniser
from index.model import ANIMATORS, Event, Facet, PartialDate
from index.query import Lexicon
from index.search import service
from index.search.meaning import MeaningRanker, RankingModels
from index.search.memory import AnswerMemory, Moment, Usefulness, estimate_size
from index.search.questions import BoostSettings, IndexView, Question
from index.search.service import Search
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from index.engines import Query, Results
    from tests.index.conftest import Add

WEBINAR = Event("webinaire-2024-01-25", "webinaire", "L’aller vers", PartialDate(2024, 1, 25))
CAF = Question("convention caf")


@dataclass
class Library:
    """A search over a library that changes, with what its engine was asked."""

    folder: Path
    catalogue: Catalogue
    live: LiveIndex
    search: Search
    asked: list[Query] = field(default_factory=list)

    def synchronise(self) -> None:
        """Have the index follow the catalogue."""
        with IndexSynchroniser(self.folder, self.catalogue) as follower:
            follower.synchronise()

    def titles(self, question: Question = CAF) -> list[str]:
        """The titles of what a question finds, and note what the engine is asked for it."""
        self.asked.clear()
        return [each.document.title for each in self.search.ask(question).found]


@pytest.fixture
def library(tmp_path: Path, catalogue: Catalogue, add: Add, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library of two documents about a question, which was asked once."""
    add("Une convention", "La convention avec la CAF", event=WEBINAR, path="reserve/Une convention.pdf")
    add("Compte rendu", "La CAF parle de sa convention, et la CPAM de la sienne.")
    live = LiveIndex(tmp_path / "index")
    made = Library(tmp_path / "index", catalogue, live, Search(live, catalogue, load_vocabulary()))
    made.synchronise()
    search = TantivyEngine.search

    def note(engine: TantivyEngine, query: Query) -> Results:
        made.asked.append(query)
        return search(engine, query)

    monkeypatch.setattr(TantivyEngine, "search", note)
    assert sorted(made.titles()) == ["Compte rendu", "Une convention"]
    return made


def test_what_is_asked_again_costs_the_engine_nothing(library: Library) -> None:
    """The answer is the same, and the engine was asked once; another page, filter or width is another question."""
    first = library.search.ask(CAF)
    library.asked.clear()
    assert library.search.ask(CAF) == first
    assert library.asked == []
    for other in (
        Question("convention caf", exact=True),
        Question("convention caf", all_words=True),
        Question("convention caf", page=2),
        Question("convention caf", selection={Facet.FORMAT: frozenset({"pdf"})}),
        Question("convention caf", groups=EVERY_ANIMATOR),
    ):
        library.titles(other)
        assert library.asked, other


def test_a_new_document_is_found(library: Library, add: Add) -> None:
    """As soon as the index holds it."""
    add("Avenant", "La convention de la CAF change")
    library.synchronise()
    assert "Avenant" in library.titles()


def test_a_document_that_is_kept_for_others_is_gone_at_once(library: Library) -> None:
    """Before the index has followed, from results and from their number; and it is back for who may see it."""
    library.catalogue.access.rules.save_folder_rule(FolderRule("reserve", frozenset({ANIMATORS})), "")
    assert library.titles() == ["Compte rendu"]
    assert library.search.ask(CAF).total == 1
    library.synchronise()
    assert library.titles() == ["Compte rendu"]
    assert len(library.titles(Question("convention caf", groups=EVERY_ANIMATOR))) == 2


def test_texts_and_titles_are_those_of_the_catalogue(library: Library) -> None:
    """What is remembered of a document is that it was found; a new title of its gathering shows, in filters too."""
    with library.catalogue.transaction() as transaction:
        transaction.events.save(Event(WEBINAR.id, "webinaire", "Aller vers, la suite", WEBINAR.date))
    answer = library.search.ask(CAF)
    titles = {each.document.event.title for each in answer.found if each.document.event}
    assert titles == {"Aller vers, la suite"}
    assert [each.label for each in answer.facets[Facet.EVENT]] == ["Aller vers, la suite (25 janvier 2024)"]


def test_another_vocabulary_understands_anew(library: Library) -> None:
    """The search of another vocabulary shares no memory."""
    other = library.search.with_vocabulary(load_vocabulary())
    library.asked.clear()
    other.ask(CAF)
    assert library.asked


def test_voices_count_when_they_are_read(
    library: Library, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers' voices change the order, so the engine is asked again."""
    (last,) = library.titles()[1:]
    id_ = next(each.document.id for each in library.search.ask(CAF).found if each.document.title == last)
    for voice in range(30):
        catalogue.ballots.cast(id_, f"{voice}", useful=True)
    # A minute later.
    monkeypatch.setattr(library.search, "_usefulness", Usefulness(catalogue))
    library.titles()
    assert library.asked


def test_midnight_changes_what_the_next_gathering_is(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """« prochain webinaire » is relative to the day."""
    monkeypatch.setattr(service, "read_today", lambda: PartialDate(2031, 1, 1))
    library.titles()
    assert library.asked


def test_boosts_are_part_of_the_moment(library: Library) -> None:
    """Recent documents gain by the day, so an answer serves for its day."""
    search = Search(LiveIndex(library.folder), library.catalogue, load_vocabulary(), boosts=BoostSettings(recent=0.2))
    search.ask(CAF)
    library.asked.clear()
    search.ask(CAF)
    assert library.asked == []


def test_models_remember_by_themselves(library: Library, catalogue: Catalogue) -> None:
    """A decision on models, or a service that is back, counts at once: what they rank is asked anew each time."""
    meaning = MeaningRanker(catalogue, RankingModels())
    search = Search(LiveIndex(library.folder), catalogue, load_vocabulary(), meaning=meaning)
    search.ask(CAF)
    library.asked.clear()
    search.ask(CAF)
    assert library.asked


def test_an_engine_that_was_replaced_is_let_go(library: Library) -> None:
    """With its files: what it said is forgotten with the first answer of the next one."""
    former = ref(library.live.engine)
    rebuild_live_index(library.folder, library.catalogue, "tantivy")
    assert library.titles()
    gc.collect()
    assert former() is None


def test_memory_is_bounded(library: Library) -> None:
    """By what its answers take, not by their number: the question asked longest ago is forgotten first."""
    view = IndexView(LiveIndex(library.folder).engine, 1, frozenset(), frozenset(), ShownRevision(1, 0))  # type: ignore[arg-type]
    moment = Moment(view, ref(Lexicon({})), {}, PartialDate(2024, 1, 25), None)
    small = AnswerMemory(max_bytes=250)
    one, two, three = (Question(text) for text in ("un", "deux", "trois"))
    for question in (one, two):
        small.keep(question, moment, question.text, 100)
    assert small.find(one, moment) == "un"
    small.keep(three, moment, "trois", 100)
    assert [small.find(each, moment) for each in (one, two, three)] == ["un", None, "trois"]
    # Kept anew, it counts once.
    for _ in range(5):
        small.keep(three, moment, "trois", 100)
    assert small.find(one, moment) == "un"
    # What is made of the same question under another name is another thing.
    assert small.find(one, moment, "autre") is None


def test_an_answer_takes_about_what_is_said(library: Library) -> None:
    """Its texts twice, as Python keeps most of French, and so much for each document."""
    answer = library.search.ask(CAF)
    assert len(answer.found) == 2
    assert 2 * 3_000 < estimate_size(answer) < 20_000
