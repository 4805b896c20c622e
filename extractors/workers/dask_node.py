"""The Dask worker's side of reading files on a cluster: each file in a process of a Pool of its own.

This module is the preload that makes a Dask worker one of Ruche’s readers (`dask worker … --preload`): Dask calls its
`dask_setup` and `dask_teardown`.
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
from extractors.extraction import EXTRACTOR_VERSION, extract
from extractors.workers.pool import Pool

if TYPE_CHECKING:
    from extractors.model import Extraction, Limits

RESOURCE_PREFIX = "ruche-"
"""With a version of the extractors behind it, a Dask resource: a file only goes to readers of the right version."""

FILE_MISMATCH, READER_STOPPED = b"unseen", b"unfinished"
"""Answers that say nothing of the file: it is another one on this machine than for the indexer; this reader stops."""

NO_SIZE = -1
"""Stands for the size of a file that cannot be opened."""

# A reader that refuses a file is free again at once: without a pause it would take all files from readers that can read
# them.
_PENALTY_SECONDS = 2.0


class _NodePools:
    """The pools of this process: one for each set of limits that an indexer sends."""

    def __init__(self) -> None:
        self._pools: dict[Limits, Pool] = {}
        self._lock = threading.Lock()
        self.capacity = 1

    def get_pool(self, limits: Limits) -> Pool:
        with self._lock:
            if limits not in self._pools:
                self._pools[limits] = Pool(self.capacity, limits)
            return self._pools[limits]

    def close(self) -> None:
        with self._lock:
            pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()


_node_pools = _NodePools()


def dask_setup(worker: Any) -> None:
    """Declare the version as a resource, for as many files at a time as the worker has threads. Called by Dask."""
    _node_pools.capacity = worker.state.nthreads
    # Both, since the worker has copied one to the other before it runs preloads.
    for offer in (worker.state.total_resources, worker.state.available_resources):
        offer[f"{RESOURCE_PREFIX}{EXTRACTOR_VERSION}"] = _node_pools.capacity


def dask_teardown(_: Any) -> None:
    """Stop the processes. Called by Dask."""
    _node_pools.close()


def read_file(path: str, size: int, limits: Limits) -> bytes:
    """Read a file, and return its pickled Extraction or UnreadableFileError.

    `size` is its size in bytes as the indexer sees it. FILE_MISMATCH where it has another size here, or cannot be
    opened; READER_STOPPED where this reader was stopped meanwhile. Raises nothing: Dask takes an error for a lost task.
    """
    try:
        given: Extraction | UnreadableFileError | None = (
            _node_pools.get_pool(limits).submit_call(partial(_read_same_file, path, size, limits)).result()
        )
    except UnreadableFileError as error:
        given = error
    # RuntimeError: the pool was closed already.
    except (CancelledError, RuntimeError):
        return READER_STOPPED
    if given is None:
        time.sleep(_PENALTY_SECONDS)
        return FILE_MISMATCH
    return pickle.dumps(given)


def read_file_size(path: str) -> int:
    """The size of a file in bytes, 0 if it is no regular file; NO_SIZE if it cannot be opened."""
    try:
        # Opened and not only looked up, since a file that may not be read counts as another one here. Without blocking:
        # opening a named pipe would wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return NO_SIZE
    try:
        status = os.fstat(descriptor)
        return status.st_size if stat.S_ISREG(status.st_mode) else 0
    finally:
        os.close(descriptor)


def _read_same_file(path: str, size: int, limits: Limits) -> Extraction | None:
    """The Extraction of a file, None if its size is another one here.

    The size too is read in the worker process: on a share that no longer answers, the call would block.
    """
    return extract(Path(path), limits) if read_file_size(path) == size else None
