"""The one indexer at work on a data folder: whoever changes what it works on must be alone there."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from index.errors import ExplainedError
from index.settings import INDEXER_LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OWNER = "indexeur.pid"


class IndexerRunningError(ExplainedError):
    """Another indexer works on this catalogue."""


@contextmanager
def sole_indexer(data: Path) -> Iterator[None]:
    """Hold a data folder, made if it is absent. Raises IndexerRunningError when another process does."""
    data.mkdir(parents=True, exist_ok=True)
    owner = data / _OWNER
    try:
        with FileLock(data / INDEXER_LOCK, timeout=0):
            owner.write_text(str(os.getpid()), encoding="utf-8")
            yield
    except Timeout as error:
        number = owner.read_text(encoding="utf-8") if owner.exists() else "inconnu"
        raise IndexerRunningError(
            f"Un indexeur travaille déjà sur {data} (processus {number}) : laissez-le finir ou arrêtez-le."
        ) from error
