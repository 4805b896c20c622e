"""How engines fare as the library grows: passages written a second, milliseconds a search, disk and memory.

All read the words of the same analyser. A whole search counts all facets and finds the best passages of the ten
documents shown; a plain one gives the ten documents. One engine and one size a process, so that its memory is its own:
`python -m benchmarks.bench_engines tantivy 10000` prints its figures as JSON. OpenSearch is measured on the nodes that
`python -m tests.cluster -- …` starts: the disk and memory told are theirs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.fts5 import Fts5
from benchmarks.generated import documents, questions
from benchmarks.processes import run as measured
from benchmarks.report import Ratio, Table, Target, figure, size, spread
from index.engines.protocol import Query
from index.engines.registry import CLUSTERED_ENGINES, ENGINES, open_engine, remove_index
from index.generations.live import BUILD_COMMIT_DOCUMENTS
from index.model.documents import MEMBERS
from index.query.parser import parse_query
from tests.cluster.nodes import Nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.engines.protocol import Engine, IndexedDocument

_FTS5 = "fts5"
_SIZES = {"tantivy": (10_000, 100_000, 1_000_000), _FTS5: (10_000, 100_000), "whoosh": (10_000, 100_000)}
_NAMES = {"tantivy": "**Ruche** on Tantivy", "whoosh": "Ruche on Whoosh", _FTS5: "SQLite FTS5"}
_QUESTIONS, _WARMING = 300, 20
_WRITTEN_A_SECOND = 10_000


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for each engine and size, then how they compare at 100,000 passages."""
    rows, told = [], {}
    for name, sizes in _SIZES.items():
        for full in sizes:
            passages = bench.of(full, 240)
            cost = measured([sys.executable, "-m", "benchmarks.bench_engines", name, str(passages)])
            told[name, full] = found = json.loads(cost.output)
            whole = found["whole"] and f"{found['whole'][0]:.1f} / {found['whole'][1]:.1f}"
            rows.append(
                (
                    *(_NAMES[name], f"{passages:,}", figure(found["written"]), whole or "–"),
                    f"{found['plain'][0]:.1f} / {found['plain'][1]:.1f}",
                    *(figure(found["disk"]), figure(cost.memory)),
                )
            )
    columns = (
        "engine",
        "passages",
        "written a second",
        "whole search, p50 / p95 ms",
        "plain search",
        "disk MiB",
        "peak MiB",
    )
    yield Table("Engines as the library grows", columns, tuple(rows))
    for other in ("whoosh", _FTS5):
        ours, theirs, name = told["tantivy", 100_000], told[other, 100_000], _NAMES[other]
        yield Ratio("passages written a second", ours["written"], name, theirs["written"], "", more_is_better=True)
        yield Ratio("plain search at 100,000 passages, median", ours["plain"][0], name, theirs["plain"][0], "ms")
        yield Ratio("index of 100,000 passages", ours["disk"], name, theirs["disk"], "MiB")
    yield Target(
        "passages written a second", told["tantivy", 100_000]["written"], _WRITTEN_A_SECOND, "", more_is_better=True
    )


def _measured(name: str, passages: int) -> dict[str, object]:
    """Passages written a second, p50 and p95 of whole and of plain searches (ms), and MiB on disk."""
    if name == _FTS5:
        return _by_fts5(passages)
    nodes = Nodes.running() if name in CLUSTERED_ENGINES else None
    cluster = nodes.cluster("mesure") if nodes else None
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as folder:
        place = Path(folder) / "index"
        with closing(open_engine(name, place, cluster=cluster)) as engine:
            written = _written(passages, lambda batch: engine.write(put=batch))
            whole, plain = _searches(engine, plain=False), _searches(engine, plain=True)
        disk = size(Path(nodes.folder) if nodes else place)
        remove_index(place, cluster)
    return {"written": written, "whole": whole, "plain": plain, "disk": disk} | (
        {"nodes_mib": nodes.memory()} if nodes else {}
    )


def _by_fts5(passages: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as folder:
        with closing(Fts5(Path(folder) / "index")) as index:
            written = _written(passages, index.write)
            plain = _timed([partial(index.search, text) for text in questions(_QUESTIONS)])
        return {"written": written, "whole": None, "plain": plain, "disk": size(Path(folder))}


def _written(passages: int, write: Callable[[list[IndexedDocument]], None]) -> float:
    """Passages a second; making the documents is not counted."""
    spent, made = 0.0, documents(passages)
    while batch := list(islice(made, BUILD_COMMIT_DOCUMENTS)):
        started = time.perf_counter()
        write(batch)
        spent += time.perf_counter() - started
    return passages / spent


def _searches(engine: Engine, *, plain: bool) -> tuple[float, float]:
    less = {"passages_per_document": 0, "facets": frozenset()} if plain else {}
    asked = [Query(parse_query(text), frozenset({MEMBERS}), **less) for text in questions(_QUESTIONS)]  # type: ignore[arg-type]
    return _timed([partial(engine.search, query) for query in asked])


def _timed(calls: list[Callable[[], object]]) -> tuple[float, float]:
    for call in calls[:_WARMING]:
        call()
    seconds = []
    for call in calls:
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return spread(seconds)


def main() -> None:
    """Measure one engine at one size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=[*sorted(ENGINES), _FTS5])
    parser.add_argument("passages", type=int)
    asked = parser.parse_args()
    json.dump(_measured(asked.engine, asked.passages), sys.stdout)


if __name__ == "__main__":
    main()
