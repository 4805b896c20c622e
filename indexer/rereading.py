"""Reads again, once nothing else is to do, documents whose text comes from an older version of the extractors.

The older text stays findable until then, and for good where the present version cannot read the file.
"""

from __future__ import annotations

import json
from collections import deque
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION
from index.catalogue import Failure
from indexer import reading
from indexer.desk import is_cancelled
from indexer.intake import is_unchanged
from indexer.pipeline import MOST_ATTEMPTS

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Extraction, Readers
    from index.catalogue import Catalogue, Place, Writing
    from indexer.applying import Scribe
    from indexer.reading import Reading

_UNDER_WAY = "rereading"
"""The catalogue's memo of the content being read again and how often that began: it outlives a crash."""


class Rereader:
    """Reads one document at a time, so that whatever is dropped meanwhile finds the other workers free."""

    def __init__(self, library: Path, catalogue: Catalogue, scribe: Scribe, readers: Readers) -> None:
        self._library = library
        self._catalogue = catalogue
        self._scribe = scribe
        self._readers = readers
        self._waiting: deque[Place] = deque()
        self._under_way: tuple[Place, Future[Extraction]] | None = None
        self.done = 0
        """Documents read again since the beginning."""

    @property
    def left(self) -> int:
        """How many documents are still to be read again."""
        return len(self._waiting) + bool(self._under_way)

    def follow(self) -> None:
        """Find what is to be read again, the newest deposits first."""
        present = self._under_way[0].document_id if self._under_way else None
        # Asked anew after each full scan: a file that was not as known, and was skipped, has another chance.
        outdated = self._catalogue.outdated(EXTRACTOR_VERSION)
        self._waiting = deque(place for place in outdated if place.document_id != present)

    def turn(self, patience: float) -> bool:
        """Move on by one step, waiting for at most `timeout` seconds; gives whether any document is left."""
        # Files that have changed are skipped: the next one takes their turn.
        while self._waiting and self._under_way is None:
            self._begin(self._waiting.popleft())
        if self._under_way:
            place, future = self._under_way
            wait([future], timeout=patience)
            if future.done():
                self._under_way = None
                self._end(place, future)
        return self.left > 0

    def close(self) -> None:
        """Stop in good order: the attempt under way does not count, for no crash cut it short."""
        if self._under_way:
            self._under_way[1].cancel()
            with self._catalogue.writing() as write:
                write.remember(_UNDER_WAY, "")

    def _begin(self, seen: Place) -> None:
        # Times may have changed since the list was made, the content must not: a changed file is new work, not this.
        place = self._catalogue.places_like([seen.path], ()).get(seen.path, seen)
        if place.digest != seen.digest or not is_unchanged(self._library / place.path, place):
            return
        # Counted before the reading begins: a content that brings the indexer down must not do so for ever.
        attempts = self._attempts(place.digest)
        with self._catalogue.writing() as write:
            if attempts >= MOST_ATTEMPTS:
                write.keep_failure(reading.interrupted(place.digest, attempts))
                return
            write.remember(_UNDER_WAY, json.dumps([place.digest, attempts + 1]))
        self._under_way = place, self._readers.submit(self._library / place.path)

    def _attempts(self, digest: str) -> int:
        """How many times the indexer has crashed while reading this content again."""
        # One memo is enough: documents are read again one at a time.
        memo = self._catalogue.memo(_UNDER_WAY)
        last, attempts = json.loads(memo) if memo else ("", 0)
        return int(attempts) if last == digest else 0

    def _end(self, place: Place, future: Future[Extraction]) -> None:
        if is_cancelled(future):
            return
        outcome = reading.outcome(future, place.digest)
        # A file that changed during the reading gave the text of another content.
        whole = is_unchanged(self._library / place.path, place)
        with self._catalogue.writing() as write:
            write.remember(_UNDER_WAY, "")
            if whole:
                self._keep(write, place.document_id, outcome)
        self.done += 1

    def _keep(self, write: Writing, document_id: str | None, outcome: Reading) -> None:
        if isinstance(outcome, Failure):
            write.keep_failure(outcome)
        # A text that reads as before costs the index nothing, and the tags stay.
        elif document_id and write.renew(document_id, outcome):
            self._scribe.describe(write, [document_id])
