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

from index.catalogue import WHOLE_LIBRARY, Extent
from index.library_names import is_ignored
from indexer.errors import LibraryUnavailableError
from indexer.exclusions import IGNORE_FILE
from indexer.snapshot import scan_library

if TYPE_CHECKING:
    from pathlib import Path

    from watchdog.observers.api import BaseObserver

    from indexer.indexer import Indexer
    from indexer.snapshot import ScanResult

log = logging.getLogger(__name__)

_TICK_SECONDS = 1.0
"""When idle, how often the index takes up what others, such as the web process, wrote into the catalogue."""

_SCAN_PAUSE_SECONDS = 0.1
"""The least time between two scans: a large copy sends events without end."""

_RETRY_SECONDS = 10.0
"""How often an unavailable library is tried again."""

_LONGEST_WRITING_SECONDS = 600.0
"""A program that keeps a file open for longer has forgotten it, or its closing was missed: it is read as it is."""

# inotify says "No space left on device" for too many watches, "Too many open files" for too many instances.
_WATCH_LIMIT_ADVICE = {
    errno.ENOSPC: '; raise fs.inotify.max_user_watches, or set watching = "polling"',
    errno.EMFILE: '; raise fs.inotify.max_user_instances, or set watching = "polling"',
}
"""What to add to the log where the system's errors mean its own limits on watching, not a full disk."""

# Our own scans and hashing send these: if they counted, each scan would bring about the next.
_READ_EVENTS = frozenset({"opened", "closed_no_write"})


@dataclass(frozen=True, slots=True)
class ScanIntervals:
    """How often the library is scanned whole, and whether the system's events are heeded in between (`native`).

    `settle_seconds` is how long a file must stay unchanged before it is read.
    """

    settle_seconds: float
    full_scan_seconds: float
    native: bool = True


class ChangeCollector(FileSystemEventHandler):
    """Collects where something changed in the library, between two scans."""

    def __init__(self, library: Path) -> None:
        self._library = os.fspath(library)
        # watchdog calls `on_any_event` in its own thread; the indexer's thread takes what was collected.
        self._lock = threading.Lock()
        self._folders: set[str] = set()
        self._trees: set[str] = set()
        self._open_since: dict[str, float] = {}
        self.changed = threading.Event()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note where something happened; watchdog calls it in its own thread."""
        # A folder's own date changes with each file in it, which has an event of its own.
        if event.event_type in _READ_EVENTS or (event.is_directory and event.event_type == "modified"):
            return
        paths = [os.fsdecode(path) for path in (event.src_path, event.dest_path) if path]
        for path in paths:
            self._record_event(os.path.relpath(path, self._library), event)

    def take_extent(self) -> Extent | None:
        """Take where something changed since the last call; None where nothing did."""
        with self._lock:
            extent = Extent(frozenset(self._folders), frozenset(self._trees))
            self._folders.clear()
            self._trees.clear()
            self.changed.clear()
        return extent if extent.folders or extent.trees else None

    def list_files_being_written(self) -> frozenset[str]:
        """The files that a program of this machine has begun to write and has not closed."""
        # Without a bound, a file whose closing was missed would never be read.
        old = time.monotonic() - _LONGEST_WRITING_SECONDS
        with self._lock:
            self._open_since = {path: since for path, since in self._open_since.items() if since > old}
            return frozenset(self._open_since)

    def forget_open_files(self) -> None:
        """Forget which files are open: their closing will not be heard of."""
        with self._lock:
            self._open_since.clear()

    def _record_event(self, path: str, event: FileSystemEvent) -> None:
        folder, _, name = path.rpartition("/")
        with self._lock:
            # What closes, moves or deletes a file ends its writing; a change of rights (attrib) does not.
            if event.event_type == "modified":
                self._open_since.setdefault(path, time.monotonic())
            elif event.event_type != "attrib":
                self._open_since.pop(path, None)
            # New exclusions, or a change of the library's own folder, concern everything.
            if path in {IGNORE_FILE, "."}:
                self._trees.add("")
            elif is_ignored(name):
                return
            else:
                self._folders.add(folder)
                # A folder that was moved in brings its content without one event for each file.
                if event.is_directory:
                    self._trees.add(path)
        self.changed.set()


class LibraryObserver:
    """Observes the events that the system gives for a library, anew when the library has become another folder."""

    def __init__(self, library: Path, collector: ChangeCollector) -> None:
        self._library = library
        self._collector = collector
        self._observer: BaseObserver | None = None
        self._root_id: tuple[int, int] | None = None

    def ensure_observing(self) -> None:
        """Start observing where that is not under way: at first, after a remount, after the observer died."""
        try:
            found = self._library.stat()
        except OSError:
            return
        # A share that is mounted again has the same path and another inode: the old watches would never fire.
        root_id = found.st_dev, found.st_ino
        if self._observer and self._observer.is_alive() and self._root_id == root_id:
            return
        self.close()
        observer = Observer()
        try:
            observer.schedule(self._collector, str(self._library), recursive=True)
            observer.start()
        except OSError as error:
            # The warning is given once for each mount, not every few minutes.
            if self._root_id != root_id:
                advice = _WATCH_LIMIT_ADVICE.get(error.errno or 0, "")
                log.warning("the folder is not watched (%s): changes are found by comparing only%s", error, advice)
            # `schedule` may have added watches before it failed.
            observer.unschedule_all()
            self._root_id = root_id
            return
        self._observer, self._root_id = observer, root_id

    def close(self) -> None:
        """Stop observing."""
        if self._observer:
            self._observer.stop()
            self._observer.join()
            self._observer = None
            self._collector.forget_open_files()


class ScanScheduler:
    """Decides which part of the library to scan, and when."""

    def __init__(self, indexer: Indexer, intervals: ScanIntervals) -> None:
        self._indexer = indexer
        self._intervals = intervals
        self.collector = ChangeCollector(indexer.library)
        self._observer = LibraryObserver(indexer.library, self.collector) if intervals.native else None
        # Times are monotonic seconds; zero is in the past, so the first scan is due at once.
        self._full_scan_at = self._rescan_at = self._not_before = 0.0

    def take_due_extent(self) -> Extent | None:
        """Take the part of the library that is to be scanned now; None where none is."""
        now = time.monotonic()
        if now < self._not_before:
            return None
        if now >= self._full_scan_at:
            if self._observer:
                self._observer.ensure_observing()
            # A full scan covers what was collected; the observer starts first, so that nothing in between is missed.
            self.collector.take_extent()
            return WHOLE_LIBRARY
        changed = self.collector.take_extent() or Extent()
        unsettled = self._indexer.rescan_extent if now >= self._rescan_at else Extent()
        extent = Extent(changed.folders | unsettled.folders, changed.trees | unsettled.trees)
        return extent if extent != Extent() else None

    def record_scan(self, extent: Extent, *, failed: bool) -> None:
        """Set when to scan next, after a scan of `extent` that ended or `failed` because the library is away."""
        now = time.monotonic()
        self._not_before = now + _SCAN_PAUSE_SECONDS
        # Some scans within the delay: a file is read soon after it has settled, at little cost.
        self._rescan_at = now + self._intervals.settle_seconds / 4
        if failed:
            self._full_scan_at = now + _RETRY_SECONDS
        elif extent == WHOLE_LIBRARY:
            self._full_scan_at = now + self._intervals.full_scan_seconds

    def wait_until_due(self) -> None:
        """Wait until something changes or a scan is due, a second at most."""
        now = time.monotonic()
        if now < self._not_before:
            self._indexer.stop.wait(self._not_before - now)
            return
        # Where nothing is unsettled, only the next full scan is awaited.
        rescan_at = self._rescan_at if self._indexer.rescan_extent.folders else self._full_scan_at
        self.collector.changed.wait(max(0.0, min(_TICK_SECONDS, rescan_at - now, self._full_scan_at - now)))

    def close(self) -> None:
        """Stop observing."""
        if self._observer:
            self._observer.close()


def watch_library(indexer: Indexer, intervals: ScanIntervals) -> None:
    """Keep the index equal to the library until `indexer.stop` is set.

    Scans run in a thread of their own: on a slow share they take long, and what is queued is read meanwhile.
    """
    scan_thread = ThreadPoolExecutor(1, thread_name_prefix="looking")
    try:
        with closing(ScanScheduler(indexer, intervals)) as scheduler:
            _run_scans(indexer, scheduler, scan_thread)
    finally:
        # Not waited for: a share that no longer answers must not keep the indexer from giving back what it was reading.
        scan_thread.shutdown(wait=False, cancel_futures=True)


def _run_scans(indexer: Indexer, scheduler: ScanScheduler, scan_thread: ThreadPoolExecutor) -> None:
    # At most one scan at a time; only its result comes back here, so the indexer itself runs in one thread.
    running_scan: tuple[Extent, Future[ScanResult]] | None = None
    while not indexer.stop.is_set():
        if running_scan is None and (extent := scheduler.take_due_extent()):
            running_scan = extent, scan_thread.submit(scan_library, indexer.library, extent)
        more = indexer.advance()
        if running_scan is None:
            if not more:
                scheduler.wait_until_due()
            continue
        extent, scan = running_scan
        # With work left, the scan is only polled.
        wait([scan], timeout=0.0 if more else _TICK_SECONDS)
        if scan.done():
            scheduler.record_scan(extent, failed=not _apply_finished_scan(indexer, scan, scheduler.collector))
            running_scan = None


def _apply_finished_scan(indexer: Indexer, future: Future[ScanResult], collector: ChangeCollector) -> bool:
    """Give the indexer what a scan saw; gives whether the library could be scanned."""
    try:
        scan = future.result()
    except LibraryUnavailableError as error:
        log.error("%s", error)  # noqa: TRY400 - the sentence says it all; a traceback would hide it
        indexer.report_unavailable(error)
        return False
    # Asked for after the scan: a file whose writing began while it ran must not be taken for settled.
    indexer.apply_scan(scan, being_written=collector.list_files_being_written())
    return True
