"""A small library of three meanings with its index and the tiny model's vectors, for tests of ranking by meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from index.catalogue import DocumentVectors, VectorProgress
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.search import MeaningRanker, RankingModels
from index.search.service import Search
from index.vectors import (
    RERANKER,
    VECTORS,
    EncoderSpec,
    GateStep,
    RankingDecision,
    Reranker,
    digest_text,
    open_encoder,
)
from tests import tiny_model
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from index.catalogue import Catalogue

pytest.importorskip("usearch", reason="what compares vectors is not installed: « make install-vectors »")

TINY = EncoderSpec(tiny_model.ENTRY)


@dataclass
class MeaningLibrary:
    """A catalogue whose documents have vectors, and searches over it."""

    catalogue: Catalogue
    index: Path

    def embed(self, spec: EncoderSpec = TINY) -> None:
        """Store the vectors of all documents, as the indexer does."""
        encoder = open_encoder(EncoderSpec(tiny_model.ENTRY))
        with self.catalogue.transaction() as transaction:
            for each in self.catalogue.revisions.list_since(0, 1_000):
                texts = [passage.text for passage in each.document.passages] if each.document else []
                made = DocumentVectors("", tuple(map(digest_text, texts)), tuple(encoder.encode(texts)))
                transaction.vectors.save(spec.name, each.document_id, made)
            last = self.catalogue.revisions.read_last()
            transaction.vectors.write_progress(VectorProgress(spec.name, last, is_complete=True, dimensions=5))
        rebuild_live_index(self.index, self.catalogue)

    def decide(self, models: RankingModels, vectors: float = 0.0, reranker: float = 0.0) -> None:
        """Store a decision that accepts these weights, where they are not 0."""
        steps = tuple(
            GateStep(kind, "", weight, 0.5, 0.6, 0.5, 0.6, 0.01)
            for kind, weight in ((VECTORS, vectors), (RERANKER, reranker))
            if weight
        )
        with self.catalogue.transaction() as transaction:
            transaction.vectors.write_decision(RankingDecision(models.key, steps=steps).to_json())

    def open_search(self, models: RankingModels | None) -> Search:
        """A search by these models; by words alone without."""
        meaning = MeaningRanker(self.catalogue, models) if models else None
        return Search(LiveIndex(self.index), self.catalogue, load_vocabulary(), meaning=meaning)


def make_models(encoder: EncoderSpec | None = TINY, reranker: Reranker | None = None) -> RankingModels:
    """The models of a search."""
    return RankingModels(encoder, reranker)
