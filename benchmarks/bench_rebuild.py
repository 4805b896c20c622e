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
    """One search that was answered: how many documents it found, and its seconds."""

    total: int
    seconds: float


def _ask(search: Search, text: str) -> Asked:
    started = time.perf_counter()
    return Asked(search.ask(Question(text)).total, time.perf_counter() - started)


def _came(pending: Future[Asked]) -> Asked | None:
    """An answer; None for a search that failed, whatever it failed by."""
    if error := pending.exception():
        sys.stdout.write(f"  {error!r}\n")
        return None
    return pending.result()


def _flow(search: Search, texts: list[str], until: Callable[[float], bool]) -> list[tuple[str, Asked | None]]:
    """Ask at a steady pace, whether or not the answers follow, until told to stop (seconds since the start)."""
    pending: list[tuple[str, Future[Asked]]] = []
    began = time.perf_counter()
    with ThreadPoolExecutor(_THREADS) as crowd:
        for number, text in enumerate(itertools.cycle(texts)):
            due = began + number / _A_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            if until(time.perf_counter() - began):
                break
            pending.append((text, crowd.submit(_ask, search, text)))
    return [(text, _came(each)) for text, each in pending]


def _line(name: str, asked: list[tuple[str, Asked | None]], before: dict[str, int]) -> str:
    answered = [(text, each) for text, each in asked if each]
    seconds = sorted(each.seconds for _, each in answered)
    failed = len(asked) - len(answered)
    fewer = sum(each.total < before[text] for text, each in answered)
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
        beside = Beside(settings.index_folder, settings.catalogue_url, settings.engine, settings.cluster)
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
