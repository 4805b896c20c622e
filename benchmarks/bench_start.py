"""The service from cold: seconds from `ruche serve` to its first answer, and memory at rest, at 100,000 passages."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.import_times import measure_imports
from benchmarks.processes import family, memory
from benchmarks.report import Table, Target, figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.config.settings import Settings

_STARTS = 5
_REST_SECONDS = 10.0
_MOST_SECONDS, _MOST_MIB = 1.5, 200.0


@dataclass(frozen=True, slots=True)
class Service:
    """A running `ruche serve`: where it answers, and its process, whose companion is the indexer."""

    url: str
    pid: int

    def ask(self, words: str = "droits") -> bytes:
        """A page of results."""
        with urllib.request.urlopen(f"{self.url}recherche?q={words}", timeout=60) as answer:  # noqa: S310 - loopback
            body: bytes = answer.read()
        return body

    def rests(self) -> dict[str, float]:
        """MiB that each of its processes holds, by what it does."""
        held = {"web": memory(self.pid), "indexer": 0.0, "readers": 0.0}
        for pid in family(self.pid):
            if pid != self.pid:
                name = "indexer" if held["indexer"] == 0.0 else "readers"
                held[name] += memory(pid)
        return held


@contextmanager
def service(settings: Settings, **others: str) -> Iterator[Service]:
    """The service of an installation, once it says where it listens."""
    told = {"RUCHE_LIBRARY": str(settings.library), "RUCHE_DATA": str(settings.data), "RUCHE_PORT": "0"}
    # Compiled once, as « make install » leaves the code.
    told |= {"PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": ""}
    with subprocess.Popen(
        [sys.executable, "-m", "ruche", "serve"],
        env=os.environ | told | others,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            address = re.search(r"http://\S+/", process.stdout.readline() if process.stdout else "")
            if not address:
                sys.exit("the service did not start")
            yield Service(address.group(), process.pid)
        finally:
            process.terminate()


def run(bench: Workbench) -> Iterator[Finding]:
    """Start it several times, and let it rest after the last."""
    settings, starts = bench.library.settings, bench.of(_STARTS, 2)
    seconds, rests = [], {}
    for number in range(starts):
        began = time.perf_counter()
        with service(settings) as running:
            running.ask()
            seconds.append(time.perf_counter() - began)
            if number == starts - 1:
                time.sleep(_REST_SECONDS * bench.share)
                rests = running.rests()
    cold = statistics.median(seconds)
    yield Table(
        f"Cold start at {bench.library.passages:,} passages",
        ("", ""),
        (
            ("from the command to the first page of results, median, s", figure(cold)),
            ("… slowest", figure(max(seconds))),
            *((f"memory at rest, {name}, MiB", figure(held)) for name, held in rests.items()),
        ),
        "Memory that processes share is counted once. Readers start when a file is seen to come, load their libraries "
        "while it has yet to stand still, and end a minute after the last.",
    )
    yield measure_imports(settings)
    yield Target("cold start, to the first page of results", cold, _MOST_SECONDS, "s")
    yield Target("memory at rest, the web", rests.get("web", 0.0), _MOST_MIB, "MiB")
    yield Target("memory at rest, the web, the indexer and its readers", sum(rests.values()), _MOST_MIB, "MiB")
