"""Judged questions decide whether anything but words ranks; what would harm, or might by chance, is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.catalogue.judged_questions import JudgedQuestion
from index.search import MeaningRanker, TrialDeferredError, run_trial
from index.vectors import RankingDecision, parse_decision
from tests.index.search.meaning_library import MeaningLibrary, make_models

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from index.search import RankingModels
    from tests.index.conftest import Add

SUBJECTS = ("repas", "transport", "jardin", "vacances", "lecture", "sport", "musique", "cuisine", "couture", "marche")
HELPFUL, HARMFUL = ("budget et financement", "argent"), ("santé et médecin", "argent")


def make_library(tmp_path: Path, catalogue: Catalogue, add: Add, meaning: str) -> MeaningLibrary:
    """For each subject, a document that holds the question's words often, and one with them once and a meaning."""
    for subject in SUBJECTS:
        add(f"Plein {subject}", f"Aide {subject}, aide {subject}, le toit et la maison", path=f"plein {subject}.pdf")
        add(f"Sens {subject}", f"Une aide, {subject} : {meaning} de la commune et autres", path=f"sens {subject}.pdf")
    library = MeaningLibrary(catalogue, tmp_path / "index")
    library.embed()
    return library


def ask(right: str, word: str = "argent", count: int = 4) -> tuple[JudgedQuestion, ...]:
    """Questions about money for each subject, and the documents that answer by their judges."""
    texts = [f"aide {subject} {word}{' ' * extra}" for subject in SUBJECTS for extra in range(count)]
    return tuple(JudgedQuestion(text, (f"{right} {text.split()[1]}.pdf",)) for text in texts)


def decide(
    library: MeaningLibrary, judged: Sequence[JudgedQuestion], models: RankingModels | None = None
) -> RankingDecision:
    """What the questions decide."""
    models = models or make_models()
    return run_trial(library.open_search(models), MeaningRanker(library.catalogue, models), library.catalogue, judged)


def test_what_helps_is_accepted(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Where the nearest in meaning answers, vectors are put to use, and the figures are told."""
    library = make_library(tmp_path, catalogue, add, "budget et financement")
    decision = decide(library, ask("sens"))
    assert decision.questions == 40
    assert decision.weights.vectors > 0
    (step,) = decision.steps
    assert step.odd_after > step.odd_before + step.margin
    (told,) = decision.explain()
    assert "en service" in told
    assert "0," in told
    assert parse_decision(decision.to_json()) == decision


def test_what_harms_is_refused(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Where words already answer and meaning leads away, words alone go on ranking, and a sentence says why."""
    library = make_library(tmp_path, catalogue, add, "budget et financement")
    decision = decide(library, ask("plein"))
    assert not decision.weights
    (told,) = decision.explain()
    assert told.endswith(" : écartés, car aucun dosage n’améliore les réponses ; les mots suffisent.")


def test_what_loses_on_the_other_half_is_refused(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A weight that even questions like and odd ones do not is refused: it was chosen for the former alone."""
    library = make_library(tmp_path, catalogue, add, "budget et financement")
    right, wrong = ask("sens"), ask("plein")
    mixed = tuple(right[place] if place % 2 == 0 else wrong[place] for place in range(len(right)))
    decision = decide(library, mixed)
    assert not decision.weights
    assert decision.steps[0].odd_after < decision.steps[0].odd_before
    assert "les réponses y perdent" in decision.explain()[0]


def test_too_few_questions_decide_nothing(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """Without judged questions, with few, or with answers that the library lacks, words alone rank."""
    library = make_library(tmp_path, catalogue, add, "budget et financement")
    no_questions: tuple[JudgedQuestion, ...] = ()
    for judged, told in ((no_questions, "aucune"), (ask("sens")[:39], "39 sur 40"), (ask("ailleurs"), "0 sur 40")):
        decision = decide(library, judged)
        assert not decision.weights
        assert told in decision.message


def test_vectors_that_are_not_there_decide_nothing(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """A model that does not answer is not judged by the words that stood in for it."""
    library = make_library(tmp_path, catalogue, add, "budget et financement")
    with catalogue.transaction() as transaction:
        transaction.vectors.drop_all()
    with pytest.raises(TrialDeferredError, match="40 questions de contrôle sur 40"):
        decide(library, ask("sens"))


def test_a_decision_of_another_version_is_none() -> None:
    """What this version does not read is decided anew."""
    assert parse_decision("") is None
    assert parse_decision("[]") is None
    assert parse_decision('{"key": "a", "steps": [], "version": 0}') is None
