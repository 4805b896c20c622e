"""Reads again, once nothing else is to do, documents whose text comes from an older version of the extractors.

The older text stays findable until then, and for good where the present version cannot read the file.
"""

from __future__ import annotations

import json
from collections import deque
from concurrent.futures import Future, wait
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION, MISNAMED_DETAIL, NO_RECOGNITION_WARNING, Reason
from extractors.rendering import TESSERACT, list_installed_programs
from index.catalogue import PROGRAMS_MEMO, Failure
from indexer.pipeline.hashing import is_unchanged
from indexer.pipeline.jobs import is_cancelled
from indexer.pipeline.pipeline import MOST_ATTEMPTS
from indexer.reconcile import crash_failure, is_misnamed, to_outcome

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Extraction, ExtractionExecutor
    from index.catalogue import Catalogue, FileLocation, Transaction
    from indexer.reconcile import PlanWriter, ReadOutcome

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

    def notice_new_programs(self) -> None:
        """Have what waited for LibreOffice or Tesseract read again, if it was installed since the last comparison."""
        installed = list_installed_programs()
        known = json.loads(self._catalogue.indexer.read_memo(PROGRAMS_MEMO) or "[]")
        if list(installed) == known:
            return
        arrived = set(installed).difference(known)
        with self._catalogue.transaction() as transaction:
            transaction.indexer.write_memo(PROGRAMS_MEMO, json.dumps(installed))
            transaction.queue.forget_failures(Reason.NO_CONVERTER.value, arrived)
            if TESSERACT in arrived:
                transaction.documents.mark_outdated(NO_RECOGNITION_WARNING)

    def find_outdated(self) -> None:
        """Find what is to be read again, the newest deposits first."""
        current_id = self._current[0].document_id if self._current else None
        # Asked anew after each full scan: a file that was not as known, and was skipped, has another chance.
        outdated = self._catalogue.files.list_outdated(EXTRACTOR_VERSION, MISNAMED_DETAIL)
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
            with self._catalogue.transaction() as transaction:
                transaction.indexer.write_memo(_REREADING_MEMO, "")

    def _start_reading(self, listed: FileLocation) -> None:
        # Times may have changed since the list was made, the content must not: a changed file is new work, not this.
        location = self._catalogue.files.find([listed.path], ()).get(listed.path, listed)
        if location.digest != listed.digest or not is_unchanged(self._library / location.path, location.stat):
            return
        # Counted before the reading begins: a content that brings the indexer down must not do so for ever.
        attempts = self._count_attempts(location.digest)
        with self._catalogue.transaction() as transaction:
            if attempts >= MOST_ATTEMPTS:
                transaction.queue.save_failure(crash_failure(location.digest, attempts))
                return
            transaction.indexer.write_memo(_REREADING_MEMO, json.dumps([location.digest, attempts + 1]))
        self._current = location, self._executor.submit(self._library / location.path)

    def _count_attempts(self, digest: str) -> int:
        """How many times the indexer has crashed while reading this content again."""
        # One memo is enough: documents are read again one at a time.
        memo = self._catalogue.indexer.read_memo(_REREADING_MEMO)
        last, attempts = json.loads(memo) if memo else ("", 0)
        return int(attempts) if last == digest else 0

    def _finish_reading(self, location: FileLocation, future: Future[Extraction]) -> None:
        if is_cancelled(future):
            return
        outcome = to_outcome(future, location.digest)
        # A file that changed during the reading gave the text of another content.
        is_intact = is_unchanged(self._library / location.path, location.stat)
        with self._catalogue.transaction() as transaction:
            transaction.indexer.write_memo(_REREADING_MEMO, "")
            if is_intact:
                self._write_outcome(transaction, location.document_id, outcome)
        self.done_count += 1

    def _write_outcome(self, transaction: Transaction, document_id: str | None, outcome: ReadOutcome) -> None:
        if isinstance(outcome, Failure) and document_id and is_misnamed(outcome):
            # It was read under another name: that text stays, and the content is not one that nobody can read.
            kept = transaction.documents.find_content(document_id)
            if kept.digest == outcome.digest:
                current = replace(kept, extractor_version=outcome.extractor_version)
                transaction.documents.replace_reading(document_id, current)
        elif isinstance(outcome, Failure):
            transaction.queue.save_failure(outcome)
        # A text that reads as before costs the index nothing, and the tags stay.
        elif document_id and transaction.documents.replace_reading(document_id, outcome):
            # Its older text is gone: where the new one cannot be described, the document waits for a later version.
            self._plan_writer.describe_documents(transaction, [document_id], new={document_id})
