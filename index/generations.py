"""The index's generations: numbered folders, one of them live. Readers follow the switch; the last one is kept.

An index is brought up to date in one way only: it learns the catalogue's revisions after its own. A new generation
starts at revision 0 and so learns everything.
"""

from __future__ import annotations

import json
import logging
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from filelock import FileLock, Timeout

from index.analysis import ANALYSER_VERSION
from index.engines import ENGINES, open_engine, schema_version
from index.errors import ExplainedError
from index.related import associations

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from index.catalogue import Catalogue
    from index.engine import Engine

log = logging.getLogger(__name__)

BATCH = 500
"""Documents written in one commit: enough to spread its cost, few enough to show progress."""

_SAMPLE = 20_000
"""Passages that tell which words go together: enough for any library's common words, seconds to read."""

_RELATED = "voisins.json"

_LEAST_GROWTH, _GROWTH = 20, 0.25
"""Documents, and share of the library, after which words that go together are learnt anew."""

_KEPT = 2
"""Generations on disk: the live one, and the one before it."""


class RebuildError(ExplainedError):
    """A new generation does not hold what the catalogue holds, so it was not put into service; the message says why."""


class Generation:
    """One index in its folder, with the catalogue's revision that it has learnt."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.name = engine
        self.engine: Engine = open_engine(engine, folder)
        self._state = folder / "etat.json"

    @property
    def revision(self) -> int:
        """The last revision of the catalogue that this index holds."""
        return int(_state(self.folder).get("revision", 0))

    def catch_up(self, catalogue: Catalogue, progress: Callable[[int], None] = lambda _: None) -> int:
        """Learn what changed in the catalogue since; gives how many documents, tells `progress` after each commit."""
        learnt, since = 0, self.revision
        while revisions := catalogue.revisions(since, BATCH):
            self.engine.write(
                put=[each.document for each in revisions if each.document],
                drop=[each.document_id for each in revisions if each.document is None],
            )
            since = revisions[-1].number
            # After the commit: a crash between the two makes the index learn the same again, which changes nothing.
            self._remember(since)
            learnt += len(revisions)
            progress(learnt)
        return learnt

    def relate(self, catalogue: Catalogue) -> None:
        """Learn which words go together, from a sample of the catalogue's passages."""
        known = associations(catalogue.sample(_SAMPLE))
        _write_whole(self.folder / _RELATED, json.dumps(known, ensure_ascii=False))

    def found(self) -> None:
        """Mark a new generation as whole so far: an empty catalogue has an index too."""
        self._remember(0)

    def close(self) -> None:
        """Give back files and locks."""
        self.engine.close()

    def _remember(self, revision: int) -> None:
        state = {"revision": revision, **_versions(self.name)}
        _write_whole(self._state, json.dumps(state))


class LiveIndex:
    """What searches see: the live generation, reopened when another takes its place. Opens nothing for writing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._generation: Generation | None = None
        self._related: Mapping[str, Sequence[str]] = {}
        self._related_stamp = 0

    @property
    def engine(self) -> Engine | None:
        """The live generation's engine; None before there is one."""
        live = live_folder(self._folder)
        if live and (self._generation is None or self._generation.folder != live):
            name = str(_state(live).get("engine", ""))
            if not _up_to_date(live, name):
                # Left by another version of Ruche, and unreadable to this one: the indexer is about to replace it.
                return None
            # Searches under way in other threads keep the generation that they hold.
            self._generation = Generation(live, name)
        return self._generation.engine if self._generation else None

    @property
    def revision(self) -> int | None:
        """The last revision of the catalogue that searches see; None where there is no index to search in."""
        return self._generation.revision if self.engine and self._generation else None

    @property
    def related(self) -> Mapping[str, Sequence[str]]:
        """By stem, the words that go with it in the live generation."""
        live = live_folder(self._folder)
        file = live / _RELATED if live else None
        stamp = file.stat().st_mtime_ns if file and file.exists() else 0
        if file and stamp != self._related_stamp:
            self._related, self._related_stamp = _read_json(file), stamp
        return self._related


class Follower:
    """Keeps the live generation equal to the catalogue. One at a time: the indexer's."""

    def __init__(self, folder: Path, catalogue: Catalogue, engine: str = "tantivy") -> None:
        self._folder = folder
        self._catalogue = catalogue
        self._engine = engine
        self._generation: Generation | None = None
        self._unrelated = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._generation:
            self._generation.close()

    def catch_up(self) -> int:
        """Bring the live index up to date, a new one being built first where it is missing or of another version."""
        live = live_folder(self._folder)
        if live is None or not _up_to_date(live, self._engine):
            live = rebuild(self._folder, self._catalogue, self._engine)
        if self._generation is None or self._generation.folder != live:
            if self._generation:
                self._generation.close()
            self._generation = Generation(live, self._engine)
        learnt = self._generation.catch_up(self._catalogue)
        self._relate(learnt)
        return learnt

    def _relate(self, learnt: int) -> None:
        """Learn anew which words go together once the library has grown by a good part."""
        self._unrelated += learnt
        if self._generation and learnt and self._unrelated >= _LEAST_GROWTH:
            known = self._catalogue.totals().documents
            if self._unrelated >= known * _GROWTH:
                self._generation.relate(self._catalogue)
                self._unrelated = 0


def rebuild(
    folder: Path, catalogue: Catalogue, engine: str = "tantivy", progress: Callable[[int], None] = lambda _: None
) -> Path:
    """Build a generation beside the live one, check it, and put it into service; gives its folder.

    Raises RebuildError, the live one untouched, when another rebuild is under way or the new one is not whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "reconstruction.lock", timeout=0):
            return _rebuild(folder, catalogue, engine, progress)
    except Timeout as error:
        raise RebuildError("Une reconstruction de l’index est déjà en cours : attendez qu’elle se termine.") from error


def _rebuild(folder: Path, catalogue: Catalogue, engine: str, progress: Callable[[int], None]) -> Path:
    number = max((int(path.name) for path in _generations(folder)), default=0) + 1
    target = folder / f"{number:06d}"
    generation = Generation(target, engine)
    try:
        generation.found()
        generation.catch_up(catalogue, progress)
        generation.relate(catalogue)
        held, known = len(generation.engine.ids()), catalogue.totals().documents
    finally:
        generation.close()
    if held != known:
        shutil.rmtree(target)
        raise RebuildError(
            f"L’index reconstruit a {held} documents, le catalogue {known} : l’ancien index reste en service."
        )
    _write_whole(folder / "actuel", target.name)
    log.info("index %s put into service: %d documents", target.name, held)
    for old in sorted(_generations(folder))[:-_KEPT]:
        shutil.rmtree(old)
    return target


def live_folder(folder: Path) -> Path | None:
    """The live generation's folder, None before there is one."""
    try:
        name = (folder / "actuel").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return folder / name if (folder / name / "etat.json").exists() else None


def _up_to_date(live: Path, engine: str) -> bool:
    if engine not in ENGINES:
        return False
    state = _state(live)
    return {name: state.get(name) for name in _versions(engine)} == _versions(engine)


def _versions(engine: str) -> dict[str, str | int]:
    return {"engine": engine, "analyser": ANALYSER_VERSION, "schema": schema_version(engine)}


def _state(folder: Path) -> dict[str, str | int]:
    return _read_json(folder / "etat.json")


def _read_json(path: Path) -> dict[str, Any]:
    """A small file's content; nothing where it is absent or broken, for a generation can be made again."""
    with suppress(FileNotFoundError, ValueError):
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content
    return {}


def _generations(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_dir() and path.name.isdigit()]


def _write_whole(path: Path, text: str) -> None:
    """Replace a small file so that a reader sees the old text or the new one, never a part."""
    beside = path.with_suffix(".nouveau")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
