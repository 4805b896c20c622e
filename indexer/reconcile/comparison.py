"""Compares a scan with what the catalogue knows, and decides what that changes in the queue. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalogue import QueuedFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from index.catalogue import FileLocation
    from index.model import FileStat
    from indexer.watch import ScanResult


@dataclass(frozen=True, slots=True)
class Differences:
    """The paths that are not as they are known; None stands for a missing file whose folder could be listed.

    `locations` are those of them that are known.
    """

    stats: Mapping[str, FileStat | None]
    locations: Mapping[str, FileLocation]


@dataclass(frozen=True, slots=True)
class PreviousScan:
    """What former scans left: paths not yet settled, files missing for good, and files that a program holds open.

    `closed` are files that are known to be whole: no program has them open for writing.
    """

    unsettled: Mapping[str, UnsettledPath]
    missing: Collection[str] = ()
    being_written: Collection[str] = ()
    closed: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class DebounceTiming:
    """Now, and for how many seconds a path must stay unchanged."""

    now: ClockReading
    delay_seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a scan changes: files to queue in a new state, files that leave the queue, known files missing for good.

    `unsettled` are paths, missing ones too, that have not stayed unchanged for long enough.
    """

    enqueue: tuple[QueuedFile, ...]
    dequeue: frozenset[str]
    missing: frozenset[str]
    unsettled: Mapping[str, UnsettledPath]


def find_differences(known: Iterable[FileLocation], unread: Collection[str], scan: ScanResult) -> Differences:
    """Find how the part that was scanned differs from the files known in it, of which nobody has read the `unread`.

    Known files are taken one by one: a library may have too many to be held twice.
    """
    unknown = set(scan.files)
    locations: dict[str, FileLocation] = {}
    missing: list[str] = []
    for location in known:
        stat = scan.files.get(location.path)
        unknown.discard(location.path)
        if stat is None and not scan.is_unreadable(location.path):
            missing.append(location.path)
        # What no version of the extractors has read counts as different, even if nothing has touched it.
        elif stat is None or (location.stat.matches(stat) and location.path not in unread):
            continue
        locations[location.path] = location
    changed = {path: stat for path, stat in scan.files.items() if path in unknown or path in locations}
    return Differences(changed | dict.fromkeys(missing), locations)


def compare_scan(
    waiting: Mapping[str, QueuedFile],
    scan: ScanResult,
    different: Mapping[str, FileStat | None],
    previous: PreviousScan,
    timing: DebounceTiming,
) -> Comparison:
    """Decide what the differences change in the queue, `waiting`, and which paths have to be scanned again."""
    previously_unsettled = {path: each for path, each in previous.unsettled.items() if scan.extent.covers(path)}
    unsettled = {
        path: stat for path, stat in different.items() if not _has_settled_before(path, stat, waiting, previous)
    }
    settled, still_unsettled = debounce(previously_unsettled, unsettled, timing.now, timing.delay_seconds)
    settled |= unsettled.keys() & frozenset(previous.closed)
    # A copy may pause for longer than the delay: it is whole once its writer has closed it.
    held_open = settled & frozenset(previous.being_written)
    settled -= held_open
    still_unsettled = {path: each for path, each in still_unsettled.items() if path not in settled} | {
        path: previously_unsettled.get(path) or UnsettledPath(different[path], timing.now.monotonic)
        for path in held_open
    }
    enqueue = tuple(
        QueuedFile(path, stat, ready=path in settled)
        for path, stat in unsettled.items()
        # A file is queued at first sight, so that the page of states shows it, and written again only when it changes.
        if stat is not None and (path in settled or not _is_queued_as(waiting.get(path), stat))
    )
    # Back to what is known, or deleted before it was read; where one could not look, the file keeps its turn.
    dequeue = frozenset(path for path in waiting if different.get(path) is None and not scan.is_unreadable(path))
    missing = (path for path, stat in different.items() if stat is None)
    # Once missing for good, a file stays so until a scan sees it again.
    missing_for_good = frozenset(path for path in missing if path in settled or path in previous.missing)
    return Comparison(enqueue, dequeue, missing_for_good, still_unsettled)


def _has_settled_before(
    path: str, stat: FileStat | None, waiting: Mapping[str, QueuedFile], previous: PreviousScan
) -> bool:
    """Whether a former scan has already found that a path had settled as it is now."""
    if stat is None:
        return path in previous.missing
    file = waiting.get(path)
    return file is not None and file.ready and _is_queued_as(file, stat)


def _is_queued_as(file: QueuedFile | None, stat: FileStat) -> bool:
    # A file that changed again in the queue is another one: what was decided about it holds no more.
    return file is not None and file.stat == stat


@dataclass(frozen=True, slots=True)
class UnsettledPath:
    """Since when (monotonic seconds) a path has been as it is; `stat` is None where a known file is missing."""

    stat: FileStat | None
    since: float


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One moment on two clocks: `monotonic` in seconds, `wall_ns` in nanoseconds since 1970."""

    monotonic: float
    wall_ns: int


def debounce(
    previous: Mapping[str, UnsettledPath], unsettled: Mapping[str, FileStat | None], now: ClockReading, delay: float
) -> tuple[frozenset[str], dict[str, UnsettledPath]]:
    """Split changed paths into those that have stayed unchanged for `delay` seconds, and the others with their start.

    A file that by its own times has not been touched for that long is settled at first sight.
    """
    # Whatever differs from the last scan starts the delay again.
    tracked = {
        path: previous[path] if path in previous and previous[path].stat == stat else UnsettledPath(stat, now.monotonic)
        for path, stat in unsettled.items()
    }
    settled = {path for path, each in tracked.items() if _has_settled(each, now, delay)}
    return frozenset(settled), {path: each for path, each in tracked.items() if path not in settled}


def _has_settled(path: UnsettledPath, now: ClockReading, delay: float) -> bool:
    if now.monotonic - path.since >= delay:
        return True
    # A missing file has no times: it may be on its way to another folder, and waits for the whole delay.
    if path.stat is None:
        return False
    # A copy may keep the original's date of content: only the entry's own time (ctime) says that it has just come.
    touched = max(path.stat.mtime_ns, path.stat.ctime_ns)
    return now.wall_ns - touched >= delay * 1e9
