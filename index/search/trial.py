"""Decides whether vectors and a reranker may rank: by judged questions of this library, half of which choose weights.

What is chosen on the questions of even number must better those of odd number, and by more than chance; else words
alone go on ranking.
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.accounts import EVERYBODY
from index.search.judged_answers import digest_questions, resolve_questions
from index.search.questions import Question
from index.vectors import RERANKER, VECTORS, GateStep, RankingDecision, RankingWeights, order_candidates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from index.catalogue import Catalogue, JudgedQuestion
    from index.search.meaning import FoundCandidates, MeaningRanker
    from index.search.service import Search

_DEPTH = 10
_WEIGHTS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0)

LEAST_QUESTIONS = 40
"""Judged questions below which chance decides."""

_MOST_FAILURES = 0.1
"""The share of questions for which a service may fail; beyond, it is the service that would be judged."""

_CHANCE = 1.64
"""Standard errors that a gain must exceed: a method that changes nothing is then accepted once in twenty times."""


class TrialDeferredError(Exception):
    """A service failed too often for anything to be decided now; the message is in French."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One question, the ids that answer it, and the candidates; None where a model failed."""

    text: str
    right: frozenset[str]
    found: FoundCandidates | None
    plain: tuple[str, ...]

    def score(self, weights: RankingWeights) -> float:
        """Return the nDCG@10 of this question, each right document counting the same."""
        order = order_candidates(self.found.scores, weights) if self.found and weights else self.plain
        gain = sum(1 / math.log2(place + 2) for place, id_ in enumerate(order[:_DEPTH]) if id_ in self.right)
        return gain / sum(1 / math.log2(place + 2) for place in range(min(len(self.right), _DEPTH)))


def run_trial(
    search: Search, ranker: MeaningRanker, catalogue: Catalogue, questions: Sequence[JudgedQuestion]
) -> RankingDecision:
    """Return what the judged questions decide of the ranker's models. Raises TrialDeferredError."""
    decision = RankingDecision(
        ranker.models.key,
        digest_questions(questions),
        catalogue.documents.count_all().documents,
        catalogue.revisions.read_last(),
    )
    # Answers that are gone, or that members may not see, would count against every way of ranking alike.
    asked = [
        (each.question.text, frozenset(document.id for document in each.documents))
        for each in resolve_questions(catalogue, questions, EVERYBODY)
        if each.documents
    ]
    if len(asked) < LEAST_QUESTIONS:
        lacking = f"{len(asked)} sur {LEAST_QUESTIONS}" if questions else "aucune"
        return replace(
            decision,
            questions=len(asked),
            message=f"Les mots seuls classent : il faut {LEAST_QUESTIONS} questions de contrôle dont les réponses sont "
            f"dans la bibliothèque pour savoir si les vecteurs ou le reclassement aident, il y en a {lacking}.",
        )
    steps: list[GateStep] = []
    first = RankingWeights(vectors=1.0) if ranker.models.encoder else RankingWeights()
    cases = [case for text, right in asked if (case := _collect(search, ranker, text, right, first))]
    kept = RankingWeights()
    if ranker.models.encoder:
        _refuse_failures(cases, lambda case: case.found is not None)
        step = _try_weights(cases, kept, lambda weight: RankingWeights(vectors=weight))
        steps.append(replace(step, kind=VECTORS, model=ranker.models.encoder.name))
        kept = replace(decision, steps=tuple(steps)).weights
    if ranker.models.reranker:
        cases = [_rerank(ranker, case, kept) for case in cases]
        _refuse_failures(cases, lambda case: case.found is not None and bool(case.found.scores.reranker))
        step = _try_weights(cases, kept, lambda weight: replace(kept, reranker=weight))
        steps.append(replace(step, kind=RERANKER, model=ranker.models.reranker.name))
    return replace(decision, questions=len(asked), steps=tuple(steps))


def _collect(
    search: Search, ranker: MeaningRanker, text: str, right: frozenset[str], weights: RankingWeights
) -> _Case | None:
    opened = search.build_query(Question(text, groups=EVERYBODY))
    if opened is None:
        return None
    found = ranker.find_candidates(*opened, text, weights)
    if found is None:
        # As a member would have had it: the order of the words.
        plain = ranker.find_candidates(*opened, text, RankingWeights())
        return _Case(text, right, None, tuple(plain.scores.words) if plain else ())
    return _Case(text, right, found, tuple(found.scores.words))


def _rerank(ranker: MeaningRanker, case: _Case, weights: RankingWeights) -> _Case:
    return replace(case, found=ranker.rerank(case.text, case.found, weights)) if case.found else case


def _refuse_failures(cases: Sequence[_Case], answered: Callable[[_Case], bool]) -> None:
    failed = sum(not answered(case) for case in cases if case.plain)
    if failed > _MOST_FAILURES * len(cases):
        raise TrialDeferredError(
            f"le modèle n’a pas répondu à temps pour {failed} questions de contrôle sur {len(cases)}"
        )


def _try_weights(cases: Sequence[_Case], before: RankingWeights, weigh: Callable[[float], RankingWeights]) -> GateStep:
    """The best weight on the even questions, and what it gives on the odd ones."""
    # One of two in the order of the file: whoever writes questions goes from subject to subject.
    even, odd = cases[0::2], cases[1::2]
    means = {weight: statistics.fmean(case.score(weigh(weight)) for case in even) for weight in _WEIGHTS}
    even_before = statistics.fmean(case.score(before) for case in even)
    best = max(_WEIGHTS, key=means.__getitem__)
    weight = best if means[best] > even_before else 0.0
    now = weigh(best)
    odd_before = [case.score(before) for case in odd]
    odd_after = [case.score(now) for case in odd]
    gains = [after - was for after, was in zip(odd_after, odd_before, strict=True)]
    return GateStep(
        kind="",
        model="",
        weight=weight,
        even_before=even_before,
        even_after=means[best],
        odd_before=statistics.fmean(odd_before),
        odd_after=statistics.fmean(odd_after),
        margin=_CHANCE * statistics.stdev(gains) / math.sqrt(len(gains)),
    )
