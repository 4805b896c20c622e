"""What a passage costs in one place, in processor time, memory and disk; prints the lines to put into `scale.toml`.

`python -m benchmarks.bench_cost tantivy 100000` measures an engine, with `catalogue` for a name SQLite’s catalogue. One
place and one size a process, so that the memory is its own: the most it held beyond what it held before. What else a
busy machine does is not counted; `bench_engines` measures what the clock says. OpenSearch is measured on the nodes that
`python -m tests.cluster -- …` starts: theirs are the disk and the memory, and their processor is added to Ruche’s.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
import tempfile
import time
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.generated import documents, questions
from benchmarks.report import size
from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.engines.protocol import Query
from index.engines.registry import CLUSTERED_ENGINES, ENGINES, open_engine, remove_index
from index.generations.live import BUILD_COMMIT_DOCUMENTS
from index.model.documents import MEMBERS
from index.query.parser import parse_query
from index.text.minhash import signature
from tests.cluster.nodes import Nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.engines.protocol import Engine, IndexedDocument

_CATALOGUE = "catalogue"
_QUESTIONS = 300
_KIBIBYTE = 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", choices=[*sorted(ENGINES), _CATALOGUE])
    parser.add_argument("passages", type=int)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as folder:
        measure = _catalogue if arguments.place == _CATALOGUE else _engine
        figures = measure(Path(folder), arguments.place, arguments.passages)
    lines = {
        "place": f'"{arguments.place}"',
        "passages": arguments.passages,
        **figures,
        "command": f'"python -m benchmarks.bench_cost {arguments.place} {arguments.passages}"',
    }
    sys.stdout.write("\n[[cost]]\n" + "".join(f"{name} = {value}\n" for name, value in lines.items()))


def _engine(folder: Path, name: str, passages: int) -> dict[str, str]:
    nodes = Nodes.running() if name in CLUSTERED_ENGINES else None
    cluster = nodes.cluster("mesure", replicas=0) if nodes else None
    processor = partial(_processor, nodes)
    with closing(open_engine(name, folder / "index", cluster=cluster)) as engine:
        figures = _written(passages, lambda batch: engine.write(put=batch), processor) | _searched(engine, processor)
    figures |= _disk(Path(nodes.folder) if nodes else folder)
    remove_index(folder / "index", cluster)
    return figures | ({"memory_mib": str(nodes.memory())} if nodes else {})


def _catalogue(folder: Path, _: str, passages: int) -> dict[str, str]:
    with closing(Catalogue.open(f"sqlite:///{folder / 'catalogue.sqlite'}")) as catalogue:
        return _written(passages, lambda batch: _keep(catalogue, batch), time.process_time) | _disk(folder)


def _processor(nodes: Nodes | None) -> float:
    return time.process_time() + (nodes.processor() if nodes else 0.0)


def _disk(folder: Path) -> dict[str, str]:
    return {"disk_mib": f"{size(folder):.1f}"}


def _keep(catalogue: Catalogue, batch: list[IndexedDocument]) -> None:
    with catalogue.transaction() as transaction:
        for each in batch:
            digest = hashlib.sha256(each.id.encode()).hexdigest()
            transaction.documents.create(
                Content(digest, "pptx", each.title, each.passages, signature=signature(each.passages))
            )


def _written(
    passages: int, transaction: Callable[[list[IndexedDocument]], None], processor: Callable[[], float]
) -> dict[str, str]:
    """Making the documents is not counted."""
    before, spent = _peak(), 0.0
    made = documents(passages)
    while batch := list(islice(made, BUILD_COMMIT_DOCUMENTS)):
        began = processor()
        transaction(batch)
        spent += processor() - began
    return {"write_seconds": f"{spent:.1f}", "memory_mib": f"{(_peak() - before) / _KIBIBYTE:.0f}"}


def _searched(engine: Engine, processor: Callable[[], float]) -> dict[str, str]:
    asked = [Query(parse_query(text), frozenset({MEMBERS})) for text in questions(_QUESTIONS)]
    for query in asked[:20]:
        engine.search(query)
    began = processor()
    for query in asked:
        engine.search(query)
    return {"search_ms": f"{(processor() - began) / len(asked) * 1e3:.2f}"}


def _peak() -> int:
    """Kibibytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
