"""How far Ruche is from the limit: the libraries that it stands on, asked for the same without its code.

Tantivy alone repeats the calls that a search made of it, with the queries ready; PDFium alone opens each file and takes
the text of each page; a bare Flask application sends a body as long as an answer, through the same server.
"""

from __future__ import annotations

import http.client
import multiprocessing
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

import pypdfium2
from flask import Flask
from waitress import create_server  # type: ignore[import-untyped]  # publishes no types

from benchmarks.generated import documents, questions
from benchmarks.generated_site import served
from benchmarks.report import Missing, Table, Target, figure, spread
from extractors import FORMATS, Format, Limits, UnreadableFileError, extract
from extractors.detection.detect import detect_format
from index.catalogue.catalogue import Catalogue
from index.engines.protocol import Query
from index.engines.tantivy.tantivy_engine import TantivyEngine, open_index
from index.engines.tantivy.tantivy_entries import build_entries
from index.generations.generation_store import find_live_folder
from index.model.documents import MEMBERS
from index.query.parser import parse_query
from index.search.questions import Question
from index.search.service import open_search
from index.vocabulary.vocabulary import load_vocabulary
from webapp.web_server import THREADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection

    import tantivy

    from benchmarks.report import Finding
    from benchmarks.workbench import Library, Workbench

_QUESTIONS, _WARMING = 300, 20
_WRITTEN = 12_000
_MOST_OVERHEAD = 2.0

_Call = tuple[str, tuple[object, ...], dict[str, object]]


def run(bench: Workbench) -> Iterator[Finding]:
    """A line for each library, then how far from it Ruche is."""
    count = bench.of(_QUESTIONS, _WARMING)
    engine, alone, whole = _searches(bench.library, count)
    answers = _answers(bench.library, count)
    written, added = _writing(bench.of(_WRITTEN, 240))
    rows = [
        _row("a search of the engine, ms", spread(engine)[0], "Tantivy’s own part of it", spread(alone)[0]),
        _row("a whole answer, ms", spread(whole)[0], "Tantivy’s own part of it", spread(alone)[0]),
        _row("an answer of the API, ms", answers[0], "a bare Flask response of that length", answers[1]),
        _row("12,000 passages written, s" if bench.share == 1 else "writing, s", written, "Tantivy alone", added),
    ]
    if bench.corpus.is_dir():
        pages, ours, theirs = _reading(bench.corpus)
        rows.append(_row(f"the text of {pages:,} PDF pages, s", ours, "PDFium alone", theirs))
    else:
        yield Missing("PDFium alone", f"no folder {bench.corpus.name}")
    yield Table(
        "The distance to the limit",
        ("", "Ruche", "the library alone", "", "times"),
        tuple(rows),
        "Tantivy alone repeats, with the queries ready, each call that the search made of it. A whole answer corrects "
        "and expands the question, counts all facets, looks at rights, takes texts out of the catalogue and marks "
        "excerpts.",
    )
    overhead = spread(engine)[0] / spread(alone)[0]
    yield Target("a search of the engine, times Tantivy’s own part", overhead, _MOST_OVERHEAD, "")


def _row(what: str, ours: float, other: str, theirs: float) -> tuple[str, ...]:
    return what, figure(ours), other, figure(theirs), figure(ours / theirs)


class _Recorded(TantivyEngine):
    """The engine, whose calls of Tantivy's searcher are written down."""

    calls: list[_Call]

    def _current_searcher(self) -> Any:
        return _Recorder(super()._current_searcher(), self.calls)

    def bare(self) -> Any:
        return super()._current_searcher()


class _Recorder:
    def __init__(self, searcher: tantivy.Searcher, calls: list[_Call]) -> None:
        self._searcher = searcher
        self._calls = calls

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._searcher, name)

        def recorded(*arguments: object, **named: object) -> object:
            self._calls.append((name, arguments, named))
            return method(*arguments, **named)

        return recorded


def _searches(library: Library, count: int) -> tuple[list[float], list[float], list[float]]:
    """Seconds of each question by the engine, by Tantivy alone, and as a whole answer, in turn: all meet the same."""
    folder = find_live_folder(library.settings.index_folder) or library.settings.index_folder
    engine, recorded = open_index(folder), open_index(folder)
    recorded.__class__ = _Recorded
    engine_seconds, alone, whole = [], [], []
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        search = open_search(library.settings, catalogue, load_vocabulary(FORMATS))
        # None twice: what was asked before is remembered.
        for text in dict.fromkeys(questions(_WARMING + count)):
            query = Query(parse_query(text), frozenset({MEMBERS}))
            recorded.calls = []  # type: ignore[attr-defined]  # it is of the recorded kind now
            recorded.search(query)
            if not recorded.calls:  # type: ignore[attr-defined]  # idem
                sys.exit("the engine asks Tantivy by another way: there is nothing to repeat")
            searcher = recorded.bare()  # type: ignore[attr-defined]  # idem
            calls = [(getattr(searcher, name), arguments, named) for name, arguments, named in recorded.calls]  # type: ignore[attr-defined]  # idem
            alone.append(_seconds(partial(_replay, calls)))
            engine_seconds.append(_seconds(partial(engine.search, query)))
            whole.append(_seconds(partial(search.ask, Question(text))))
    return engine_seconds[_WARMING:], alone[_WARMING:], whole[_WARMING:]


def _replay(calls: Sequence[tuple[Callable[..., object], tuple[object, ...], dict[str, object]]]) -> None:
    for method, arguments, named in calls:
        method(*arguments, **named)


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _answers(library: Library, count: int) -> tuple[float, float]:
    """Median milliseconds of an answer of the API to a new question, and of a bare response of its length."""
    addresses = [f"/api/v1/search?q={quote_plus(text)}" for text in dict.fromkeys(questions(_WARMING + count))]
    with served(library.settings, library.documents, library.events) as site:
        ours, lengths = _asked(site.url, addresses)
    with _bare(sum(lengths) // len(lengths)) as url:
        theirs, _ = _asked(url, ["/"] * (_WARMING + count))
    return spread(ours)[0], spread(theirs)[0]


def _asked(url: str, addresses: Sequence[str]) -> tuple[list[float], list[int]]:
    server = urlsplit(url)
    seconds, lengths = [], []
    with closing(http.client.HTTPConnection(str(server.hostname), server.port, timeout=60)) as connection:
        for address in addresses:
            began = time.perf_counter()
            connection.request("GET", address)
            body = connection.getresponse().read()
            seconds.append(time.perf_counter() - began)
            lengths.append(len(body))
    return seconds[_WARMING:], lengths


@contextmanager
def _bare(length: int) -> Iterator[str]:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(length, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()


def _serve(length: int, pipe: Connection) -> None:
    app, body = Flask(__name__), bytes(length)
    app.add_url_rule("/", "bare", lambda: body)
    server = create_server(app, host="127.0.0.1", port=0, threads=THREADS)
    pipe.send(server.effective_port)
    server.run()


def _writing(passages: int) -> tuple[float, float]:
    """Seconds to write so many passages, by the engine, and by Tantivy alone with all that it is given ready."""
    made = list(documents(passages))
    with tempfile.TemporaryDirectory(prefix="ruche-bench-") as folder:
        with closing(open_index(Path(folder) / "ours")) as engine:
            ours = _seconds(lambda: engine.write(put=made))
        with closing(open_index(Path(folder) / "alone")) as engine:
            ready = [engine._to_tantivy_document(entry) for each in made for entry in build_entries(each)]  # noqa: SLF001 - what is left out is its own work
            writer = engine._acquire_writer()  # noqa: SLF001 - idem
            theirs = _seconds(lambda: (*map(writer.add_document, ready), writer.commit()))
            writer.wait_merging_threads()
    return ours, theirs


def _reading(corpus: Path) -> tuple[int, float, float]:
    """Pages of all PDF files that both read, seconds of the extractor, and of PDFium alone."""
    pages, ours, theirs = 0, 0.0, 0.0
    for path in filter(_is_pdf, sorted(corpus.rglob("*"))):
        began = time.perf_counter()
        try:
            extract(path, Limits(ocr_pages=0))
        except UnreadableFileError:
            continue
        ours += time.perf_counter() - began
        began = time.perf_counter()
        pages += _by_pdfium(path)
        theirs += time.perf_counter() - began
    return pages, ours, theirs


def _is_pdf(path: Path) -> bool:
    try:
        return path.is_file() and detect_format(path) is Format.PDF
    except UnreadableFileError:
        return False


def _by_pdfium(path: Path) -> int:
    with closing(pypdfium2.PdfDocument(path)) as document:
        for number in range(len(document)):
            with closing(document[number]) as page, closing(page.get_textpage()) as text:
                text.get_text_range()
        return len(document)
