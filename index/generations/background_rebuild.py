"""Rebuilds the index in a separate process of low priority, so that the indexer and searches are not held up.

`main` is that process (`python -m index.generations`). Its request is a line of JSON on its standard input. When the
parent ends, even by a crash, the rebuild ends too; the live index stays as it was.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.catalogue import Catalogue
from index.child_process import ChildProcess, call_when_readable
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
        # Not an argument, which other users could list: it holds the cluster's password.
        self._request = json.dumps(
            {"folder": str(folder), "url": url, "engine": engine, "cluster": cluster and asdict(cluster)}, default=str
        )
        self._child: ChildProcess | None = None
        self._retry_at = 0.0

    def start(self) -> None:
        """Begin a rebuild, unless one is under way or has just failed."""
        if self.is_running() or time.monotonic() < self._retry_at:
            return
        command = [sys.executable, "-m", "index.generations"]
        try:
            self._child = ChildProcess(command, request=self._request, captured=True)
        except OSError as error:
            self._retry_at = time.monotonic() + _RETRY_SECONDS
            log.error("the index cannot be rebuilt for the moment: no process starts (%s)", error)  # noqa: TRY400
            return
        log.info("another index is being built beside the live one")

    def is_running(self) -> bool:
        """Whether a rebuild is under way; logs the end of one that has ended since the last call."""
        if self._child and self._child.is_running():
            return True
        self.wait()
        return False

    def wait(self) -> bool:
        """Wait for the rebuild under way to end, and log how; return whether there was one."""
        if self._child is None:
            return False
        (code, output), self._child = self._child.wait(), None
        if code:
            self._retry_at = time.monotonic() + _RETRY_SECONDS
            log.error("the rebuild of the index failed (%d): %s", code, output.strip())
        else:
            log.info("the index built beside is in service")
        return True

    def stop(self) -> None:
        """Stop the rebuild under way; the next rebuild removes its unfinished index."""
        if self._child:
            self._child.stop(_KILL_WAIT_SECONDS)
            self._child = None


def main() -> None:
    """Rebuild as the request says; on an expected error, print one line on standard output and exit with code 1."""
    order = json.loads(sys.stdin.readline())
    # At once, from a thread: `sys.exit` there would end only the thread.
    call_when_readable(sys.stdin.fileno(), lambda: os._exit(1))
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
