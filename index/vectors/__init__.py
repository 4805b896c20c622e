"""Meaning as numbers: models that turn texts into vectors, what is nearest to a question, and whether that helps."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from index.vectors.decision import RERANKER, VECTORS, GateStep, RankingDecision, parse_decision
from index.vectors.fusion import Candidates, RankingWeights, order_candidates
from index.vectors.vector_index import VectorIndex, VectorLibraryError

if TYPE_CHECKING:
    from index.vectors.encoders import (
        EncoderError,
        EncoderSpec,
        TextEncoder,
        choose_encoder,
        compare_vectors,
        digest_text,
        open_encoder,
    )
    from index.vectors.rerankers import Reranker, choose_reranker

__all__ = [
    "RERANKER",
    "VECTORS",
    "Candidates",
    "EncoderError",
    "EncoderSpec",
    "GateStep",
    "RankingDecision",
    "RankingWeights",
    "Reranker",
    "TextEncoder",
    "VectorIndex",
    "VectorLibraryError",
    "choose_encoder",
    "choose_reranker",
    "compare_vectors",
    "digest_text",
    "open_encoder",
    "order_candidates",
    "parse_decision",
]

_RERANKING = {"Reranker", "choose_reranker"}
_ENCODING = {
    *("EncoderError", "EncoderSpec", "TextEncoder", "choose_encoder", "compare_vectors", "digest_text", "open_encoder")
}


def __getattr__(name: str) -> Any:
    # Imported late: clients of services, which whoever tells a decision does without.
    if name not in _RERANKING | _ENCODING:
        raise AttributeError(name)
    return getattr(import_module(f"index.vectors.{'rerankers' if name in _RERANKING else 'encoders'}"), name)
