"""Takes files from the queue to the catalogue: claim, hash, plan, read in the workers, write in batches."""

from __future__ import annotations

import time
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any

from extractors import EXTRACTOR_VERSION
from index.catalogue import Failure
from indexer import reading
from indexer.desk import Desk, Errand
from indexer.intake import Claim, Hashed, Intake
from indexer.plan import UNREAD, Added, Known, Moved, Removed, Replaced, Trace, plan, spelling
from indexer.sidecars import folder_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from extractors import Readers
    from index.catalogue import Catalogue, Place
    from indexer.applying import Scribe
    from indexer.desk import Returned
    from indexer.plan import Arrival, Change

_AHEAD, _AHEAD_A_READER = 64, 2
"""Files under way: enough that no reader waits while a batch is written, few enough that results do not pile up."""

_HANDFUL = 4
"""More files are claimed once this part of them has gone: claiming and planning cost as much for one as for many."""

_BATCH, _BATCH_SECONDS = 32, 0.5
"""Contents written in one transaction, and how long the first of them may wait for the others."""

_GATHERING_SECONDS = 0.05
"""How long finished work waits for more to finish: a step costs about as much for one file as for ten."""

MOST_ATTEMPTS = 3
"""Times that the indexer may stop while reading one content, before the content is taken for the cause."""


class Pipeline:
    """Files under way from the queue to the catalogue. Counts are since the beginning.

    What a known path held may be under way elsewhere, renamed: nothing is decided about it while a file of its size
    waits to be hashed.
    """

    def __init__(self, library: Path, catalogue: Catalogue, scribe: Scribe, readers: Readers) -> None:
        self._catalogue = catalogue
        self._scribe = scribe
        self._readers = readers
        self._intake = Intake(library, catalogue)
        self._desk = Desk(library, readers)
        self._hashed: dict[str, Hashed] = {}
        self._batch: list[Returned] = []
        self._batch_since = 0.0
        self._alone = False
        self._awaited: frozenset[int] = frozenset()
        self.changes = self.read = self.failed = 0
        self.moved: set[str] = set()
        """Paths that were not lost, for their content or their name is elsewhere."""
        self.spoilt: set[str] = set()
        """Folders of files that changed under way: they need another scan."""

    @property
    def is_busy(self) -> bool:
        """Whether any file is under way."""
        return bool(self._intake.futures or self._hashed or self._desk.futures or self._batch)

    def turn(self, gone: Mapping[str, int], patience: float) -> bool:
        """Move everything on by one step, waiting for at most `timeout` seconds; gives whether more is to be done.

        `missing` are the known files that are missing, with their sizes (bytes): a new file may be one of them.
        """
        # Claims come first, so that hashing and reading go on while the rest of the step plans and writes.
        self._take(gone)
        self._wait(patience)
        self._sort(self._intake.collect())
        self._decide(gone)
        self._gather(self._desk.collect())
        if self._batch and self._is_due():
            self._write()
        return self.is_busy or self._catalogue.claimable()

    def _wait(self, patience: float) -> None:
        """Wait until something is done, and a moment more for others while readers have enough to do."""
        under_way: list[Future[Any]] = [*self._intake.futures, *self._desk.futures]
        if not under_way:
            return
        _, left = wait(under_way, timeout=patience, return_when=FIRST_COMPLETED)
        # With little left under way, readers would soon be idle: what is done is handled at once.
        if len(left) > _AHEAD_A_READER * self._readers.width:
            wait(left, timeout=_GATHERING_SECONDS)

    def elsewhere(self, sizes: Collection[int]) -> frozenset[int]:
        """Which of these sizes (bytes) a queued file has about which nothing is decided yet."""
        held_back = frozenset(each.claim.file.size for each in self._hashed.values())
        return self._unhashed(sizes) | (held_back & frozenset(sizes))

    def _unhashed(self, sizes: Collection[int]) -> frozenset[int]:
        """Which of these sizes (bytes) a queued file has whose content is not known yet."""
        if not sizes:
            return frozenset()
        return (self._intake.sizes() & frozenset(sizes)) | self._catalogue.unclaimed_sizes(sizes)

    def close(self) -> None:
        """Stop: write what was read, and give back to the queue what was not."""
        if self._batch:
            self._write()
        # Given back, these files are no suspects: no crash cut their reading short.
        claims = [*self._intake.close(), *self._desk.close(), *(each.claim for each in self._hashed.values())]
        with self._catalogue.writing() as write:
            write.hand_back([claim.file.path for claim in claims])

    def _take(self, gone: Mapping[str, int]) -> None:
        """Claim files, as far as there is room for them."""
        # Files that are hashed and held back take no room: they may wait for the very files not yet claimed.
        ahead = max(_AHEAD, _AHEAD_A_READER * self._readers.width)
        room = ahead - len(self._intake.futures) - self._desk.files
        if self._alone and self._awaited:
            self._give_way()
        # A suspect is read alone: if it brings the indexer down once more, nothing else is suspected.
        if self._alone and self.is_busy:
            return
        self._alone = False
        if room < ahead // _HANDFUL or not self._catalogue.claimable():
            return
        # Files on which decisions wait come first: those of an awaited size, and those that may be a missing file.
        sizes = self._awaited | set(gone.values())
        # Suspects come last, once nothing else is queued or under way.
        if not self._intake.take(room, sizes) and not self.is_busy:
            self._alone = self._intake.take_suspect()

    def _give_way(self) -> None:
        """Give the suspect back to the queue: it waits for the content of other files, which come first."""
        with self._catalogue.writing() as write:
            write.hand_back(self._hashed)
        self._hashed = {}

    def _sort(self, hashed: Iterable[Hashed]) -> None:
        """Store hashed files for the plan; those that changed meanwhile leave the queue until they are seen again."""
        for each in hashed:
            if each.trace is None:
                self._spoil([each.claim])
            else:
                self._hashed[each.claim.file.path] = each

    def _spoil(self, claims: Collection[Claim]) -> None:
        if claims:
            self.spoilt |= {folder_of(claim.file.path) for claim in claims}
            with self._catalogue.writing() as write:
                write.leave_queue([claim.file.path for claim in claims])

    def _decide(self, gone: Mapping[str, int]) -> None:
        """Plan what is hashed, write what needs no reading, and have the rest read."""
        ready = self._decidable()
        if not ready:
            return
        changes = self._plan(ready, gone)
        arrivals = {change.path: change for change in changes if isinstance(change, Added | Replaced)}
        outright = self._known_failures(ready, arrivals.values())
        errands = {path: Errand(ready[path].claim, arrivals[path]) for path in arrivals}
        # The changes and their leaving the queue are one transaction: a crash repeats neither and loses neither.
        with self._catalogue.writing() as write:
            self._scribe.settle(write, [change for change in changes if not isinstance(change, Added | Replaced)])
            self._scribe.arrive(write, [(arrivals[path], failure) for path, failure in outright.items()])
            # What is to be read stays in the queue, claimed, until it is written.
            done = ready.keys() - arrivals.keys() | outright.keys()
            write.finish([ready[path].claim.file for path in done])
        self.changes += len(changes)
        self.failed += len(outright)
        self.moved |= {change.old for change in changes if isinstance(change, Moved | Replaced)}
        # After the transaction: nothing is sent to the workers for a plan that could not be written.
        for path in arrivals.keys() - outright.keys():
            self._desk.submit(errands[path])

    def _decidable(self) -> dict[str, Hashed]:
        """Take the hashed files about which one can decide; the others' old content may yet turn up elsewhere."""
        self._awaited = frozenset()
        if not self._hashed:
            return {}
        places = self._catalogue.places_like(self._hashed, ())
        # A file with the content that its path had before is no change: it waits for nobody.
        held = {
            path: place.size
            for path, place in places.items()
            if place.digest not in {UNREAD, _trace(self._hashed[path]).digest}
        }
        self._awaited = self._unhashed(set(held.values()))
        ready = {path: each for path, each in self._hashed.items() if held.get(path) not in self._awaited}
        for path in ready:
            del self._hashed[path]
        return ready

    def _plan(self, ready: Mapping[str, Hashed], gone: Mapping[str, int]) -> list[Change]:
        """Plan these files, from as much of what is known as concerns them; removals are decided elsewhere."""
        new = {path: _trace(each) for path, each in ready.items()}
        spelt = {spelling(path) for path in new}
        respelt = {path for path in gone if spelling(path) in spelt}
        # What is known at the same paths, then wherever one of the contents concerned is, old or new.
        there = self._catalogue.places_like({*new, *respelt}, ())
        digests = {trace.digest for trace in new.values()}
        around = there | self._catalogue.places_like(
            (), (digests | {each.digest for each in there.values()}) - {UNREAD}
        )
        unread = self._catalogue.unread(EXTRACTOR_VERSION, around)
        # What nobody has read is not known: its content is to be read like a new one.
        files = {path: _trace_of(place) for path, place in around.items() if path not in unread}
        known = Known(files, self._catalogue.restorable(digests))
        # Files that were not hashed now are taken to be as they are known, unless they are missing.
        seen = {path: trace for path, trace in files.items() if path not in gone} | new
        return [change for change in plan(known, seen) if not isinstance(change, Removed)]

    def _known_failures(self, ready: Mapping[str, Hashed], arrivals: Iterable[Arrival]) -> dict[str, Failure]:
        """Find the contents whose failure is known without reading them; gives the failure by path."""
        arrivals = list(arrivals)
        tried = self._catalogue.failures(EXTRACTOR_VERSION, {each.trace.digest for each in arrivals})
        found = {}
        for each in arrivals:
            digest, attempts = each.trace.digest, ready[each.path].claim.file.attempts
            if digest == UNREAD:
                found[each.path] = reading.unread()
            elif digest in tried:
                found[each.path] = tried[digest]
            elif attempts >= MOST_ATTEMPTS:
                found[each.path] = reading.interrupted(digest, attempts)
        return found

    def _gather(self, returned: Iterable[Returned]) -> None:
        for each in returned:
            self._spoil([errand.claim for errand in each.spoilt])
            if each.errands:
                self._batch_since = self._batch_since if self._batch else time.monotonic()
                self._batch.append(each)

    def _is_due(self) -> bool:
        under_way = self._intake.futures or self._desk.futures
        # With nothing else under way, waiting would bring nothing more.
        return not under_way or len(self._batch) >= _BATCH or time.monotonic() - self._batch_since >= _BATCH_SECONDS

    def _write(self) -> None:
        with self._catalogue.writing() as write:
            errands = [(errand, each.reading) for each in self._batch for errand in each.errands]
            self._scribe.arrive(write, [(errand.arrival, reading) for errand, reading in errands])
            # Written and out of the queue in one transaction.
            write.finish([errand.claim.file for errand, _ in errands])
        for each in self._batch:
            if isinstance(each.reading, Failure):
                self.failed += len(each.errands)
            else:
                self.read += len(each.errands)
            # A scan during the reading may have found the old spelling missing once more.
            self.moved |= {errand.arrival.old for errand in each.errands if isinstance(errand.arrival, Replaced)}
        self._batch = []


def _trace(hashed: Hashed) -> Trace:
    if hashed.trace is None:
        raise AssertionError(hashed)
    return hashed.trace


def _trace_of(place: Place) -> Trace:
    return Trace(place.size, place.mtime_ns, place.ctime_ns, place.digest)
