"""A large library: its first indexing, a comparison that finds nothing new, the page of states, and drops into it.

20,000 small text files in 200 folders. Each comparison is a process of its own, from the opening of the catalogue, so
that its memory is its own too.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

from benchmarks import bench_drop
from benchmarks.processes import run as measured
from benchmarks.report import Table, figure
from index.catalogue.catalogue import Catalogue
from index.catalogue.file_statuses import FileState, StatusFilter
from index.config.settings_file import load_settings
from indexer.runtime.open_indexer import open_indexer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench

_FILES, _RUNS, _DROPS = 20_000, 5, 10
_A_FOLDER = 100
_TEXT = "Le bus des droits numéro {} va vers les personnes qui ne recourent pas au RSA ni aux aides au logement. " * 12


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for each."""
    settings, files = bench.settings("grande"), bench.of(_FILES, 100)
    _write(settings.library, files)
    told = {"RUCHE_LIBRARY": str(settings.library), "RUCHE_DATA": str(settings.data)}
    first = measured([sys.executable, "-m", "ruche", "index"], told)
    compared = [measured([sys.executable, "-m", "benchmarks.bench_library"], told) for _ in range(_RUNS)]
    seconds = [float(each.output) for each in compared]
    page = StatusFilter(frozenset(FileState), limit=500)
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        counts, shown = (
            _median(catalogue.file_statuses.count_by_state),
            _median(lambda: catalogue.file_statuses.find(page)),
        )
    yield Table(
        f"A library of {files:,} files",
        ("", ""),
        (
            ("first indexing, files a minute", figure(60 * files / first.seconds)),
            ("… processor of a file, ms", figure(1_000 * first.processor / files)),
            ("full comparison that finds nothing new, median, s", figure(statistics.median(seconds))),
            ("… most memory that its processes held, MiB", figure(max(each.memory for each in compared))),
            ("counts of all states, median, ms", figure(counts)),
            ("first page of 500 files, the most urgent first, median, ms", figure(shown)),
            bench_drop.told(bench_drop.measure(settings, bench.of(_DROPS, 2))),
        ),
    )


def _write(library: Path, files: int) -> None:
    for number in range(files):
        file = library / f"Dossier {number // _A_FOLDER}" / f"fiche {number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_TEXT.format(number, *[number] * 11), encoding="utf-8")


def _median(ask: Callable[[], object]) -> float:
    """Milliseconds."""
    spent = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        ask()
        spent.append(1_000 * (time.perf_counter() - began))
    return statistics.median(spent)


def main() -> None:
    """Compare once, and print the seconds that it took."""
    with open_indexer(load_settings()) as indexer:
        began = time.perf_counter()
        changes = indexer.run_once().changes
        seconds = time.perf_counter() - began
    if changes:
        sys.exit(f"{changes} changes in a library that has not changed")
    print(seconds)


if __name__ == "__main__":
    main()
