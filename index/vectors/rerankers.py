"""Has a model of a service judge how well passages answer a question (`/v1/rerank`, as Cohere, Jina, vLLM offer it)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.model_service import ModelService, ServiceRefusalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from index.config import Settings

_MOST_CHARACTERS = 2_000
"""What is sent of one passage: models of this kind read about 512 words of question and passage together."""


@dataclass(frozen=True, slots=True)
class Reranker:
    """A model that reads a question and a passage together."""

    service: ModelService

    @property
    def name(self) -> str:
        """What tells this model from others; it may be shown."""
        where = urlsplit(self.service.address).netloc
        return f"{self.service.model} ({where})" if self.service.model else where

    def judge(self, question: str, texts: Sequence[str], seconds: float) -> list[float]:
        """Return a number for each text, in their order: the higher, the better it answers; of no fixed scale.

        Raises ServiceRefusalError, within about so many seconds.
        """
        sent = [text[:_MOST_CHARACTERS].strip() or "-" for text in texts]
        # All notes are asked for: some services give the ten best unless they are told.
        body = {"model": self.service.model, "query": question, "documents": sent, "top_n": len(sent)}
        return _read_scores(self.service.post("rerank", seconds, json=body), len(sent))


def choose_reranker(settings: Settings) -> Reranker | None:
    """Return the model that the settings name; None where there is none."""
    if not settings.reranker:
        return None
    return Reranker(ModelService(settings.reranker, settings.reranker_model, settings.reranker_key))


def _read_scores(told: Any, count: int) -> list[float]:
    # Services call the list « results » or « data », the number « relevance_score » or « score ».
    listed = (told.get("results") or told.get("data")) if isinstance(told, dict) else None
    scores: dict[int, float] = {}
    try:
        for each in listed or ():
            scores[int(each["index"])] = float(each["relevance_score"] if "relevance_score" in each else each["score"])
    except (KeyError, TypeError, ValueError) as error:
        raise ServiceRefusalError("la réponse du service n’est pas une suite de notes") from error
    # Half a list would put what is missing last: that is no judgement.
    if scores.keys() != set(range(count)) or not all(map(math.isfinite, scores.values())):
        raise ServiceRefusalError("le service ne note pas chaque passage")
    return [scores[place] for place in range(count)]
