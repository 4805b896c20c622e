"""Ranks the first results a second time with an embedding model, where an installation's settings name one.

No vector is stored: the question and the best passages of the first documents are embedded at each search.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from index.model import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The constant k of reciprocal rank fusion: the larger, the more slowly a rank's weight falls. The value is that of
# Cormack, Clarke and Büttcher, « Reciprocal rank fusion outperforms Condorcet and individual rank learning », 2009.
_RANK_CONSTANT = 60


class EmbeddingError(ExplainedError):
    """The setting names a model that cannot be loaded; the message says why."""


class Embedder(Protocol):
    """Turns texts into vectors of one length, close for texts that mean nearly the same."""

    def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return one vector for each text, in their order."""
        ...


def load_embedder(name: str) -> Embedder | None:
    """Return the model that a setting names as `module:function`, None for an empty setting. Raises EmbeddingError."""
    if not name:
        return None
    module, _, function = name.partition(":")
    try:
        return cast("Embedder", getattr(import_module(module), function))
    except (ImportError, AttributeError, ValueError) as error:
        raise EmbeddingError(
            f"Réglage « embedding » : {name!r} ne désigne pas une fonction Python à charger ({error}). "
            "Écrivez « paquet.module:fonction », ou laissez vide."
        ) from error


def fuse_rankings(question: str, texts: Mapping[str, str], embed: Embedder) -> list[str]:
    """Return the documents' ids in a new order, which combines their present rank and their similarity to the question.

    `texts` are the documents' best passages by id, in their present order. Both ranks weigh the same.
    """
    # One call for all texts: a model is much faster on a batch.
    asked, *passages = embed([question, *texts.values()])
    nearness = dict(zip(texts, (_cosine_similarity(asked, passage) for passage in passages), strict=True))
    by_meaning = sorted(texts, key=lambda id_: -nearness[id_])
    score = {id_: 1 / (_RANK_CONSTANT + rank) for rank, id_ in enumerate(texts)}
    for rank, id_ in enumerate(by_meaning):
        score[id_] += 1 / (_RANK_CONSTANT + rank)
    # The sort is stable: documents of equal score keep their present order.
    return sorted(texts, key=lambda id_: -score[id_])


def _cosine_similarity(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 0.0
