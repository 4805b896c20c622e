"""One look after another: see, plan, read, write, until the index equals the folder."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors import EXTRACTOR_VERSION, UnreadableFileError
from index.catalogue import Failure
from index.personal import FINDER_VERSION
from indexer import reading
from indexer.applying import Arrival, Reading, Scribe
from indexer.plan import Added, Changed, Trace, plan
from indexer.snapshot import Clock, LibraryUnavailableError, Sighting, Standing, Stat, look, settle
from indexer.tagging import TAGGER_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from extractors import Extraction, Pool
    from index.catalogue import Catalogue, Place
    from index.generations import Follower
    from indexer.tagging import Tagger

log = logging.getLogger(__name__)

_AHEAD = 16
"""Files on their way: enough that no worker waits, few enough that results do not pile up."""

_COMMIT_SECONDS = 2.0
"""On long work, how often what was read becomes findable."""

_FEW = 5
"""A library of a few files may well be emptied by hand; a larger one that is suddenly empty is an unmounted share."""

_DESCRIBED_BY = "described-by"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one step has come: `done` of `total` contents to read; `path` is the last one, empty at the start."""

    done: int
    total: int
    path: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one step did; `unsettled` files are still changing and want another look."""

    changes: int
    read: int
    failed: int
    unsettled: int


def _silent(_: Progress) -> None:
    return


class Indexer:
    """Makes the catalogue, then the index, equal to the library."""

    def __init__(
        self,
        library: Path,
        catalogue: Catalogue,
        follower: Follower,
        tagger: Tagger,
        pool: Pool,
        *,
        settle_seconds: float,
    ) -> None:
        self._library = library
        self._catalogue = catalogue
        self._follower = follower
        self._scribe = Scribe(catalogue, tagger)
        self._rules = f"{TAGGER_VERSION}:{FINDER_VERSION}:{tagger.fingerprint}"
        self._pool = pool
        self._delay = settle_seconds
        self._standing: dict[str, Standing] = {}
        self.stop = threading.Event()

    def step(self, progress: Callable[[Progress], None] = _silent) -> Outcome:
        """Look once, and carry out all that has settled.

        Raises LibraryUnavailableError, nothing changed, when the library is absent, closed or suddenly empty.
        """
        self._follow_rules()
        places = self._catalogue.places()
        known = self._known(places)
        sighting = look(self._library)
        self._refuse_sudden_emptiness(places, sighting)
        changes = plan(_traces(known), self._seen(places, known, sighting))
        arrivals = [change for change in changes if isinstance(change, Added | Changed)]
        self._scribe.settle([change for change in changes if not isinstance(change, Added | Changed)])
        failed = self._read(arrivals, progress)
        self._follower.catch_up()
        return Outcome(len(changes), len(arrivals) - failed, failed, len(self._standing))

    def _follow_rules(self) -> None:
        if self._catalogue.memo(_DESCRIBED_BY) != self._rules:
            self._scribe.describe_all()
            with self._catalogue.writing() as write:
                write.remember(_DESCRIBED_BY, self._rules)

    def _known(self, places: Mapping[str, Place]) -> dict[str, Place]:
        """What needs no reading: a content that no version of the extractors has tried yet is as if it were new."""
        tried, living = self._catalogue.failures(EXTRACTOR_VERSION), set(self._catalogue.ids())
        return {
            path: place
            for path, place in places.items()
            if place.digest != reading.UNREAD and (place.document_id in living or place.digest in tried)
        }

    def _refuse_sudden_emptiness(self, known: Mapping[str, Place], sighting: Sighting) -> None:
        if not sighting.files and len(known) > _FEW:
            raise LibraryUnavailableError(
                f"{len(known)} fichiers connus, aucun visible dans {self._library} : le partage est-il monté ? "
                "Rien n’est retiré de l’index en attendant."
            )

    def _seen(self, places: Mapping[str, Place], known: Mapping[str, Place], sighting: Sighting) -> dict[str, Trace]:
        """The library's content as far as it has settled; what has not is taken as it was known."""
        moving = _unsettled(known, sighting)
        now = Clock(time.monotonic(), time.time_ns())
        settled, self._standing = settle(self._standing, moving, now, self._delay)
        seen = {path: trace for path, trace in _traces(known).items() if path not in settled}
        for path in settled:
            if stat := moving[path]:
                trace = Trace(stat.size, stat.mtime_ns, reading.digest(self._library / path))
                # A file that still cannot be opened is no news.
                if trace.digest != reading.UNREAD or path not in places or _trace(places[path]) != trace:
                    seen[path] = trace
        return seen

    def _read(self, arrivals: list[Arrival], progress: Callable[[Progress], None]) -> int:
        """Read contents in the pool, several at once, and write each as it comes; gives how many could not be read."""
        total, done, failed, committed = len(arrivals), 0, 0, time.monotonic()
        progress(Progress(0, total))
        for group, outcome in self._readings(_by_digest(arrivals)):
            unchanged = [arrival for arrival in group if self._unchanged(arrival)]
            self._scribe.arrive(unchanged, outcome)
            done += len(group)
            failed += len(group) if isinstance(outcome, Failure) else 0
            progress(Progress(done, total, group[-1].path))
            if time.monotonic() - committed > _COMMIT_SECONDS:
                self._follower.catch_up()
                committed = time.monotonic()
        return failed

    def _readings(self, groups: deque[list[Arrival]]) -> Iterator[tuple[list[Arrival], Reading]]:
        under_way: dict[Future[Extraction], list[Arrival]] = {}
        while (groups or under_way) and not self.stop.is_set():
            while groups and len(under_way) < _AHEAD:
                group = groups.popleft()
                digest = group[0].trace.digest
                if digest == reading.UNREAD:
                    yield group, reading.unread()
                elif held := self._scribe.holds(digest):
                    yield group, held
                else:
                    under_way[self._pool.submit(self._library / group[0].path)] = group
            finished, _ = wait(under_way, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in finished:
                group = under_way.pop(future)
                yield group, _outcome(future, group[0].trace.digest)
        for future in under_way:
            future.cancel()

    def _unchanged(self, arrival: Arrival) -> bool:
        """Whether the file is still the one that was hashed; if not, the next look will take it up."""
        if arrival.trace.digest == reading.UNREAD:
            return True
        try:
            stat = (self._library / arrival.path).stat()
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (arrival.trace.size, arrival.trace.mtime_ns)


def _outcome(future: Future[Extraction], digest: str) -> Reading:
    try:
        return reading.content(future.result(), digest)
    except UnreadableFileError as error:
        log.info("could not read %s: %s (%s)", digest[:12], error.reason.value, error.detail)
        return reading.failure(error, digest)


def _traces(known: Mapping[str, Place]) -> dict[str, Trace]:
    return {path: _trace(place) for path, place in known.items()}


def _trace(place: Place) -> Trace:
    return Trace(place.size, place.mtime_ns, place.digest)


def _unsettled(known: Mapping[str, Place], sighting: Sighting) -> dict[str, Stat | None]:
    """Paths that differ from what is known; None for those that are missing from a folder that could be looked into."""
    files = sighting.files
    moving: dict[str, Stat | None] = {
        path: stat
        for path, stat in files.items()
        if path not in known or (known[path].size, known[path].mtime_ns) != (stat.size, stat.mtime_ns)
    }
    closed = tuple(f"{folder}/" for folder in sighting.closed)
    missing = (path for path in known if path not in files and not path.startswith(closed))
    return moving | dict.fromkeys(missing)


def _by_digest(arrivals: list[Arrival]) -> deque[list[Arrival]]:
    """Arrivals of one content together: it is read once. What cannot be read has no content to share."""
    groups: dict[str, list[Arrival]] = {}
    for arrival in arrivals:
        groups.setdefault(arrival.trace.digest, []).append(arrival)
    return deque(groups.values())
