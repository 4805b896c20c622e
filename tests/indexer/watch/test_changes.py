"""Following a real folder: what moves is found, by the system's events, by comparing, and after a remount."""

from __future__ import annotations

import errno
import os
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from watchdog.events import (
    DirMovedEvent,
    FileAttribEvent,
    FileClosedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileOpenedEvent,
)
from watchdog.observers.api import BaseObserver
from watchdog.observers.inotify import InotifyEmitter
from watchdog.observers.inotify_c import InotifyConstants, InotifyEvent, WatchDescriptor

from index.catalogue.file_records import Extent
from index.catalogue.file_statuses import FileState
from index.catalogue.indexer_state import Phase
from indexer.runtime.watch_command import ScanIntervals, watch_library
from indexer.watch.changes import ChangeCollector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.catalogue.indexer_state import IndexerState
    from tests.indexer.conftest import Bench

PATIENCE = 60.0
NATIVE = ScanIntervals(settle_seconds=0.1, full_scan_seconds=3600)
POLLING = ScanIntervals(settle_seconds=0.1, full_scan_seconds=0.2, native=False)


@contextmanager
def watched(bench: Bench, rhythm: ScanIntervals) -> Iterator[None]:
    """The folder is followed, in a thread, until the end."""
    bench.settle_seconds = rhythm.settle_seconds
    bench.restart()
    thread = threading.Thread(target=watch_library, args=(bench.indexer, rhythm))
    with closing(bench.indexer):
        thread.start()
        try:
            until(lambda: phase(bench) is Phase.IDLE)
            yield
        finally:
            bench.indexer.stop.set()
            thread.join()


def phase(bench: Bench) -> Phase | None:
    """What the indexer says that it does."""
    state = bench.catalogue.indexer.read_state()
    return state.phase if state else None


def until(condition: Callable[[], object]) -> None:
    """Wait for something to become true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("rhythm", [NATIVE, POLLING], ids=["native", "polling"])
def test_drops_moves_and_deletions(bench: Bench, rhythm: ScanIntervals) -> None:
    """A file dropped in a new folder is found; so is its folder's new name; its deletion is followed."""
    with watched(bench, rhythm):
        bench.put("un/deux/a.txt", "la CAF")
        until(lambda: bench.found("caf"))
        (bench.library / "un").rename(bench.library / "trois")
        until(lambda: bench.found("caf") and bench.found("caf")[0].paths == ("trois/deux/a.txt",))
        (bench.library / "trois/deux/a.txt").unlink()
        until(lambda: not bench.found("caf"))


def test_new_patterns_are_followed(bench: Bench) -> None:
    """A change of `.rucheignore` has the whole library looked at."""
    with watched(bench, NATIVE):
        bench.put("un/a.txt", "la CAF")
        until(lambda: bench.found("caf"))
        bench.put(".rucheignore", "un/\n")
        until(lambda: not bench.found("caf"))


def test_a_copy_that_pauses(bench: Bench) -> None:
    """While its writer holds it open, a file is not read, however long it stands still."""
    with watched(bench, NATIVE):
        with (bench.library / "a.txt").open("w", encoding="utf-8") as file:
            file.write("la CAF")
            file.flush()
            until(lambda: [each.state for each in bench.catalogue.file_statuses.find()] == [FileState.SEEN])
            bench.put("b.txt", "la MSA")
            until(lambda: bench.found("msa"))
            assert bench.found("caf") == []
            file.write(" et la maraude")
        until(lambda: bench.found("maraude"))
    assert len(bench.catalogue.documents.list_versions(bench.found("caf")[0].id, frozenset({"membres"}))) == 1


def test_the_library_comes_back(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A share that is away is told, and followed again once it is mounted again."""
    monkeypatch.setattr("indexer.runtime.watch_command._RETRY_SECONDS", 0.2)
    away = tmp_path / "ailleurs"
    with watched(bench, ScanIntervals(settle_seconds=0.1, full_scan_seconds=0.5)):
        bench.put("a.txt", "la CAF")
        until(lambda: bench.found("caf"))
        bench.library.rename(away)
        until(lambda: phase(bench) is Phase.UNAVAILABLE)
        assert bench.found("caf")
        away.rename(bench.library)
        until(lambda: phase(bench) is Phase.IDLE)
        bench.put("b.txt", "la MSA")
        until(lambda: bench.found("msa"))


def test_the_bell(tmp_path: Path) -> None:
    """It remembers where something moved, not what programs leave behind nor that files are read."""
    bell = ChangeCollector(tmp_path)
    path = os.fspath(tmp_path)
    assert bell.take_extent() is None
    for event in (
        FileOpenedEvent(f"{path}/lu/a.txt"),
        FileModifiedEvent(f"{path}/caché/.a.swp"),
        FileMovedEvent(f"{path}/x/.a.part", f"{path}/y/a.txt"),
        DirMovedEvent(f"{path}/v", f"{path}/w"),
    ):
        bell.on_any_event(event)
    assert bell.changed.is_set()
    assert bell.take_extent() == Extent(folders=frozenset({"", "y"}), trees=frozenset({"v", "w"}))
    assert not bell.changed.is_set()


def test_out_of_watches(bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Where the system can watch no more folders, what to do is told, and comparing finds what comes."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(BaseObserver, "schedule", refused)
    with watched(bench, ScanIntervals(settle_seconds=0.1, full_scan_seconds=0.2)):
        bench.put("a.txt", "la CAF")
        until(lambda: bench.found("caf"))
    assert "fs.inotify.max_user_watches" in caplog.text


def test_the_bell_knows_what_is_open(tmp_path: Path) -> None:
    """A file is being written from its first change until it is closed."""
    bell = ChangeCollector(tmp_path)
    bell.on_any_event(FileModifiedEvent(f"{tmp_path}/a.txt"))
    assert bell.list_files_being_written() == {"a.txt"}
    bell.on_any_event(FileAttribEvent(f"{tmp_path}/a.txt"))
    assert bell.list_files_being_written() == {"a.txt"}
    bell.on_any_event(FileClosedEvent(f"{tmp_path}/a.txt"))
    assert bell.list_files_being_written() == frozenset()


def test_a_lost_queue_of_events(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system says that its queue was full, the whole library is compared at once."""
    started: list[BaseObserver] = []
    start = BaseObserver.start

    def remember(observer: BaseObserver) -> None:
        started.append(observer)
        start(observer)

    monkeypatch.setattr(BaseObserver, "start", remember)
    with watched(bench, NATIVE):
        before = bench.catalogue.indexer.read_state()
        lost = InotifyEvent(WatchDescriptor(-1), InotifyConstants.IN_Q_OVERFLOW, 0, b"")
        emitter = next(iter(started[0].emitters))
        assert isinstance(emitter, InotifyEmitter)
        # What reads the system's queue does with such an event.
        emitter._inotify_fd.handle_event(lost)  # noqa: SLF001  the system cannot be made to send one
        until(lambda: compared_after(bench, before))
        bench.put("a.txt", "la CAF")
        until(lambda: bench.found("caf"))


def compared_after(bench: Bench, before: IndexerState | None) -> bool:
    """Whether the library was compared whole since that state."""
    now = bench.catalogue.indexer.read_state()
    return bool(before and now and now.compared and before.compared and now.compared > before.compared)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    """Of a path that no catalogue can hold, the folder that it lies in is scanned."""
    collector = ChangeCollector(tmp_path)
    collector.on_any_event(
        FileMovedEvent(os.fsdecode(f"{tmp_path}/a/".encode() + b"R\xe9/b.txt"), f"{tmp_path}/c/d.txt")
    )
    assert collector.take_extent() == Extent(folders=frozenset({"a", "c"}))
