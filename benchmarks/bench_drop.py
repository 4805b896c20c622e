"""From the end of a copy to the first search that finds the slide, against the running service."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pptx import Presentation

from benchmarks.bench_start import service
from benchmarks.report import Table, Target, figure
from index.catalogue.catalogue import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.config.settings import Settings

_DROPS = 20
_MOST_SECONDS = 5.0


def run(bench: Workbench) -> Iterator[Finding]:
    """Decks dropped one after another into an empty library."""
    seconds = measure(bench.settings("depots"), bench.of(_DROPS, 3))
    yield Table("From a drop to a finding", ("", ""), (told(seconds),))
    yield Target("from a drop to the first search that finds it, slowest", max(seconds), _MOST_SECONDS, "s")


def measure(settings: Settings, drops: int) -> list[float]:
    """Seconds from the end of each copy into the library of an installation to its first finding."""
    started = datetime.now(UTC)
    with service(settings) as running:
        _wait_for_the_indexer(settings, started)
        seconds = []
        for number in range(drops):
            _deck(settings.library / f"Webinaire {number}" / "deck.pptx", number)
            seconds.append(_seconds_to_find(running.url, f"témoin{number}"))
    return seconds


def told(seconds: list[float]) -> tuple[str, str]:
    """A row of the table."""
    return (
        f"{len(seconds)} decks dropped one after another, s",
        f"median {figure(statistics.median(seconds))}, slowest {figure(max(seconds))}",
    )


def _deck(path: Path, number: int) -> None:
    deck = Presentation()
    for text in ("Ouverture", f"Diapositive témoin{number}"):
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = text
    path.parent.mkdir(parents=True, exist_ok=True)
    deck.save(str(path))


def _seconds_to_find(url: str, words: str) -> float:
    started = time.monotonic()
    while _total(url, words) == 0:
        time.sleep(0.02)
    return time.monotonic() - started


def _total(url: str, words: str) -> int:
    with urllib.request.urlopen(f"{url}api/v1/search?{urlencode({'q': words})}", timeout=10) as answer:  # noqa: S310 - loopback
        return int(json.load(answer)["total"])


def _wait_for_the_indexer(settings: Settings, started: datetime) -> None:
    """Until the first look at the library is over: what it costs is no part of a drop."""
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        while not ((state := catalogue.indexer.read_state()) and state.compared and state.compared > started):
            time.sleep(0.05)
