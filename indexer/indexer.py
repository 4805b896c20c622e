"""Making the index equal to the folder: looks fill a queue, turns empty it, and neither waits for the other."""

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
"""On long work, how often what was written becomes findable: each time costs a commit, and merges later on."""

_PATIENCE_SECONDS = 0.2
"""How long one turn waits for something to happen."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds that a file must stand still; share of files (0 to 1) whose sudden loss a person must agree to."""

    settle_seconds: float = 1.0
    guard_share: float = 0.3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one step has come: `done` of `total` files to read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step did; `unsettled` files are still changing and want another look; `guard` holds removals back."""

    changes: int
    read: int
    failed: int
    unsettled: int
    guard: str = ""


def _silent(_: Progress) -> None:
    return


class Indexer:
    """Makes the catalogue, then the index, equal to the library.

    `compare` takes in what a look saw; `turn` moves the work on by a step; `step` does both until nothing is left.
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
        """Set when there is nothing to read: others may then use the machine."""
        with catalogue.writing() as write:
            write.release_claims()

    def step(self, progress: Callable[[Progress], None] = _silent) -> Outcome:
        """Look once at the whole library, and carry out all that has settled.

        Raises LibraryUnavailableError, nothing changed, when the library is absent or closed.
        """
        before = self._pipeline.changes, self._pipeline.read, self._pipeline.failed, self._rereader.done
        self.compare(look(self.library))
        removed, more = 0, True
        while more and not self.stop.is_set():
            more, lost = self._turn()
            removed += lost
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
        """Take in what a look at the library, or at a part of it, has seen.

        Files that are `being_written` have not settled, however still they stand.
        """
        started = time.monotonic()
        sighting = self._rules.look(sighting)
        self._describer.follow()
        extent = sighting.extent
        whole = extent == WHOLE
        if whole:
            self._bulletin.note(phase=Phase.COMPARING, message="")
        places = self._catalogue.places(extent)
        unread = self._catalogue.unread(EXTRACTOR_VERSION, None if whole else places)
        ledger = Ledger(places, unread, self._catalogue.waiting(extent))
        different = self._without_old_news(ledger, differences(ledger, sighting))
        if any(different.values()):
            # What comes must first stand still: meanwhile a reader loads its libraries.
            self._readers.get_ready()
        clock = Clock(time.monotonic(), time.time_ns())
        before = Before(self._standing, self._remover.gone, being_written)
        found = compare(ledger, sighting, different, before, Moment(clock, self._delay))
        self._keep(sighting, found)
        self._remover.see(extent, {path: places[path].size for path in found.gone})
        self._pipeline.spoilt = {folder for folder in self._pipeline.spoilt if not extent.covers(f"{folder}/*")}
        if whole:
            self._has_compared = True
            self._rereader.follow()
            seconds = sighting.seconds + time.monotonic() - started
            self._bulletin.note(compared=datetime.now(UTC), compared_seconds=seconds, rereading=self._rereader.left)

    def unavailable(self, error: LibraryUnavailableError) -> None:
        """The library could not be looked at: that is told, and nothing else changes."""
        self._bulletin.note(phase=Phase.UNAVAILABLE, message=str(error))

    def turn(self) -> bool:
        """Move the work on by a step; gives whether there is more to do at once."""
        more, _ = self._turn()
        (self.at_rest.clear if more else self.at_rest.set)()
        return more or self._read_again()

    def learn(self, *, hurried: bool = False) -> None:
        """Take up what others wrote into the catalogue, and bring the index up to date with it."""
        self._rules.refresh()
        self._describer.follow()
        self._follower.catch_up(hurried=hurried)
        self._learnt = time.monotonic()

    def _try_to_learn(self, *, hurried: bool) -> None:
        try:
            self.learn(hurried=hurried)
        except EngineUnavailableError as error:
            # What is read meanwhile is in the catalogue: the index learns it when the engine is back.
            self._learnt = time.monotonic()
            log.warning("the index has not learnt the latest, and will: %s", error)

    def finish(self) -> None:
        """Wait for the index that is being built beside the live one, if any."""
        self._follower.finish()

    @property
    def unsettled(self) -> Extent:
        """The folders that want another look soon: something in them has not stood still."""
        folders = {folder_of(path) for path in self._standing}
        return Extent(folders=frozenset(folders | self._pipeline.spoilt))

    def close(self) -> None:
        """Stop in good order: what is on its way goes back to the queue."""
        self._rereader.close()
        self._pipeline.close()
        self._bulletin.stop()

    def _turn(self) -> tuple[bool, int]:
        """One turn: gives whether there is more to do, and how many files were removed."""
        read, failed = self._pipeline.read, self._pipeline.failed
        more = self._pipeline.turn(self._remover.gone, _PATIENCE_SECONDS)
        self._bulletin.count(self._pipeline.read - read, self._pipeline.failed - failed)
        self._remover.discard(self._pipeline.moved)
        self._pipeline.moved.clear()
        removed = self._remover.turn(self._pipeline.elsewhere) if self._has_compared else 0
        if self._describer.is_busy:
            self._describer.turn()
        at_rest = not (more or self._rereader.left)
        if at_rest or time.monotonic() - self._learnt >= _LEARN_SECONDS:
            self._try_to_learn(hurried=not at_rest)
        self._tell(reading=more)
        return more or self._describer.is_busy, removed

    def _read_again(self) -> bool:
        """Move on what is only to be read again; gives whether more of it is left."""
        more = self._rereader.turn(_PATIENCE_SECONDS)
        self._bulletin.note(rereading=self._rereader.left)
        return more

    def _tell(self, *, reading: bool) -> None:
        state = self._bulletin.state
        if state.phase is not Phase.UNAVAILABLE and self._has_compared:
            trouble = self._readers.trouble
            phase = Phase.WITHOUT_READERS if trouble else Phase.READING if reading else Phase.IDLE
            self._bulletin.note(phase=phase, message=trouble)
        self._bulletin.note(guard=self._remover.guard, held=self._remover.held)
        self._bulletin.turn(reading=reading)

    def _without_old_news(self, ledger: Ledger, different: dict[str, Stat | None]) -> dict[str, Stat | None]:
        """The differences, without files that could not be opened and that still cannot."""
        return {
            path: stat for path, stat in different.items() if stat is None or not self._is_old_news(ledger, path, stat)
        }

    def _is_old_news(self, ledger: Ledger, path: str, stat: Stat) -> bool:
        place = ledger.places.get(path)
        if place is None or place.digest != UNREAD or path in ledger.waiting:
            return False
        same = (place.size, place.mtime_ns, place.ctime_ns) == (stat.size, stat.mtime_ns, stat.ctime_ns)
        return same and not reading.opens(self.library / path)

    def _keep(self, sighting: Sighting, found: Comparison) -> None:
        """Write down what a look changes in the queue and in what is left out."""
        extent = sighting.extent
        standing = {path: each for path, each in self._standing.items() if not extent.covers(path)}
        self._standing = standing | dict(found.standing)
        left_out = {path: each for path, each in sighting.left_out.items() if extent.covers(path)}
        before = self._catalogue.left_out(extent)
        put = [each for path, each in left_out.items() if before.get(path) != each]
        drop = before.keys() - left_out.keys()
        if found.enqueue or found.leave or put or drop:
            with self._catalogue.writing() as write:
                write.enqueue(found.enqueue)
                write.leave_queue(found.leave)
                write.leave_out(put, drop)
