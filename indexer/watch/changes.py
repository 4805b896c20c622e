"""Follows the library: file-system events say where to scan, and full scans at an interval find what events missed."""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from index.catalogue import WHOLE_LIBRARY, Extent
from index.model import is_ignored
from indexer.watch.exclusions import IGNORE_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from watchdog.observers.api import BaseObserver


log = logging.getLogger(__name__)


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
        if "" in extent.trees:
            return WHOLE_LIBRARY
        return extent if extent.folders or extent.trees else None

    def record_loss(self) -> None:
        """Note that events were lost: something may have changed anywhere."""
        with self._lock:
            self._trees.add("")
            # The closing of an open file may be among what was lost.
            self._open_since.clear()
        self.changed.set()

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
        path = _cut_unreadable_name(path)
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


def _cut_unreadable_name(path: str) -> str:
    """The path up to its first name that is no UTF-8: no catalogue can hold it, and the folder that has it tells."""
    # Python gives bytes that are no UTF-8 as lone surrogates, which cannot be encoded.
    names = path.split("/")
    for place, name in enumerate(names):
        if any("\ud800" <= sign <= "\udfff" for sign in name):
            return "/".join([*names[:place], _UNREADABLE_NAME])
    return path


_UNREADABLE_NAME = "\N{REPLACEMENT CHARACTER}"
"""What stands for such a name: only the folder that it lies in is scanned."""


class _LossHandler(logging.Handler):
    """Hears from watchdog that the system's queue of events was full: it says so in its log only."""

    def __init__(self, collector: ChangeCollector) -> None:
        super().__init__(logging.WARNING)
        self._collector = collector

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage().lower():
            self._collector.record_loss()


_WATCHDOG_LOG = logging.getLogger("watchdog.observers")


class LibraryObserver:
    """Observes the events that the system gives for a library, anew when the library has become another folder."""

    def __init__(self, library: Path, collector: ChangeCollector) -> None:
        self._library = library
        self._collector = collector
        self._observer: BaseObserver | None = None
        self._root_id: tuple[int, int] | None = None
        self._loss_handler = _LossHandler(collector)

    @property
    def is_observing(self) -> bool:
        """Whether the system gives events for the library's own folder."""
        return self._observer is not None and self._observer.is_alive()

    def find_unwatched(self, folders: Iterable[str]) -> frozenset[str]:
        """Those of these folders for which the system refuses to give events."""
        # watchdog passes over a refusal below the root, and tells nobody. The version is pinned, and a test sees a
        # real refusal; systems other than Linux watch a tree at once, and have no such table.
        groups = [getattr(emitter, "_inotify", None) for emitter in self._observer.emitters] if self._observer else []
        tables = [group._active_callbacks_by_path for group in groups if group is not None]  # noqa: SLF001  as above
        if not tables:
            return frozenset()
        return frozenset(
            folder for folder in folders if not any(os.fsencode(self._library / folder) in table for table in tables)
        )

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
        _WATCHDOG_LOG.addHandler(self._loss_handler)

    def close(self) -> None:
        """Stop observing."""
        _WATCHDOG_LOG.removeHandler(self._loss_handler)
        if self._observer:
            self._observer.stop()
            self._observer.join()
            self._observer = None
            self._collector.forget_open_files()
