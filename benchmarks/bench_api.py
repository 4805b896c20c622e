"""What a search with facets costs through the API: answers a second and the 95th percentile, on each engine.

`python -m benchmarks.bench_api 100000` builds a catalogue of so many generated passages, has each engine learn it, and
serves it from a process of its own, as `ruche serve` does; as many connections as the machine has cores ask questions
one after the other. A line for each engine: questions that nobody has asked before, then the same asked again.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlsplit

from benchmarks.bench_web import build, served
from benchmarks.generated import questions
from index.catalogue import Catalogue, copy_catalogue
from index.rebuilding import rebuild
from index.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

_ASKED = {"tantivy": 1_500, "whoosh": 60}
_WARMING = 20


def measure(name: str, url: str, asked: list[str]) -> str:
    """One line of the table."""
    connections = os.cpu_count() or 1
    addresses = [f"/api/v1/search?q={quote_plus(each)}" for each in asked]
    _ask(url, addresses[:_WARMING])
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as crowd:
        parts = [addresses[start::connections] for start in range(connections)]
        seconds = sorted(itertools.chain.from_iterable(crowd.map(lambda part: _ask(url, part), parts)))
    spent = time.perf_counter() - began
    p50, p95 = statistics.median(seconds) * 1e3, seconds[int(0.95 * len(seconds))] * 1e3
    return f"{name:28} {len(seconds) / spent:7.1f} answers/s  p50 {p50:7.1f} ms  p95 {p95:7.1f} ms"


def _ask(url: str, addresses: list[str]) -> list[float]:
    """Seconds of each answer, asked one after the other through one connection."""
    server = urlsplit(url)
    with closing(http.client.HTTPConnection(str(server.hostname), server.port, timeout=60)) as connection:
        return list(_seconds(connection, addresses))


def _seconds(connection: http.client.HTTPConnection, addresses: list[str]) -> Iterator[float]:
    for address in addresses:
        started = time.perf_counter()
        connection.request("GET", address)
        answer = connection.getresponse()
        body = answer.read()
        yield time.perf_counter() - started
        if answer.status != http.client.OK or not body.startswith(b"{"):
            sys.exit(f"{address}: {answer.status}")


def run(settings: Settings, ids: list[str], events: list[str], engine: str) -> None:
    """The lines of one engine, whose index the settings' folder holds."""
    asked = list(dict.fromkeys(questions(_ASKED[engine])))
    with served(settings, ids, events) as site:
        for name in ("asked first", "asked again"):
            sys.stdout.write(f"{measure(f'{engine}, {name}', site.url, asked)}\n")
            sys.stdout.flush()


def on_whoosh(settings: Settings, folder: Path) -> Settings:
    """The same catalogue, learnt by Whoosh in a folder of its own."""
    copied = Settings(library=settings.library, data=folder)
    folder.mkdir()
    copy_catalogue(settings.data / "catalogue.sqlite", folder / "catalogue.sqlite")
    with closing(Catalogue.open(copied.catalogue_url)) as catalogue:
        rebuild(copied.index_folder, catalogue, "whoosh")
    return copied


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=int, nargs="?", default=100_000)
    passages: int = parser.parse_args().passages
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder) / "bibliotheque", data=Path(folder) / "donnees")
        ids, events = build(settings, passages)
        run(settings, ids, events, "tantivy")
        run(on_whoosh(settings, Path(folder) / "whoosh"), ids, events, "whoosh")


if __name__ == "__main__":
    main()
