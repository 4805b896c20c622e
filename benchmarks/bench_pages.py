"""What pages cost: seconds of the server under a steady flow of requests, bytes sent.

Each page is asked ten times a second of a library of 100,000 passages, served by a process of its own; compressed bytes
are those of the page with what a first visit loads, and of the page alone. Of the documents' pictures, those are
counted that are not put off until one comes to them.
"""

from __future__ import annotations

import gzip
import itertools
import random
import re
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from benchmarks.generated import questions
from benchmarks.generated_site import served
from benchmarks.report import Table, Target, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.generated_site import Site
    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench

_A_SECOND = 10
_REQUESTS = 100
_MOST_MS = 50

_NEEDED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="(/[^"]+)"[^>]*>')


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for each kind of page."""
    library = bench.library
    rows, slowest = [], (0.0, "")
    with served(library.settings, library.documents, library.events) as site:
        for name, address in _pages(site).items():
            p50, p95, first, later = _measured(site, address, bench.of(_REQUESTS, 10))
            slowest = max(slowest, (p95, name))
            rows.append((name, f"{p50:.0f}", f"{p95:.0f}", f"{first / 1e3:.0f}", f"{later / 1e3:.0f}"))
    yield Table(
        f"Pages at {library.passages:,} passages",
        ("page", "p50 ms", "p95 ms", "first KB", "later KB"),
        tuple(rows),
    )
    yield Target(f"the slowest page ({slowest[1]}), p95", slowest[0], _MOST_MS, "ms")


def _pages(site: Site) -> dict[str, Callable[[], str]]:
    """By name, what gives the next address to ask of each kind of page."""
    draw = random.Random(5)  # noqa: S311 - repeatable, no secret
    asked = itertools.cycle(map(quote_plus, questions(200)))
    return {
        "home": lambda: "/",
        "search": lambda: f"/recherche?q={next(asked)}",
        "document": lambda: f"/documents/{draw.choice(site.documents)}",
        "document, words marked": lambda: f"/documents/{draw.choice(site.documents)}?q={next(asked)}",
        "year": lambda: f"/rendez-vous?annee={draw.randint(2017, 2026)}",
        "event": lambda: f"/rendez-vous/{draw.choice(site.events)}",
        "themes": lambda: "/themes",
        "theme": lambda: f"/themes/{draw.choice(site.themes)}",
        "territories": lambda: "/territoires",
        "territory": lambda: f"/territoires/{draw.choice(site.territories)}",
    }


def _measured(site: Site, address: Callable[[], str], requests: int) -> tuple[float, float, int, int]:
    """Median and 95th percentile in milliseconds, bytes of a first visit and of a later one."""
    for _ in range(5):
        _fetch(site.url + address())
    p50, p95 = spread(_flow(site, [address() for _ in range(requests)]))
    alone, first = _weight(site, address())
    return p50, p95, first, alone


def _flow(site: Site, addresses: list[str]) -> list[float]:
    """Ask at a steady pace, whether or not the answers follow; gives the seconds of each."""
    began = time.perf_counter()

    def ask(number: int) -> float:
        due = began + number / _A_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        started = time.perf_counter()
        _fetch(site.url + addresses[number])
        return time.perf_counter() - started

    with ThreadPoolExecutor(_A_SECOND) as crowd:
        return list(crowd.map(ask, range(len(addresses))))


def _fetch(url: str) -> bytes:
    asked = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})  # noqa: S310 - a fixed address
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - idem
        body: bytes = answer.read()
    return body


def _weight(site: Site, address: str) -> tuple[int, int]:
    """Compressed bytes of the page alone, and with all that a first visit loads at once."""
    body = _fetch(site.url + address)
    html = gzip.decompress(body).decode()
    needed = {found[1].replace("&amp;", "&") for found in _NEEDED.finditer(html) if 'loading="lazy"' not in found[0]}
    return len(body), len(body) + sum(len(_fetch(site.url + each)) for each in needed)
