"""What a machine of a cluster does: read files in bounded processes of its own, as the local pool does.

`dask worker … --preload extractors.node` makes a Dask worker one of Ruche’s: it calls `dask_setup` and `dask_teardown`.
"""

from __future__ import annotations

import os
import pickle
import stat
import threading
import time
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractors.errors import UnreadableFileError
from extractors.extract import EXTRACTOR_VERSION, extract
from extractors.pool import Pool

if TYPE_CHECKING:
    from extractors.limits import Limits
    from extractors.sections import Extraction

SKILL = "ruche-"
"""A reader’s version of the extractors, behind this, is a Dask resource: a file goes to those of one version only."""

UNSEEN, UNFINISHED = b"unseen", b"unfinished"
"""Answers that say nothing of the file: this machine does not see it as the indexer does; this reader stops."""

ABSENT = -1
"""The size of a file that cannot be opened."""

# Who refuses is free again at once: without this, it would take every file from those that can read it.
_PENALTY_SECONDS = 2.0


class _Node:
    """This process’s pools, one for each set of limits that was asked for."""

    def __init__(self) -> None:
        self._pools: dict[Limits, Pool] = {}
        self._lock = threading.Lock()
        self.width = 1

    def pool(self, limits: Limits) -> Pool:
        with self._lock:
            if limits not in self._pools:
                self._pools[limits] = Pool(self.width, limits)
            return self._pools[limits]

    def close(self) -> None:
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()


_node = _Node()


def dask_setup(worker: Any) -> None:
    """Offer to read, with this version, as many files at a time as the worker has threads; Dask calls it."""
    _node.width = worker.state.nthreads
    for offer in (worker.state.total_resources, worker.state.available_resources):
        offer[f"{SKILL}{EXTRACTOR_VERSION}"] = _node.width


def dask_teardown(_: Any) -> None:
    """Stop the processes; Dask calls it."""
    _node.close()


def read(path: str, size: int, limits: Limits) -> bytes:
    """The pickled Extraction or UnreadableFileError of a file that the indexer sees with so many bytes.

    UNSEEN where it is another one here, UNFINISHED where this reader was stopped meanwhile.
    """
    try:
        given: Extraction | UnreadableFileError | None = (
            _node.pool(limits).call(partial(_read, path, size, limits)).result()
        )
    except UnreadableFileError as error:
        given = error
    except (CancelledError, RuntimeError):
        return UNFINISHED
    if given is None:
        time.sleep(_PENALTY_SECONDS)
        return UNSEEN
    return pickle.dumps(given)


def size_of(path: str) -> int:
    """How many bytes a file has that can be opened; ABSENT otherwise."""
    try:
        # A named pipe must not make us wait for whoever writes into it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return ABSENT
    try:
        status = os.fstat(descriptor)
        return status.st_size if stat.S_ISREG(status.st_mode) else 0
    finally:
        os.close(descriptor)


def _read(path: str, size: int, limits: Limits) -> Extraction | None:
    """Read in a bounded process: a share that no longer answers stops nobody else."""
    return extract(Path(path), limits) if size_of(path) == size else None
