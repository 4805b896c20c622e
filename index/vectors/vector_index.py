"""Finds the documents whose passages are nearest to a question: all vectors of a model, in memory, compared one by one.

Nothing is approximate. On two processors 100,000 vectors take a few milliseconds; the alternatives are in
docs/adr/0036-vectors.md.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from index.model import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from index.catalogue import Catalogue

_REFRESH_SECONDS = 5.0
_FIRST_ROWS, _MORE = 500, 8
"""The passages that are looked at first, and how many times more where they do not suffice."""


class VectorLibraryError(ExplainedError):
    """What compares vectors is not installed; the message says how to."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """The vectors at one moment: row n of `matrix` (signed bytes) is of the document `ids[owners[n]]`.

    `number` is the last change that it holds.
    """

    number: int = 0
    ids: tuple[str, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    owners: Any = None
    matrix: Any = None


class VectorIndex:
    """The vectors of one model, as the catalogue holds them: brought up to date when asked, every few seconds."""

    def __init__(self, catalogue: Catalogue, model: str) -> None:
        self._catalogue = catalogue
        self._model = model
        self._snapshot = _Snapshot()
        self._is_ready = False
        self._next_look = 0.0
        self._lock = threading.Lock()

    def refresh(self) -> bool:
        """Take up what changed; gives whether searches may use the vectors: all that there were are made."""
        if time.monotonic() < self._next_look or not self._lock.acquire(blocking=not self._is_ready):
            return self._is_ready
        try:
            # Set first: while one thread looks, the others go on with what there is.
            self._next_look = time.monotonic() + _REFRESH_SECONDS
            progress = self._catalogue.vectors.read_progress()
            # Never two models mixed: another one is at work, or this one has not finished.
            if progress is None or progress.model != self._model or not progress.is_complete:
                self._snapshot, self._is_ready = _Snapshot(), False
            else:
                self._snapshot = self._take_up(self._snapshot, progress.dimensions)
                self._is_ready = True
        finally:
            self._lock.release()
        return self._is_ready

    def __len__(self) -> int:
        """The number of vectors in memory."""
        return 0 if self._snapshot.matrix is None else len(self._snapshot.matrix)

    def iterate_nearest(self, question: bytes) -> Iterator[dict[str, float]]:
        """Yield documents with the cosine of their nearest passage, the nearest first, some at a time, each once."""
        # One snapshot throughout: another thread may put a newer one in its place.
        now = self._snapshot
        if now.matrix is None or len(question) != now.matrix.shape[1]:
            return
        count, seen = _FIRST_ROWS, set[int]()
        while count < _MORE * len(now.matrix):
            keys, nearness = _search(now.matrix, question, min(count, len(now.matrix)))
            found: dict[str, float] = {}
            for owner, cosine in zip(now.owners[keys].tolist(), nearness, strict=True):
                if owner not in seen:
                    seen.add(owner)
                    found[now.ids[owner]] = cosine
            yield found
            count *= _MORE

    def measure(self, question: bytes, ids: Collection[str]) -> dict[str, float]:
        """Return the cosine of the nearest passage of each of these documents; those without vectors are left out."""
        now = self._snapshot
        places = [now.places[id_] for id_ in ids if id_ in now.places]
        if not places or len(question) != now.matrix.shape[1]:
            return {}
        import numpy as np  # noqa: PLC0415 - only where vectors are used

        rows = np.flatnonzero(np.isin(now.owners, places))
        keys, nearness = _search(now.matrix[rows], question, len(rows))
        found: dict[str, float] = {}
        for owner, cosine in zip(now.owners[rows[keys]].tolist(), nearness, strict=True):
            # The first is the nearest of its document.
            found.setdefault(now.ids[owner], cosine)
        return found

    def _take_up(self, before: _Snapshot, dimensions: int) -> _Snapshot:
        """What there was, with the documents that changed since in place of their former vectors."""
        last, changed = before.number, dict[str, bytes]()
        for number, id_, length, vectors in self._catalogue.vectors.list_since(self._model, before.number):
            # The text was empty, or a service mixes lengths: such a row is compared with nothing.
            changed[id_] = vectors if length == dimensions else b""
            last = number
        if not changed:
            return before
        np = _load_numpy()
        matrix = np.zeros((0, dimensions), np.int8) if before.matrix is None else before.matrix
        owners = np.zeros(0, np.int32) if before.owners is None else before.owners
        ids = [*before.ids, *(id_ for id_ in changed if id_ not in before.places)]
        places = {id_: place for place, id_ in enumerate(ids)}
        kept = ~np.isin(owners, [places[id_] for id_ in changed])
        added = np.frombuffer(b"".join(changed.values()), np.int8).reshape(-1, dimensions)
        counts = [len(vectors) // dimensions for vectors in changed.values()]
        new_owners = np.repeat(np.array([places[id_] for id_ in changed], np.int32), counts)
        # Zeros have no direction: a text that the model makes nothing of.
        useful = added.any(axis=1)
        # A new snapshot, and nothing changed in the former one, which other threads may be reading.
        return _Snapshot(
            last,
            tuple(ids),
            places,
            np.concatenate([owners[kept], new_owners[useful]]),
            np.concatenate([matrix[kept], added[useful]]),
        )


def _load_numpy() -> Any:
    try:
        import numpy as np  # noqa: PLC0415 - only where vectors are used
        import usearch.index  # noqa: F401, PLC0415 - idem
    except ImportError as error:
        raise VectorLibraryError(
            f"Le réglage « embedding » demande {error.name}, qui n’est pas installé : « make install-vectors »."
        ) from error
    return np


def _search(matrix: Any, question: bytes, count: int) -> tuple[Any, list[float]]:
    """Return the places of the nearest rows, and their cosines, the nearest first."""
    import numpy as np  # noqa: PLC0415 - only where vectors are used
    from usearch.index import search  # noqa: PLC0415 - idem

    asked = np.frombuffer(question, np.int8)
    # One thread: several searches at once share the processors anyway.
    found = search(matrix, asked, count, "cos", exact=True, threads=1)
    return found.keys, [1.0 - each for each in found.distances.tolist()]
