"""A long run: searches at a steady pace while files come, change and go, and what grows meanwhile.

Twenty searches a second through the API for an hour (3,600 s at the full size), against the running service, with two
web processes. Every few seconds a file is added, one rewritten, one taken away, so that the library stays as large as
it was. Memory and open files of the four processes that last (their supervisor and the indexer with them), and the disk
that index and catalogue take are looked at all along: what counts is the median of the last quarter beside that of the
second, since caches fill during the first. Page images are a cache with a bound of its own, and not counted.
"""

from __future__ import annotations

import itertools
import statistics
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import quote_plus

from benchmarks import planted
from benchmarks.bench_start import service
from benchmarks.generated import documents, questions
from benchmarks.processes import descriptors, family, memory
from benchmarks.report import Table, Target, figure, size, spread

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.bench_start import Service
    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.config.settings import Settings

_SECONDS, _A_SECOND = 3_600, 20
_FILES, _TURNED = 300, 30
_EVERY, _GLANCE = 5.0, 5.0
_THREADS = 4
_WEB_PROCESSES = 2
_NOTES = 10**6
"""Passages of the notes that may be written, more than any run takes."""

MOST_GROWTH = {"memory": 1.10, "descriptors": 1.10, "disk": 1.50}
"""How many times the second quarter's median the last one's may be. An index's segments are merged now and then."""


@dataclass(frozen=True, slots=True)
class Glance:
    """The service at a moment: MiB of its lasting processes, their open files, MiB of its index and catalogue."""

    memory: float
    descriptors: float
    disk: float


@dataclass(frozen=True, slots=True)
class Soaked:
    """What came of it."""

    glances: tuple[Glance, ...]
    seconds: tuple[float, ...]
    failures: tuple[str, ...]
    turned: int

    def quarter(self, what: str, number: int) -> float:
        """The median of a figure in a quarter of the time, from 0."""
        quarter = len(self.glances) // 4
        glances = self.glances[quarter * number :][: max(1, quarter)]
        return float(statistics.median(getattr(each, what) for each in glances))

    def growth(self, what: str) -> float:
        """How many times the second quarter's the last quarter's figure is."""
        return self.quarter(what, 3) / self.quarter(what, 1)


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for each of what must not grow."""
    seconds = max(60.0, _SECONDS * bench.share)
    found = soak(bench.settings("longue"), bench.of(_FILES, 60), seconds)
    p50, p95 = spread(found.seconds)
    yield Table(
        f"{seconds / 60:.0f} minutes at {_A_SECOND} searches a second",
        ("", "second quarter", "last quarter", "bound, times", "times"),
        tuple(
            (name, *(figure(found.quarter(name, at)) for at in (1, 3)), figure(most), figure(found.growth(name)))
            for name, most in MOST_GROWTH.items()
        ),
        f"{len(found.seconds):,} searches, median {p50:.0f} ms, 95th percentile {p95:.0f} ms, "
        f"{len(found.failures)} failed; {found.turned:,} files came, as many changed, as many went. "
        "Memory and disk are in MiB.",
    )
    for name, most in MOST_GROWTH.items():
        yield Target(f"soak: {name}, last quarter over the second", found.growth(name), most, "")
    yield Target("soak: searches that failed", len(found.failures), 0, "")


def soak(settings: Settings, files: int, seconds: float) -> Soaked:
    """Search, change files and look, for so many seconds, once the library of so many files is indexed."""
    planted.write(settings.library, files, 0)
    fresh = settings.data.parent / "a-venir"
    planted.write(fresh, _TURNED, 0)
    with service(settings, RUCHE_RESCAN_SECONDS="60", RUCHE_WEB_PROCESSES=str(_WEB_PROCESSES)) as running:
        _wait_for(running, files)
        over = time.monotonic() + seconds
        turned = _Turning(settings.library, fresh, over)
        turned.start()
        looked = _Looking(running, settings, over)
        looked.start()
        answers = _search(running, over)
        for thread in (turned, looked):
            thread.join()
    spent = tuple(each for each in answers if isinstance(each, float))
    failures = tuple(each for each in answers if isinstance(each, str))
    return Soaked(tuple(looked.glances), spent, failures, turned.count)


def _wait_for(running: Service, files: int) -> None:
    """Until all files can be found."""
    until = time.monotonic() + max(120.0, files)
    while time.monotonic() < until:
        with urllib.request.urlopen(f"{running.url}api/v1/search", timeout=60) as answer:  # noqa: S310 - loopback
            if f'"total":{files}' in answer.read().decode().replace(" ", ""):
                return
        time.sleep(0.5)
    raise TimeoutError(f"{files} files were not indexed in time")


def _search(running: Service, over: float) -> list[float | str]:
    """Ask at a steady pace, whether or not the answers follow: seconds of each, or why it failed."""
    answers: list[float | str] = []
    turns, began = itertools.count(), time.monotonic()
    texts = questions(2_000)

    def ask() -> None:
        for number in turns:
            due = began + number / _A_SECOND
            if due > over:
                return
            time.sleep(max(0.0, due - time.monotonic()))
            answers.append(_asked(f"{running.url}api/v1/search?q={quote_plus(texts[number % len(texts)])}"))

    crowd = [threading.Thread(target=ask) for _ in range(_THREADS)]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    return answers


def _asked(address: str) -> float | str:
    started = time.perf_counter()
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - loopback
            answer.read()
    except (HTTPError, OSError) as error:
        return str(error)
    return time.perf_counter() - started


class _Turning(threading.Thread):
    """Brings a file in, office files and notes in turn, gives a note another text, takes a file away, over and over."""

    def __init__(self, library: Path, fresh: Path, over: float) -> None:
        super().__init__(daemon=True)
        self._library = library
        self._fresh = itertools.cycle(sorted(each for each in fresh.rglob("*") if each.is_file()))
        self._texts = ("\n\n".join(passage.text for passage in each.passages) for each in documents(_NOTES))
        self._over = over
        self.count = 0

    def run(self) -> None:
        """Until it is over."""
        while time.monotonic() < self._over:
            if self.count % 2:
                source = next(self._fresh)
                self._bring(f"venu {self.count}{source.suffix}", source.read_bytes())
            else:
                self._bring(f"note {self.count}.md", next(self._texts).encode())
            here = sorted(each for each in self._library.rglob("*") if each.is_file())
            notes = [each for each in here if each.suffix == ".md"]
            changed = notes[self.count * 7 % len(notes)]
            changed.write_text(next(self._texts), encoding="utf-8")
            leaving = [each for each in here if each != changed]
            leaving[self.count * 13 % len(leaving)].unlink()
            self.count += 1
            time.sleep(_EVERY)

    def _bring(self, name: str, content: bytes) -> None:
        """As a synchroniser does: written aside, then put in its place."""
        aside = self._library / f".{name}.tmp"
        aside.write_bytes(content)
        aside.replace(self._library / name)


class _Looking(threading.Thread):
    """Looks at the service's processes and data every few seconds."""

    def __init__(self, running: Service, settings: Settings, over: float) -> None:
        super().__init__(daemon=True)
        self._pid = running.pid
        self._data, self._images = settings.data, settings.preview_folder
        self._over = over
        self.glances: list[Glance] = []

    def run(self) -> None:
        """Until it is over."""
        pause = min(_GLANCE, (self._over - time.monotonic()) / 20)
        while time.monotonic() < self._over:
            lasting = list(islice(family(self._pid), 2 + _WEB_PROCESSES))
            with suppress(FileNotFoundError):
                # A file may go between its listing and its size.
                disk = size(self._data) - size(self._images)
                held = sum(map(memory, lasting)), float(sum(map(descriptors, lasting)))
                self.glances.append(Glance(*held, disk))
            time.sleep(pause)
