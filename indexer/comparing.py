"""Compares a scan with what the catalogue knows, and decides what that changes in the queue. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalogue import Waiting
from indexer.settling import Standing, settle

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from index.catalogue import Place
    from indexer.settling import Clock
    from indexer.snapshot import Sighting, Stat


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the catalogue knows of the part that was scanned: files, those that nobody has read, and the queue."""

    places: Mapping[str, Place]
    unread: Collection[str]
    waiting: Mapping[str, Waiting]


@dataclass(frozen=True, slots=True)
class Before:
    """What former scans left: paths not yet settled, files missing for good, and files that a program holds open."""

    standing: Mapping[str, Standing]
    gone: Collection[str] = ()
    being_written: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and for how many seconds a path must stay unchanged."""

    now: Clock
    delay: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a scan changes: files to queue in a new state, files that leave the queue, known files missing for good.

    `unsettled` are paths, missing ones too, that have not stayed unchanged for long enough.
    """

    enqueue: tuple[Waiting, ...]
    leave: frozenset[str]
    gone: frozenset[str]
    standing: Mapping[str, Standing]


def differences(ledger: Ledger, sighting: Sighting) -> dict[str, Stat | None]:
    """Find the paths that are not as they are known; None stands for a missing file whose folder could be listed."""
    different: dict[str, Stat | None] = {
        path: stat
        for path, stat in sighting.files.items()
        # What no version of the extractors has read counts as different, even if nothing has touched it.
        if path not in ledger.places or path in ledger.unread or not _same(ledger.places[path], stat)
    }
    missing = (path for path in ledger.places if path not in sighting.files and not sighting.hides(path))
    return different | dict.fromkeys(missing)


def _same(place: Place, stat: Stat) -> bool:
    # Two files of one size that swap their names may have one date: only their entries' times tell. 0 is « not known ».
    same_entry = place.ctime_ns in {0, stat.ctime_ns}
    return same_entry and (place.size, place.mtime_ns) == (stat.size, stat.mtime_ns)


def compare(
    ledger: Ledger, sighting: Sighting, different: Mapping[str, Stat | None], before: Before, moment: Moment
) -> Comparison:
    """Decide what the differences change in the queue, and which paths have to be scanned again."""
    standing = {path: each for path, each in before.standing.items() if sighting.extent.covers(path)}
    unsettled = {path: stat for path, stat in different.items() if not _is_settled(path, stat, ledger, before)}
    settled, still = settle(standing, unsettled, moment.now, moment.delay)
    # A copy may pause for longer than the delay: it is whole once its writer has closed it.
    held_open = settled & frozenset(before.being_written)
    settled -= held_open
    still |= {path: standing.get(path) or Standing(different[path], moment.now.monotonic) for path in held_open}
    enqueue = tuple(
        Waiting(path, stat.size, stat.mtime_ns, stat.ctime_ns, ready=path in settled)
        for path, stat in unsettled.items()
        # A file is queued at first sight, so that the page of states shows it, and written again only when it changes.
        if stat is not None and (path in settled or not _waits(ledger.waiting.get(path), stat))
    )
    # Back to what is known, or deleted before it was read; where one could not look, the file keeps its turn.
    leave = frozenset(path for path in ledger.waiting if different.get(path) is None and not sighting.hides(path))
    missing = (path for path, stat in different.items() if stat is None)
    # Once missing for good, a file stays so until a scan sees it again.
    gone = frozenset(path for path in missing if path in settled or path in before.gone)
    return Comparison(enqueue, leave, gone, still)


def _is_settled(path: str, stat: Stat | None, ledger: Ledger, before: Before) -> bool:
    """Whether a former scan has already found that a path had settled as it is now."""
    if stat is None:
        return path in before.gone
    file = ledger.waiting.get(path)
    return file is not None and file.ready and _waits(file, stat)


def _waits(file: Waiting | None, stat: Stat) -> bool:
    # A file that changed again in the queue is another one: what was decided about it holds no more.
    return file is not None and (file.size, file.mtime_ns, file.ctime_ns) == (stat.size, stat.mtime_ns, stat.ctime_ns)
