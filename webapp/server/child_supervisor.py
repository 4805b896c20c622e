"""Keeps a child of the web server (the indexer) running: restarted when it dies, stopped with the server."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Self

from index.child_process import ChildProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds before a restart: doubled each time, so that a child that cannot start does not keep the machine busy."""

HEALTHY_SECONDS = 60.0
"""Seconds after which a child counts as having started well: its next restart waits for the first pause again."""

STOP_TIMEOUT = 10.0
"""Seconds that a child has to stop by itself before it is killed."""


class ChildProcessSupervisor:
    """Keep one command running while the `with` block lasts. It starts after `start_delay` seconds."""

    def __init__(
        self,
        command: Sequence[str],
        first_pause: float = FIRST_PAUSE,
        stop_timeout: float = STOP_TIMEOUT,
        start_delay: float = 0.0,
    ) -> None:
        self._command = list(command)
        self._start_delay = start_delay
        self._first_pause = first_pause
        self._stop_timeout = stop_timeout
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._child: ChildProcess | None = None
        self._thread = threading.Thread(target=self._keep_running, name="companion", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # Under the lock: no child can start between the order to stop and the signal.
        with self._lock:
            self._stopping.set()
            child = self._child
        if child and not child.stop(self._stop_timeout):
            log.warning("companion did not stop within %g s: it is killed", self._stop_timeout)
        self._thread.join()

    def _keep_running(self) -> None:
        pause = self._first_pause
        self._stopping.wait(self._start_delay)
        while not self._stopping.is_set():
            born = time.monotonic()
            reason = self._run_once()
            if self._stopping.is_set():
                return
            if time.monotonic() - born > HEALTHY_SECONDS:
                pause = self._first_pause
            log.warning("companion %s; starting it again in %g s", reason, pause)
            # Waits on the event, not `sleep`: leaving the block ends the pause.
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _run_once(self) -> str:
        """Run the command to its end and return, for the log, how it ended."""
        try:
            with self._lock:
                if self._stopping.is_set():
                    return "was not started"
                child = self._child = ChildProcess(self._command)
        except OSError as error:
            return f"could not start ({error})"
        return f"ended with code {child.wait()[0]}"
