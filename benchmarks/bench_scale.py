"""How engines fare as the library grows: passages written a second, milliseconds a search, disk and memory.

`python -m benchmarks.bench_scale 10000 100000 --engine tantivy --engine whoosh` prints a line for each engine and size.
A search counts five facets and finds the best passages of the ten documents shown. OpenSearch is measured on the nodes
that `python -m tests.cluster -- …` starts: the disk and memory told are theirs.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import tempfile
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.generated import documents, questions
from index.engine import Query
from index.engines import CLUSTERED, ENGINES, open_engine, remove
from index.language import parse
from index.live import BUILT_AT_ONCE
from index.model import MEMBERS
from tests.cluster.nodes import Nodes

if TYPE_CHECKING:
    from index.engine import Engine

_QUESTIONS = 300


def measure(name: str, passages: int) -> str:
    """One line of the table."""
    nodes = Nodes.running() if name in CLUSTERED else None
    cluster = nodes.cluster("mesure") if nodes else None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "index"
        with closing(open_engine(name, place, cluster=cluster)) as engine:
            written = _write(engine, passages)
            seconds = sorted(_searches(engine))
        kept = Path(nodes.folder) if nodes else place
        size = sum(file.stat().st_size for file in kept.rglob("*") if file.is_file())
        remove(place, cluster)
    peak = nodes.memory() if nodes else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    p50, p95 = statistics.median(seconds) * 1e3, seconds[int(0.95 * len(seconds))] * 1e3
    return (
        f"{name:10} {passages:>9} passages  {passages / written:>8.0f}/s written  "
        f"p50 {p50:7.2f} ms  p95 {p95:7.2f} ms  "
        f"{size / 2**20:7.0f} MiB  peak {peak} MiB"
    )


def _write(engine: Engine, passages: int) -> float:
    """Seconds spent in the engine; making the documents is not counted."""
    spent, made = 0.0, documents(passages)
    while batch := list(islice(made, BUILT_AT_ONCE)):
        started = time.perf_counter()
        engine.write(put=batch)
        spent += time.perf_counter() - started
    return spent


def _searches(engine: Engine) -> list[float]:
    asked = [Query(parse(text), frozenset({MEMBERS})) for text in questions(_QUESTIONS)]
    for query in asked[:20]:
        engine.search(query)
    seconds = []
    for query in asked:
        started = time.perf_counter()
        engine.search(query)
        seconds.append(time.perf_counter() - started)
    return seconds


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=int, nargs="+")
    parser.add_argument("--engine", action="append", choices=sorted(ENGINES))
    arguments = parser.parse_args()
    for name in arguments.engine or ["tantivy"]:
        for passages in arguments.passages:
            sys.stdout.write(f"{measure(name, passages)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
