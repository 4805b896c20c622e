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

    from extractors import Extraction, ExtractionExecutor
    from index.catalogue import Catalogue, FileLocation, Writing
    from indexer.applying import PlanWriter
    from indexer.reading import ReadOutcome

_REREADING_MEMO = "rereading"
"""The catalogue's memo of the content being read again and how often that began: it outlives a crash."""


class Rereader:
    """Reads one document at a time, so that whatever is dropped meanwhile finds the other workers free."""

    def __init__(
        self, library: Path, catalogue: Catalogue, plan_writer: PlanWriter, executor: ExtractionExecutor
    ) -> None:
        self._library = library
        self._catalogue = catalogue
        self._plan_writer = plan_writer
        self._executor = executor
        self._waiting: deque[FileLocation] = deque()
        self._current: tuple[FileLocation, Future[Extraction]] | None = None
        self.done_count = 0
        """Documents read again since the beginning."""

    @property
    def remaining_count(self) -> int:
        """How many documents are still to be read again."""
        return len(self._waiting) + bool(self._current)

    def find_outdated(self) -> None:
        """Find what is to be read again, the newest deposits first."""
        current_id = self._current[0].document_id if self._current else None
        # Asked anew after each full scan: a file that was not as known, and was skipped, has another chance.
        outdated = self._catalogue.outdated(EXTRACTOR_VERSION)
        self._waiting = deque(place for place in outdated if place.document_id != current_id)

    def advance(self, timeout: float) -> bool:
        """Move on by one step, waiting for at most `timeout` seconds; gives whether any document is left."""
        # Files that have changed are skipped: the next one takes their turn.
        while self._waiting and self._current is None:
            self._start_reading(self._waiting.popleft())
        if self._current:
            place, future = self._current
            wait([future], timeout=timeout)
            if future.done():
                self._current = None
                self._finish_reading(place, future)
        return self.remaining_count > 0

    def close(self) -> None:
        """Stop in good order: the attempt under way does not count, for no crash cut it short."""
        if self._current:
            self._current[1].cancel()
            with self._catalogue.writing() as write:
                write.remember(_REREADING_MEMO, "")

    def _start_reading(self, listed: FileLocation) -> None:
        # Times may have changed since the list was made, the content must not: a changed file is new work, not this.
        location = self._catalogue.places_like([listed.path], ()).get(listed.path, listed)
        if location.digest != listed.digest or not is_unchanged(self._library / location.path, location):
            return
        # Counted before the reading begins: a content that brings the indexer down must not do so for ever.
        attempts = self._count_attempts(location.digest)
        with self._catalogue.writing() as write:
            if attempts >= MOST_ATTEMPTS:
                write.keep_failure(reading.crash_failure(location.digest, attempts))
                return
            write.remember(_REREADING_MEMO, json.dumps([location.digest, attempts + 1]))
        self._current = location, self._executor.submit(self._library / location.path)

    def _count_attempts(self, digest: str) -> int:
        """How many times the indexer has crashed while reading this content again."""
        # One memo is enough: documents are read again one at a time.
        memo = self._catalogue.memo(_REREADING_MEMO)
        last, attempts = json.loads(memo) if memo else ("", 0)
        return int(attempts) if last == digest else 0

    def _finish_reading(self, location: FileLocation, future: Future[Extraction]) -> None:
        if is_cancelled(future):
            return
        outcome = reading.to_outcome(future, location.digest)
        # A file that changed during the reading gave the text of another content.
        is_intact = is_unchanged(self._library / location.path, location)
        with self._catalogue.writing() as write:
            write.remember(_REREADING_MEMO, "")
            if is_intact:
                self._write_outcome(write, location.document_id, outcome)
        self.done_count += 1

    def _write_outcome(self, write: Writing, document_id: str | None, outcome: ReadOutcome) -> None:
        if isinstance(outcome, Failure):
            write.keep_failure(outcome)
        # A text that reads as before costs the index nothing, and the tags stay.
        elif document_id and write.renew(document_id, outcome):
            self._plan_writer.describe_documents(write, [document_id])
