"""Makes the index equal to the library: scans fill a queue, steps of work empty it, and neither waits for the other."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION
from index.catalogue import WHOLE, Extent, Phase
from index.engine import EngineUnavailableError
from indexer import reading
from indexer.applying import Scribe
from indexer.bulletin import Bulletin
from indexer.comparing import Before, Ledger, Moment, compare, differences
from indexer.describing import Describer
from indexer.pipeline import Pipeline
from indexer.plan import UNREAD
from indexer.removing import Remover
from indexer.rereading import Rereader
from indexer.settling import Clock, Standing
from indexer.sidecars import folder_of
from indexer.snapshot import look

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from extractors import Readers
    from index.catalogue import Catalogue
    from index.generations import Follower
    from indexer.comparing import Comparison
    from indexer.errors import LibraryUnavailableError
    from indexer.rules import Rules
    from indexer.snapshot import Sighting, Stat

log = logging.getLogger(__name__)

_LEARN_SECONDS = 3.0
"""During long work, how often what was written is given to the index: each time costs a commit, and a merge later."""

_PATIENCE_SECONDS = 0.2
"""How long one step of work waits for a file to be hashed or read."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds for which a file must stay unchanged; share of files (0 to 1) whose sudden loss needs consent."""

    settle_seconds: float = 1.0
    guard_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: `done` of `total` files to read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run did, in files; `unsettled` files still change and need another scan.

    `guard_message` says in French why removals are held back; it is empty when they are not.
    """

    changes: int
    read: int
    failed: int
    unsettled: int
    guard: str = ""


def _silent(_: Progress) -> None:
    return


class Indexer:
    """Makes the catalogue, then the index, equal to the library.

    `apply_scan` takes in what a scan saw; `advance` moves the work on by one step; `run_once` does both until nothing
    is left to do.
    """

    def __init__(
        self,
        library: Path,
        catalogue: Catalogue,
        follower: Follower,
        rules: Rules,
        readers: Readers,
        *,
        pace: Pace,
        stop: threading.Event | None = None,
    ) -> None:
        # Resolved once and for all: a file that is reached through a symbolic link is refused later.
        self.library = library.resolve()
        self._catalogue = catalogue
        self._follower = follower
        self._delay = pace.settle_seconds
        self._readers = readers
        scribe = Scribe(rules)
        self._pipeline = Pipeline(self.library, catalogue, scribe, readers)
        self._remover = Remover(catalogue, scribe, pace.guard_share)
        self._describer = Describer(catalogue, scribe, rules)
        self._rereader = Rereader(self.library, catalogue, scribe, readers)
        self._rules = rules
        self._bulletin = Bulletin(catalogue)
        self._standing: dict[str, Standing] = {}
        self._has_compared = False
        self._learnt = 0.0
        self.stop = stop or threading.Event()
        self.at_rest = threading.Event()
        """Set while there is nothing new to read: the previewer may then use the machine."""
        # What an indexer had claimed when it crashed is nobody's any more: there is only one indexer at a time.
        with catalogue.writing() as write:
            write.release_claims()

    def step(self, progress: Callable[[Progress], None] = _silent) -> Outcome:
        """Scan the whole library once, and carry out everything that has settled.

        Raises LibraryUnavailableError, with nothing changed, when the library is absent or cannot be listed.
        """
        # The counts run since the indexer was opened; the difference is what this run did.
        before = self._pipeline.changes, self._pipeline.read, self._pipeline.failed, self._rereader.done
        self.compare(look(self.library))
        removed, more = 0, True
        while more and not self.stop.is_set():
            more, lost = self._turn()
            removed += lost
            # Nothing is read again while anything new is left to read.
            more = more or self._read_again()
            done = self._pipeline.read + self._pipeline.failed + self._rereader.done - before[1] - before[2] - before[3]
            progress(Progress(done, done + self._catalogue.waiting_count() + self._rereader.left))
        self.learn()
        return Outcome(
            self._pipeline.changes - before[0] + removed,
            self._pipeline.read - before[1],
            self._pipeline.failed - before[2],
            len(self._standing) + len(self._pipeline.spoilt),
            self._remover.guard,
        )

    def compare(self, sighting: Sighting, being_written: Collection[str] = ()) -> None:
        """Update the queue from a scan of the library, or of a part of it.

        Files in `being_written` have not settled, however long they stay unchanged.
        """
        started = time.monotonic()
        # Sidecars and calendars are no documents: they are read here, and taken out of the scan.
        sighting = self._rules.look(sighting)
        self._describer.follow()
        extent = sighting.extent
        whole = extent == WHOLE
        if whole:
            self._bulletin.note(phase=Phase.COMPARING, message="")
        places = self._catalogue.places(extent)
        # What an older version of the extractors could not read counts as changed: this version tries it.
        unread = self._catalogue.unread(EXTRACTOR_VERSION, None if whole else places)
        ledger = Ledger(places, unread, self._catalogue.waiting(extent))
        different = self._without_old_news(ledger, differences(ledger, sighting))
        if any(different.values()):
            # New files must settle before they are read: meanwhile a worker can load its libraries.
            self._readers.get_ready()
        clock = Clock(time.monotonic(), time.time_ns())
        before = Before(self._standing, self._remover.gone, being_written)
        found = compare(ledger, sighting, different, before, Moment(clock, self._delay))
        self._keep(sighting, found)
        self._remover.see(extent, {path: places[path].size for path in found.gone})
        # These folders have just had the scan that they were waiting for; « * » stands for any file in them.
        self._pipeline.spoilt = {folder for folder in self._pipeline.spoilt if not extent.covers(f"{folder}/*")}
        if whole:
            self._has_compared = True
            self._rereader.follow()
            seconds = sighting.seconds + time.monotonic() - started
            self._bulletin.note(compared=datetime.now(UTC), compared_seconds=seconds, rereading=self._rereader.left)

    def unavailable(self, error: LibraryUnavailableError) -> None:
        """Report that the library could not be scanned; nothing else changes."""
        self._bulletin.note(phase=Phase.UNAVAILABLE, message=str(error))

    def turn(self) -> bool:
        """Move the work on by one step; gives whether more can be done at once."""
        more, _ = self._turn()
        # Re-reading is low-priority work like drawing: it does not keep the previewer waiting.
        (self.at_rest.clear if more else self.at_rest.set)()
        return more or self._read_again()

    def learn(self, *, hurried: bool = False) -> None:
        """Take up what others wrote into the catalogue, then bring the index up to date with it."""
        self._rules.refresh()
        self._describer.follow()
        self._follower.catch_up(hurried=hurried)
        self._learnt = time.monotonic()

    def _try_to_learn(self, *, hurried: bool) -> None:
        try:
            self.learn(hurried=hurried)
        except EngineUnavailableError as error:
            # What is read meanwhile is safe in the catalogue. The time is set, or each step would ask a dead engine.
            self._learnt = time.monotonic()
            log.warning("the index has not learnt the latest, and will: %s", error)

    def finish(self) -> None:
        """Wait for the index that is being rebuilt in the background, if any."""
        self._follower.finish()

    @property
    def unsettled(self) -> Extent:
        """The folders that need another scan soon, for something in them has not settled."""
        folders = {folder_of(path) for path in self._standing}
        return Extent(folders=frozenset(folders | self._pipeline.spoilt))

    def close(self) -> None:
        """Stop in good order: what is under way goes back to the queue."""
        self._rereader.close()
        self._pipeline.close()
        # Last, so that the last status counts what has gone back to the queue.
        self._bulletin.stop()

    def _turn(self) -> tuple[bool, int]:
        """Move the work on by one step; gives whether more can be done, and how many files were removed."""
        read, failed = self._pipeline.read, self._pipeline.failed
        more = self._pipeline.turn(self._remover.gone, _PATIENCE_SECONDS)
        self._bulletin.count(self._pipeline.read - read, self._pipeline.failed - failed)
        # Before any removal: a file whose content has turned up under another path is not lost.
        self._remover.discard(self._pipeline.moved)
        self._pipeline.moved.clear()
        # Until the whole library has been compared once, the guard would count too few losses.
        removed = self._remover.turn(self._pipeline.elsewhere) if self._has_compared else 0
        if self._describer.is_busy:
            self._describer.turn()
        # While more is to come, the index leaves what is costly and can wait, such as which words go together.
        at_rest = not (more or self._rereader.left)
        if at_rest or time.monotonic() - self._learnt >= _LEARN_SECONDS:
            self._try_to_learn(hurried=not at_rest)
        self._tell(reading=more)
        return more or self._describer.is_busy, removed

    def _read_again(self) -> bool:
        """Move re-reading on by one step; gives whether more of it is left."""
        more = self._rereader.turn(_PATIENCE_SECONDS)
        self._bulletin.note(rereading=self._rereader.left)
        return more

    def _tell(self, *, reading: bool) -> None:
        """Bring the status up to date, and write it where that is due."""
        state = self._bulletin.state
        # « Unavailable » stays until a scan of the whole library has succeeded.
        if state.phase is not Phase.UNAVAILABLE and self._has_compared:
            trouble = self._readers.trouble
            phase = Phase.WITHOUT_READERS if trouble else Phase.READING if reading else Phase.IDLE
            self._bulletin.note(phase=phase, message=trouble)
        self._bulletin.note(guard=self._remover.guard, held=self._remover.held)
        self._bulletin.turn(reading=reading)

    def _without_old_news(self, ledger: Ledger, different: dict[str, Stat | None]) -> dict[str, Stat | None]:
        """Leave out the files that could not be opened when last seen and still cannot."""
        return {
            path: stat for path, stat in different.items() if stat is None or not self._is_old_news(ledger, path, stat)
        }

    def _is_old_news(self, ledger: Ledger, path: str, stat: Stat) -> bool:
        # Without a digest there is no failure on record: such a file would be queued again at every scan.
        place = ledger.places.get(path)
        if place is None or place.digest != UNREAD or path in ledger.waiting:
            return False
        same = (place.size, place.mtime_ns, place.ctime_ns) == (stat.size, stat.mtime_ns, stat.ctime_ns)
        return same and not reading.opens(self.library / path)

    def _keep(self, sighting: Sighting, found: Comparison) -> None:
        """Write what a scan changes in the queue and in the list of what is left out."""
        extent = sighting.extent
        # What was known outside the part that was scanned stands as it is.
        standing = {path: each for path, each in self._standing.items() if not extent.covers(path)}
        self._standing = standing | dict(found.standing)
        left_out = {path: each for path, each in sighting.left_out.items() if extent.covers(path)}
        before = self._catalogue.left_out(extent)
        put = [each for path, each in left_out.items() if before.get(path) != each]
        drop = before.keys() - left_out.keys()
        # Most scans change nothing: they do not take the catalogue's one turn at writing.
        if found.enqueue or found.leave or put or drop:
            with self._catalogue.writing() as write:
                write.enqueue(found.enqueue)
                write.leave_queue(found.leave)
                write.leave_out(put, drop)
