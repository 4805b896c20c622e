"""Searches during a rebuild of the index of 100,000 passages.

Twenty questions a second are asked for a while, then while another index is built beside and put into service.
"""

from __future__ import annotations

import itertools
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.generated import questions
from benchmarks.report import Table, spread
from extractors import FORMATS
from index.catalogue.catalogue import Catalogue
from index.generations.background_rebuild import BackgroundRebuild
from index.generations.generation_store import find_live_folder
from index.search.questions import Question
from index.search.service import Search, open_search
from index.vocabulary.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench

_A_SECOND = 20
_THREADS = 4
_CALM_SECONDS = 20.0
_QUESTIONS = 200


_SPACES = itertools.count(1)


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
            # With one more space each time it is another question of the same words: what was asked is remembered.
            pending.append((text, crowd.submit(_ask, search, text + " " * next(_SPACES))))
    return [(text, _came(each)) for text, each in pending]


def _row(name: str, asked: list[tuple[str, Asked | None]], before: dict[str, int]) -> tuple[str, ...]:
    answered = [(text, each) for text, each in asked if each]
    p50, p95 = spread([each.seconds for _, each in answered])
    failed = len(asked) - len(answered)
    fewer = sum(each.total < before[text] for text, each in answered)
    return name, f"{len(asked):,}", f"{p50:.0f}", f"{p95:.0f}", str(failed), str(fewer)


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for the calm, one for the rebuild, one for what follows."""
    settings, texts, calm = bench.library.settings, questions(_QUESTIONS), max(2.0, _CALM_SECONDS * bench.share)
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        search = open_search(settings, catalogue, load_vocabulary(FORMATS))
        before = {text: _ask(search, text).total for text in texts}
        rows = [_row("before", _flow(search, texts, lambda seconds: seconds > calm), before)]
        old = find_live_folder(settings.index_folder)
        beside = BackgroundRebuild(settings.index_folder, settings.catalogue_url, settings.engine, settings.cluster)
        started = time.perf_counter()
        beside.start()
        during = _flow(search, texts, lambda _: not beside.is_running())
        rebuilt = time.perf_counter() - started
        rows.append(_row(f"during the rebuild ({rebuilt:.0f} s)", during, before))
        rows.append(_row("after the switch", _flow(search, texts, lambda seconds: seconds > calm / 2), before))
        switched = find_live_folder(settings.index_folder) != old
    yield Table(
        f"Searches during a rebuild of {bench.library.passages:,} passages",
        ("", "searches", "p50 ms", "p95 ms", "failed", "found fewer documents"),
        tuple(rows),
        "" if switched else "The new index was **not** put into service.",
    )
