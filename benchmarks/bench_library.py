"""A large library: its first indexing, a comparison that finds nothing new, the page of states, and drops into it.

`python -m benchmarks.bench_library [--files N] [--runs N] [--drops N]` writes N small text files in a temporary folder.
Each comparison runs in a process of its own, from the opening of the catalogue, so that its memory is its own too.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks import bench_drop
from index.catalogue import Catalogue, State, StatusFilter
from index.settings import Settings
from indexer.workshop import workshop

_A_FOLDER = 100
_KIBIBYTES = 1024
_TEXT = "Le bus des droits numéro {} va vers les personnes qui ne recourent pas au RSA ni aux aides au logement. " * 12


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--drops", type=int, default=10)
    parser.add_argument("--compare", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    logging.disable()
    if arguments.compare:
        _compare(arguments.compare)
        return
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as folder:
        root = Path(folder)
        _write(root / "bibliotheque", arguments.files)
        _first_indexing(root, arguments.files)
        _comparisons(root, arguments.runs)
        _states(root, arguments.runs)
        print(bench_drop.told(bench_drop.measure(arguments.drops, root)))


def _settings(root: Path) -> Settings:
    return Settings(library=root / "bibliotheque", data=root / "donnees")


def _write(library: Path, files: int) -> None:
    for number in range(files):
        file = library / f"Dossier {number // _A_FOLDER}" / f"fiche {number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_TEXT.format(number, *[number] * 11), encoding="utf-8")


def _first_indexing(root: Path, files: int) -> None:
    time.sleep(_settings(root).settle_seconds)
    began = time.perf_counter()
    with workshop(_settings(root)) as indexer:
        read = indexer.step().read
    seconds = time.perf_counter() - began
    print(
        f"first indexing: {read} of {files} files in {seconds:.0f} s, {60 * read / seconds:,.0f} a minute", flush=True
    )


def _comparisons(root: Path, runs: int) -> None:
    command = [sys.executable, "-m", "benchmarks.bench_library", "--compare", str(root)]
    seen = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(runs)]  # noqa: S603 - ourselves
    seconds = [float(each[0]) for each in seen]
    print(
        f"{runs} comparisons without change: median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s, "
        f"peak {max(float(each[1]) for each in seen):.0f} MiB",
        flush=True,
    )


def _compare(root: Path) -> None:
    with workshop(_settings(root)) as indexer:
        began = time.perf_counter()
        changes = indexer.step().changes
        seconds = time.perf_counter() - began
    if changes:
        sys.exit(f"{changes} changes in a library that has not changed")
    print(f"{seconds:.3f} {_peak_mebibytes():.0f}")


def _peak_mebibytes() -> float:
    """The most memory that this process held; `getrusage` would count its parent's, from before it became itself."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / _KIBIBYTES


def _states(root: Path, runs: int) -> None:
    page = StatusFilter(frozenset(State), limit=500)
    with closing(Catalogue.open(_settings(root).catalogue_url)) as catalogue:
        for name, ask in (("counts", catalogue.status_counts), ("a page", lambda: catalogue.statuses(page))):
            seconds = []
            for _ in range(runs):
                began = time.perf_counter()
                ask()
                seconds.append(time.perf_counter() - began)
            print(f"states, {name}: median {1000 * statistics.median(seconds):.0f} ms", flush=True)


if __name__ == "__main__":
    main()
