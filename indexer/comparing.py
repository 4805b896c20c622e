"""How what is seen differs from what is known, and what that means for the queue. Pure."""

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
    """What is known of the part of the library that was seen: files, those of them that `unread` names, the queue."""

    places: Mapping[str, Place]
    unread: Collection[str]
    waiting: Mapping[str, Waiting]


@dataclass(frozen=True, slots=True)
class Before:
    """What former looks left: paths that had not stood still, those gone, and files that a program holds open."""

    standing: Mapping[str, Standing]
    gone: Collection[str] = ()
    being_written: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and for how many seconds a path must have stood still."""

    now: Clock
    delay: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a look changes: files that wait in a new state, files that wait no more, known files missing for good.

    `standing` are the paths, missing ones too, that have not stood still for long enough.
    """

    enqueue: tuple[Waiting, ...]
    leave: frozenset[str]
    gone: frozenset[str]
    standing: Mapping[str, Standing]


def differences(ledger: Ledger, sighting: Sighting) -> dict[str, Stat | None]:
    """Paths that are not as they are known; None for those that are missing where one could look."""
    different: dict[str, Stat | None] = {
        path: stat
        for path, stat in sighting.files.items()
        if path not in ledger.places or path in ledger.unread or not _same(ledger.places[path], stat)
    }
    missing = (path for path in ledger.places if path not in sighting.files and not sighting.hides(path))
    return different | dict.fromkeys(missing)


def _same(place: Place, stat: Stat) -> bool:
    # Two files of one size that swap their names may have one date: their entries' change tells.
    same_entry = place.ctime_ns in {0, stat.ctime_ns}
    return same_entry and (place.size, place.mtime_ns) == (stat.size, stat.mtime_ns)


def compare(
    ledger: Ledger, sighting: Sighting, different: Mapping[str, Stat | None], before: Before, moment: Moment
) -> Comparison:
    """What to do about the differences."""
    standing = {path: each for path, each in before.standing.items() if sighting.extent.covers(path)}
    unsettled = {path: stat for path, stat in different.items() if not _is_settled(path, stat, ledger, before)}
    settled, still = settle(standing, unsettled, moment.now, moment.delay)
    held_open = settled & frozenset(before.being_written)
    settled -= held_open
    still |= {path: standing.get(path) or Standing(different[path], moment.now.monotonic) for path in held_open}
    enqueue = tuple(
        Waiting(path, stat.size, stat.mtime_ns, stat.ctime_ns, ready=path in settled)
        for path, stat in unsettled.items()
        if stat is not None and (path in settled or not _waits(ledger.waiting.get(path), stat))
    )
    leave = frozenset(path for path in ledger.waiting if different.get(path) is None and not sighting.hides(path))
    missing = (path for path, stat in different.items() if stat is None)
    gone = frozenset(path for path in missing if path in settled or path in before.gone)
    return Comparison(enqueue, leave, gone, still)


def _is_settled(path: str, stat: Stat | None, ledger: Ledger, before: Before) -> bool:
    """Whether a look before has found that a path stands still as it is."""
    if stat is None:
        return path in before.gone
    file = ledger.waiting.get(path)
    return file is not None and file.ready and _waits(file, stat)


def _waits(file: Waiting | None, stat: Stat) -> bool:
    return file is not None and (file.size, file.mtime_ns, file.ctime_ns) == (stat.size, stat.mtime_ns, stat.ctime_ns)
