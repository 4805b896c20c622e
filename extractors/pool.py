"""Workers that read files, so that no file can stop, slow or swell the process that asks."""

from __future__ import annotations

import pickle
import threading
import time
from collections import deque
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from extractors.errors import Reason, UnreadableFileError
from extractors.extract import extract
from extractors.worker import LAST_MOMENTS, Worker, WorkerLostError, unload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from extractors.limits import Limits
    from extractors.sections import Extraction

Given = TypeVar("Given")

# Libraries leak; a new process starts in a few milliseconds.
_FILES_PER_WORKER = 200
_ATTEMPTS = 3

_REST_SECONDS = 60.0
"""How long a worker that has nothing to read is kept: it and its libraries hold a hundred mebibytes."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A pickled call on its way, and the promise made to whoever submitted it."""

    call: bytes
    promise: Future[Any]


class Pool:
    """A few processes that extract files within limits; close it, or use it as a context manager.

    Each has a thread here that hands it one file at a time: what waits can be cancelled, and outlives a worker’s end.
    None is started before there is something to read, and none is left a while after the last file.
    """

    trouble = ""
    """Processes of this machine are never away."""

    def __init__(self, workers: int, limits: Limits) -> None:
        self.width = workers
        self._limits = limits
        self._waiting: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._first_call: Future[int] | None = None
        self._workers: set[Worker] = set()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get_ready(self) -> None:
        """Have a worker load its libraries now, in the background: the first file shall not wait for them."""
        if self._first_call is None or self._first_call.done():
            self._first_call = self.call(int)

    def submit(self, path: Path, *, first: bool = False) -> Future[Extraction]:
        """The promise of what the file gives; it fails with UnreadableFileError only, or is cancelled by `close`."""
        return self.call(partial(extract, path, self._limits), first=first)

    def call(self, call: Callable[[], Given], *, first: bool = False) -> Future[Given]:
        """The same promise for any picklable call that reads a file; `first` for one that somebody waits for."""
        promise: Future[Given] = Future()
        job = _Job(pickle.dumps(call), promise)
        with self._changed:
            if self._closed:
                raise RuntimeError("The pool is closed")
            (self._waiting.appendleft if first else self._waiting.append)(job)
            self._changed.notify()
        return promise

    def close(self) -> None:
        """Stop the workers at once, whatever they do; what was not read yet is cancelled."""
        with self._changed:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
            workers = tuple(self._workers)
            self._changed.notify_all()
        for job in waiting:
            job.promise.cancel()
            # Tells those who wait by `concurrent.futures.wait`, whom `cancel` alone leaves waiting.
            job.promise.set_running_or_notify_cancel()
        # All of them first: they take as long to die side by side as one does.
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.stop()
        # A process that is being started cannot be stopped yet: it ends by itself, once it finds nobody to answer.
        until = time.monotonic() + LAST_MOMENTS
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))

    def _serve(self) -> None:
        """One thread’s life: one job after another, by a worker that is replaced when it ends or has served enough."""
        worker: Worker | None = None
        while not self._closed:
            job = self._next(_REST_SECONDS if worker else None)
            if job is not None:
                worker = self._settle(job, worker)
            if worker is not None and (job is None or not (worker.is_alive and worker.calls < _FILES_PER_WORKER)):
                self._retire(worker)
                worker = None
                if job is None and not self._closed:
                    unload()
        self._retire(worker)

    def _next(self, patience: float | None) -> _Job | None:
        """The next job that was not withdrawn while it waited; None if none comes in time, or the pool is closed."""
        with self._changed:
            while self._changed.wait_for(lambda: self._waiting or self._closed, patience) and not self._closed:
                job = self._waiting.popleft()
                if job.promise.set_running_or_notify_cancel():
                    return job
        return None

    def _settle(self, job: _Job, worker: Worker | None) -> Worker | None:
        """Keep the promise; gives the worker that was last asked, alive or not."""
        error = UnreadableFileError(Reason.CRASHED)
        for _ in range(_ATTEMPTS):
            if self._closed:
                break
            try:
                worker = worker or self._hire()
                given = worker.answer(job.call)
            except UnreadableFileError as refusal:
                error = refusal
                break
            except (WorkerLostError, OSError, EOFError) as lost:
                # It died idle, or could not start: neither is the file’s doing.
                error = UnreadableFileError(Reason.CRASHED, f"{type(lost).__name__}: {lost}")
                self._retire(worker)
                worker = None
            else:
                job.promise.set_result(given)
                return worker
        job.promise.set_exception(self._excused(error))
        return worker

    def _excused(self, error: UnreadableFileError) -> Exception:
        """A worker that was stopped under a file says nothing of the file: that is never recorded as its failure."""
        return CancelledError() if self._closed and error.reason is Reason.CRASHED else error

    def _hire(self) -> Worker:
        worker = Worker(self._limits)
        with self._changed:
            self._workers.add(worker)
            closed = self._closed
        if closed:
            worker.stop()
        return worker

    def _retire(self, worker: Worker | None) -> None:
        if worker is not None:
            with self._changed:
                self._workers.discard(worker)
            worker.stop()
