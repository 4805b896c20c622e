"""Follows the library: file-system events say where to scan, and full scans at an interval find what events missed."""

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
"""When idle, how often the index takes up what others, such as the web process, wrote into the catalogue."""

_BREATH_SECONDS = 0.1
"""The least time between two scans: a large copy sends events without end."""

_RETRY_SECONDS = 10.0
"""How often an unavailable library is tried again."""

_LONGEST_WRITING_SECONDS = 600.0
"""A program that keeps a file open for longer has forgotten it, or its closing was missed: it is read as it is."""

# inotify says "No space left on device" for too many watches, "Too many open files" for too many instances.
_ADVICE = {
    errno.ENOSPC: '; raise fs.inotify.max_user_watches, or set watching = "polling"',
    errno.EMFILE: '; raise fs.inotify.max_user_instances, or set watching = "polling"',
}
"""What to add to the log where the system's errors mean its own limits on watching, not a full disk."""

# Our own scans and hashing send these: if they counted, each scan would bring about the next.
_LOOKED_AT = frozenset({"opened", "closed_no_write"})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often the library is scanned whole, and whether the system's events are heeded in between (`native`).

    `settle_seconds` is how long a file must stay unchanged before it is read.
    """

    settle_seconds: float
    compare_seconds: float
    native: bool = True


class Bell(FileSystemEventHandler):
    """Collects where something changed in the library, between two scans."""

    def __init__(self, library: Path) -> None:
        self._library = os.fspath(library)
        # watchdog calls `on_any_event` in its own thread; the indexer's thread takes what was collected.
        self._lock = threading.Lock()
        self._folders: set[str] = set()
        self._trees: set[str] = set()
        self._open: dict[str, float] = {}
        self.rung = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note where something happened; watchdog calls it in its own thread."""
        # A folder's own date changes with each file in it, which has an event of its own.
        if event.event_type in _LOOKED_AT or (event.is_directory and event.event_type == "modified"):
            return
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        for path in paths:
            self._note(os.path.relpath(path, self._library), event)

    def take(self) -> Extent | None:
        """Take where something changed since the last call; None where nothing did."""
        with self._lock:
            extent = Extent(frozenset(self._folders), frozenset(self._trees))
            self._folders.clear()
            self._trees.clear()
            self.rung.clear()
        return extent if extent.folders or extent.trees else None

    def being_written(self) -> frozenset[str]:
        """The files that a program of this machine has begun to write and has not closed."""
        # Without a bound, a file whose closing was missed would never be read.
        old = time.monotonic() - _LONGEST_WRITING_SECONDS
        with self._lock:
            self._open = {path: since for path, since in self._open.items() if since > old}
            return frozenset(self._open)

    def forget(self) -> None:
        """Forget which files are open: their closing will not be heard of."""
        with self._lock:
            self._open.clear()

    def _note(self, path: str, event: FileSystemEvent) -> None:
        folder, _, name = path.rpartition("/")
        with self._lock:
            # What closes, moves or deletes a file ends its writing; a change of rights (attrib) does not.
            if event.event_type == "modified":
                self._open.setdefault(path, time.monotonic())
            elif event.event_type != "attrib":
                self._open.pop(path, None)
            # New exclusions, or a change of the library's own folder, concern everything.
            if path in {IGNORE_FILE, "."}:
                self._trees.add("")
            elif ignored(name):
                return
            else:
                self._folders.add(folder)
                # A folder that was moved in brings its content without one event for each file.
                if event.is_directory:
                    self._trees.add(path)
        self.rung.set()


class Watch:
    """Observes the events that the system gives for a library, anew when the library has become another folder."""

    def __init__(self, library: Path, bell: Bell) -> None:
        self._library = library
        self._bell = bell
        self._observer: BaseObserver | None = None
        self._root: tuple[int, int] | None = None

    def renew(self) -> None:
        """Start observing where that is not under way: at first, after a remount, after the observer died."""
        try:
            found = self._library.stat()
        except OSError:
            return
        # A share that is mounted again has the same path and another inode: the old watches would never fire.
        root = found.st_dev, found.st_ino
        if self._observer and self._observer.is_alive() and self._root == root:
            return
        self.close()
        observer = Observer()
        try:
            observer.schedule(self._bell, str(self._library), recursive=True)
            observer.start()
        except OSError as error:
            # The warning is given once for each mount, not every few minutes.
            if self._root != root:
                advice = _ADVICE.get(error.errno or 0, "")
                log.warning("the folder is not watched (%s): changes are found by comparing only%s", error, advice)
            # `schedule` may have added watches before it failed.
            observer.unschedule_all()
            self._root = root
            return
        self._observer, self._root = observer, root

    def close(self) -> None:
        """Stop observing."""
        if self._observer:
            self._observer.stop()
            self._observer.join()
            self._observer = None
            self._bell.forget()


class Lookout:
    """Decides which part of the library to scan, and when."""

    def __init__(self, indexer: Indexer, rhythm: Rhythm) -> None:
        self._indexer = indexer
        self._rhythm = rhythm
        self.bell = Bell(indexer.library)
        self._watch = Watch(indexer.library, self.bell) if rhythm.native else None
        # Times are monotonic seconds; zero is in the past, so the first scan is due at once.
        self._compare_at = self._settle_at = self._not_before = 0.0

    def due(self) -> Extent | None:
        """Take the part of the library that is to be scanned now; None where none is."""
        now = time.monotonic()
        if now < self._not_before:
            return None
        if now >= self._compare_at:
            if self._watch:
                self._watch.renew()
            # A full scan covers what was collected; the observer starts first, so that nothing in between is missed.
            self.bell.take()
            return WHOLE
        rung = self.bell.take() or Extent()
        unsettled = self._indexer.unsettled if now >= self._settle_at else Extent()
        extent = Extent(rung.folders | unsettled.folders, rung.trees | unsettled.trees)
        return extent if extent != Extent() else None

    def looked(self, extent: Extent, *, in_vain: bool) -> None:
        """Set when to scan next, after a scan of `extent` that ended or `failed` because the library is away."""
        now = time.monotonic()
        self._not_before = now + _BREATH_SECONDS
        # Some scans within the delay: a file is read soon after it has settled, at little cost.
        self._settle_at = now + self._rhythm.settle_seconds / 4
        if in_vain:
            self._compare_at = now + _RETRY_SECONDS
        elif extent == WHOLE:
            self._compare_at = now + self._rhythm.compare_seconds

    def rest(self) -> None:
        """Wait until something changes or a scan is due, a second at most."""
        now = time.monotonic()
        if now < self._not_before:
            self._indexer.stop.wait(self._not_before - now)
            return
        # Where nothing is unsettled, only the next full scan is awaited.
        settle_at = self._settle_at if self._indexer.unsettled.folders else self._compare_at
        self.bell.rung.wait(max(0.0, min(_TICK_SECONDS, settle_at - now, self._compare_at - now)))

    def close(self) -> None:
        """Stop observing."""
        if self._watch:
            self._watch.close()


def watch(indexer: Indexer, rhythm: Rhythm) -> None:
    """Keep the index equal to the library until `indexer.stop` is set.

    Scans run in a thread of their own: on a slow share they take long, and what is queued is read meanwhile.
    """
    eyes = ThreadPoolExecutor(1, thread_name_prefix="looking")
    try:
        with closing(Lookout(indexer, rhythm)) as lookout:
            _watch(indexer, lookout, eyes)
    finally:
        # Not waited for: a share that no longer answers must not keep the indexer from giving back what it was reading.
        eyes.shutdown(wait=False, cancel_futures=True)


def _watch(indexer: Indexer, lookout: Lookout, eyes: ThreadPoolExecutor) -> None:
    # At most one scan at a time; only its result comes back here, so the indexer itself runs in one thread.
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
        # With work left, the scan is only polled.
        wait([seen], timeout=0.0 if more else _TICK_SECONDS)
        if seen.done():
            lookout.looked(extent, in_vain=not _take_in(indexer, seen, lookout.bell))
            looking = None


def _take_in(indexer: Indexer, seen: Future[Sighting], bell: Bell) -> bool:
    """Give the indexer what a scan saw; gives whether the library could be scanned."""
    try:
        sighting = seen.result()
    except LibraryUnavailableError as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says it all; a traceback would hide it
        indexer.unavailable(error)
        return False
    # Asked for after the scan: a file whose writing began while it ran must not be taken for settled.
    indexer.compare(sighting, being_written=bell.being_written())
    return True
