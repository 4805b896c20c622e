"""A worker process of the pool: the parent's handle on it, and what runs inside."""

from __future__ import annotations

import logging
import math
import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import tempfile
import threading
import warnings
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import PurePath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from extractors.errors import Reason, UnreadableFileError
from extractors.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext

    from extractors.model import Limits

# The most that UTF-8 takes.
_BYTES_A_CHARACTER = 4
_DETAIL_CHARACTERS = 500
# What a worker sends once its libraries are loaded.
_READY = b"ready"
_START_SECONDS = 60
# How long a killed process is waited for. One that the kernel holds (reading from a share that no longer answers) dies
# only when the kernel lets go.
KILL_WAIT_SECONDS = 5.0
# `Process.start` also polls the other children, which two threads must not do at once.
_start_lock = threading.Lock()
_live_workers: set[Worker] = set()
_FEW_FILES = 20
"""So many files or fewer are read before all libraries of all formats would be loaded."""
_READERS = tuple(spec.reader for spec in FORMATS.values())


class WorkerLostError(Exception):
    """The worker was gone before it got the call: the file is not to blame."""


class Worker:
    """A process within limits that runs one call at a time, with a folder of its own for temporary files."""

    def __init__(self, limits: Limits) -> None:
        self._most_bytes = limits.output_characters * _BYTES_A_CHARACTER
        self._seconds = limits.seconds
        self._is_ready = False
        self.call_count = 0
        # Made and removed by the parent, since a process that is killed cleans nothing up.
        self._folder = TemporaryDirectory(prefix="ruche-", ignore_cleanup_errors=True)
        context = _choose_context()
        with _start_lock:
            self._pipe, theirs = context.Pipe()
            # The type stubs lack a common base class of the contexts’ processes.
            process: Any = context.Process  # type: ignore[attr-defined]
            self._process = process(target=_answer_calls, args=(theirs, limits, self._folder.name), daemon=True)
            with _interrupts_blocked():
                self._process.start()
            _live_workers.add(self)
            # Only the child may hold its end: the parent then sees end of file when the child dies.
            theirs.close()
        # At exit, multiprocessing joins all children without a time limit. A killed child needs processor time to die,
        # and gets hardly any on a busy machine, being at low priority: `join` without a timeout does not wait.
        self._process.join = partial(self._process.join, timeout=0)

    def run_call(self, call: bytes) -> Any:
        """Run a pickled call and return its result.

        UnreadableFileError if it fails, takes too long, returns too much or ends the process; the last three end this
        worker. WorkerLostError if the worker had ended before.
        """
        self._wait_until_ready()
        self.call_count += 1
        try:
            self._pipe.send_bytes(call)
        except OSError as error:
            raise WorkerLostError(str(error)) from error
        try:
            if not self._pipe.poll(self._seconds):
                self.stop()
                raise UnreadableFileError(Reason.TOO_SLOW, f"plus de {self._seconds:.0f} s")
            # A longer message than allowed raises OSError here, and the worker is stopped: the pipe is of no more use.
            answer = pickle.loads(self._pipe.recv_bytes(self._most_bytes))  # noqa: S301 - our own worker wrote it  # nosec B301
        except (EOFError, OSError) as error:
            self.stop()
            raise UnreadableFileError(Reason.CRASHED, f"code {self._process.exitcode}") from error
        if isinstance(answer, UnreadableFileError):
            raise answer
        return answer

    def _wait_until_ready(self) -> None:
        """Wait until a new process has loaded its libraries: that time must not count as the first file's."""
        if self._is_ready:
            return
        try:
            self._is_ready = self._pipe.poll(_START_SECONDS) and self._pipe.recv_bytes() == _READY
        except (EOFError, OSError) as error:
            raise WorkerLostError(str(error)) from error
        if not self._is_ready:
            raise WorkerLostError("The worker did not start")

    @property
    def is_alive(self) -> bool:
        """Whether the process runs, so that it can take another call."""
        return bool(self._process.is_alive())

    def kill(self) -> None:
        """Kill the process, without waiting for its end."""
        self._process.kill()

    def stop(self) -> None:
        """Kill the process, wait a while for its end, and remove its folder."""
        self.kill()
        self._process.join(timeout=KILL_WAIT_SECONDS)
        self._folder.cleanup()
        if not self.is_alive:
            with _start_lock:
                _live_workers.discard(self)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Start processes that are deaf to Ctrl+C from their first instruction: while they load, it would print traces."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415  not on Windows

    # First, since starting it lets the signal through again.
    resource_tracker.ensure_running()
    # A signal mask is inherited; this thread gets its own back, and what came meanwhile.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_forkserver(names: Collection[str] | None = (), modules: Iterable[str] = ()) -> None:
    """Start the fork server ahead of the first worker: libraries load while the caller does the rest.

    It loads these modules and what reads files of these names, or, where they are many or empty, of all formats; where
    they are None, of no format. One that runs already has what it has: its workers load the rest.
    """
    if not _has_forkserver():
        return
    from multiprocessing import forkserver  # noqa: PLC0415  Windows has no such module

    with _start_lock, _interrupts_blocked():
        _choose_context([*_list_readers(names), *modules])
        forkserver.ensure_running()


def _list_readers(names: Collection[str] | None) -> list[str]:
    """The modules that read files of these names, as `start_forkserver` says."""
    if names is None:
        return []
    suffixes = {PurePath(name).suffix.lower() for name in names} if len(names) <= _FEW_FILES else set()
    return [spec.reader for spec in FORMATS.values() if not suffixes or suffixes.intersection(spec.suffixes)]


def stop_forkserver() -> None:
    """Stop the fork server, which keeps all libraries loaded for new workers, unless a worker is alive."""
    with _start_lock:
        # Stopping waits for the server's children: a worker that the kernel holds would make it wait for ever.
        if not _live_workers and _has_forkserver():
            from multiprocessing import forkserver  # noqa: PLC0415  Windows has no such module

            # Private, but CPython's own tests use it, and no public way lets the server be started again.
            forkserver._forkserver._stop()  # type: ignore[attr-defined]  # noqa: SLF001


def _has_forkserver() -> bool:
    return "forkserver" in multiprocessing.get_all_start_methods()


def _choose_context(modules: Iterable[str] = _READERS) -> BaseContext:
    """The start method of workers: the fork server, or spawn where there is none. It loads these modules if it starts.

    Never fork: a forked child would inherit the locks that other threads of the caller hold.
    """
    if not _has_forkserver():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # Each worker imports the main module, so the server preloads it, by its real name if it was run by « python -m ».
    run = getattr(sys.modules["__main__"], "__spec__", None)
    context.set_forkserver_preload([run.name if run else "__main__", "extractors.extraction", *modules])
    return context


def _answer_calls(pipe: Connection, limits: Limits, folder: str) -> None:
    """The main loop of a worker process: answer calls until the parent closes the pipe or dies."""
    _restrict_process(limits)
    tempfile.tempdir = folder
    # The parent enforces the time limit. Should the parent be gone, SIGALRM ends a stuck worker a little later.
    last_resort = math.ceil(limits.seconds) + _START_SECONDS
    most_bytes = limits.output_characters * _BYTES_A_CHARACTER
    with suppress(EOFError, OSError):
        pipe.send_bytes(_READY)
        while True:
            call = pipe.recv_bytes()
            _set_alarm(last_resort)
            pipe.send_bytes(_answer_call(call, most_bytes))
            _set_alarm(0)
    # The pipe was closed by the death of the parent, which therefore will not remove the folder.
    shutil.rmtree(folder, ignore_errors=True)


def _set_alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)


def _answer_call(call: bytes, most_bytes: int) -> bytes:
    """The pickled result of a pickled call, or a pickled UnreadableFileError; any other error ends the process."""
    try:
        written = pickle.dumps(pickle.loads(call)())  # noqa: S301 - our own pool wrote it  # nosec B301
    except UnreadableFileError as error:
        return _pickle_refusal(error.reason, error.detail)
    except MemoryError:
        return _pickle_refusal(Reason.TOO_LARGE, "MemoryError")
    except OSError as error:
        return _pickle_refusal(Reason.UNREADABLE, str(error))
    # Sent as a refusal, so that this worker lives on; the parent's own bound is for a worker that misbehaves.
    if len(written) > most_bytes:
        return _pickle_refusal(Reason.TOO_LARGE, f"{len(written)} octets de résultat")
    return written


def _pickle_refusal(reason: Reason, detail: str) -> bytes:
    return pickle.dumps(UnreadableFileError(reason, detail[:_DETAIL_CHARACTERS]))


def _restrict_process(limits: Limits) -> None:
    """Restrict this process: no logging, low priority, bounded memory, deaf to Ctrl+C."""
    logging.disable()
    warnings.simplefilter("ignore")
    if sys.platform == "win32":
        return
    # Ctrl+C reaches the whole process group; only the parent decides when workers stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(limits.niceness)
    import resource  # noqa: PLC0415  Windows has no such module

    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
