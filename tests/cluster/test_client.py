"""Talking to a node: certificates, accounts, refusals for the moment, answers in part."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from index.engines.opensearch.connection import connect, retry_while_busy
from index.engines.protocol import EngineUnavailableError, SearchCluster, UnreadableIndexError
from index.engines.registry import CLUSTER_POINTER_NAME, open_engine, remove_index
from tests.cluster.gate import PASSWORD, USER, certificates, gate
from tests.contract.queries import ask, document, found

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.engines.protocol import Engine
    from tests.cluster.nodes import Nodes


class Meddling:
    """What the gate does with the answers: nothing until a test says otherwise."""

    def __init__(self) -> None:
        self.times = 0
        self.path = "nothing"
        self.status = 200
        self.change: dict[str, Any] = {}
        self.seen: list[str] = []

    def __call__(self, path: str, status: int, body: bytes) -> tuple[int, bytes]:
        """The answer, changed as many times as was said."""
        self.seen.append(path)
        if self.path not in path or not self.times:
            return status, body
        self.times -= 1
        return self.status, json.dumps(json.loads(body) | self.change).encode()


@pytest.fixture
def meddling() -> Meddling:
    """How a test changes answers."""
    return Meddling()


@pytest.fixture
def guarded(nodes: Nodes, cluster: SearchCluster, meddling: Meddling, tmp_path: Path) -> Iterator[SearchCluster]:
    """The first node behind TLS and a password."""
    authority, certificate = certificates(tmp_path)
    with gate(nodes.http[0], meddling, certificate) as url:
        yield replace(cluster, urls=(url,), user=USER, password=PASSWORD, ca=authority)


@pytest.fixture
def engine(guarded: SearchCluster, tmp_path: Path) -> Iterator[Engine]:
    """An empty index behind the gate."""
    with closing(open_engine("opensearch", tmp_path / "000001", cluster=guarded)) as opened:
        yield opened
    remove_index(tmp_path / "000001", guarded)


def test_certificates_and_accounts(guarded: SearchCluster, engine: Engine, tmp_path: Path) -> None:
    """With the authority and the account it answers; without either, one sentence names the setting to correct."""
    engine.write(put=[document("a", "Deck", "la CAF")])
    assert found(engine, "CAF") == ["a"]
    for wrong, told in (
        (replace(guarded, user="autre"), "opensearch_user"),
        (replace(guarded, ca=None), "opensearch_ca"),
        (replace(guarded, ca=tmp_path / "absent.pem"), "absent.pem.*opensearch_ca"),
    ):
        with pytest.raises(EngineUnavailableError, match=told):
            open_engine("opensearch", tmp_path / "000001", cluster=wrong)
    assert PASSWORD not in repr(guarded)


def test_what_is_refused_for_the_moment_is_sent_again(engine: Engine, meddling: Meddling) -> None:
    """A cluster that is busy, as a whole or for one document, gets the same again a little later."""
    meddling.path, meddling.times, meddling.status = "_bulk", 2, 429
    engine.write(put=[document("a", "Deck", "la CAF")])
    meddling.times, meddling.status = 1, 200
    meddling.change = {"errors": True, "items": [{"index": {"_id": "b", "status": 429}}, {"index": {"status": 200}}]}
    engine.write(put=[document("b", "Deck", "la CAF"), document("c", "Deck", "la CAF")])
    assert engine.document_ids() == {"a", "b", "c"}
    assert sum("_bulk" in path for path in meddling.seen) == 5


def test_a_document_that_will_never_do_is_told(engine: Engine, meddling: Meddling) -> None:
    """What the index refuses for good is not tried for ever."""
    meddling.path, meddling.times = "_bulk", 1
    meddling.change = {"errors": True, "items": [{"index": {"_id": "a", "status": 400, "error": {"type": "strict"}}}]}
    with pytest.raises(UnreadableIndexError, match="strict"):
        engine.write(put=[document("a", "Deck", "la CAF")])


@pytest.mark.parametrize("lacking", [{"_shards": {"total": 2, "failed": 1}}, {"timed_out": True}])
def test_answers_in_part(engine: Engine, meddling: Meddling, lacking: dict[str, Any]) -> None:
    """An answer that lacks a shard, or ran out of time, is asked for again; if it stays so, it is no answer."""
    engine.write(put=[document("a", "Deck", "la CAF")])
    meddling.path, meddling.times, meddling.change = "_search", 1, lacking
    assert found(engine, "CAF") == ["a"]
    meddling.times = 1_000
    with pytest.raises(EngineUnavailableError, match="pas en entier"):
        ask(engine, "CAF")


def test_another_index_is_not_asked(cluster: SearchCluster, tmp_path: Path) -> None:
    """An index that lacks a field, or that is not there, is said to be so, lest it answer with less."""
    other = tmp_path / "000002"
    other.mkdir()
    name = f"{cluster.name}-autre"
    (other / CLUSTER_POINTER_NAME).write_text(json.dumps({"engine": "opensearch", "index": name}), encoding="utf-8")
    with pytest.raises(UnreadableIndexError):
        open_engine("opensearch", other, cluster=cluster)
    with closing(connect(cluster)) as client:
        retry_while_busy(
            lambda: client.indices.create(index=name, body={"mappings": {"properties": {"id": {"type": "text"}}}})
        )
    with pytest.raises(UnreadableIndexError, match="lacks annee"):
        open_engine("opensearch", other, cluster=cluster)
    remove_index(other, cluster)
    assert not other.exists()


def test_a_text_pasted_as_a_question(engine: Engine) -> None:
    """A question of hundreds of words is asked by its first ones: a node refuses more clauses than a thousand."""
    engine.write(put=[document("a", "Deck", " ".join(f"mot{each}" for each in range(200)))])
    assert found(engine, " ".join(f"mot{each}" for each in range(160))) == ["a"]
    assert found(engine, " ".join("abcdefghij"[each % 10] + str(each) for each in range(300))) == []


def test_a_very_long_word(engine: Engine) -> None:
    """A word longer than an index takes costs no document."""
    engine.write(put=[document("a", "Deck", "é" * 40_000 + " CAF")])
    assert found(engine, "CAF") == ["a"]
