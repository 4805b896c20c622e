"""The place of an embedding model, for an installation that has one: it ranks the head of the list a second time.

Nothing of it is stored: the question and the best passages of the first documents are embedded when they are asked for.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from index.errors import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SMOOTHING = 60
"""Of reciprocal rank fusion: how slowly the weight of a rank falls. (Cormack, Clarke and Büttcher, 2009: 60.)"""


class EmbeddingError(ExplainedError):
    """The setting names no model that can be used; the message says why."""


class Embedder(Protocol):
    """Turns texts into vectors of one length, near for texts that mean nearly the same."""

    def __call__(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """One vector for each text."""
        ...


def load(name: str) -> Embedder | None:
    """The model that a setting names as `module:function`; None for an empty one. Raises EmbeddingError."""
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


def fused(question: str, texts: Mapping[str, str], embed: Embedder) -> list[str]:
    """Documents in a new order: by their present rank and by how near their best passage is, the two alike.

    `texts` are the documents' best passages, in their present order.
    """
    asked, *passages = embed([question, *texts.values()])
    nearness = dict(zip(texts, (_cosine(asked, passage) for passage in passages), strict=True))
    by_meaning = sorted(texts, key=lambda id_: -nearness[id_])
    score = {id_: 1 / (_SMOOTHING + rank) for rank, id_ in enumerate(texts)}
    for rank, id_ in enumerate(by_meaning):
        score[id_] += 1 / (_SMOOTHING + rank)
    # A stable sort: documents that are as good keep their order.
    return sorted(texts, key=lambda id_: -score[id_])


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    return sum(a * b for a, b in zip(one, other, strict=True)) / lengths if lengths else 0.0
