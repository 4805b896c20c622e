"""What pages cost: seconds of the server under a steady flow of requests, bytes sent.

`python -m benchmarks.bench_web 100000` builds a catalogue and an index of so many generated passages, serves them from
a process of their own, asks each page ten times a second for a while, and prints a line a page: median and 95th
percentile of the time that a request takes, then the compressed bytes of the page with what a first visit loads, and
of the page alone. Of the documents' pictures, those are counted that are not put off until one comes to them.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import multiprocessing
import random
import re
import statistics
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from waitress import create_server  # type: ignore[import-untyped]  # publishes no types

from benchmarks.generated import documents, questions
from index.catalogue import Catalogue, Content, Description, Place
from index.generations import Follower
from index.model import Event, Facet, PartialDate, Tag, TagSource
from index.previews import DrawnPage, PlacedWord, Previews
from index.settings import Settings
from index.sketch import sketch
from index.vocabulary import load
from webapp import create_app
from webapp.server import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from index.engine import IndexedDocument

_A_SECOND = 10
_REQUESTS = 300
_EVENTS = 120
_GATHERED = 0.1
_PAGE_BYTES = 50_000
"""What a page image takes, as measured on real ones."""

_NEEDED = re.compile(r'<(?:link|script|img)\b[^>]*?\b(?:href|src)="(/[^"]+)"[^>]*>')


@dataclass(frozen=True, slots=True)
class Site:
    """A served library: where it answers, and what there is to ask for."""

    url: str
    documents: tuple[str, ...]
    events: tuple[str, ...]
    themes: tuple[str, ...]
    territories: tuple[str, ...]


def build(settings: Settings, passages: int) -> tuple[list[str], list[str]]:
    """Fill the catalogue, the index, and the page images of every hundredth document; gives documents and events."""
    settings.library.mkdir(parents=True)
    words, draw = load(), random.Random(4)  # noqa: S311 - repeatable, no secret
    slugs = list(words.themes), list(words.territories)
    events = [_event(number) for number in range(_EVENTS)]
    ids: list[str] = []
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        made = documents(passages)
        while batch := list(itertools.islice(made, 200)):
            with catalogue.writing() as write:
                for each in batch:
                    digest = hashlib.sha256(each.id.encode()).hexdigest()
                    id_ = write.create(Content(digest, "pptx", each.title, each.passages, sketch=sketch(each.passages)))
                    write.keep_place(Place(f"{each.id}.pptx", 1, 1, digest, id_))
                    event = draw.choice(events) if draw.random() < _GATHERED else None
                    date = event.date if event else each.date
                    write.describe(id_, Description(each.title, date, event, _tags(each, event, slugs, draw)))
                    ids.append(id_)
        with Follower(settings.index_folder, catalogue) as follower:
            follower.catch_up()
    _draw(settings, ids, passages)
    return ids, [event.id for event in events]


def _event(number: int) -> Event:
    kind, date = (
        ("webinaire", "mensuelle", "pleniere")[number % 3],
        PartialDate(2017 + number // 12, number % 12 + 1, 7),
    )
    return Event(f"{kind}-{date.isoformat()}", kind, f"Rendez-vous {number}", date)


def _tags(
    document: IndexedDocument, event: Event | None, slugs: tuple[list[str], list[str]], draw: random.Random
) -> tuple[Tag, ...]:
    themes, territories = slugs
    values = {
        Facet.FORMAT: ["pptx"],
        Facet.EVENT_TYPE: [event.type] if event else [],
        Facet.YEAR: list(document.facets[Facet.YEAR]),
        Facet.THEME: draw.sample(themes, len(document.facets[Facet.THEME])),
        Facet.TERRITORY: [draw.choice(territories)],
    }
    return tuple(Tag(facet, value, TagSource.FOLDER, "généré") for facet, those in values.items() for value in those)


def _draw(settings: Settings, ids: list[str], passages: int) -> None:
    previews = Previews(settings.preview_folder, 10**10)
    placed = tuple(PlacedWord(at * 6, at * 6 + 5, 500, at * 40, 300, 30) for at in range(200))
    page = DrawnPage(1000, 563, "mots. " * 200, placed)
    for document, _ in zip(documents(passages), ids[::100], strict=False):
        digest = hashlib.sha256(document.id.encode()).hexdigest()
        previews.keep_thumbnail(digest, bytes(8_000))
        for number in range(1, len(document.passages) + 1):
            previews.keep_page(digest, number, bytes(_PAGE_BYTES), page)
        previews.keep_inventory(digest, len(document.passages))


def pages(site: Site) -> dict[str, Callable[[], str]]:
    """By name, what gives the next address to ask of each kind of page."""
    draw = random.Random(5)  # noqa: S311 - repeatable, no secret
    asked = itertools.cycle(map(quote_plus, questions(200)))
    return {
        "home": lambda: "/",
        "search": lambda: f"/recherche?q={next(asked)}",
        "document": lambda: f"/documents/{draw.choice(site.documents)}",
        "document, words marked": lambda: f"/documents/{draw.choice(site.documents)}?q={next(asked)}",
        "year": lambda: f"/rendez-vous?annee={draw.randint(2017, 2026)}",
        "gathering": lambda: f"/rendez-vous/{draw.choice(site.events)}",
        "themes": lambda: "/themes",
        "theme": lambda: f"/themes/{draw.choice(site.themes)}",
        "territories": lambda: "/territoires",
        "territory": lambda: f"/territoires/{draw.choice(site.territories)}",
    }


def measure(name: str, site: Site, address: Callable[[], str]) -> str:
    """One line of the table."""
    for _ in range(5):
        _fetch(site.url + address())
    seconds = sorted(_flow(site, [address() for _ in range(_REQUESTS)]))
    alone, first = _weight(site, address())
    p50, p95 = statistics.median(seconds) * 1e3, seconds[int(0.95 * len(seconds))] * 1e3
    return f"{name:24} p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  first {first / 1e3:6.1f} KB  later {alone / 1e3:5.1f} KB"


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


@contextmanager
def served(settings: Settings, ids: list[str], events: list[str]) -> Iterator[Site]:
    """The library, answering from another process: who asks must not slow who answers."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(settings.library, settings.data, theirs), daemon=True)
    process.start()
    words = load()
    try:
        url = f"http://127.0.0.1:{ours.recv()}"
        # Every hundredth document is the one whose pages are drawn.
        yield Site(url, tuple(ids[::100]), tuple(events), tuple(words.themes), tuple(words.territories))
    finally:
        process.terminate()
        process.join()


def _serve(library: Path, data: Path, pipe: Connection) -> None:
    app = create_app(Settings(library=library, data=data))
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    pipe.send(server.effective_port)
    server.run()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("passages", type=int, nargs="?", default=100_000)
    passages: int = parser.parse_args().passages
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder) / "bibliotheque", data=Path(folder) / "donnees")
        ids, events = build(settings, passages)
        with served(settings, ids, events) as site:
            for name, address in pages(site).items():
                sys.stdout.write(f"{measure(name, site, address)}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
