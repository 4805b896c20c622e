"""The place of an embedding model, with a tiny one made here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index
from index.search.questions import Question
from index.search.reranking import EmbeddingError, fuse_rankings, load_embedder
from index.search.service import Search
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from index.catalogue.catalogue import Catalogue
    from tests.index.conftest import Add

MEANINGS = (("argent", "financement", "budget"), ("maison", "logement", "toit"))


def tiny(texts: Sequence[str]) -> list[list[float]]:
    """A model of two meanings: how often each is spoken of."""
    return [[float(sum(text.lower().count(word) for word in words)) for words in MEANINGS] for text in texts]


def test_meaning_and_rank_are_heard_alike() -> None:
    """A document near in meaning rises past one that is not, and equals keep their order."""
    texts = {"a": "la maison", "b": "le toit", "c": "le budget"}
    assert fuse_rankings("question d’argent", texts, tiny) == ["a", "c", "b"]
    assert fuse_rankings("sans rapport", texts, tiny) == ["a", "b", "c"]


def test_a_search_by_meaning(tmp_path: Path, catalogue: Catalogue, add: Add) -> None:
    """With a model, what means the same rises among documents that hold the same words; pages do not overlap."""
    for number in range(6):
        add(f"Toit {number}", "Une aide pour le toit, le toit et la maison", path=f"{number}.pdf")
    add("Budget", "Une aide pour le budget et le financement du projet de la commune", path="z.pdf")
    rebuild_live_index(tmp_path / "index", catalogue)
    live = LiveIndex(tmp_path / "index")
    plain, semantic = (
        Search(live, catalogue, load_vocabulary()),
        Search(live, catalogue, load_vocabulary(), embedder=tiny),
    )
    question = Question("aide argent OU aide", per_page=4)
    assert plain.ask(question).total == semantic.ask(question).total == 7
    before = [found.document.title for page in (1, 2) for found in plain.ask(replace(question, page=page)).found]
    after = [found.document.title for page in (1, 2) for found in semantic.ask(replace(question, page=page)).found]
    assert after.index("Budget") < before.index("Budget")
    assert sorted(after) == sorted(before)


def test_a_wrong_name_is_explained() -> None:
    """A setting that names no function says what is expected."""
    assert load_embedder("") is None
    for name in ("nulle.part:rien", "math:absente", "math"):
        with pytest.raises(EmbeddingError, match="« paquet"):
            load_embedder(name)
    assert load_embedder("math:hypot") is not None
