"""Files indexed a minute by this machine’s pool and by as many readers of a Dask cluster.

All processes are on this machine: what is measured is what the cluster costs, not what more machines would give.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from benchmarks.report import Missing, Table, figure
from extractors import Limits
from extractors.workers.dask_cluster import DaskPool
from index.catalogue.catalogue import Catalogue
from indexer.runtime.open_indexer import open_indexer
from tests.extractors.dask_cluster import DaskCluster, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.config.settings import Settings

_READERS, _TIMES = 2, 3


def run(bench: Workbench) -> Iterator[Finding]:
    """Index a folder both ways, in turn: a line each."""
    if not bench.corpus.is_dir():
        yield Missing("reading on a cluster", f"no folder {bench.corpus.name}")
        return
    rows = []
    with ExitStack() as stack:
        dask = stack.enter_context(DaskCluster(bench.folder("dask")))
        dask.schedule()
        for _ in range(_READERS):
            dask.reader()
        with DaskPool(dask.address, Limits()) as readers:
            until(lambda: readers.capacity == _READERS and not readers.outage, "a reader is missing")
        for number in range(bench.of(_TIMES)):
            for name, extraction in (("local", "local"), ("cluster", f"dask://{dask.address}")):
                settings = bench.settings(
                    f"{name}-{number}", workers=_READERS, extraction=extraction, settle_seconds=0.1
                )
                files, seconds, computed = _indexed(settings.model_copy(update={"library": bench.corpus}))
                rows.append((f"{name}, time {number + 1}", figure(60 * files / seconds), figure(computed)))
    yield Table("Reading on a cluster", ("", "files a minute", "processor of the indexer, s"), tuple(rows))


def _indexed(settings: Settings) -> tuple[int, float, float]:
    """Files, wall seconds, and the seconds that the indexer’s own process computed."""
    with open_indexer(settings) as indexer:
        began, computed = time.perf_counter(), time.process_time()
        while indexer.run_once().unsettled:
            time.sleep(settings.settle_seconds)
        seconds, own = time.perf_counter() - began, time.process_time() - computed
    catalogue = Catalogue.open(settings.catalogue_url)
    files = sum(catalogue.file_statuses.count_by_state().values())
    catalogue.close()
    return files, seconds, own
