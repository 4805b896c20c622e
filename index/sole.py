"""The one indexer at work on a catalogue: whoever changes what it works on must be alone there."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.errors import ExplainedError
from index.settings import INDEXER_LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from index.catalogue import Catalogue

_OWNER = "indexeur.pid"


class IndexerRunningError(ExplainedError):
    """Another indexer works on this catalogue."""


@contextmanager
def sole_indexer(data: Path, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold a data folder, made if it is absent. `wait` is called as long as another process does, and may end it all.

    Raises IndexerRunningError at once where there is no waiting.
    """
    data.mkdir(parents=True, exist_ok=True)
    owner, lock = data / _OWNER, FileLock(data / INDEXER_LOCK, timeout=0)
    while not _acquired(lock):
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
def sole_indexer_of(catalogue: Catalogue, lost: Callable[[], None], wait: Callable[[], None] | None) -> Iterator[None]:
    """Be the one indexer of a catalogue, among those of all machines that work on it, with `wait` as above.

    `lost` is called, from another thread, when we are not any more; from then on the catalogue refuses our writes.
    """
    tenure = catalogue.tenure
    if tenure is None:
        yield
        return
    with closing(tenure):
        while not tenure.take():
            if wait is None:
                raise IndexerRunningError(
                    "Un indexeur travaille déjà sur ce catalogue, depuis un autre dossier de données : "
                    "laissez-le finir ou arrêtez-le."
                )
            wait()
        tenure.begin(lost)
        yield


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire()
    except Timeout:
        return False
    return True
