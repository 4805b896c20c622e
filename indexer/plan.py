"""What to do so that the catalogue equals the folder. Pure: it reads as a truth table.

| the path was known | it is seen | with the same content | then it is |
|---|---|---|---|
| no  | yes | as a known path that is gone      | Moved   |
| no  | yes | as no path that is gone           | Added   |
| yes | yes | yes, same size and time           | nothing |
| yes | yes | yes, another time                 | Touched |
| yes | yes | no                                | Changed |
| yes | no  | as no new path                    | Removed |

Whether a document already holds an added content (a copy, or something deleted that comes back) is for the catalogue to
say when the plan is applied.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Trace:
    """What identifies a file's content: size in bytes, time of change in nanoseconds, SHA-256 in hexadecimal."""

    size: int
    mtime_ns: int
    digest: str


@dataclass(frozen=True, slots=True)
class Added:
    """A path that was not known."""

    path: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Changed:
    """A known path with another content: a new version."""

    path: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Touched:
    """A known path with the same content and another time."""

    path: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Moved:
    """A known content whose path is gone and that is seen at a new one."""

    old: str
    path: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Removed:
    """A known path that is not seen any more."""

    path: str


Change = Added | Changed | Touched | Moved | Removed
Plan = tuple[Change, ...]


def plan(known: Mapping[str, Trace], seen: Mapping[str, Trace]) -> Plan:
    """The changes that lead from what is known to what is seen, in the order of paths, removals last."""
    moves = _moves(known, seen)
    changes = [_change(path, seen[path], known.get(path), moves.get(path)) for path in sorted(seen)]
    gone = sorted(known.keys() - seen.keys() - set(moves.values()))
    return (*(change for change in changes if change), *map(Removed, gone))


def _change(path: str, trace: Trace, before: Trace | None, old: str | None) -> Change | None:
    if old is not None:
        return Moved(old, path, trace)
    if before is None:
        return Added(path, trace)
    if before == trace:
        return None
    return Touched(path, trace) if before.digest == trace.digest else Changed(path, trace)


def _moves(known: Mapping[str, Trace], seen: Mapping[str, Trace]) -> dict[str, str]:
    """New path -> the gone path whose content it has; among several, one that keeps its file name."""
    gone: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(known.keys() - seen.keys()):
        gone[known[path].digest].append(path)
    moves = {}
    for path in sorted(seen.keys() - known.keys()):
        candidates = gone[seen[path].digest]
        if candidates:
            old = next((each for each in candidates if _name(each) == _name(path)), candidates[0])
            candidates.remove(old)
            moves[path] = old
    return moves


def _name(path: str) -> str:
    return PurePosixPath(path).name
