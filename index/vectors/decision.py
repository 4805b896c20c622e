"""What was decided about vectors and the reranker, by judged questions: kept with the models that it was taken for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from index.vectors.fusion import RankingWeights

if TYPE_CHECKING:
    from collections.abc import Iterable


_VERSION = 1
"""Rises when what is heard is put together otherwise: weights are then fitted anew."""


@dataclass(frozen=True, slots=True)
class GateStep:
    """One way of ranking, tried against the one before it: nDCG@10 `before` and `after`, on even and on odd questions.

    `weight` is the best on the even ones; `margin` is what chance alone may give on the odd ones.
    """

    kind: str
    model: str
    weight: float
    even_before: float
    even_after: float
    odd_before: float
    odd_after: float
    margin: float

    @property
    def is_accepted(self) -> bool:
        """Whether questions that had no part in choosing the weight gain, and more than by chance."""
        return self.weight > 0 and self.odd_after - self.odd_before > self.margin

    def explain(self) -> str:
        """Return the decision in a French sentence."""
        figures = f"{_format(self.odd_before)} sans, {_format(self.odd_after)} avec"
        measured = f"sur les questions de contrôle qui n’ont pas servi au réglage, nDCG@10 : {figures}"
        if self.is_accepted:
            return f"{self.kind} ({self.model}) : en service ; {measured}."
        if not self.weight:
            return (
                f"{self.kind} ({self.model}) : écartés, car aucun dosage n’améliore les réponses ; les mots suffisent."
            )
        why = "les réponses y perdent" if self.odd_after < self.odd_before else "le gain peut n’être qu’un hasard"
        return f"{self.kind} ({self.model}) : écartés, car {why} ; {measured}."


@dataclass(frozen=True, slots=True)
class RankingDecision:
    """What `questions` judged questions decided, over so many `documents`, for the models that `key` names.

    `asked` stands for the file of questions. `message` says in French why nothing could be measured; "" where it was.
    """

    key: str
    asked: str = ""
    documents: int = 0
    revision: int = 0
    questions: int = 0
    steps: tuple[GateStep, ...] = field(default=())
    message: str = ""
    version: int = _VERSION

    @property
    def weights(self) -> RankingWeights:
        """What is heard beside words."""
        # What was refused weighs nothing, whatever its weight on the even questions.
        heard = {each.kind: each.weight for each in self.steps if each.is_accepted}
        return RankingWeights(heard.get(VECTORS, 0.0), heard.get(RERANKER, 0.0))

    def explain(self) -> tuple[str, ...]:
        """Return the decision in French sentences."""
        return tuple(filter(None, (self.message, *(each.explain() for each in self.steps))))

    def to_json(self) -> str:
        """Return the decision as the catalogue keeps it."""
        return json.dumps(asdict(self))


VECTORS, RERANKER = "Vecteurs", "Reclassement"


def parse_decision(text: str) -> RankingDecision | None:
    """Return the decision that the catalogue keeps; None where it keeps none that this version reads."""
    try:
        told = json.loads(text)
        if told["version"] != _VERSION:
            return None
        steps: Iterable[dict[str, float | str]] = told.pop("steps")
        return RankingDecision(**told, steps=tuple(GateStep(**each) for each in steps))  # type: ignore[arg-type]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _format(value: float) -> str:
    return f"{value:.3f}".replace(".", ",")
