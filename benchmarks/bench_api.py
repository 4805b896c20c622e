"""What a search with facets costs through the API: answers a second, and how long each takes.

One web process, then two, serve a library of 100,000 passages to 2, 4 and 8 connections, which ask one question after
the other: first what nobody has asked before, then the same again, twice: what another process made comes from a file.
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
_PROCESSES, _CONNECTIONS = (1, 2), (2, 4, 8)
_A_SECOND, _MOST_MS = 200, 50


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for questions asked first, and one each time they are asked again, by processes and connections."""
    library = bench.library
    rows, rates, p95s = [], [], []
    for processes in _PROCESSES:
        fresh = iter(dict.fromkeys(questions(2 * len(_CONNECTIONS) * bench.of(_QUESTIONS, 60))))
        with served(library.settings, library.documents, library.events, processes) as site:
            _warm(site.url, processes)
            for connections in _CONNECTIONS:
                asked = list(itertools.islice(fresh, bench.of(_QUESTIONS, 60)))
                for name in ("asked first", "asked again", "a third time"):
                    rate, p50, p95 = _measured(site.url, asked, connections)
                    rows.append((str(processes), str(connections), name, figure(rate), f"{p50:.0f}", f"{p95:.0f}"))
                    if processes == 1 and connections == _CONNECTIONS[0]:
                        rates.append(rate)
                        p95s.append(p95)
    columns = ("web processes", "connections", "questions", "answers a second", "p50 ms", "p95 ms")
    yield Table(f"The API at {library.passages:,} passages, {os.cpu_count()} cores", columns, tuple(rows))
    yield Target("answers of the API a second", min(rates), _A_SECOND, "", more_is_better=True)
    yield Target("an answer of the API, p95", max(p95s), _MOST_MS, "ms")


def _warm(url: str, processes: int) -> None:
    """Ask until each process has in all likelihood been asked: what it loads at its first answer is not measured."""
    for _ in range(4 * processes):
        _ask(url, [f"/api/v1/search?q={quote_plus(each)}" for each in questions(_WARMING)])


def _measured(url: str, asked: list[str], connections: int) -> tuple[float, float, float]:
    """Answers a second, median and 95th percentile in milliseconds."""
    addresses = [f"/api/v1/search?q={quote_plus(each)}" for each in asked]
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
