"""Workers that read files, so that no file can stop, slow or swell the process that asks."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections import deque
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Self

from pebble import ProcessExpired, ProcessPool

from extractors.errors import Reason, UnreadableFileError
from extractors.extract import extract
from extractors.table import MODULES

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext
    from pathlib import Path
    from types import TracebackType

    from extractors.limits import Limits
    from extractors.sections import Extraction

_FILES_PER_WORKER = 200
# One file being read and one waiting, so that no worker idles between two.
_AHEAD = 2
_ATTEMPTS = 2
_NICENESS = 10


@dataclass(slots=True)
class _Job:
    """A file on its way, and the promise made to whoever submitted it."""

    path: Path
    promise: Future[Extraction] = field(default_factory=Future)
    attempts: int = 0


class Pool:
    """A few processes that extract files within limits; close it, or use it as a context manager.

    Files wait here and reach the workers two at a time each: what waits can be cancelled, and outlives a worker's end.
    """

    def __init__(self, workers: int, limits: Limits) -> None:
        self._workers = workers
        self._limits = limits
        self._lock = threading.RLock()
        self._waiting: deque[_Job] = deque()
        self._running: set[Future[Extraction]] = set()
        self._closed = False
        self._processes = _start(workers, limits)
        self._stopping: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(self, path: Path) -> Future[Extraction]:
        """The promise of what the file gives; it fails with UnreadableFileError only, or is cancelled by `close`."""
        job = _Job(path)
        with self._lock:
            if self._closed:
                raise RuntimeError("The pool is closed")
            self._waiting.append(job)
            self._fill()
        return job.promise

    def close(self) -> None:
        """Stop the workers at once, whatever they do; what was not read yet is cancelled."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
        for job in waiting:
            job.promise.cancel()
        self._processes.stop()  # type: ignore[no-untyped-call]  # Pebble leaves these untyped
        self._processes.join()
        for stopping in self._stopping:
            stopping.join()
        for promise in self._running:
            promise.set_exception(CancelledError())
        self._running.clear()

    def _fill(self) -> None:
        """Send files to the workers as long as they have room; the lock is held."""
        while self._waiting and not self._closed and len(self._running) < self._workers * _AHEAD:
            job = self._waiting.popleft()
            if job.promise.set_running_or_notify_cancel():
                self._send(job)

    def _send(self, job: _Job) -> None:
        job.attempts += 1
        self._running.add(job.promise)
        try:
            done = self._schedule(job.path)
        except RuntimeError as error:
            self._running.discard(job.promise)
            job.promise.set_exception(UnreadableFileError(Reason.CRASHED, str(error)))
        else:
            done.add_done_callback(partial(self._settle, job, self._processes))

    def _schedule(self, path: Path) -> Future[Extraction]:
        try:
            return self._processes.schedule(extract, args=(path, self._limits), timeout=self._limits.seconds)
        except RuntimeError:
            # Pebble gives a whole pool up when a worker dies idle: the files are not to blame.
            self._replace(self._processes)
            return self._processes.schedule(extract, args=(path, self._limits), timeout=self._limits.seconds)

    def _settle(self, job: _Job, processes: ProcessPool, done: Future[Extraction]) -> None:
        """Keep the promise, or try again a file that another's end took along."""
        error = done.exception()
        with self._lock:
            self._running.discard(job.promise)
            if isinstance(error, BrokenProcessPool) and job.attempts < _ATTEMPTS and not self._closed:
                self._replace(processes)
                self._send(job)
                return
            self._fill()
            closed = self._closed
        if error is None:
            job.promise.set_result(done.result())
        elif closed and not isinstance(error, UnreadableFileError):
            # The file did nothing wrong: its worker was stopped under it, which must never be recorded as a failure.
            job.promise.set_exception(CancelledError())
        else:
            job.promise.set_exception(_unreadable(error))

    def _replace(self, broken: ProcessPool) -> None:
        """Start new workers unless that was done already; the old ones end in their own time."""
        if self._processes is broken:
            self._processes = _start(self._workers, self._limits)
            broken.stop()  # type: ignore[no-untyped-call]  # idem
            stopping = threading.Thread(target=broken.join)
            stopping.start()
            self._stopping.append(stopping)


def _unreadable(error: BaseException) -> UnreadableFileError:
    if isinstance(error, UnreadableFileError):
        return error
    if isinstance(error, TimeoutError):
        return UnreadableFileError(Reason.TOO_SLOW, str(error))
    if isinstance(error, ProcessExpired):
        return UnreadableFileError(Reason.CRASHED, f"code {error.exitcode}")
    return UnreadableFileError(Reason.CRASHED, f"{type(error).__name__}: {error}")


def _start(workers: int, limits: Limits) -> ProcessPool:
    return ProcessPool(
        max_workers=workers,
        max_tasks=_FILES_PER_WORKER,
        initializer=_prepare_worker,
        initargs=(limits.memory_bytes,),
        context=_context(),
    )


def _context() -> BaseContext:
    """A way of starting workers that never forks the caller, whose threads and locks would come along."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", *MODULES.values()])
    return context


def _prepare_worker(memory_bytes: int) -> None:
    """Make the process expendable and silent: last to be served, bounded in memory, and ended by one signal."""
    logging.disable()
    warnings.simplefilter("ignore")
    if sys.platform == "win32":
        return
    # Pebble's own answer to SIGTERM waits for Python to run again, which a library's loop may never let it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.nice(_NICENESS)
    import resource  # noqa: PLC0415  Windows has no such module

    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
