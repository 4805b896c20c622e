"""A library of generated passages, catalogued and indexed, and the same served from a process of its own."""

from __future__ import annotations

import hashlib
import itertools
import multiprocessing
import os
import random
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from waitress import create_server  # type: ignore[import-untyped]  # publishes no types

from benchmarks.generated import documents
from extractors import EXTRACTOR_VERSION, FORMATS
from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.catalogue.indexer_state import LIBRARY_MEMO
from index.catalogue.metadata_layers import Description
from index.config.settings import Settings
from index.generations.synchroniser import IndexSynchroniser
from index.model import Event, Facet, PartialDate, Tag, TagSource
from index.model.documents import FileStat
from index.model.library_names import CALENDAR_NAME
from index.preview_cache import PreviewCache, PreviewPage, PreviewWord
from index.text.minhash import signature
from index.vocabulary.vocabulary import load_vocabulary
from indexer.describe.rules import DescriptionRules
from indexer.pipeline.describing import DESCRIBED_BY_MEMO
from webapp.app import create_app
from webapp.serve_command import web_command
from webapp.supervision import open_socket, run_web_processes
from webapp.web_server import THREADS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from multiprocessing.connection import Connection
    from pathlib import Path

    from index.engines.protocol import IndexedDocument

_EVENTS = 120
_EVENT_SHARE = 0.1
_DRAWN = 100
"""One document in so many has page images, and is asked for; the others have none to be drawn."""

_START_SECONDS = 5.0
"""What a web process takes to start, on a slow machine."""

_PAGE_BYTES = 50_000
"""What a page image takes, as measured on real ones."""


@dataclass(frozen=True, slots=True)
class Site:
    """A served library: where it answers, and what there is to ask for."""

    url: str
    documents: tuple[str, ...]
    events: tuple[str, ...]
    themes: tuple[str, ...]
    territories: tuple[str, ...]


def build(settings: Settings, passages: int) -> tuple[list[str], list[str]]:
    """Fill the catalogue, the index, and the page images of every hundredth document; gives documents and events.

    An indexer that comes upon it finds nothing to do.
    """
    settings.library.mkdir(parents=True, exist_ok=True)
    words, draw = load_vocabulary(FORMATS), random.Random(4)  # noqa: S311 - repeatable, no secret
    slugs = list(words.themes), list(words.territories)
    events = [_event(number) for number in range(_EVENTS)]
    ids: list[str] = []
    event_ids: dict[str, None] = {}
    with closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        made = documents(passages)
        while batch := list(itertools.islice(made, 200)):
            with catalogue.transaction() as transaction:
                for each in batch:
                    digest = hashlib.sha256(each.id.encode()).hexdigest()
                    id_ = transaction.documents.create(_content(digest, each))
                    transaction.files.save(
                        FileLocation(_file(settings.library, each.id), FileStat(1, 1, 0), digest, id_)
                    )
                    event = draw.choice(events) if draw.random() < _EVENT_SHARE else None
                    date = event.date if event else each.date
                    event_ids |= {event.id: None} if event else {}
                    transaction.descriptions.save_each(
                        {id_: Description(each.title, date, event, _tags(each, event, slugs, draw))}
                    )
                    ids.append(id_)
        _settle(settings, catalogue)
        with IndexSynchroniser(settings.index_folder, catalogue) as follower:
            follower.synchronise()
    _draw(settings, passages)
    # The others have nothing to show.
    return ids, list(event_ids)


def _content(digest: str, document: IndexedDocument) -> Content:
    passages = document.passages
    return Content(
        digest, "pptx", document.title, passages, signature=signature(passages), extractor_version=EXTRACTOR_VERSION
    )


def _settle(settings: Settings, catalogue: Catalogue) -> None:
    """Remember that the rules in force have described all documents, and that this is the folder that is followed."""
    rules = DescriptionRules(catalogue, load_vocabulary(FORMATS), settings.library, settings.data / CALENDAR_NAME)
    with catalogue.transaction() as transaction:
        transaction.descriptions.save_areas(rules.vocabulary)
        transaction.indexer.write_memo(DESCRIBED_BY_MEMO, rules.fingerprint)
        transaction.indexer.write_memo(LIBRARY_MEMO, str(settings.library))


def _file(library: Path, name: str) -> str:
    """A file that stands in the library as the catalogue knows it: one byte, as old as time."""
    file = library / f"{name}.pptx"
    file.write_bytes(b" ")
    os.utime(file, ns=(1, 1))
    return file.name


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


def _draw(settings: Settings, passages: int) -> None:
    previews = PreviewCache(settings.preview_folder, 10**10)
    placed = tuple(PreviewWord(at * 6, at * 6 + 5, 500, at * 40, 300, 30) for at in range(200))
    page = PreviewPage(1000, 563, "mots. " * 200, placed)
    for place, document in enumerate(documents(passages)):
        digest = hashlib.sha256(document.id.encode()).hexdigest()
        if place % _DRAWN:
            previews.write_page_count(digest, 0)
            continue
        previews.write_small_page(digest, 1, bytes(8_000))
        for number in range(1, len(document.passages) + 1):
            previews.write_page(digest, number, bytes(_PAGE_BYTES), page)
        previews.write_page_count(digest, len(document.passages))


@contextmanager
def served(settings: Settings, ids: Sequence[str], events: Sequence[str], processes: int = 1) -> Iterator[Site]:
    """The library, answering from another process, or several: who asks must not slow who answers."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(settings.library, settings.data, theirs, processes), daemon=True)
    process.start()
    words = load_vocabulary(FORMATS)
    try:
        url = f"http://127.0.0.1:{ours.recv()}"
        yield Site(url, tuple(ids[::_DRAWN]), tuple(events), tuple(words.themes), tuple(words.territories))
    finally:
        process.terminate()
        process.join()


def _serve(library: Path, data: Path, pipe: Connection, processes: int) -> None:
    if processes > 1:
        _serve_by_several(library, data, pipe, processes)
        return
    app = create_app(Settings(library=library, data=data), FORMATS)
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    pipe.send(server.effective_port)
    server.run()


def _serve_by_several(library: Path, data: Path, pipe: Connection, processes: int) -> None:
    os.environ |= {"RUCHE_LIBRARY": str(library), "RUCHE_DATA": str(data)}
    with open_socket("127.0.0.1", 0) as listening:
        number, port = listening.fileno(), listening.getsockname()[1]
        run_web_processes(
            listening, processes, partial(web_command, number), (), partial(_tell_port, pipe, port, processes)
        )


def _tell_port(pipe: Connection, port: int, processes: int) -> None:
    """Say where it is served, once the other processes have had time to answer too."""
    time.sleep(_START_SECONDS * (processes - 1))
    pipe.send(port)
