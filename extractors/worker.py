"""One process that reads files for the pool, and the pipe that leads to it."""

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
from contextlib import suppress
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from extractors.errors import Reason, UnreadableFileError
from extractors.table import MODULES

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext

    from extractors.limits import Limits

_BYTES_A_CHARACTER = 4
_DETAIL_CHARACTERS = 500
_READY = b"ready"
_START_SECONDS = 60
# A process that the kernel holds (a share that no longer answers) dies when it can; nobody waits for it.
LAST_MOMENTS = 5.0
# Starting a process looks at its siblings too, which two threads must not do at once.
_starting = threading.Lock()
_living: set[Worker] = set()


class WorkerLostError(Exception):
    """The worker was gone before it was asked anything: the file is not to blame."""


class Worker:
    """A process within limits that answers one call at a time, and a folder for what it leaves lying about."""

    def __init__(self, limits: Limits) -> None:
        self._most_bytes = limits.output_characters * _BYTES_A_CHARACTER
        self._seconds = limits.seconds
        self._is_ready = False
        self.calls = 0
        # Of our own, since a process that is killed cleans nothing up.
        self._folder = TemporaryDirectory(prefix="ruche-", ignore_cleanup_errors=True)
        context = _context()
        with _starting:
            self._pipe, theirs = context.Pipe()
            # Types know no common ancestor of the contexts’ processes.
            process: Any = context.Process  # type: ignore[attr-defined]
            self._process = process(target=_serve, args=(theirs, limits, self._folder.name), daemon=True)
            self._process.start()
            _living.add(self)
            theirs.close()
        # Python waits for its children when it ends, without limit; one that was killed needs the processor to die, and
        # whoever comes after all others has hardly any of it on a busy machine.
        self._process.join = partial(self._process.join, timeout=0)

    def answer(self, call: bytes) -> Any:
        """What the pickled call gives; UnreadableFileError if it fails, lasts, says too much or ends the process.

        The last three end this worker; WorkerLostError says that it had ended before.
        """
        self._get_ready()
        self.calls += 1
        try:
            self._pipe.send_bytes(call)
        except OSError as error:
            raise WorkerLostError(str(error)) from error
        try:
            if not self._pipe.poll(self._seconds):
                self.stop()
                raise UnreadableFileError(Reason.TOO_SLOW, f"plus de {self._seconds:.0f} s")
            answer = pickle.loads(self._pipe.recv_bytes(self._most_bytes))  # noqa: S301 - our own worker wrote it  # nosec B301
        except (EOFError, OSError) as error:
            self.stop()
            raise UnreadableFileError(Reason.CRASHED, f"code {self._process.exitcode}") from error
        if isinstance(answer, UnreadableFileError):
            raise answer
        return answer

    def _get_ready(self) -> None:
        """Wait for a new process to have loaded its libraries, which no file shall pay for."""
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
        """Whether it can be asked once more."""
        return bool(self._process.is_alive())

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        self._process.kill()

    def stop(self) -> None:
        """The same, then remove what it left."""
        self.kill()
        self._process.join(timeout=LAST_MOMENTS)
        self._folder.cleanup()
        if not self.is_alive:
            with _starting:
                _living.discard(self)


def unload() -> None:
    """End the process that keeps all libraries loaded for workers to come, unless there is a worker now."""
    with _starting:
        # It ends after the last worker: one that the kernel holds would have us wait for ever.
        if not _living and _has_server():
            from multiprocessing import forkserver  # noqa: PLC0415  Windows has no such module

            # What Python's own tests end it by; there is no other way that lets it be started again.
            forkserver._forkserver._stop()  # type: ignore[attr-defined]  # noqa: SLF001


def _has_server() -> bool:
    return "forkserver" in multiprocessing.get_all_start_methods()


def _context() -> BaseContext:
    """A way of starting workers that never forks the caller, whose threads and locks would come along."""
    if not _has_server():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # Each worker imports what was run first. The server does it for them from a path, not from « python -m name ».
    run = getattr(sys.modules["__main__"], "__spec__", None)
    context.set_forkserver_preload([run.name if run else "__main__", *MODULES.values()])
    return context


def _serve(pipe: Connection, limits: Limits, folder: str) -> None:
    """Answer calls until the other end is closed, by its owner or by its owner’s death."""
    _make_expendable(limits)
    tempfile.tempdir = folder
    # If nobody is left to see that this process is stuck, the kernel ends it a little later.
    last_resort = math.ceil(limits.seconds) + _START_SECONDS
    most_bytes = limits.output_characters * _BYTES_A_CHARACTER
    with suppress(EOFError, OSError):
        pipe.send_bytes(_READY)
        while True:
            call = pipe.recv_bytes()
            _alarm(last_resort)
            pipe.send_bytes(_answer(call, most_bytes))
            _alarm(0)
    # Who would have removed it is no more.
    shutil.rmtree(folder, ignore_errors=True)


def _alarm(seconds: int) -> None:
    if sys.platform != "win32":
        signal.alarm(seconds)


def _answer(call: bytes, most_bytes: int) -> bytes:
    try:
        written = pickle.dumps(pickle.loads(call)())  # noqa: S301 - our own pool wrote it  # nosec B301
    except UnreadableFileError as error:
        return _refusal(error.reason, error.detail)
    except MemoryError:
        return _refusal(Reason.TOO_LARGE, "MemoryError")
    except OSError as error:
        return _refusal(Reason.UNREADABLE, str(error))
    if len(written) > most_bytes:
        return _refusal(Reason.TOO_LARGE, f"{len(written)} octets de résultat")
    return written


def _refusal(reason: Reason, detail: str) -> bytes:
    return pickle.dumps(UnreadableFileError(reason, detail[:_DETAIL_CHARACTERS]))


def _make_expendable(limits: Limits) -> None:
    """Make the process silent, last to be served, bounded in memory, and ended by one signal."""
    logging.disable()
    warnings.simplefilter("ignore")
    if sys.platform == "win32":
        return
    # Ctrl+C reaches the whole group: who started the workers decides what becomes of what they read.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(limits.niceness)
    import resource  # noqa: PLC0415  Windows has no such module

    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
