"""A real Dask cluster on this machine: a scheduler and readers, each a process of its own that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

PATIENCE = 90
"""Seconds: starting a reader takes two on a free machine."""

_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("DASK_")},
    # A machine that stood still for minutes has not lost its readers.
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "1 hour",
}
_NO_PAGES = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")


def until(holds: Callable[[], object], what: str) -> None:
    """Wait for something that others do."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass
class DaskCluster:
    """A scheduler on a free port, and the readers started for it; all end with it, by their ids."""

    folder: Path
    port: int = field(default_factory=_free_port)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def address(self) -> str:
        """The scheduler's, as the setting writes it after its scheme."""
        return f"127.0.0.1:{self.port}"

    def schedule(self) -> subprocess.Popen[bytes]:
        """Start the scheduler."""
        process = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), *_NO_PAGES)
        until(self._answers, "the scheduler does not answer")
        return process

    def reader(self, preload: str | Path = "extractors.workers.dask_node", threads: int = 1) -> subprocess.Popen[bytes]:
        """Start a reader; `preload` is what makes it one of Ruche's."""
        return self._start(
            *("worker", f"tcp://{self.address}", "--preload", str(preload), "--nthreads", str(threads)),
            *("--no-nanny", *_NO_PAGES, "--host", "127.0.0.1", "--local-directory", str(self.folder)),
        )

    def _answers(self) -> bool:
        with socket.socket() as knocking:
            return knocking.connect_ex(("127.0.0.1", self.port)) == 0

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = self._stack.enter_context(closing((self.folder / "dask.log").open("ab")))
        process = subprocess.Popen(  # noqa: S603 - the installed one
            [sys.executable, "-m", "dask", *arguments], stdout=log, stderr=log, env=_ENVIRONMENT
        )
        self._stack.callback(kill, process)
        return process


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process as a power cut would."""
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
