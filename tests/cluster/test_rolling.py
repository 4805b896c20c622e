"""Generations on a cluster: built beside, switched by the alias, searched all along."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.catalogue.catalogue import Catalogue
from index.engines.opensearch.connection import connect
from index.generations.generation_store import find_live_folder
from index.generations.live import LiveIndex
from index.generations.rebuild import rebuild_live_index, roll_back_live_index
from index.generations.synchroniser import IndexSynchroniser
from tests.contract.queries import ask
from tests.index.conftest import adding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from index.engines.protocol import SearchCluster

DOCUMENTS = 400


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A catalogue of documents that all hold one word."""
    with closing(Catalogue.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")) as opened:
        add = adding(opened)
        for number in range(DOCUMENTS):
            add(f"Fiche {number}", f"la CAF {number}", path=f"{number}.pdf")
        yield opened


@pytest.fixture(autouse=True)
def swept(cluster: SearchCluster) -> Iterator[None]:
    """Indices of the test go with it."""
    yield
    with closing(connect(cluster)) as client:
        names = list(client.indices.get(index=f"{cluster.name}-*"))
        if names:
            client.indices.delete(index=",".join(names))


def indices(cluster: SearchCluster) -> set[str]:
    """The generations that the cluster holds."""
    with closing(connect(cluster)) as client:
        return {name.split("-")[-2] for name in client.indices.get(index=f"{cluster.name}-*")}


def behind_alias(cluster: SearchCluster) -> list[str]:
    """The generation that the alias leads to."""
    with closing(connect(cluster)) as client:
        return [name.split("-")[-2] for name in client.indices.get_alias(name=cluster.name)]


@pytest.mark.timeout(300)
def test_searches_go_on_during_rebuilds(cluster: SearchCluster, catalogue: Catalogue, tmp_path: Path) -> None:
    """While the index is built anew, twice, no search fails, and none sees fewer documents."""
    folder = tmp_path / "index"
    rebuild_live_index(folder, catalogue, "opensearch", cluster=cluster)
    seen: list[int] = []
    stop = threading.Event()

    def search() -> None:
        live = LiveIndex(folder, cluster)
        while not stop.is_set():
            seen.append(ask(live.engine, "CAF").total if live.engine else 0)
            time.sleep(0.02)

    searching = [threading.Thread(target=search) for _ in range(4)]
    for thread in searching:
        thread.start()
    began = time.monotonic()
    for _ in range(2):
        rebuild_live_index(folder, catalogue, "opensearch", cluster=cluster)
    stop.set()
    for thread in searching:
        thread.join()
    sys.stdout.write(
        f"\n{len(seen)} searches during two rebuilds of {time.monotonic() - began:.0f} s: {set(seen)} found\n"
    )
    assert set(seen) == {DOCUMENTS}
    assert len(seen) > 20


def test_the_alias_follows_and_old_generations_go(cluster: SearchCluster, catalogue: Catalogue, tmp_path: Path) -> None:
    """The alias leads to the live generation, the one before is kept, older ones leave the cluster; one may go back."""
    folder = tmp_path / "index"
    for number in ("000001", "000002", "000003"):
        assert rebuild_live_index(folder, catalogue, "opensearch", cluster=cluster).name == number
        assert behind_alias(cluster) == [number]
    assert indices(cluster) == {"000002", "000003"}
    assert roll_back_live_index(folder, catalogue, "opensearch", cluster).name == "000002"
    assert behind_alias(cluster) == ["000002"]


def test_from_one_engine_to_the_other(cluster: SearchCluster, catalogue: Catalogue, tmp_path: Path) -> None:
    """The index of the engine before is asked until the cluster's is whole, built by a process of its own."""
    folder = tmp_path / "index"
    old = rebuild_live_index(folder, catalogue, "tantivy")
    live = LiveIndex(folder, cluster)
    with IndexSynchroniser(folder, catalogue, "opensearch", cluster) as follower:
        follower.synchronise()
        assert live.engine is not None
        assert ask(live.engine, "CAF").total == DOCUMENTS
        follower.wait_for_rebuild()
        assert find_live_folder(folder) != old
        assert behind_alias(cluster) == ["000002"]
        assert ask(live.engine, "CAF").total == DOCUMENTS
        adding(catalogue)("Autre", "la CAF", path="autre.pdf")
        assert follower.synchronise() == 1
        assert ask(live.engine, "CAF").total == DOCUMENTS + 1


def test_an_index_that_has_gone_is_built_again(cluster: SearchCluster, catalogue: Catalogue, tmp_path: Path) -> None:
    """An index deleted on the cluster does not come back by itself, with guessed fields: it is built again."""
    folder = tmp_path / "index"
    with IndexSynchroniser(folder, catalogue, "opensearch", cluster) as follower:
        follower.synchronise()
        with closing(connect(cluster)) as client:
            client.indices.delete(index=",".join(client.indices.get(index=f"{cluster.name}-*")))
        adding(catalogue)("Autre", "la CAF", path="autre.pdf")
        follower.synchronise()
        assert indices(cluster) <= {"000002"}
        follower.wait_for_rebuild()
    live = LiveIndex(folder, cluster)
    assert live.engine is not None
    assert ask(live.engine, "CAF").total == DOCUMENTS + 1
