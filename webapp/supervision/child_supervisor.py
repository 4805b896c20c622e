"""Keeps a child of the service running (the indexer, a web process): restarted when it dies, stopped with it."""

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

CHILD_START_DELAY = 1.0
"""Seconds before the indexer starts: on a small machine the first answer would otherwise wait for it."""

STOP_TIMEOUT = 10.0
"""Seconds that a child has to stop by itself before it is killed."""


class ChildProcessSupervisor:
    """Keep one command running while the `with` block lasts. It starts after `start_delay` seconds.

    `name` is what the log calls it, `descriptors` are what it inherits; a `child` that runs already is kept running.
    """

    def __init__(
        self,
        command: Sequence[str],
        first_pause: float = FIRST_PAUSE,
        stop_timeout: float = STOP_TIMEOUT,
        start_delay: float = 0.0,
        *,
        name: str = "companion",
        descriptors: Sequence[int] = (),
        child: ChildProcess | None = None,
    ) -> None:
        self._command = list(command)
        self._start_delay = start_delay
        self._first_pause = first_pause
        self._stop_timeout = stop_timeout
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._name, self._descriptors = name, descriptors
        self._started = child
        self._child = child
        self._thread = threading.Thread(target=self._keep_running, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def begin_stop(self) -> None:
        """Ask the child to end, and do not wait: several may then end at the same time."""
        # Under the lock: no child can start between the order to stop and the signal.
        with self._lock:
            self._stopping.set()
            child = self._child
        if child:
            child.ask_to_end()

    def __exit__(self, *_: object) -> None:
        self.begin_stop()
        if self._child and not self._child.stop(self._stop_timeout):
            log.warning("%s did not stop within %g s: it is killed", self._name, self._stop_timeout)
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
            log.warning("%s %s; starting it again in %g s", self._name, reason, pause)
            # Waits on the event, not `sleep`: leaving the block ends the pause.
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _run_once(self) -> str:
        """Run the command to its end and return, for the log, how it ended."""
        try:
            with self._lock:
                if self._stopping.is_set():
                    return "was not started"
                child = self._started or ChildProcess(self._command, descriptors=self._descriptors)
                self._started, self._child = None, child
        except OSError as error:
            return f"could not start ({error})"
        return f"ended with code {child.wait()[0]}"
