"""Debounces what scans see: a file that arrives in pieces is read once, when it is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.snapshot import Stat


@dataclass(frozen=True, slots=True)
class Standing:
    """Since when (monotonic seconds) a path has been as it is; `stat` is None where a known file is missing."""

    stat: Stat | None
    since: float


@dataclass(frozen=True, slots=True)
class Clock:
    """One moment on two clocks: `monotonic` in seconds, `wall_ns` in nanoseconds since 1970."""

    monotonic: float
    wall_ns: int


def settle(
    before: Mapping[str, Standing], unsettled: Mapping[str, Stat | None], now: Clock, delay: float
) -> tuple[frozenset[str], dict[str, Standing]]:
    """Split changed paths into those that have stayed unchanged for `delay` seconds, and the others with their start.

    A file that by its own times has not been touched for that long is settled at first sight.
    """
    # Whatever differs from the last scan starts the delay again.
    standing = {
        path: before[path] if path in before and before[path].stat == stat else Standing(stat, now.monotonic)
        for path, stat in unsettled.items()
    }
    settled = {path for path, each in standing.items() if _still(each, now, delay)}
    return frozenset(settled), {path: each for path, each in standing.items() if path not in settled}


def _still(standing: Standing, now: Clock, delay: float) -> bool:
    if now.monotonic - standing.since >= delay:
        return True
    # A missing file has no times: it may be on its way to another folder, and waits for the whole delay.
    if standing.stat is None:
        return False
    # A copy may keep the original's date of content: only the entry's own time (ctime) says that it has just come.
    touched = max(standing.stat.mtime_ns, standing.stat.ctime_ns)
    return now.wall_ns - touched >= delay * 1e9
