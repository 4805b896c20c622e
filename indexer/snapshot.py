"""What the library holds at one moment. Looking changes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.errors import ExplainedError
from index.library_names import ignored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class LibraryUnavailableError(ExplainedError):
    """The library cannot be looked at; the message says why and what to do, in French."""


@dataclass(frozen=True, slots=True)
class Stat:
    """A file's size in bytes, and when its content and its entry last changed, in nanoseconds since 1970."""

    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """Files by path (POSIX, relative), folders that could not be looked into, and what was left out with the reason."""

    files: Mapping[str, Stat]
    closed: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


def look(library: Path) -> Sighting:
    """Look at the whole library once.

    Raises LibraryUnavailableError when the folder itself is absent or closed: that is no reason to forget anything.
    """
    files: dict[str, Stat] = {}
    refused: dict[str, str] = {}
    closed: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = _entries(library, folder)
        except OSError as error:
            if not folder:
                raise LibraryUnavailableError(
                    f"La bibliothèque {library} ne s’ouvre pas ({error.strerror}) : le partage est-il monté ?"
                ) from error
            closed.append(folder)
            continue
        for path, entry in entries:
            if reason := _refusal(entry):
                refused[_printable(path)] = reason
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif stat := _stat(entry):
                files[path] = stat
    return Sighting(files, tuple(closed), refused)


def _entries(library: Path, folder: str) -> list[tuple[str, os.DirEntry[str]]]:
    with os.scandir(library / folder) as entries:
        return [
            (f"{folder}/{entry.name}" if folder else entry.name, entry) for entry in entries if not ignored(entry.name)
        ]


def _refusal(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "lien symbolique : il n’est pas suivi, déposez le fichier lui-même"
    if _printable(entry.name) != entry.name:
        return "nom de fichier illisible : renommez-le"
    if not entry.is_dir(follow_symlinks=False) and not entry.is_file(follow_symlinks=False):
        return "ni fichier ni dossier"
    return ""


def _printable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _stat(entry: os.DirEntry[str]) -> Stat | None:
    try:
        stat = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        # It went between the listing and now: the next look will say so.
        return None
    return Stat(stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


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
