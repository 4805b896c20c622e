"""Ruche beside Recoll, the search tool that people install on a shared folder: the same files, the same questions.

Both as they come: Recoll from Debian's packages, told of the folder, of the language of its stems, and to correct no
spelling; Ruche as `ruche init` sets it up. Each command is measured with all the processes that it starts.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote, urlsplit

from benchmarks import planted
from benchmarks.bench_start import service
from benchmarks.processes import Cost
from benchmarks.processes import run as measured
from benchmarks.report import Missing, Ratio, Table, figure, size, spread
from extractors import FORMATS
from index.catalogue.catalogue import Catalogue
from index.engines.protocol import Query
from index.engines.registry import open_engine
from index.generations.generation_store import find_live_folder
from index.model.documents import MEMBERS
from index.query.parser import parse_query
from index.search.questions import Question
from index.search.service import open_search
from index.text.analysis import STOP_WORDS
from index.vocabulary.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.report import Finding
    from benchmarks.workbench import Workbench
    from index.config.settings import Settings

_FILES, _QUESTIONS = 5_000, 300
_WARMING, _SHOWN = 20, 10
_DROPS = 2
_PATIENCE = 90.0
_ASKING = Path(__file__).with_name("recoll_asking.py")
_SYSTEM = {"PATH": "/usr/bin:/bin"}
"""Recoll's helpers are Debian's, and so is the Python that they need."""

_NEEDS = "apt-get install recollcmd python3-recoll python3-lxml poppler-utils"


@dataclass(frozen=True, slots=True)
class Asked:
    """What 300 questions gave: the first file of each, and seconds without and with excerpts, in an open process.

    `served` are those of an answer as one asks for it: of Ruche's running service, of Recoll's command.
    """

    first: tuple[str, ...]
    listed: tuple[float, ...]
    excerpted: tuple[float, ...]
    served: tuple[float, ...]


def run(bench: Workbench) -> Iterator[Finding]:
    """The folder of real files, then the generated library."""
    if not (shutil.which("recollindex") and _can_ask()):
        yield Missing("Ruche beside Recoll", _NEEDS)
        return
    if bench.corpus.is_dir():
        yield from _real(bench)
    else:
        yield Missing("Ruche beside Recoll on real files", f"no folder {bench.corpus.name}")
    yield from _generated(bench)


def _can_ask() -> bool:
    probe = subprocess.run(["/usr/bin/python3", "-c", "import recoll.recoll, lxml"], capture_output=True, check=False)
    return probe.returncode == 0


def _real(bench: Workbench) -> Iterator[Finding]:
    recoll, settings = _recoll(bench, "recoll-reel", bench.corpus), _ruche(bench, "reel", bench.corpus)
    theirs, ours = _recoll_indexes(recoll), _ruche_indexes(settings)
    # Recoll recognises no characters as it comes, and opens no LibreOffice: without these two it is the same work.
    alike = _ruche_indexes(_ruche(bench, "reel-sans", bench.corpus), {"PATH": str(bench.scratch)})
    files = sum(1 for each in bench.corpus.rglob("*") if each.is_file())
    questions = _drawn(settings, bench.of(_QUESTIONS, _WARMING))
    they, we = _ask_recoll(recoll, questions), _ask_ruche(settings, questions)
    yield Table(
        f"{files} real files",
        ("", "Ruche", "Ruche without recognition of characters", "Recoll"),
        (
            ("full index, s", *(figure(each.seconds) for each in (ours, alike, theirs))),
            ("… processor, s", *(figure(each.processor) for each in (ours, alike, theirs))),
            ("… peak memory, MiB", *(figure(each.memory) for each in (ours, alike, theirs))),
            ("index, MiB", figure(_index_size(settings)), "", figure(size(recoll / "xapiandb"))),
            ("catalogue, MiB", _catalogue_size(settings), "", "–"),
            *((name, mine, "", yours) for name, mine, yours in _times(we, they)),
        ),
    )
    yield Ratio(
        "full index of real files, without recognition of characters", alike.seconds, "Recoll", theirs.seconds, "s"
    )
    yield Ratio("full index of real files, as installed", ours.seconds, "Recoll", theirs.seconds, "s")


def _generated(bench: Workbench) -> Iterator[Finding]:
    files = bench.of(_FILES, 60)
    library = bench.settings("engendre").library
    sentences = planted.write(library, files, bench.of(_QUESTIONS, 35))
    recoll, settings = _recoll(bench, "recoll-engendre", library), _ruche(bench, "engendre", library)
    theirs, ours = _recoll_indexes(recoll), _ruche_indexes(settings)
    kept, catalogue = (_index_size(settings), size(recoll / "xapiandb")), _catalogue_size(settings)
    questions = [each.asked for each in sentences]
    they, we = _ask_recoll(recoll, questions), _ask_ruche(settings, questions)
    once = (
        _updated(library, "une", lambda: _ruche_indexes(settings)),
        _updated(library, "deux", lambda: _recoll_indexes(recoll)),
    )
    followed = _followed_by_ruche(settings), _followed_by_recoll(recoll, library)
    yield Table(
        f"{files:,} generated files",
        ("", "Ruche", "Recoll"),
        (
            ("full index, s", figure(ours.seconds), figure(theirs.seconds)),
            ("… processor, s", figure(ours.processor), figure(theirs.processor)),
            ("… peak memory, MiB", figure(ours.memory), figure(theirs.memory)),
            ("index, MiB", *map(figure, kept)),
            ("catalogue, MiB", catalogue, "–"),
            ("a command that takes up one new file, s", *(figure(each.seconds) for each in once)),
            ("a running service, from the end of a copy to the first search that finds it, s", *map(_told, followed)),
            *_times(we, they),
        ),
    )
    yield _found(sentences, we, they)
    yield Ratio("full index of generated files", ours.seconds, "Recoll", theirs.seconds, "s")
    yield Ratio("one new file, by a command", once[0].seconds, "Recoll", once[1].seconds, "s")
    if all(followed):
        yield Ratio("one new file, by a running service", *_beside(followed), "s")
    for name, ours_, theirs_ in (
        ("an answer with excerpts, of the service (Recoll: of its command), median", we.served, they.served),
        ("an answer with excerpts, in one process, median", we.excerpted, they.excerpted),
        ("ten files listed, in one process, median", we.listed, they.listed),
    ):
        yield Ratio(name, spread(ours_)[0], "Recoll", spread(theirs_)[0], "ms")
    yield Ratio("index on disk", kept[0], "Recoll", kept[1], "MiB")
    yield Ratio("peak memory of a full index", ours.memory, "Recoll", theirs.memory, "MiB")
    yield Ratio(
        "planted sentences whose file comes first",
        *_beside((_share(sentences, we), _share(sentences, they))),
        "%",
        more_is_better=True,
    )


def _beside(pair: tuple[float | None, float | None]) -> tuple[float, str, float]:
    return pair[0] or 0.0, "Recoll", pair[1] or 0.0


def _told(seconds: float | None) -> str:
    return figure(seconds) if seconds else f"not within {_PATIENCE:.0f}"


def _times(we: Asked, they: Asked) -> Iterator[tuple[str, str, str]]:
    """Rows of the table: what, by Ruche, by Recoll."""
    for name, ours, theirs in (
        ("an answer of the service, or of `recollq`: p50 and p95, ms", we.served, they.served),
        ("… ten files with excerpts, in one process: p50 and p95, ms", we.excerpted, they.excerpted),
        ("… ten files listed, in one process: p50 and p95, ms", we.listed, they.listed),
    ):
        yield name, " / ".join(map(figure, spread(ours))), " / ".join(map(figure, spread(theirs)))


def _found(sentences: Sequence[planted.Sentence], we: Asked, they: Asked) -> Table:
    rows = []
    for place in (*planted.PLACES, ""):
        asked = [number for number, each in enumerate(sentences) if place in {each.place, ""}]
        if asked:
            shares = (
                sum(sentences[number].file == answers.first[number] for number in asked) / len(asked)
                for answers in (we, they)
            )
            rows.append((place or "**all**", str(len(asked)), *(figure(each, "%") for each in shares)))
    return Table(
        "Planted sentences: the file that holds one comes first",
        ("planted in", "questions", "Ruche", "Recoll"),
        tuple(rows),
        "Each question is four words of a sentence of nine that one file holds, in any order, typed as they stand.",
    )


def _share(sentences: Sequence[planted.Sentence], asked: Asked) -> float:
    return sum(each.file == first for each, first in zip(sentences, asked.first, strict=True)) / len(sentences)


def _recoll(bench: Workbench, name: str, library: Path) -> Path:
    """A folder of Recoll's settings."""
    folder = bench.scratch / name
    folder.mkdir()
    # In a locale of UTF-8, and not in « C », Recoll starts a spelling program for its questions: thirty milliseconds,
    # without which it is measured.
    settings = (
        f"topdirs = {library}\nindexstemminglanguages = french\nnoaspell = 1\n"
        f"loglevel = 1\nlogfilename = {folder / 'journal'}\n"
    )
    (folder / "recoll.conf").write_text(settings, encoding="utf-8")
    return folder


def _ruche(bench: Workbench, name: str, library: Path) -> Settings:
    return bench.settings(name).model_copy(update={"library": library})


def _recoll_indexes(folder: Path) -> Cost:
    return measured(["/usr/bin/recollindex", "-c", str(folder)], _SYSTEM)


def _ruche_indexes(settings: Settings, environment: Mapping[str, str] | None = None) -> Cost:
    return measured([sys.executable, "-m", "ruche", "index"], _environment(settings) | dict(environment or {}))


def _environment(settings: Settings) -> dict[str, str]:
    # As it is installed: a command that may not keep its bytecode compiles itself anew each time.
    compiled = {"PYTHONDONTWRITEBYTECODE": ""}
    return {"RUCHE_LIBRARY": str(settings.library), "RUCHE_DATA": str(settings.data)} | compiled


def _index_size(settings: Settings) -> float:
    return size(find_live_folder(settings.index_folder) or settings.index_folder)


def _catalogue_size(settings: Settings) -> str:
    return figure(size(settings.data) - size(settings.index_folder) - size(settings.preview_folder))


def _drawn(settings: Settings, count: int) -> list[str]:
    """Questions of two words that several files hold, of those that the index knows."""
    draw = random.Random(7)  # noqa: S311 - repeatable, no secret
    with closing(
        open_engine(settings.engine, find_live_folder(settings.index_folder) or settings.index_folder)
    ) as engine:
        words = sorted(word for word, files in engine.word_frequencies().items() if 3 <= files <= 40 and len(word) > 3)  # noqa: PLR2004
    return [" ".join(draw.sample([each for each in words if each not in STOP_WORDS], 2)) for _ in range(count)]


def _ask_recoll(folder: Path, questions: Sequence[str]) -> Asked:
    done = subprocess.run(  # noqa: S603 - the system's own Python
        ["/usr/bin/python3", str(_ASKING), str(folder)],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | _SYSTEM,
    )
    rows = json.loads(done.stdout)
    library = next(
        line.partition("=")[2].strip() for line in (folder / "recoll.conf").read_text(encoding="utf-8").splitlines()
    )
    return Asked(
        tuple(unquote(urlsplit(row["first"]).path).removeprefix(f"{library}/") for row in rows),
        tuple(row["listed"] for row in rows),
        tuple(row["excerpted"] for row in rows),
        tuple(map(partial(_by_command, folder), questions)),
    )


def _by_command(folder: Path, text: str) -> float:
    """Seconds of Recoll's command to ten files with their excerpts."""
    command = ["/usr/bin/recollq", "-c", str(folder), "-n", str(_SHOWN), "-A", text]
    began = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - Recoll's own command
    return time.perf_counter() - began


def _by_service(url: str, text: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(f"{url}api/v1/search?q={quote_plus(text)}", timeout=60) as answer:  # noqa: S310 - loopback
        answer.read()
    return time.perf_counter() - began


def _ask_ruche(settings: Settings, questions: Sequence[str]) -> Asked:
    """Files are listed by the engine, with best passages; a whole answer has excerpts, facets and rights."""
    engine = open_engine(settings.engine, find_live_folder(settings.index_folder) or settings.index_folder)
    # Backwards, the same words are another question: what was asked before is remembered.
    warming = [" ".join(reversed(text.split())) for text in questions[:_WARMING]]
    with closing(engine), closing(Catalogue.open(settings.catalogue_url)) as catalogue:
        search = open_search(settings, catalogue, load_vocabulary(FORMATS))
        first, listed, excerpted = [], [], []
        for text in [*warming, *questions]:
            began = time.perf_counter()
            engine.search(Query(parse_query(text), frozenset({MEMBERS})))
            listed.append(time.perf_counter() - began)
            began = time.perf_counter()
            answer = search.ask(Question(text))
            excerpted.append(time.perf_counter() - began)
            first.append(answer.found[0].document.paths[0] if answer.found else "")
    with service(settings) as running:
        served = [_by_service(running.url, text) for text in [*warming, *questions]]
    return Asked(*(tuple(each[len(warming) :]) for each in (first, listed, excerpted, served)))  # type: ignore[arg-type]


def _updated(library: Path, name: str, update: Callable[[], Cost]) -> Cost:
    _drop(library, name)
    return update()


def _drop(library: Path, word: str) -> None:
    (library / f"nouveau {word}.txt").write_text(f"Une note dit témoin{word} et rien de plus.", encoding="utf-8")


def _followed_by_ruche(settings: Settings) -> float | None:
    with (
        _running([sys.executable, "-m", "ruche", "watch"], _environment(settings)),
        closing(Catalogue.open(settings.catalogue_url)) as catalogue,
    ):
        search = open_search(settings, catalogue, load_vocabulary(FORMATS))
        return _until_found(settings.library, "ruche", lambda word: bool(search.ask(Question(word)).total))


def _followed_by_recoll(folder: Path, library: Path) -> float | None:
    command = ["/usr/bin/recollindex", "-c", str(folder), "-m", "-D", "-x"]
    ask = ["/usr/bin/recollq", "-c", str(folder), "-b", "-n", "1"]

    def found(word: str) -> bool:
        told = subprocess.run([*ask, word], capture_output=True, text=True, check=False)  # noqa: S603 - Recoll's own command
        return "file://" in told.stdout

    with _running(command, _SYSTEM):
        return _until_found(library, "recoll", found)


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=os.environ | dict(environment), stdout=quiet, stderr=quiet) as service:  # noqa: S603 - named by us
        try:
            yield
        finally:
            service.send_signal(signal.SIGTERM)


def _until_found(library: Path, name: str, found: Callable[[str], bool]) -> float | None:
    """The median of some drops, without the first, which waits for the service to be ready."""
    seconds = []
    for number in range(_DROPS + 1):
        word = f"{name}{'abcdefghij'[number]}"
        _drop(library, word)
        began = time.monotonic()
        while not found(f"témoin{word}"):
            if time.monotonic() - began > _PATIENCE:
                return None
            time.sleep(0.02)
        seconds.append(time.monotonic() - began)
    return statistics.median(seconds[1:])
