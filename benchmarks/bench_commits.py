"""Disk used by an index that is committed to thousands of times while a reader has it open.

Documents are replaced one at a time, and now and then a second engine searches; the largest size on disk is told beside
that of an index of the same documents written in one commit.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.generated import documents, questions
from benchmarks.report import Table, figure, size
from index.engines.protocol import Query
from index.engines.registry import open_engine
from index.model.documents import MEMBERS
from index.query.parser import parse_query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench

_COMMITS = 3_000
_DOCUMENTS = 500
_PASSAGES = 12
_LOOKED_AT = 25


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for each size."""
    commits = bench.of(_COMMITS, 60)
    whole, largest, last = _measured(commits)
    yield Table(
        f"{commits:,} commits of one document over {_DOCUMENTS}",
        ("", "MiB", "times"),
        (
            ("written at once", figure(whole), "1"),
            ("the most while committing", figure(largest), figure(largest / whole)),
            ("at the end", figure(last), figure(last / whole)),
        ),
    )


def _measured(commits: int) -> tuple[float, float, float]:
    """MiB of an index written at once, the largest while committing, and at the end."""
    made = list(documents(_DOCUMENTS * _PASSAGES))
    query = Query(parse_query(questions(1)[0]), frozenset({MEMBERS}))
    with tempfile.TemporaryDirectory() as root:
        whole, folder = Path(root) / "whole", Path(root) / "grown"
        with closing(open_engine("tantivy", whole)) as once:
            once.write(put=made)
        with closing(open_engine("tantivy", folder)) as writer, closing(open_engine("tantivy", folder)) as reader:
            sizes = []
            for number, document in enumerate(islice(cycle(made), commits)):
                writer.write(put=[document])
                if number % _LOOKED_AT == 0:
                    reader.search(query)
                    sizes.append(size(folder))
        return size(whole), max(sizes), size(folder)
