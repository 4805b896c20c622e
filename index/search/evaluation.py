"""Says how many judged questions a search answers, under what conditions, and what that is beside another time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from index.accounts import EVERYBODY
from index.catalogue import Evaluation, RankingConditions
from index.search.judged_answers import resolve_questions
from index.search.questions import Question
from index.vectors import parse_decision

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.catalogue import Catalogue, JudgedQuestion
    from index.config import Settings
    from index.search.judged_answers import ResolvedQuestion
    from index.search.service import Search
    from index.vocabulary import Vocabulary

DEPTHS = (1, 3, 10)
"""How far down the list one looks for an answer."""

FEW_QUESTIONS = 20
"""Judged questions below which a difference says little."""


class Verdict(Enum):
    """What a comparison comes to; the value is what a person reads."""

    BETTER = "Les réponses y gagnent"
    WORSE = "Les réponses y perdent"
    MIXED = "Autant de gagné que de perdu"
    SAME = "Rien ne change pour les questions de contrôle"


@dataclass(frozen=True, slots=True)
class EvaluationComparison:
    """An evaluation beside another: ids of the questions that both have, whose answer came up or went down.

    A question moves where it passes one of the DEPTHS. `changes` says in French what else was in force.
    """

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    verdict: Verdict
    changes: tuple[str, ...]


def evaluate_questions(
    search: Search,
    catalogue: Catalogue,
    questions: Sequence[JudgedQuestion],
    conditions: RankingConditions,
    tell: Callable[[int, int], None] = lambda _asked, _total: None,
) -> Evaluation:
    """Ask each judged question as a member does; questions that no document they see answers are left out.

    `tell` is called with how many were asked, of how many: before the first, and after each.
    """
    # An answer that is gone, or reserved, would count as a miss for ever, whatever one changes.
    # As a member asks them: what only some see answers nobody else.
    resolved = [each for each in resolve_questions(catalogue, questions, EVERYBODY) if each.documents]
    places = {}
    for asked, each in enumerate(resolved):
        tell(asked, len(resolved))
        places[each.question.id] = _find_place(search, each)
    tell(len(resolved), len(resolved))
    return Evaluation(conditions, places)


def _find_place(search: Search, resolved: ResolvedQuestion) -> int:
    """Return the place, from 1, of the first right document among the first ones; 0 where none is."""
    right = {document.id for document in resolved.documents}
    # Neither excerpts nor facets change the order, and both take longer than the search.
    asked = Question(resolved.question.text, per_page=DEPTHS[-1], groups=EVERYBODY, facets=frozenset(), excerpts=False)
    for place, found in enumerate(search.ask(asked).found, 1):
        # A near-duplicate is shown under the one that stands for it.
        if right & {found.document.id, *(each.id for each in found.near_duplicates)}:
            return place
    return 0


def read_conditions(settings: Settings, catalogue: Catalogue, files: Vocabulary) -> RankingConditions:
    """Return what is in force now; `files` is the vocabulary without the animators' changes."""
    # A decision that was taken for models which the settings no longer name ranks nothing.
    decision = parse_decision(catalogue.vectors.read_decision()) if settings.embedding or settings.reranker else None
    weights = decision.weights if decision else None
    return RankingConditions(
        vocabulary=catalogue.vocabulary_changes.read_revision(),
        # What stands for the files: whoever edits them restarts the service, and no change has a number.
        word_files=hashlib.sha256(repr(files).encode()).hexdigest()[:16],
        engine=settings.engine,
        boost_recent=settings.boost_recent,
        boost_event=settings.boost_event,
        meaning=f"{decision.key}, {weights.vectors:g}, {weights.reranker:g}" if decision and weights else "",
        # Animators read the number, whatever groups they are in.
        documents=catalogue.documents.count_readable(EVERYBODY).documents,
    )


def compare_evaluations(before: Evaluation, after: Evaluation) -> EvaluationComparison:
    """Compare two evaluations by the questions that both have."""
    moves = {
        id_: _count_depths(place) - _count_depths(before.places[id_])
        for id_, place in after.places.items()
        if id_ in before.places
    }
    gained = tuple(id_ for id_, move in moves.items() if move > 0)
    lost = tuple(id_ for id_, move in moves.items() if move < 0)
    # By the three figures that are shown: a reader can add them up.
    total = sum(moves.values())
    if not gained and not lost:
        verdict = Verdict.SAME
    else:
        verdict = Verdict.BETTER if total > 0 else Verdict.WORSE if total < 0 else Verdict.MIXED
    return EvaluationComparison(gained, lost, verdict, _describe_changes(before.conditions, after.conditions))


def _count_depths(place: int) -> int:
    """Return among how many of the DEPTHS a place is: what the three figures of an evaluation add up."""
    return sum(0 < place <= depth for depth in DEPTHS)


def _describe_changes(before: RankingConditions, after: RankingConditions) -> tuple[str, ...]:
    told = {
        f"vocabulaire, du changement n° {before.vocabulary} au n° {after.vocabulary}": before.vocabulary
        != after.vocabulary,
        "fichiers du vocabulaire modifiés": before.word_files != after.word_files,
        f"moteur, de {before.engine} à {after.engine}": before.engine != after.engine,
        f"gain des documents récents, de {before.boost_recent:g} à {after.boost_recent:g}": before.boost_recent
        != after.boost_recent,
        f"gain des rendez-vous, de {before.boost_event:g} à {after.boost_event:g}": before.boost_event
        != after.boost_event,
        "classement par le sens modifié": before.meaning != after.meaning,
        f"documents, de {before.documents} à {after.documents}": before.documents != after.documents,
    }
    return tuple(sentence for sentence, differs in told.items() if differs)
