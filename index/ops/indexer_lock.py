"""Locks that let only one indexer work on a data folder and on a catalogue."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.config import INDEXER_LOCK_NAME
from index.model import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.catalogue import Catalogue

# The process that holds the lock, for the error message only.
_OWNER_NAME = "indexeur.pid"


class IndexerRunningError(ExplainedError):
    """Another indexer works on this data folder or catalogue."""


@contextmanager
def hold_indexer_lock(data: Path, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the indexer's lock on a data folder, created if it is absent.

    While another process holds it, `wait` is called again and again; it sleeps, or raises to give up. Without `wait`,
    raises IndexerRunningError at once.
    """
    data.mkdir(parents=True, exist_ok=True)
    owner, lock = data / _OWNER_NAME, FileLock(data / INDEXER_LOCK_NAME, timeout=0)
    # The operating system frees the lock of a process that is killed; the file itself stays.
    while not _try_acquire(lock):
        if wait is None:
            number = owner.read_text(encoding="utf-8") if owner.exists() else "inconnu"
            raise IndexerRunningError(
                f"Un indexeur travaille déjà sur {data} (processus {number}) : laissez-le finir ou arrêtez-le."
            )
        wait()
    try:
        owner.write_text(str(os.getpid()), encoding="utf-8")
        yield
    finally:
        lock.release()


@contextmanager
def hold_catalogue_lease(
    catalogue: Catalogue, on_lost: Callable[[], None], wait: Callable[[], None] | None
) -> Iterator[None]:
    """Hold the catalogue's lease, among the indexers of all machines that share it; `wait` as in `hold_indexer_lock`.

    `on_lost` is called from another thread when the lease is lost; from then on the catalogue refuses this process's
    writes.
    """
    # A SQLite catalogue has no lease: the lock on its data folder is enough.
    tenure = catalogue.leader_lease
    if tenure is None:
        yield
        return
    with closing(tenure):
        while not tenure.acquire():
            if wait is None:
                raise IndexerRunningError(
                    "Un indexeur travaille déjà sur ce catalogue, depuis un autre dossier de données : "
                    "laissez-le finir ou arrêtez-le."
                )
            wait()
        # From here on a thread renews the lease.
        tenure.begin_term(on_lost)
        yield


def _try_acquire(lock: FileLock) -> bool:
    try:
        lock.acquire()
    except Timeout:
        return False
    return True
