"""A pool of worker processes that read files, so that no file can crash, block or bloat the calling process."""

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
from extractors.extraction import extract
from extractors.workers.process import KILL_WAIT_SECONDS, Worker, WorkerLostError, start_forkserver, stop_forkserver

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path
    from types import TracebackType

    from extractors.model import Extraction, Limits

Result = TypeVar("Result")

# Libraries leak memory; replacing a process takes a few milliseconds.
_FILES_PER_WORKER = 200
# Times that a call is given to a worker that turns out to be gone; a call that ends its worker is never tried again.
_ATTEMPTS = 3

_IDLE_SECONDS = 60.0
"""How long an idle worker is kept: with its libraries it holds a hundred mebibytes."""


@dataclass(frozen=True, slots=True)
class _PendingCall:
    """A pickled call that waits or runs, and the future that its caller holds."""

    pickled: bytes
    future: Future[Any]


class Pool:
    """A few worker processes that extract files within limits; close it, or use it as a context manager.

    Each worker has a thread here that hands it one call at a time: a call that waits can be cancelled, and survives the
    end of any worker. A worker is started when there is something to read, and stopped a while after the last file.
    """

    outage = ""
    """Always empty: processes of this machine can always be started."""

    def __init__(self, workers: int, limits: Limits, prepare: Callable[[Extraction], object] | None = None) -> None:
        """`prepare`, a function of a module, is called in the worker that has read a file, as `extract` says."""
        self.capacity = workers
        self._prepare = prepare
        self._limits = limits
        self._waiting: deque[_PendingCall] = deque()
        self._condition = threading.Condition()
        self._closed = False
        self._warm_up_future: Future[int] | None = None
        self._workers: set[Worker] = set()
        self._threads = [threading.Thread(target=self._run_calls, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(self, names: Collection[str] = ()) -> None:
        """Start a worker in the background, so that the first file does not wait for its libraries to load.

        `names` are those of the files that will be read, where they are known: few need few libraries.
        """
        start_forkserver(names, [self._prepare.__module__] if self._prepare else ())
        # Where names are given, the files follow at once, each starting the worker that it needs.
        if names:
            return
        if self._warm_up_future is None or self._warm_up_future.done():
            # Any call does: a worker answers once its libraries are loaded.
            self._warm_up_future = self.submit_call(int)

    def submit(self, path: Path, *, first: bool = False) -> Future[Extraction]:
        """Have a file read; the future fails with UnreadableFileError only, or is cancelled by `close`."""
        return self.submit_call(partial(extract, path, self._limits, self._prepare), first=first)

    def submit_call(self, function: Callable[[], Result], *, first: bool = False) -> Future[Result]:
        """Have a worker run any picklable function; `first` puts it before all waiting calls.

        The future fails as that of `submit`; a function that cannot be pickled raises here.
        """
        promise: Future[Result] = Future()
        job = _PendingCall(pickle.dumps(function), promise)
        with self._condition:
            if self._closed:
                raise RuntimeError("The pool is closed")
            (self._waiting.appendleft if first else self._waiting.append)(job)
            self._condition.notify()
        return promise

    def close(self) -> None:
        """Stop the workers at once, whatever they do; calls that were not answered yet are cancelled."""
        with self._condition:
            self._closed = True
            waiting, self._waiting = self._waiting, deque()
            workers = tuple(self._workers)
            self._condition.notify_all()
        for job in waiting:
            job.future.cancel()
            # `cancel` alone does not wake threads in `concurrent.futures.wait`; this does.
            job.future.set_running_or_notify_cancel()
        # All are killed before any is waited for, so that they die at the same time.
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.stop()
        # A process that is still starting cannot be stopped yet: its thread stops it later, or it sees its pipe closed.
        until = time.monotonic() + KILL_WAIT_SECONDS
        for thread in self._threads:
            # A callback of a future may close the pool from one of its own threads.
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))

    def _run_calls(self) -> None:
        """The loop of one thread: take calls and have its worker run them, until the pool is closed.

        The worker is started for the first call, and stopped when it dies, has run many calls, or has long been idle.
        """
        worker: Worker | None = None
        while not self._closed:
            # Without a worker there is nothing to stop: the thread may wait for ever.
            job = self._take_call(_IDLE_SECONDS if worker else None)
            if job is not None:
                worker = self._run_call(job, worker)
            if worker is not None and (job is None or not (worker.is_alive and worker.call_count < _FILES_PER_WORKER)):
                self._stop_worker(worker)
                worker = None
                if job is None and not self._closed:
                    stop_forkserver()
        self._stop_worker(worker)

    def _take_call(self, patience: float | None) -> _PendingCall | None:
        """The next call that is not cancelled; None if none comes within `patience` seconds, or on close."""
        with self._condition:
            while self._condition.wait_for(lambda: self._waiting or self._closed, patience) and not self._closed:
                job = self._waiting.popleft()
                if job.future.set_running_or_notify_cancel():
                    return job
        return None

    def _run_call(self, job: _PendingCall, worker: Worker | None) -> Worker | None:
        """Have a worker run the call and complete its future; returns the worker that was last used, alive or not."""
        error = UnreadableFileError(Reason.CRASHED)
        for _ in range(_ATTEMPTS):
            if self._closed:
                break
            try:
                worker = worker or self._start_worker()
                given = worker.run_call(job.pickled)
            except UnreadableFileError as refusal:
                error = refusal
                break
            except (WorkerLostError, OSError, EOFError) as lost:
                # The worker died while idle, or could not start: the file is not to blame, so the call is tried again.
                error = UnreadableFileError(Reason.CRASHED, f"{type(lost).__name__}: {lost}")
                self._stop_worker(worker)
                worker = None
            else:
                job.future.set_result(given)
                return worker
        job.future.set_exception(self._choose_error(error))
        return worker

    def _choose_error(self, error: UnreadableFileError) -> Exception:
        """The error itself, or CancelledError for a crash on close: the pool's own kill is no failure of a file."""
        return CancelledError() if self._closed and error.reason is Reason.CRASHED else error

    def _start_worker(self) -> Worker:
        """Start a worker, and stop it again if the pool was closed while it was starting."""
        worker = Worker(self._limits)
        with self._condition:
            self._workers.add(worker)
            closed = self._closed
        if closed:
            # `close` did not see this worker. The call that it was started for finds it gone, and is cancelled.
            worker.stop()
        return worker

    def _stop_worker(self, worker: Worker | None) -> None:
        if worker is not None:
            with self._condition:
                self._workers.discard(worker)
            worker.stop()
