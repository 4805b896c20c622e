"""Debounces what scans see: a file that arrives in pieces is read once, when it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.snapshot import Stat


@dataclass(frozen=True, slots=True)
class UnsettledPath:
    """Since when (monotonic seconds) a path has been as it is; `stat` is None where a known file is missing."""

    stat: Stat | None
    since: float


@dataclass(frozen=True, slots=True)
class ClockReading:
    """One moment on two clocks: `monotonic` in seconds, `wall_ns` in nanoseconds since 1970."""

    monotonic: float
    wall_ns: int


def debounce(
    previous: Mapping[str, UnsettledPath], unsettled: Mapping[str, Stat | None], now: ClockReading, delay: float
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
