"""Following the folder: watchdog says that something moves, a look says what. A periodic look heals what was missed."""

from __future__ import annotations

import logging
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from index.library_names import ignored
from indexer.snapshot import LibraryUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.generations import Follower
    from indexer.indexer import Indexer

log = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
"""How often the index learns what others, such as the web, wrote into the catalogue."""

_BREATH_SECONDS = 0.1

_RETRY_SECONDS = 10.0
"""How often an unavailable library is looked for again."""

_LOOKED_AT = frozenset({"opened", "closed_no_write"})


class _Bell(FileSystemEventHandler):
    """Rings when anything that matters moves; reading a file is no change."""

    def __init__(self, rung: threading.Event) -> None:
        self._rung = rung

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _LOOKED_AT and not ignored(Path(os.fsdecode(event.src_path)).name):
            self._rung.set()


def watch(indexer: Indexer, follower: Follower, library: Path, *, settle_seconds: float, rescan_seconds: float) -> None:
    """Keep the index equal to the library until `indexer.stop` is set."""
    rung = threading.Event()
    due = 0.0
    with _observer(library, rung):
        while not indexer.stop.is_set():
            if rung.is_set() or time.monotonic() >= due:
                rung.clear()
                due = time.monotonic() + _look(indexer, settle_seconds, rescan_seconds)
                # A large copy rings without end: one look in a while is enough.
                indexer.stop.wait(_BREATH_SECONDS)
            else:
                follower.catch_up()
            rung.wait(max(0.0, min(_TICK_SECONDS, due - time.monotonic())))


def _look(indexer: Indexer, settle_seconds: float, rescan_seconds: float) -> float:
    """One step; gives after how many seconds to look again if nothing rings."""
    try:
        outcome = indexer.step()
    except LibraryUnavailableError as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says it all; a traceback would hide it
        return _RETRY_SECONDS
    if outcome.changes:
        log.info("%d changes, %d read, %d not readable", outcome.changes, outcome.read, outcome.failed)
    return settle_seconds / 2 if outcome.unsettled else rescan_seconds


@contextmanager
def _observer(library: Path, rung: threading.Event) -> Iterator[None]:
    observer = Observer()
    try:
        observer.schedule(_Bell(rung), str(library), recursive=True)
        observer.start()
    except OSError as error:
        # Out of watches, or no folder yet: the periodic comparison goes on alone.
        log.warning("the folder is not watched (%s): changes are found by the periodic comparison only", error)
        yield
        return
    try:
        yield
    finally:
        observer.stop()
        observer.join()
