"""Waiting until what is seen stands still: a file that arrives in pieces is read once, whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.snapshot import Stat


@dataclass(frozen=True, slots=True)
class Standing:
    """How a path has stood since a moment (monotonic seconds); `stat` is None where a known file is missing."""

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
    """Which of the changed paths have stood still for `delay` seconds, and how each of the others stands.

    A file that says itself that nothing touched it for that long is settled at first sight. Its own time of change is
    read beside its content's: a copy that keeps the original's date is no old file.
    """
    standing = {
        path: before[path] if path in before and before[path].stat == stat else Standing(stat, now.monotonic)
        for path, stat in unsettled.items()
    }
    settled = {path for path, each in standing.items() if _still(each, now, delay)}
    return frozenset(settled), {path: each for path, each in standing.items() if path not in settled}


def _still(standing: Standing, now: Clock, delay: float) -> bool:
    if now.monotonic - standing.since >= delay:
        return True
    if standing.stat is None:
        return False
    touched = max(standing.stat.mtime_ns, standing.stat.ctime_ns)
    return now.wall_ns - touched >= delay * 1e9
