"""Reads again, once nothing else is to do, documents whose text comes from an older version of the extractors.

The older text stays findable until then, and for good where the present version cannot read the file.
"""

from __future__ import annotations

import json
import time
from collections import deque
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION, NO_RECOGNITION_WARNING, Reason
from extractors.rendering import TESSERACT, list_installed_programs
from index.catalogue import PROGRAMS_MEMO, Extent, Failure
from index.model import normalise_path
from indexer.describe import parent_folder
from indexer.pipeline.hashing import is_unchanged
from indexer.pipeline.jobs import is_cancelled
from indexer.pipeline.pipeline import MOST_ATTEMPTS
from indexer.reconcile import crash_failure, to_outcome

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Extraction, ExtractionExecutor
    from index.catalogue import Catalogue, FileLocation, Transaction
    from indexer.describe import DescriptionRules
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
        outdated = self._catalogue.files.list_outdated(EXTRACTOR_VERSION)
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
        if isinstance(outcome, Failure):
            transaction.queue.save_failure(outcome)
        # A text that reads as before costs the index nothing, and the tags stay.
        elif document_id and transaction.documents.replace_reading(document_id, outcome):
            # Its older text is gone: where the new one cannot be described, the document waits for a later version.
            self._plan_writer.describe_documents(transaction, [document_id], new={document_id})


_SLICE_SECONDS = 0.25
DESCRIBED_BY_MEMO = "described-by"
"""The catalogue's memo of the fingerprint of the rules by which all documents were last described."""

PLACED_BY_MEMO = "placed-by"
"""The catalogue's memo of the folder rules by which documents were last told apart and described."""

_BATCH_SIZE = 20
"""Documents described in one transaction."""


class Describer:
    """The documents that wait to be described anew; after a crash, what had changed is taken up from the start."""

    def __init__(self, catalogue: Catalogue, plan_writer: PlanWriter, rules: DescriptionRules) -> None:
        self._catalogue = catalogue
        self._plan_writer = plan_writer
        self._rules = rules
        self._waiting: deque[str] = deque()
        self._new_fingerprint = ""
        self._changed_sidecars: dict[str, str | None] = {}
        self._folder_rules = catalogue.indexer.read_memo(PLACED_BY_MEMO) or "{}"
        self._new_folder_rules: str | None = None

    def queue_outdated(self) -> None:
        """Queue all documents if the rules have changed since they were described.

        Else those of changed sidecars, and those in folders whose audience has changed.
        """
        fingerprint = self._rules.fingerprint
        # The memo is looked at only when this process has not queued them already: it is a read of the catalogue.
        if self._new_fingerprint != fingerprint and self._catalogue.indexer.read_memo(DESCRIBED_BY_MEMO) != fingerprint:
            with self._catalogue.transaction() as transaction:
                # From this copy the web process gives a territory its department and region.
                transaction.descriptions.save_areas(self._rules.vocabulary)
            self._new_fingerprint = fingerprint
            self._waiting = deque(self._catalogue.documents.list_ids(with_parts=True))
        # A sidecar stays pending until its documents are described: only what has changed since it was queued counts.
        changed = {
            path: text
            for path, text in self._rules.pending_sidecars.items()
            if self._changed_sidecars.get(path, "") != text
        }
        if changed:
            self._changed_sidecars |= changed
            # A sidecar concerns its folder and all folders below.
            folders = Extent(trees=frozenset(map(parent_folder, changed)))
            places = self._catalogue.files.find_in_extent(folders).values()
            self._waiting.extend(dict.fromkeys(place.document_id for place in places if place.document_id))
        self._queue_placed_otherwise()

    def _queue_placed_otherwise(self) -> None:
        """Queue the documents of folders whose rule has changed.

        They may have to be told apart, or described without a sidecar that not all of their readers see.
        """
        rules = {each.folder: sorted(each.groups) for each in self._catalogue.access.rules.list_folder_rules()}
        present = json.dumps(rules, sort_keys=True)
        if present == (self._folder_rules if self._new_folder_rules is None else self._new_folder_rules):
            return
        # What was queued for other rules may have been described by then, or not yet: it differs from either.
        changed = set[str]()
        for before in map(json.loads, filter(None, (self._folder_rules, self._new_folder_rules))):
            changed |= {folder for folder in rules.keys() | before.keys() if rules.get(folder) != before.get(folder)}
        self._new_folder_rules = present
        # Compared as files are found again under other capitals: one too many costs little.
        folders = tuple(f"{normalise_path(folder)}/" if folder else "" for folder in changed)
        places = self._catalogue.files.list_all()
        concerned = (place.document_id for place in places if normalise_path(place.path).startswith(folders))
        # Before all others: until they are described, some who may see them do not.
        self._waiting.extendleft(reversed([id_ for id_ in dict.fromkeys(concerned) if id_]))

    @property
    def is_busy(self) -> bool:
        """Whether documents wait, or have yet to be recorded as described."""
        return bool(
            self._waiting or self._new_fingerprint or self._changed_sidecars or self._new_folder_rules is not None
        )

    def describe_next(self) -> None:
        """Describe documents for a moment."""
        until = time.monotonic() + _SLICE_SECONDS
        while self._waiting and time.monotonic() < until:
            with self._catalogue.transaction() as transaction:
                self._plan_writer.describe_documents(
                    transaction, [self._waiting.popleft() for _ in range(min(_BATCH_SIZE, len(self._waiting)))]
                )
        # Recorded only once all are described: a crash before that repeats some, and forgets none.
        if not self._waiting:
            self._record_done()

    def _record_done(self) -> None:
        if self._new_fingerprint:
            with self._catalogue.transaction() as transaction:
                transaction.indexer.write_memo(DESCRIBED_BY_MEMO, self._new_fingerprint)
        if self._changed_sidecars:
            self._rules.mark_described(self._changed_sidecars)
        if self._new_folder_rules is not None:
            with self._catalogue.transaction() as transaction:
                transaction.indexer.write_memo(PLACED_BY_MEMO, self._new_folder_rules)
            self._folder_rules = self._new_folder_rules
        self._new_fingerprint, self._changed_sidecars, self._new_folder_rules = "", {}, None
