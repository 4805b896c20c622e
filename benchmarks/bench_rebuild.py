"""Searches during a rebuild: `python -m benchmarks.bench_rebuild 100000`.

Builds a catalogue and an index of so many generated passages, asks twenty questions a second for a while, then goes on
asking while another index is built beside and put into service. Prints both times of an answer, how many searches
failed, and how many saw fewer documents than before.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bench_web import build
from benchmarks.generated import questions
from index.beside import Beside
from index.catalogue import Catalogue
from index.search import Question, Search, open_search
from index.settings import Settings
from index.shelf import live_folder
from index.vocabulary import load

if TYPE_CHECKING:
    from collections.abc import Callable

_A_SECOND = 20
_THREADS = 4
_CALM_SECONDS = 20.0
_QUESTIONS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One search: what was asked, how many documents it found, -1 where it failed, and its seconds."""

    text: str
    total: int
    seconds: float


def _ask(search: Search, text: str) -> Asked:
    started = time.perf_counter()
    try:
        total = search.ask(Question(text)).total
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a search that failed, and is counted
        sys.stdout.write(f"  {error!r}\n")
        total = -1
    return Asked(text, total, time.perf_counter() - started)


def _flow(search: Search, texts: list[str], until: Callable[[float], bool]) -> list[Asked]:
    """Ask at a steady pace, whether or not the answers follow, until told to stop (seconds since the start)."""
    pending: list[Future[Asked]] = []
    began = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as crowd:
        for number, text in enumerate(itertools.cycle(texts)):
            due = began + number / _A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            if until(time.perf_counter() - began):
                break
            pending.append(crowd.submit(_ask, search, text))
    return [each.result() for each in pending]


def _line(name: str, asked: list[Asked], before: dict[str, int]) -> str:
    seconds = sorted(each.seconds for each in asked)
    failed = sum(each.total < 0 for each in asked)
    fewer = sum(0 <= each.total < before[each.text] for each in asked)
    p50, p95 = statistics.median(seconds) * 1e3, seconds[int(0.95 * len(seconds))] * 1e3
    return f"{name:16} {len(asked):>6} searches  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  failed {failed}  fewer {fewer}\n"


def measure(folder: Path, passages: int) -> None:
    """Print a line for the calm, and one for the rebuild."""
    settings = Settings(library=folder / "bibliotheque", data=folder / "donnees")
    build(settings, passages)
    texts = questions(_QUESTIONS)
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        search = open_search(settings, catalogue, load())
        before = {text: _ask(search, text).total for text in texts}
        calm = _flow(search, texts, lambda seconds: seconds > _CALM_SECONDS)
        sys.stdout.write(_line("calm", calm, before))
        old = live_folder(settings.index_folder)
        beside = Beside(settings.index_folder, settings.catalogue_url, settings.engine)
        started = time.perf_counter()
        beside.start()
        during = _flow(search, texts, lambda _: not beside.is_running())
        rebuilt = time.perf_counter() - started
        sys.stdout.write(_line("during a rebuild", during, before))
        after = _flow(search, texts, lambda seconds: seconds > _CALM_SECONDS / 2)
        sys.stdout.write(_line("after the switch", after, before))
        switched = live_folder(settings.index_folder) != old
        sys.stdout.write(f"rebuilt in {rebuilt:.1f} s; switched: {'yes' if switched else 'no'}\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=int)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), parser.parse_args().passages)


if __name__ == "__main__":
    main()
