"""What a search with facets costs through the API: answers a second, and how long each takes.

As many connections as the machine has cores ask a served library of 100,000 passages, one question after the other:
first what nobody has asked before, then the same again.
"""

from __future__ import annotations

import http.client
import itertools
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, urlsplit

from benchmarks.generated import questions
from benchmarks.generated_site import served
from benchmarks.report import Table, Target, figure, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench

_QUESTIONS, _WARMING = 1_000, 20
_A_SECOND, _MOST_MS = 200, 50


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for questions asked first, and one for the same asked again."""
    library = bench.library
    asked = list(dict.fromkeys(questions(bench.of(_QUESTIONS, 60))))
    rows, rates, p95 = [], [], 0.0
    with served(library.settings, library.documents, library.events) as site:
        for name in ("asked first", "asked again"):
            rate, p50, p95 = _measured(site.url, asked)
            rates.append(rate)
            rows.append((name, figure(rate), f"{p50:.0f}", f"{p95:.0f}"))
    columns = ("questions", "answers a second", "p50 ms", "p95 ms")
    yield Table(f"The API at {library.passages:,} passages, {os.cpu_count()} connections", columns, tuple(rows))
    yield Target("answers of the API a second", min(rates), _A_SECOND, "", more_is_better=True)
    yield Target("an answer of the API, p95", p95, _MOST_MS, "ms")


def _measured(url: str, asked: list[str]) -> tuple[float, float, float]:
    """Answers a second, median and 95th percentile in milliseconds."""
    connections = os.cpu_count() or 1
    addresses = [f"/api/v1/search?q={quote_plus(each)}" for each in asked]
    _ask(url, addresses[:_WARMING])
    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as crowd:
        parts = [addresses[start::connections] for start in range(connections)]
        seconds = list(itertools.chain.from_iterable(crowd.map(lambda part: _ask(url, part), parts)))
    return len(seconds) / (time.perf_counter() - began), *spread(seconds)


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
