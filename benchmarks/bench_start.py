"""The service from cold, at 100,000 passages: seconds to its first page, imports until then, and memory at rest."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
_PACKAGES = 8
_STANDARD = "the standard library"
_FIRST_PAGE = """
from extractors.formats import FORMATS
from index.config import load_settings
from webapp.app import create_app
assert create_app(load_settings(), FORMATS).test_client().get("/recherche?q=droits").status_code == 200
"""
_IMPORTED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*([\w.]+)")


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
    yield _measure_imports(settings)
    yield Target("cold start, to the first page of results", cold, _MOST_SECONDS, "s")
    yield Target("memory at rest, the web", rests.get("web", 0.0), _MOST_MIB, "MiB")
    yield Target("memory at rest, the web, the indexer and its readers", sum(rests.values()), _MOST_MIB, "MiB")


def _measure_imports(settings: Settings) -> Table:
    """A line for each package that costs most, what one module of it imports of another counted once."""
    told = {"RUCHE_LIBRARY": str(settings.library), "RUCHE_DATA": str(settings.data), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-X", "importtime", "-c", _FIRST_PAGE]
    # The first time, what is not compiled is: only the second tells what a start costs.
    for _ in range(2):
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | told)  # noqa: S603
    microseconds, modules = Counter[str](), Counter[str]()
    for own, module in _IMPORTED.findall(done.stderr):
        package = _find_package(module)
        microseconds[package] += int(own)
        modules[package] += 1
    shown = dict(microseconds.most_common(_PACKAGES))
    rest = [name for name in microseconds if name not in shown]
    rows = [
        *((name if name == _STANDARD else f"`{name}`", modules[name], own) for name, own in shown.items()),
        ("others", sum(modules[name] for name in rest), sum(microseconds[name] for name in rest)),
        ("all", modules.total(), microseconds.total()),
    ]
    return Table(
        "Imports until the first page of results, by `-X importtime`",
        ("", "modules", "ms"),
        tuple((name, str(count), figure(own / 1_000)) for name, count, own in rows),
        "Timing each import slows them all: the shares say more than the sum.",
    )


def _find_package(module: str) -> str:
    package = module.partition(".")[0]
    return _STANDARD if package in sys.stdlib_module_names else package
