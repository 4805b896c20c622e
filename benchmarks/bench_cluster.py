"""Files indexed a minute by this machine’s pool and by as many readers of a Dask cluster; see `make bench-cluster`.

All processes are on this machine: what is measured is what the cluster costs, not what more machines would give.
"""

from __future__ import annotations

import argparse
import logging
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.bench_throughput import rate
from extractors import Limits
from extractors.cluster import Cluster
from index.catalogue import Catalogue
from index.settings import Settings
from indexer.workshop import workshop
from tests.extractors.dask_cluster import DaskCluster, until


def main() -> None:
    """Index a folder both ways, in turn, and print a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--times", type=int, default=3)
    arguments = parser.parse_args()
    logging.disable()
    console = Console(width=140, highlight=False)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="ruche-bench-")))
        dask = stack.enter_context(DaskCluster(folder))
        dask.schedule()
        for _ in range(arguments.workers):
            dask.reader()
        with Cluster(dask.address, Limits()) as readers:
            until(lambda: readers.width == arguments.workers and not readers.trouble, "a reader is missing")
        for number in range(arguments.times):
            for extraction in ("local", f"dask://{dask.address}"):
                settings = Settings(
                    library=arguments.folder,
                    data=folder / f"{extraction[:4]}-{number}",
                    workers=arguments.workers,
                    extraction=extraction,
                    settle_seconds=0.1,
                )
                files, seconds, computed = _indexed(settings)
                console.print(f"{extraction[:5]}: {rate(files, seconds)}; the indexer computes {computed:.1f} s")


def _indexed(settings: Settings) -> tuple[int, float, float]:
    """Files, wall seconds, and the seconds that the indexer’s own process computed."""
    with workshop(settings) as indexer:
        began, computed = time.perf_counter(), time.process_time()
        while indexer.step().unsettled:
            time.sleep(settings.settle_seconds)
        seconds, own = time.perf_counter() - began, time.process_time() - computed
    catalogue = Catalogue.open(settings.catalogue_url)
    files = sum(catalogue.status_counts().values())
    catalogue.close()
    return files, seconds, own


if __name__ == "__main__":
    main()
