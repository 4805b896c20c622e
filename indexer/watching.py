"""Following the folder: watchdog says where something moves, a look says what. Comparing all heals what was missed."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from index.catalogue import WHOLE, Extent
from index.library_names import ignored
from indexer.errors import LibraryUnavailableError
from indexer.exclusions import IGNORE_FILE
from indexer.snapshot import look

if TYPE_CHECKING:
    from pathlib import Path

    from watchdog.observers.api import BaseObserver

    from indexer.indexer import Indexer
    from indexer.snapshot import Sighting

log = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
"""At rest, how often the index learns what others, such as the web, wrote into the catalogue."""

_BREATH_SECONDS = 0.1
"""Between two looks: a large copy rings without end."""

_RETRY_SECONDS = 10.0
"""How often an unavailable library is looked for again."""

_LONGEST_WRITING_SECONDS = 600.0
"""A program that keeps a file open for longer than this has forgotten it: the file is read as it is."""

_ADVICE = {
    errno.ENOSPC: '; raise fs.inotify.max_user_watches, or set watching = "polling"',
    errno.EMFILE: '; raise fs.inotify.max_user_instances, or set watching = "polling"',
}
"""Where the system says "No space left on device" or "Too many open files", it means its own limits on watching."""

_LOOKED_AT = frozenset({"opened", "closed_no_write"})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How the folder is followed: compared whole every so many seconds and, if `native`, by the system's events too."""

    settle_seconds: float
    compare_seconds: float
    native: bool = True


class Bell(FileSystemEventHandler):
    """Rings when anything that matters moves, and remembers where. Reading a file is no change."""

    def __init__(self, library: Path) -> None:
        self._library = os.fspath(library)
        self._lock = threading.Lock()
        self._folders: set[str] = set()
        self._trees: set[str] = set()
        self._open: dict[str, float] = {}
        self.rung = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note where something happened; watchdog calls it in its own thread."""
        if event.event_type in _LOOKED_AT or (event.is_directory and event.event_type == "modified"):
            return
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        for path in paths:
            self._note(os.path.relpath(path, self._library), event)

    def take(self) -> Extent | None:
        """Where something happened since the last time; None where nothing did."""
        with self._lock:
            extent = Extent(frozenset(self._folders), frozenset(self._trees))
            self._folders.clear()
            self._trees.clear()
            self.rung.clear()
        return extent if extent.folders or extent.trees else None

    def being_written(self) -> frozenset[str]:
        """Files that a program of this machine has begun to write and has not closed."""
        old = time.monotonic() - _LONGEST_WRITING_SECONDS
        with self._lock:
            self._open = {path: since for path, since in self._open.items() if since > old}
            return frozenset(self._open)

    def forget(self) -> None:
        """Nothing is known any more of what happens in the folder."""
        with self._lock:
            self._open.clear()

    def _note(self, path: str, event: FileSystemEvent) -> None:
        folder, _, name = path.rpartition("/")
        with self._lock:
            if event.event_type == "modified":
                self._open.setdefault(path, time.monotonic())
            elif event.event_type != "attrib":
                self._open.pop(path, None)
            if path in {IGNORE_FILE, "."}:
                self._trees.add("")
            elif ignored(name):
                return
            else:
                self._folders.add(folder)
                if event.is_directory:
                    self._trees.add(path)
        self.rung.set()


class Watch:
    """The system's own events of a library, as long as it can give them; made anew when the library is another."""

    def __init__(self, library: Path, bell: Bell) -> None:
        self._library = library
        self._bell = bell
        self._observer: BaseObserver | None = None
        self._root: tuple[int, int] | None = None

    def renew(self) -> None:
        """Watch the library if it is not watched: at the start, after a remount, after the observer's death."""
        try:
            found = self._library.stat()
        except OSError:
            return
        root = found.st_dev, found.st_ino
        if self._observer and self._observer.is_alive() and self._root == root:
            return
        self.close()
        observer = Observer()
        try:
            observer.schedule(self._bell, str(self._library), recursive=True)
            observer.start()
        except OSError as error:
            if self._root != root:
                advice = _ADVICE.get(error.errno or 0, "")
                log.warning("the folder is not watched (%s): changes are found by comparing only%s", error, advice)
            observer.unschedule_all()
            self._root = root
            return
        self._observer, self._root = observer, root

    def close(self) -> None:
        """Watch no more."""
        if self._observer:
            self._observer.stop()
            self._observer.join()
            self._observer = None
            self._bell.forget()


class Lookout:
    """Which part of the library wants to be looked at, and when."""

    def __init__(self, indexer: Indexer, rhythm: Rhythm) -> None:
        self._indexer = indexer
        self._rhythm = rhythm
        self.bell = Bell(indexer.library)
        self._watch = Watch(indexer.library, self.bell) if rhythm.native else None
        self._compare_at = self._settle_at = self._not_before = 0.0

    def due(self) -> Extent | None:
        """The part to look at now; None where there is none."""
        now = time.monotonic()
        if now < self._not_before:
            return None
        if now >= self._compare_at:
            if self._watch:
                self._watch.renew()
            self.bell.take()
            return WHOLE
        rung = self.bell.take() or Extent()
        unsettled = self._indexer.unsettled if now >= self._settle_at else Extent()
        extent = Extent(rung.folders | unsettled.folders, rung.trees | unsettled.trees)
        return extent if extent != Extent() else None

    def looked(self, extent: Extent, *, in_vain: bool) -> None:
        """A look is over, or failed because the library is away."""
        now = time.monotonic()
        self._not_before = now + _BREATH_SECONDS
        self._settle_at = now + self._rhythm.settle_seconds / 4
        if in_vain:
            self._compare_at = now + _RETRY_SECONDS
        elif extent == WHOLE:
            self._compare_at = now + self._rhythm.compare_seconds

    def rest(self) -> None:
        """Wait until something rings or is due, a moment at most."""
        now = time.monotonic()
        if now < self._not_before:
            self._indexer.stop.wait(self._not_before - now)
            return
        settle_at = self._settle_at if self._indexer.unsettled.folders else self._compare_at
        self.bell.rung.wait(max(0.0, min(_TICK_SECONDS, settle_at - now, self._compare_at - now)))

    def close(self) -> None:
        """Watch no more."""
        if self._watch:
            self._watch.close()


def watch(indexer: Indexer, rhythm: Rhythm) -> None:
    """Keep the index equal to the library until `indexer.stop` is set.

    Looks are taken in a thread of their own: on a slow share they last, and what waits is read meanwhile.
    """
    eyes = ThreadPoolExecutor(1, thread_name_prefix="looking")
    try:
        with closing(Lookout(indexer, rhythm)) as lookout:
            _watch(indexer, lookout, eyes)
    finally:
        # Not awaited: a share that no longer answers must not keep the indexer from giving back what it was reading.
        eyes.shutdown(wait=False, cancel_futures=True)


def _watch(indexer: Indexer, lookout: Lookout, eyes: ThreadPoolExecutor) -> None:
    looking: tuple[Extent, Future[Sighting]] | None = None
    while not indexer.stop.is_set():
        if looking is None and (extent := lookout.due()):
            looking = extent, eyes.submit(look, indexer.library, extent)
        more = indexer.turn()
        if looking is None:
            if not more:
                lookout.rest()
            continue
        extent, seen = looking
        wait([seen], timeout=0.0 if more else _TICK_SECONDS)
        if seen.done():
            lookout.looked(extent, in_vain=not _take_in(indexer, seen, lookout.bell))
            looking = None


def _take_in(indexer: Indexer, seen: Future[Sighting], bell: Bell) -> bool:
    """Hand what was seen to the indexer; gives whether the library could be looked at."""
    try:
        sighting = seen.result()
    except LibraryUnavailableError as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says it all; a traceback would hide it
        indexer.unavailable(error)
        return False
    indexer.compare(sighting, being_written=bell.being_written())
    return True
