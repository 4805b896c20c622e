"""Takes files from the queue to the catalogue: claim, hash, plan, read in the workers, write in batches."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any

from extractors import EXTRACTOR_VERSION, MISNAMED_DETAIL
from index.accounts import EVERYBODY
from index.catalogue import Failure
from index.model import find_suffix, normalise_path
from indexer.describe import parent_folder
from indexer.pipeline.hashing import Claim, FileHasher, HashedFile
from indexer.pipeline.jobs import ExtractionJobs, Job
from indexer.reconcile import (
    UNREADABLE_DIGEST,
    Added,
    FileFingerprint,
    KnownFiles,
    Moved,
    PathAudiences,
    Removed,
    Replaced,
    crash_failure,
    is_misnamed,
    plan,
    unreadable_failure,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from extractors import ExtractionExecutor
    from index.catalogue import Catalogue, FileLocation
    from index.model import Passage
    from indexer.pipeline.jobs import JobResult
    from indexer.reconcile import Arrival, Change, PlanWriter

_FILES_AHEAD, _FILES_AHEAD_PER_WORKER = 192, 2
"""Files under way: enough that no reader waits while a batch is written, few enough that results do not pile up."""

_REFILL_DIVISOR = 4
"""More files are claimed once this part of them has gone: claiming and planning cost as much for one as for many."""

_BATCH_SIZE, _BATCH_SECONDS = 32, 0.5
"""Contents written in one transaction, and how long the first of them may wait for the others."""

_BULK_BATCH_SIZE, _BULK_BATCH_SECONDS = 128, 2.0
"""The same while a bulk waits: a transaction has as many statements for a hundred contents as for one. Towards the end
of the queue batches are small again, for readers have nothing to do while the last one is written."""

_BULK_FILES = 500
"""So many files that wait to be read are a bulk."""

_BATCH_CHARACTERS = 4_000_000
"""Characters of texts written in one transaction at most: all of them are in memory."""

_COLLECT_SECONDS = 0.1
"""How long finished work waits for more to finish: a step costs about as much for one file as for ten."""

MOST_ATTEMPTS = 3
"""Times that the indexer may stop while reading one content, before the content is taken for the cause."""


class Pipeline:
    """Files under way from the queue to the catalogue. Counts are since the beginning.

    What a known path held may be under way elsewhere, renamed: nothing is decided about it while a file of its size
    waits to be hashed.
    """

    def __init__(
        self, library: Path, catalogue: Catalogue, plan_writer: PlanWriter, executor: ExtractionExecutor
    ) -> None:
        self._catalogue = catalogue
        self._plan_writer = plan_writer
        self._executor = executor
        self._hasher = FileHasher(library, catalogue)
        self._jobs = ExtractionJobs(library, executor)
        self._hashed: dict[str, HashedFile] = {}
        self._batch: list[JobResult] = []
        self._batch_since = 0.0
        self._batch_characters = 0
        self._is_bulk = False
        self._is_reading_suspect = False
        self._awaited_sizes: frozenset[int] = frozenset()
        self.changes = self.read = self.failed = self.passages = 0
        self.moved_paths: set[str] = set()
        """Paths that were not lost, for their content or their name is elsewhere."""
        self.changed_folders: set[str] = set()
        """Folders of files that changed under way: they need another scan."""

    @property
    def is_busy(self) -> bool:
        """Whether any file is under way."""
        return bool(self._hasher.futures or self._hashed or self._jobs.futures or self._batch)

    def advance(self, missing: Mapping[str, int], timeout: float) -> bool:
        """Move everything on by one step, waiting for at most `timeout` seconds; gives whether more is to be done.

        `missing` are the known files that are missing, with their sizes (bytes): a new file may be one of them.
        """
        # Claims come first, so that hashing and reading go on while the rest of the step plans and writes.
        self._claim_files(missing)
        self._wait_for_results(timeout)
        self._store_hashed(self._hasher.collect_hashed())
        self._plan_and_submit(missing)
        self._add_to_batch(self._jobs.collect_results())
        if self._batch and self._is_batch_due():
            self._write_batch()
        return self.is_busy or self._catalogue.queue.has_claimable()

    def _wait_for_results(self, timeout: float) -> None:
        """Wait until something is done, and a moment more for others while readers have enough to do."""
        under_way: list[Future[Any]] = [*self._hasher.futures, *self._jobs.futures]
        if not under_way:
            return
        _, left = wait(under_way, timeout=timeout, return_when=FIRST_COMPLETED)
        # With little left under way, readers would soon be idle: what is done is handled at once.
        if len(left) > _FILES_AHEAD_PER_WORKER * self._executor.capacity:
            wait(left, timeout=_COLLECT_SECONDS)

    def find_undecided_sizes(self, sizes: Collection[int]) -> frozenset[int]:
        """Which of these sizes (bytes) a queued file has about which nothing is decided yet."""
        held_back = frozenset(each.claim.file.stat.size for each in self._hashed.values())
        return self._find_unhashed_sizes(sizes) | (held_back & frozenset(sizes))

    def _find_unhashed_sizes(self, sizes: Collection[int]) -> frozenset[int]:
        """Which of these sizes (bytes) a queued file has whose content is not known yet."""
        if not sizes:
            return frozenset()
        return (self._hasher.list_sizes() & frozenset(sizes)) | self._catalogue.queue.find_waiting_sizes(sizes)

    def close(self) -> None:
        """Stop: write what was read, and give back to the queue what was not."""
        if self._batch:
            self._write_batch()
        # Given back, these files are no suspects: no crash cut their reading short.
        claims = [*self._hasher.close(), *self._jobs.close(), *(each.claim for each in self._hashed.values())]
        with self._catalogue.transaction() as transaction:
            transaction.queue.hand_back([claim.file.path for claim in claims])

    def _claim_files(self, missing: Mapping[str, int]) -> None:
        """Claim files, as far as there is room for them."""
        # Files that are hashed and held back take no room: they may wait for the very files not yet claimed.
        ahead = max(_FILES_AHEAD, _FILES_AHEAD_PER_WORKER * self._executor.capacity)
        room = ahead - len(self._hasher.futures) - self._jobs.file_count
        if self._is_reading_suspect and self._awaited_sizes:
            self._requeue_hashed()
        # A suspect is read alone: if it brings the indexer down once more, nothing else is suspected.
        if self._is_reading_suspect and self.is_busy:
            return
        self._is_reading_suspect = False
        if room < ahead // _REFILL_DIVISOR or not self._catalogue.queue.has_claimable():
            return
        self._is_bulk = self._catalogue.queue.count() >= _BULK_FILES
        # Files on which decisions wait come first: those of an awaited size, and those that may be a missing file.
        sizes = self._awaited_sizes | set(missing.values())
        # Suspects come last, once nothing else is queued or under way.
        if not self._hasher.claim_files(room, sizes) and not self.is_busy:
            self._is_reading_suspect = self._hasher.claim_suspect()

    def _requeue_hashed(self) -> None:
        """Give the suspect back to the queue: it waits for the content of other files, which come first."""
        with self._catalogue.transaction() as transaction:
            transaction.queue.hand_back(self._hashed)
        self._hashed = {}

    def _store_hashed(self, hashed: Iterable[HashedFile]) -> None:
        """Store hashed files for the plan; those that changed meanwhile leave the queue until they are seen again."""
        for each in hashed:
            if each.fingerprint is None:
                self._drop_changed([each.claim])
            else:
                self._hashed[each.claim.file.path] = each

    def _drop_changed(self, claims: Collection[Claim]) -> None:
        if claims:
            self.changed_folders |= {parent_folder(claim.file.path) for claim in claims}
            with self._catalogue.transaction() as transaction:
                transaction.queue.remove([claim.file.path for claim in claims])

    def _plan_and_submit(self, missing: Mapping[str, int]) -> None:
        """Plan what is hashed, write what needs no reading, and have the rest read."""
        ready = self._take_decidable()
        if not ready:
            return
        digests = {_require_fingerprint(each).digest for each in ready.values()}
        tried = self._catalogue.queue.find_failures(EXTRACTOR_VERSION, digests)
        changes = self._plan_changes(ready, missing)
        arrivals = {change.path: change for change in changes if isinstance(change, Added | Replaced)}
        known_failures = self._find_known_failures(ready, arrivals.values(), tried)
        jobs = {path: Job(ready[path].claim, arrivals[path]) for path in arrivals}
        # The changes and their leaving the queue are one transaction: a crash repeats neither and loses neither.
        with self._catalogue.transaction() as transaction:
            self._plan_writer.write_changes(
                transaction, [change for change in changes if not isinstance(change, Added | Replaced)]
            )
            self._plan_writer.write_arrivals(
                transaction, [(arrivals[path], failure) for path, failure in known_failures.items()]
            )
            # What is to be read stays in the queue, claimed, until it is written.
            done = ready.keys() - arrivals.keys() | known_failures.keys()
            transaction.queue.finish([ready[path].claim.file for path in done])
        self.changes += len(changes)
        self.failed += len(known_failures)
        self.moved_paths |= {change.old_path for change in changes if isinstance(change, Moved | Replaced)}
        # After the transaction: nothing is sent to the workers for a plan that could not be written.
        for path in arrivals.keys() - known_failures.keys():
            self._jobs.submit(jobs[path])

    def _take_decidable(self) -> dict[str, HashedFile]:
        """Take the hashed files about which one can decide; the others' old content may yet turn up elsewhere."""
        self._awaited_sizes = frozenset()
        if not self._hashed:
            return {}
        locations = self._catalogue.files.find(self._hashed, ())
        # A file with the content that its path had before is no change: it waits for nobody.
        replaced_sizes = {
            path: place.stat.size
            for path, place in locations.items()
            if place.digest not in {UNREADABLE_DIGEST, _require_fingerprint(self._hashed[path]).digest}
        }
        self._awaited_sizes = self._find_unhashed_sizes(set(replaced_sizes.values()))
        ready = {
            path: each for path, each in self._hashed.items() if replaced_sizes.get(path) not in self._awaited_sizes
        }
        for path in ready:
            del self._hashed[path]
        return ready

    def _plan_changes(self, ready: Mapping[str, HashedFile], missing: Mapping[str, int]) -> list[Change]:
        """Plan these files, from as much of what is known as concerns them; removals are decided elsewhere."""
        new = {path: _require_fingerprint(each) for path, each in ready.items()}
        normal_paths = {normalise_path(path) for path in new}
        other_spellings = {path for path in missing if normalise_path(path) in normal_paths}
        # What is known at the same paths, then wherever one of the contents concerned is, old or new.
        at_paths = self._catalogue.files.find({*new, *other_spellings}, ())
        digests = {fingerprint.digest for fingerprint in new.values()}
        related = at_paths | self._catalogue.files.find(
            (), (digests | {each.digest for each in at_paths.values()}) - {UNREADABLE_DIGEST}
        )
        unread = self._catalogue.files.find_unread(EXTRACTOR_VERSION, related)
        # What nobody has read is not known: its content is to be read like a new one.
        files = {path: _to_fingerprint(place) for path, place in related.items() if path not in unread}
        known = KnownFiles(
            files,
            self._catalogue.files.find_restorable(digests),
            self._find_audiences(related, new),
            self._catalogue.files.find_failed(MISNAMED_DETAIL, digests),
        )
        # Files that were not hashed now are taken to be as they are known, unless they are missing.
        seen = {path: fingerprint for path, fingerprint in files.items() if path not in missing} | new
        return [change for change in plan(known, seen) if not isinstance(change, Removed)]

    def _find_audiences(self, related: Collection[str], new: Collection[str]) -> PathAudiences:
        """Find who sees the known files concerned and the new ones."""
        rules, reserved = self._catalogue.files.read_place_audiences(), self._catalogue.files.find_reserved(related)
        # Where everybody sees everything, there is nothing to tell apart.
        if not (rules.rules or reserved):
            return PathAudiences()
        groups = {path: rules.find(path) for path in {*related, *new}}
        unjoinable = frozenset(path for path in related if reserved.get(path, EVERYBODY) != groups[path])
        return PathAudiences(groups, unjoinable, self._catalogue.files.find_deposited(new))

    def _find_known_failures(
        self, ready: Mapping[str, HashedFile], arrivals: Iterable[Arrival], tried: Mapping[str, Failure]
    ) -> dict[str, Failure]:
        """Find the contents whose failure is known without reading them, of those tried; gives the failure by path."""
        arrivals = list(arrivals)
        foreign = self._find_foreign([each for each in arrivals if each.fingerprint.digest in tried], tried)
        found = {}
        for each in arrivals:
            digest, attempts = each.fingerprint.digest, ready[each.path].claim.file.attempts
            if digest == UNREADABLE_DIGEST:
                found[each.path] = unreadable_failure()
            elif digest in tried and each.path not in foreign:
                found[each.path] = tried[digest]
            elif attempts >= MOST_ATTEMPTS:
                found[each.path] = crash_failure(digest, attempts)
        return found

    def _find_foreign(self, arrivals: Collection[Arrival], tried: Mapping[str, Failure]) -> frozenset[str]:
        """Find the paths of contents that failed in folders of another audience only, or for another name.

        These are read all the same: a failure that is known at once would tell that the content is there.
        """
        rules = self._catalogue.files.read_place_audiences() if arrivals else None
        if rules is None or not (rules.rules or any(_is_misnamed(each, tried) for each in tried)):
            return frozenset()

        def attempt(digest: str, path: str) -> tuple[str, frozenset[str], str]:
            return digest, rules.find(path), find_suffix(path) if _is_misnamed(digest, tried) else ""

        known = self._catalogue.files.find((), {each.fingerprint.digest for each in arrivals})
        failed = {attempt(place.digest, path) for path, place in known.items()}
        return frozenset(each.path for each in arrivals if attempt(each.fingerprint.digest, each.path) not in failed)

    def _add_to_batch(self, results: Iterable[JobResult]) -> None:
        for each in results:
            self._drop_changed([job.claim for job in each.changed])
            if each.unchanged:
                self._batch_since = self._batch_since if self._batch else time.monotonic()
                self._batch.append(each)
                self._batch_characters += sum(len(part.text) + len(part.notes) for part in _passages_of(each))

    def _is_batch_due(self) -> bool:
        size, seconds = (_BULK_BATCH_SIZE, _BULK_BATCH_SECONDS) if self._is_bulk else (_BATCH_SIZE, _BATCH_SECONDS)
        # With nothing else under way, waiting would bring nothing more.
        return (
            not (self._hasher.futures or self._jobs.futures)
            or len(self._batch) >= size
            or self._batch_characters >= _BATCH_CHARACTERS
            or time.monotonic() - self._batch_since >= seconds
        )

    def _write_batch(self) -> None:
        with self._catalogue.transaction() as transaction:
            jobs = [(job, each.outcome) for each in self._batch for job in each.unchanged]
            undescribed = self._plan_writer.write_arrivals(
                transaction, [(job.arrival, outcome) for job, outcome in jobs]
            )
            # Written and out of the queue in one transaction.
            transaction.queue.finish([job.claim.file for job, _ in jobs])
        for each in self._batch:
            if isinstance(each.outcome, Failure) or each.outcome.digest in undescribed:
                self.failed += len(each.unchanged)
            else:
                self.read += len(each.unchanged)
            # A scan during the reading may have found the old spelling missing once more.
            self.moved_paths |= {job.arrival.old_path for job in each.unchanged if isinstance(job.arrival, Replaced)}
        self.passages += sum(map(len, map(_passages_of, self._batch)))
        self._batch, self._batch_characters = [], 0


def _is_misnamed(digest: str, tried: Mapping[str, Failure]) -> bool:
    return digest in tried and is_misnamed(tried[digest])


def _passages_of(result: JobResult) -> tuple[Passage, ...]:
    return () if isinstance(result.outcome, Failure) else result.outcome.passages


def _require_fingerprint(hashed: HashedFile) -> FileFingerprint:
    if hashed.fingerprint is None:
        raise AssertionError(hashed)
    return hashed.fingerprint


def _to_fingerprint(location: FileLocation) -> FileFingerprint:
    return FileFingerprint(location.stat, location.digest)
