"""Several web processes that answer on one socket: their supervisor starts them, keeps them running, and stops them."""

from __future__ import annotations

import logging
import signal
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from index.child_process import ChildProcess
from index.web_processes import WebProcess
from webapp.supervision.child_supervisor import CHILD_START_DELAY, STOP_TIMEOUT, ChildProcessSupervisor
from webapp.supervision.orderly_stop import stop_on_signals

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

log = logging.getLogger(__name__)

_FIRST_PAUSE = 0.2
"""Seconds before a web process that died is started again, doubled each time: the others answer meanwhile."""

_LOOK_SECONDS = 0.02
"""How often the supervisor looks whether the first web process answers."""


def run_web_processes(
    listening: socket.socket,
    count: int,
    web_command: Callable[[WebProcess], Sequence[str]],
    indexer_command: Sequence[str],
    announce: Callable[[], None],
) -> int:
    """Keep web processes and the indexer running until SIGTERM or SIGINT; return the exit code of the service.

    `indexer_command` is empty for no indexer.

    The first web process starts alone, since it brings the catalogue up to date, and `announce` is called once it
    answers. Where it cannot start it says why, once, and the service ends with its code. Must be called from the main
    thread.
    """
    descriptors = [listening.fileno()]
    with TemporaryDirectory(prefix="ruche-web-", ignore_cleanup_errors=True) as folder, stop_on_signals():
        first, *others = (WebProcess(number, Path(folder)) for number in range(1, count + 1))
        child = ChildProcess(web_command(first), descriptors=descriptors)
        try:
            is_ready = _wait_until_ready(first, child)
        except KeyboardInterrupt:
            child.stop(STOP_TIMEOUT)
            raise
        if not is_ready:
            return child.wait()[0] or 1
        supervisors = [
            _supervise(first, web_command, descriptors, child),
            *(_supervise(each, web_command, descriptors, None) for each in others),
        ]
        if indexer_command:
            supervisors.append(ChildProcessSupervisor(indexer_command, start_delay=CHILD_START_DELAY))
        with ExitStack() as stack:
            for each in supervisors:
                stack.enter_context(each)
            # First of all that is done at the end: they stop together, rather than one after the other.
            stack.callback(_begin_stop, supervisors)
            announce()
            with suppress(KeyboardInterrupt):
                _wait_for_signal()
    log.info("stopped")
    return 0


def _begin_stop(supervisors: Sequence[ChildProcessSupervisor]) -> None:
    for each in supervisors:
        each.begin_stop()


def _wait_for_signal() -> None:
    """Sleep until a signal raises KeyboardInterrupt."""
    while True:
        signal.pause()


def _supervise(
    process: WebProcess,
    web_command: Callable[[WebProcess], Sequence[str]],
    descriptors: Sequence[int],
    child: ChildProcess | None,
) -> ChildProcessSupervisor:
    return ChildProcessSupervisor(
        web_command(process),
        _FIRST_PAUSE,
        name=f"web process {process.number}",
        descriptors=descriptors,
        child=child,
    )


def _wait_until_ready(process: WebProcess, child: ChildProcess) -> bool:
    """Wait until a web process answers; return False where it ended before."""
    while not process.pid_file.exists():
        if not child.is_running():
            return False
        time.sleep(_LOOK_SECONDS)
    return True
