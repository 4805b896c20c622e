"""What the web processes of one service share beside the catalogue: a folder, and places of which there are few in all.

`ruche serve` makes the folder where it runs several web processes, and deletes it at its end. A process that has not
joined a service, as any other command, shares nothing and counts in its own memory.
"""

from __future__ import annotations

import mmap
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path


MAX_WEB_PROCESSES = 16


@dataclass(frozen=True, slots=True)
class WebProcess:
    """One web process of several: its number, from 1, which the process that takes its place has too."""

    number: int
    folder: Path

    @property
    def pid_file(self) -> Path:
        """The file that holds its process id, written once it answers requests."""
        return self.folder / f"{self.number}.pid"


# One for the process, as the configuration of its log is: what counts places is made before any application is.
_joined: WebProcess | None = None


def join_web_processes(process: WebProcess) -> None:
    """Make this process one of several. To be called before requests are answered."""
    global _joined  # noqa: PLW0603 - as said above
    _joined = process


def current_web_process() -> WebProcess | None:
    """Return which of several web processes this one is; None where it is alone."""
    return _joined


def list_process_ids(folder: Path) -> dict[int, int]:
    """Return the process id of each web process that has answered, by number; one that died keeps its own meanwhile."""
    return {int(file.stem): int(file.read_text(encoding="ascii")) for file in sorted(folder.glob("*.pid"))}


def open_shared_database(file: Path, busy_seconds: float, table: str) -> sqlite3.Connection:
    """Open a SQLite file that web processes share, with its table, for all threads under a lock of the caller's.

    A statement waits `busy_seconds` for another process. What a crash of the machine would lose is of no use after it.
    """
    # Imported late: the supervisor needs none of it.
    import sqlite3  # noqa: PLC0415

    database = sqlite3.connect(file, timeout=busy_seconds, isolation_level=None, check_same_thread=False)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", f"CREATE TABLE IF NOT EXISTS {table}"):
        database.execute(statement)
    return database


class Places:
    """So many places in all, whatever the number of web processes; each is held for a while by one thread's work."""

    def __init__(self, name: str, count: int) -> None:
        self._name, self._count = name, count
        self._alone = threading.BoundedSemaphore(count)

    def try_take(self) -> Callable[[], None] | None:
        """Take a place and return what gives it back, to be called once from any thread; None where all are taken."""
        process = current_web_process()
        if process is None:
            return self._alone.release if self._alone.acquire(blocking=False) else None
        tried = (_lock(self._file(process, number), wait=False) for number in range(self._count))
        return next(filter(None, tried), None)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold a place while the block runs, once there is one."""
        process = current_web_process()
        if process is None:
            with self._alone:
                yield
            return
        # Those who wait are spread over the places, and each waits for its own.
        number = threading.get_ident() // 64 + process.number
        release = self.try_take() or _lock(self._file(process, number % self._count), wait=True)
        try:
            yield
        finally:
            if release:
                release()

    def _file(self, process: WebProcess, number: int) -> Path:
        return process.folder / f"{self._name}-{number}"


class ConnectionCounts:
    """How many connections each web process holds, in a file that all of them have in their memory.

    A process that has not said anything counts for nothing; the number of one that died stays until it is replaced.
    """

    def __init__(self, process: WebProcess) -> None:
        self._number = process.number
        descriptor = os.open(process.folder / "connexions", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(descriptor, mmap.PAGESIZE)
            self._counts = memoryview(mmap.mmap(descriptor, mmap.PAGESIZE)).cast("I")
        finally:
            os.close(descriptor)

    def tell(self, count: int) -> None:
        """Say how many this process holds."""
        # One more, so that 0 is a process that has said nothing.
        self._counts[self._number] = count + 1

    def is_another_freer(self) -> bool:
        """Return whether another process holds fewer."""
        return any(0 < each < self._counts[self._number] for each in self._counts[: MAX_WEB_PROCESSES + 1])


def _lock(file: Path, *, wait: bool) -> Callable[[], None] | None:
    """Lock a file, and return what unlocks it; None where another one holds it and one does not `wait`."""
    import fcntl  # noqa: PLC0415 - absent on Windows

    # Opened each time: such a lock belongs to what was opened, so threads too exclude each other. The system gives back
    # those of a process that is killed.
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return partial(os.close, descriptor)
