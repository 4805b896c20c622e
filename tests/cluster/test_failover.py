"""Three nodes, one of which is killed under load: nothing partial is shown as whole, nothing acknowledged is lost."""

from __future__ import annotations

import itertools
import signal
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from index.engines.protocol import EngineUnavailableError
from index.engines.registry import open_engine, remove_index
from tests.cluster.nodes import ask as ask_node
from tests.contract.queries import ask, document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from index.engines.protocol import Engine, SearchCluster
    from tests.cluster.nodes import Nodes

STEADY = 600
"""Documents that are there all along; a search that finds fewer, or more, is wrong."""

SEARCHES_PER_SECOND, WRITES_PER_SECOND = 50, 20
READERS, WRITERS = 10, 4


@dataclass
class Load:
    """Searches and writes at a steady pace, and what came of them."""

    engine: Engine
    searches: int = 0
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def search(self) -> None:
        """One search of what never changes: all of it, or an error that says so."""
        began = time.monotonic()
        try:
            results = ask(self.engine, "socle", limit=10)
        except EngineUnavailableError as error:
            self.told.append(str(error))
        else:
            shown = len(results.hits), sum(len(hit.passage_ordinals) for hit in results.hits)
            if (results.total, *shown) != (STEADY, 10, 10):
                self.wrong.append(f"{results.total} {shown}")
        self.searches += 1
        self.slowest = max(self.slowest, time.monotonic() - began)

    def write(self) -> None:
        """One document more."""
        id_ = f"nouveau-{next(self.numbers)}"
        try:
            self.engine.write(put=[document(id_, "Nouveau", "arrivée")])
        except EngineUnavailableError as error:
            self.refused.append(str(error))
        else:
            self.acknowledged.append(id_)

    def start(self) -> list[threading.Thread]:
        """Readers and writers, each at its share of the pace."""
        tasks = [*([(self.search, READERS / SEARCHES_PER_SECOND)] * READERS)]
        tasks += [(self.write, WRITERS / WRITES_PER_SECOND)] * WRITERS
        threads = [threading.Thread(target=self._repeat, args=task) for task in tasks]
        for thread in threads:
            thread.start()
        return threads

    def _repeat(self, task: Callable[[], None], every: float) -> None:
        due = time.monotonic()
        while not self.stop.is_set():
            task()
            due = max(due + every, time.monotonic() - 1.0)
            self.stop.wait(max(0.0, due - time.monotonic()))


@pytest.mark.timeout(600)
@pytest.mark.parametrize("victim", ["data node", "cluster manager"])
def test_a_node_is_killed(three: Nodes, cluster: SearchCluster, tmp_path: Path, victim: str) -> None:
    """Searches are whole or say that they are not; what was acknowledged stays; the cluster is green again."""
    folder = tmp_path / "000001"
    with closing(open_engine("opensearch", folder, cluster=cluster)) as engine:
        engine.write(put=[document(f"d{each}", "Socle", f"le socle {each}") for each in range(STEADY)])
        three.wait(3, wait_for_status="green")
        load = Load(engine)
        began, threads = time.monotonic(), load.start()
        time.sleep(5)
        number = three.manager()
        if victim == "data node":
            number = next(each for each in three.numbers if each != number)
        three.end(number, signal.SIGKILL)
        killed = time.monotonic()
        time.sleep(1)
        three.wait(2, wait_for_status="green")
        green = time.monotonic() - killed
        time.sleep(2)
        three.start(number)
        three.wait(3, wait_for_status="green", wait_for_no_relocating_shards="true")
        back = time.monotonic() - killed
        load.stop.set()
        for thread in threads:
            thread.join()
        lasted = time.monotonic() - began
        engine.write()
        lost = set(load.acknowledged) - engine.document_ids()
        pace = f"{load.searches / lasted:.0f} searches and {len(load.acknowledged) / lasted:.0f} writes a second"
        sys.stdout.write(
            f"\n{victim} killed: {pace} for {lasted:.0f} s; green on two nodes after {green:.1f} s, "
            f"on three after {back:.1f} s; searches: {len(load.wrong)} wrong, {len(load.told)} told to be unavailable, "
            f"slowest {load.slowest:.2f} s; writes: {len(load.acknowledged)} acknowledged, {len(lost)} lost, "
            f"{len(load.refused)} refused\n"
        )
        assert not load.wrong
        assert not lost
        assert load.searches > lasted
        assert len(load.acknowledged) > lasted
    remove_index(folder, cluster)


@pytest.mark.timeout(300)
def test_half_of_an_index_is_no_answer(three: Nodes, cluster: SearchCluster, tmp_path: Path) -> None:
    """With a shard gone, the remaining documents are not shown as if they were all: the search is unavailable."""
    alone = cluster.__class__(cluster.urls, name=cluster.name, shards=3, replicas=0)
    folder = tmp_path / "000001"
    with closing(open_engine("opensearch", folder, cluster=alone)) as engine:
        engine.write(put=[document(f"d{each}", "Socle", f"le socle {each}") for each in range(30)])
        number = next(each for each in three.numbers if each != three.manager())
        three.end(number, signal.SIGKILL)
        three.wait(2)
        with pytest.raises(EngineUnavailableError, match="réessayez"):
            ask(engine, "socle")
        for words in (engine.word_frequencies, engine.document_ids, engine.count_passages):
            with pytest.raises(EngineUnavailableError):
                words()
        three.start(number)
        three.wait(3, wait_for_status="green")
        assert ask(engine, "socle").total == 30
        assert ask_node(three.http[0], "/_cluster/health")["status"] == "green"
    remove_index(folder, alone)
