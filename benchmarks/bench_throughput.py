"""How many office files are indexed a minute, and where the time goes; see `make bench-throughput`."""

from __future__ import annotations

import argparse
import logging
import shutil
import time
from collections import defaultdict
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console

from extractors import Format, Limits, Pool, UnreadableFileError
from extractors.extract import extract
from extractors.kinds import detect
from index.settings import Settings
from indexer.workshop import workshop

if TYPE_CHECKING:
    from collections.abc import Iterable

_OFFICE = frozenset(
    {
        *(Format.PDF, Format.WORD, Format.POWERPOINT, Format.EXCEL, Format.RTF),
        *(Format.ODF_TEXT, Format.ODF_SLIDES, Format.ODF_SHEETS),
        *(Format.OLD_WORD, Format.OLD_POWERPOINT, Format.OLD_EXCEL),
    }
)
_SLOWEST = 5


def main() -> None:
    """Read the office files of a folder by the pool alone, then index them as the service does."""
    arguments = _arguments()
    logging.disable()
    files = list(_office_files(arguments.folder))
    console = Console(width=140, highlight=False)
    timed, wall = _extraction(files, arguments.workers)
    console.print(f"Extraction alone, {arguments.workers} workers: {rate(len(files), wall)}")
    for kind, seconds in sorted(_by_format(timed).items(), key=lambda pair: -pair[1]):
        console.print(f"  {kind}: {seconds:.1f} s in workers")
    for seconds, path in sorted(timed, reverse=True)[:_SLOWEST]:
        console.print(f"  slowest: {path.name}, {seconds:.2f} s")
    whole, own = _indexing(files, arguments.workers)
    console.print(f"Indexing as the service does (hash, extract, tag, catalogue, index): {rate(len(files), whole)}")
    console.print(
        f"  of which the indexer’s own process computes {own:.1f} s: hashes, passages, tags, catalogue, index"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def rate(files: int, seconds: float) -> str:
    """Files in seconds, in words."""
    return f"{files} files in {seconds:.1f} s, {files * 60 / seconds:,.0f} a minute"


def _office_files(folder: Path) -> Iterable[Path]:
    for path in sorted(folder.rglob("*")):
        with suppress(UnreadableFileError):
            if path.is_file() and detect(path) in _OFFICE:
                yield path


def _extraction(files: list[Path], workers: int) -> tuple[list[tuple[float, Path]], float]:
    """The seconds that each file took in its worker, and those that all took together."""
    with Pool(workers, Limits()) as pool:
        # Starting the workers is no part of it: it happens once a day.
        pool.call(partial(_seconds, files[0])).result()
        began = time.perf_counter()
        promises = [(pool.call(partial(_seconds, path)), path) for path in files]
        timed = [(promise.result(), path) for promise, path in promises]
        return timed, time.perf_counter() - began


def _seconds(path: Path) -> float:
    began = time.perf_counter()
    with suppress(UnreadableFileError):
        extract(path, Limits())
    return time.perf_counter() - began


def _by_format(timed: Iterable[tuple[float, Path]]) -> dict[str, float]:
    sums = defaultdict[str, float](float)
    for seconds, path in timed:
        sums[detect(path).value] += seconds
    return sums


def _indexing(files: Iterable[Path], workers: int) -> tuple[float, float]:
    """The seconds to index a copy of these files from nothing, and how many of them this process computes."""
    with TemporaryDirectory(prefix="ruche-bench-") as folder:
        library = Path(folder) / "bibliotheque"
        library.mkdir()
        for number, path in enumerate(files):
            shutil.copyfile(path, library / f"{number:04d}-{path.name}")
        settings = Settings(library=library, data=Path(folder) / "donnees", workers=workers, settle_seconds=0.1)
        with workshop(settings) as opened:
            began, computed = time.perf_counter(), time.process_time()
            while opened.step().unsettled:
                time.sleep(0.1)
            return time.perf_counter() - began, time.process_time() - computed


if __name__ == "__main__":
    main()
