"""Disk used by an index that is committed to thousands of times while a reader has it open.

`python -m benchmarks.bench_commits [--commits 3000] [--engine tantivy]` replaces documents one at a time, searches now
and then through a second engine, and prints the largest size on disk beside that of an index of the same documents
written in one commit.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path

from benchmarks.generated import documents, questions
from index.engine import Query
from index.engines import ENGINES, open_engine
from index.language import parse
from index.model import MEMBERS

_DOCUMENTS = 500
_PASSAGES = 12
_LOOKED_AT = 25


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def measure(engine: str, commits: int) -> tuple[int, int, int]:
    """Bytes of an index written at once, the largest while committing, and at the end."""
    made = list(documents(_DOCUMENTS * _PASSAGES))
    query = Query(parse(questions(1)[0]), frozenset({MEMBERS}))
    with tempfile.TemporaryDirectory() as root:
        whole, folder = Path(root) / "whole", Path(root) / "grown"
        with closing(open_engine(engine, whole)) as once:
            once.write(put=made)
        with closing(open_engine(engine, folder)) as writer, closing(open_engine(engine, folder)) as reader:
            sizes = []
            for number, document in enumerate(islice(cycle(made), commits)):
                writer.write(put=[document])
                if number % _LOOKED_AT == 0:
                    reader.search(query)
                    sizes.append(_size(folder))
        return _size(whole), max(sizes), _size(folder)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=3_000)
    parser.add_argument("--engine", choices=sorted(ENGINES), default="tantivy")
    arguments = parser.parse_args()
    whole, largest, last = measure(arguments.engine, arguments.commits)
    sys.stdout.write(
        f"{arguments.engine}: {arguments.commits} commits over {_DOCUMENTS} documents\n"
        f"written at once {whole / 2**20:.1f} MiB\n"
        f"largest {largest / 2**20:.1f} MiB ({largest / whole:.2f} times)\n"
        f"at the end {last / 2**20:.1f} MiB\n"
    )


if __name__ == "__main__":
    main()
