"""What helps and what harms are told apart on the demonstration's judged questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group
from index.catalogue import judged_questions
from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.judged_questions import Evaluation, JudgedQuestion, RankingConditions
from index.catalogue.metadata_layers import Description
from index.config import Settings
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.model.documents import FileStat, Locator, Passage, Unit
from index.search.evaluation import Verdict, compare_evaluations, evaluate_questions, read_conditions
from index.search.service import Search
from index.text.minhash import signature
from index.vocabulary.overrides import VocabularyOverrides
from index.vocabulary.vocabulary import EntryKind
from indexer.demo.demo_questions import write_demo_judged_questions
from indexer.demo.notation import DemoSection, block_texts
from indexer.demo.sources import load_demo_documents
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.index.conftest import Add

CONDITIONS = RankingConditions()


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Catalogue, Path]]:
    """The demonstration's texts, catalogued as its files hold them and indexed, with its judged questions."""
    root = tmp_path_factory.mktemp("demonstration")
    catalogue = Catalogue.open(f"sqlite:///{root / 'catalogue.sqlite'}")
    with catalogue.transaction() as transaction:
        for number, each in enumerate(load_demo_documents()):
            passages = tuple(
                Passage(place, Locator(Unit.PAGE, place + 1), _join_lines(section), section.title)
                for place, section in enumerate(each.sections)
            )
            digest = str(number).zfill(64)
            id_ = transaction.documents.create(
                Content(digest, each.path.suffix[1:], each.title, passages, signature=signature(passages))
            )
            transaction.files.save(FileLocation(str(each.path), FileStat(1, 1, 0), digest, id_))
            transaction.descriptions.save_each({id_: Description(each.title, None, None, ())})
    write_demo_judged_questions(catalogue)
    rebuild_live_index(root / "index", catalogue)
    yield catalogue, root / "index"
    catalogue.close()


def _join_lines(section: DemoSection) -> str:
    return "\n".join(text for block in section.blocks for text in block_texts(block))


def evaluate(demonstration: tuple[Catalogue, Path], *synonyms: tuple[str, ...]) -> Evaluation:
    """Evaluate with these groups of synonyms over the vocabulary of the files; all is taken back then."""
    catalogue, index = demonstration
    overrides = VocabularyOverrides(load_vocabulary(), catalogue.vocabulary_changes)
    with catalogue.transaction() as transaction:
        made = [
            transaction.vocabulary_changes.add(EntryKind.SYNONYMS, f"essai-{place}", each)
            for place, each in enumerate(synonyms)
        ]
    search = Search(LiveIndex(index, None), catalogue, overrides.current_vocabulary())
    evaluation = evaluate_questions(search, catalogue, catalogue.judged_questions.list_all(), CONDITIONS)
    with catalogue.transaction() as transaction:
        for number in made:
            transaction.vocabulary_changes.undo(number)
    return evaluation


def test_what_helps_and_what_harms_are_told_apart(demonstration: tuple[Catalogue, Path]) -> None:
    """A synonym that documents use gains a question and loses none; one that means something else loses."""
    texts = {each.id: each.text for each in demonstration[0].judged_questions.list_all()}
    before = evaluate(demonstration)
    assert len(before.places) == len(texts) == 30
    helps = compare_evaluations(before, evaluate(demonstration, ("sait pas lire", "illectronisme")))
    assert (helps.verdict, helps.lost) == (Verdict.BETTER, ())
    assert [texts[id_] for id_ in helps.gained] == ["comment aider quelqu'un qui ne sait pas lire ?"]
    harms = compare_evaluations(before, evaluate(demonstration, ("domiciliation", "webinaire", "plénière")))
    assert (harms.verdict, harms.gained) == (Verdict.WORSE, ())
    assert {texts[id_] for id_ in harms.lost} == {"domiciliation", "domicilation"}
    # Both were taken back: what was is again.
    assert compare_evaluations(before, evaluate(demonstration)).verdict is Verdict.SAME


def test_what_members_do_not_see_is_no_answer(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Questions are asked as a member does: a reserved document is neither found nor waited for."""
    catalogue.access.rules.save_group(Group("comite", "Comité"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("secret", frozenset({"comite"})), "")
    add("Domiciliation", "domiciliation", path="secret/plan.pdf")
    add("Domiciliation pour tous", "domiciliation", path="ouvert.pdf")
    rebuild_live_index(tmp_path / "index", catalogue)
    search = Search(LiveIndex(tmp_path / "index", None), catalogue, load_vocabulary())
    questions = [
        JudgedQuestion("domiciliation", ("secret/plan.pdf",), id="reserved"),
        JudgedQuestion("domiciliation", ("secret/plan.pdf", "ouvert.pdf"), id="both"),
    ]
    assert evaluate_questions(search, catalogue, questions, CONDITIONS).places == {"both": 1}
    # Nor is it among the documents whose number every animator reads.
    assert read_conditions(Settings(), catalogue, load_vocabulary()).documents == 1


def test_only_questions_of_both_times_are_compared() -> None:
    """One that was kept or erased since is neither gained nor lost; what else was in force is told."""
    before = Evaluation(CONDITIONS, {"a": 1, "b": 4, "gone": 1, "same": 2})
    after = Evaluation(
        replace(CONDITIONS, vocabulary=3, engine="whoosh", documents=9), {"a": 2, "b": 3, "new": 1, "same": 3}
    )
    compared = compare_evaluations(before, after)
    assert (compared.gained, compared.lost, compared.verdict) == (("b",), ("a",), Verdict.MIXED)
    assert compared.changes == (
        "vocabulaire, du changement n° 0 au n° 3",
        "moteur, de  à whoosh",
        "documents, de 0 à 9",
    )


def test_evaluations_are_kept_and_bounded(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest first, with what was in force; the oldest go."""
    monkeypatch.setattr(judged_questions, "_MOST_EVALUATIONS", 3)
    for number in range(5):
        catalogue.judged_questions.record_evaluation(Evaluation(replace(CONDITIONS, vocabulary=number), {"a": number}))
    kept = catalogue.judged_questions.list_evaluations(10)
    assert [(each.conditions.vocabulary, each.places["a"]) for each in kept] == [(4, 4), (3, 3), (2, 2)]
