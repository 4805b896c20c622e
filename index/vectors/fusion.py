"""Puts together what words, vectors and a reranker say of the first documents of a search. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class RankingWeights:
    """What vectors and a reranker weigh beside words, which weigh 1; 0 where they are not heard."""

    vectors: float = 0.0
    reranker: float = 0.0

    def __bool__(self) -> bool:
        """Whether anything but words is heard."""
        return bool(self.vectors or self.reranker)


@dataclass(frozen=True, slots=True)
class Candidates:
    """Documents by id with what each says of them, of no common scale; a document may be missing from all but `words`.

    `words` stand in the order of the search by words.
    """

    words: Mapping[str, float]
    vectors: Mapping[str, float] = field(default_factory=dict)
    reranker: Mapping[str, float] = field(default_factory=dict)


def order_candidates(candidates: Candidates, weights: RankingWeights) -> list[str]:
    """Return the documents' ids, the best first; equals keep the order of the words."""
    total = _spread(candidates.words)
    for said, weight in ((candidates.vectors, weights.vectors), (candidates.reranker, weights.reranker)):
        # What was not judged is taken for the poorest of those that were: neither better nor unknown to the others.
        for id_, share in _spread(said).items() if weight else ():
            if id_ in total:
                total[id_] += weight * share
    return sorted(candidates.words, key=lambda id_: -total[id_])


def _spread(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores between 0 for the poorest and 1 for the best: scales differ from model to model."""
    # By the scores, not by ranks: that the first is far ahead of the second is worth knowing.
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    width = high - low
    return {id_: (score - low) / width if width else 0.0 for id_, score in scores.items()}
