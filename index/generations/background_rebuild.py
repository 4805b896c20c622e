"""Rebuilds the index in a separate process of low priority, so that the indexer and searches are not held up.

This module is also that process (`python -m`). It reads its request, one line of JSON, on its standard input, which the
parent keeps open. When the parent ends, even by a crash, the input closes and the rebuild ends too; the live index
stays as it was.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.catalogue import Catalogue
from index.engines import SearchCluster
from index.generations.rebuild import rebuild_live_index
from index.model import ExplainedError

log = logging.getLogger(__name__)

# Searches and the indexer come first; on an idle machine a rebuild is as fast as at normal priority.
_NICENESS = 10

# Seconds between a rebuild that failed and the next attempt: a full disk is not emptied at once.
_RETRY_SECONDS = 600.0

# Seconds between SIGTERM and SIGKILL.
_KILL_WAIT_SECONDS = 5.0


class BackgroundRebuild:
    """Runs at most one rebuild at a time in another process."""

    def __init__(self, folder: Path, url: str, engine: str, cluster: SearchCluster | None = None) -> None:
        # Sent on standard input, not as an argument that other users could list: it holds the cluster's password.
        self._request = json.dumps(
            {"folder": str(folder), "url": url, "engine": engine, "cluster": cluster and asdict(cluster)}, default=str
        )
        self._process: subprocess.Popen[str] | None = None
        self._retry_at = 0.0

    def start(self) -> None:
        """Begin a rebuild, unless one is under way or has just failed."""
        if self.is_running() or time.monotonic() < self._retry_at:
            return
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "index.generations.background_rebuild"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        except OSError as error:
            self._retry_at = time.monotonic() + _RETRY_SECONDS
            log.error("the index cannot be rebuilt for the moment: no process starts (%s)", error)  # noqa: TRY400
            return
        log.info("another index is being built beside the live one")
        assert self._process.stdin  # noqa: S101 - a pipe was asked for
        # A process that died at once does not read its request; `is_running` reports it.
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{self._request}\n")
            self._process.stdin.flush()

    def is_running(self) -> bool:
        """Whether a rebuild is under way; logs the end of one that has ended since the last call."""
        if self._process is None:
            return False
        if self._process.poll() is None:
            return True
        self._report_end(self._process)
        return False

    def wait(self) -> bool:
        """Wait for the rebuild under way to end; return whether there was one."""
        if self._process is None:
            return False
        self._process.wait()
        return not self.is_running()

    def stop(self) -> None:
        """Stop the rebuild under way; the next rebuild removes its unfinished index."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(_KILL_WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._process.communicate()
            self._process = None

    def _report_end(self, process: subprocess.Popen[str]) -> None:
        said, _ = process.communicate()
        self._process = None
        if process.returncode:
            self._retry_at = time.monotonic() + _RETRY_SECONDS
            log.error("the rebuild of the index failed (%d): %s", process.returncode, said.strip())
        else:
            log.info("the index built beside is in service")


def main() -> None:
    """Rebuild as the request says; on an expected error, print one line on standard output and exit with code 1."""
    order = json.loads(sys.stdin.readline())
    # Ctrl-C in a terminal reaches the whole process group; the parent decides when to stop this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True, name="parent").start()
    lower_priority()
    try:
        with closing(Catalogue.open(order["url"])) as catalogue:
            rebuild_live_index(
                Path(order["folder"]), catalogue, order["engine"], cluster=_parse_cluster(order["cluster"])
            )
    except ExplainedError as error:
        sys.stdout.write(f"{error}\n")
        sys.exit(1)


def _parse_cluster(told: dict[str, Any] | None) -> SearchCluster | None:
    if told is None:
        return None
    return SearchCluster(**told | {"urls": tuple(told["urls"]), "ca": told["ca"] and Path(told["ca"])})


def lower_priority() -> None:
    """Lower the priority of this process, so that everything else on the machine runs first."""
    os.nice(_NICENESS)


def _exit_with_parent() -> None:
    # From the descriptor itself: a daemon thread inside a buffered read breaks the interpreter's shutdown.
    while os.read(0, 1):
        continue
    # At once, from a thread: `sys.exit` here would end only the thread.
    os._exit(1)


if __name__ == "__main__":
    main()
