"""Scans the library, or a part of it: which files it holds at one moment. A scan changes nothing."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.catalogue import WHOLE, Extent, LeftOut
from index.library_names import ignored
from indexer.errors import LibraryUnavailableError
from indexer.exclusions import exclusions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from indexer.exclusions import Exclusions

_LINK = LeftOut("", "lien symbolique : il n’est pas suivi", "déposez le fichier lui-même")
_BAD_NAME = LeftOut("", "nom de fichier illisible", "renommez-le")
_NO_FILE = LeftOut("", "ni fichier ni dossier", "déposez un fichier ordinaire")
_CLOSED = LeftOut("", "accès refusé ou lecture impossible", "vérifiez les droits et l’état du partage")


@dataclass(frozen=True, slots=True)
class Stat:
    """A file's size in bytes, and when its content and its entry last changed, in nanoseconds since 1970."""

    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a scan saw in a part of the library: files by path (POSIX, relative), and what was left out.

    `unreadable` names files and folders (these end with « / ») that could not be looked at: nothing is known of them.
    The scan took `seconds`.
    """

    files: Mapping[str, Stat]
    closed: tuple[str, ...] = ()
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    extent: Extent = WHOLE
    seconds: float = 0.0

    def hides(self, path: str) -> bool:
        """Whether a path could not be looked at, or lies below one that could not be."""
        return any(path == each or path.startswith(f"{each.removesuffix('/')}/") for each in self.closed)


def look(library: Path, extent: Extent = WHOLE) -> Sighting:
    """Scan the library, or a part of it, once.

    Raises LibraryUnavailableError when the library itself cannot be listed: its files are not missing then.
    """
    try:
        # Before the exclusions are read: in an absent library their file would merely seem to be missing.
        os.scandir(library).close()
    except OSError as error:
        raise _unavailable(library, error) from error
    return _Look(library, exclusions(library)).at(extent)


class _Look:
    """One scan under way."""

    def __init__(self, library: Path, rules: Exclusions) -> None:
        self._library = library
        self._rules = rules
        self._files: dict[str, Stat] = {}
        self._left_out = {each.path: each for each in rules.mistakes}
        self._closed: list[str] = []

    def at(self, extent: Extent) -> Sighting:
        """Scan trees with all that is below, then single folders without their subfolders."""
        started = time.monotonic()
        # An explicit list rather than recursion: folders may be nested more deeply than Python lets calls be.
        waiting = [tree for tree in extent.trees if self._is_open_to(tree)]
        while waiting:
            waiting += self._list(waiting.pop())
        for folder in extent.folders:
            if self._is_open_to(folder):
                self._list(folder)
        seconds = time.monotonic() - started
        return Sighting(self._files, tuple(self._closed), self._left_out, extent, seconds)

    def _is_open_to(self, folder: str) -> bool:
        """Whether a scan of the whole library comes to this folder: nothing on the way is left out, a link or gone."""
        # Events also name folders inside excluded trees, and folders that went meanwhile.
        parts = folder.split("/") if folder else []
        paths = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        if any(map(ignored, parts)) or any(self._rules.refusal(f"{path}/") for path in paths):
            return False
        try:
            # `lstat`, since a link to a folder is not followed either.
            return all(stat.S_ISDIR((self._library / path).lstat().st_mode) for path in paths)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            self._closed.append(f"{folder}/")
            return False

    def _list(self, folder: str) -> list[str]:
        """Record what a folder holds; gives its subfolders.

        Raises LibraryUnavailableError where the library's own folder cannot be listed.
        """
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(self._library / folder) as entries:
                # All entries are taken before any is recorded: a listing that fails halfway says nothing.
                named = [(f"{prefix}{entry.name}", entry) for entry in entries if not ignored(entry.name)]
        except OSError as error:
            if not folder:
                raise _unavailable(self._library, error) from error
            # A folder that is not there was deleted after its parent was listed: its files are truly missing.
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self._close(prefix)
            return []
        return [path for path, entry in named if self._note(path, entry)]

    def _note(self, path: str, entry: os.DirEntry[str]) -> bool:
        """Record one entry; gives whether it is a folder to list."""
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if refused := self._refusal(path, entry, is_folder=is_folder):
                self._left_out[refused.path] = refused
            elif not is_folder:
                self._files[path] = _stat(entry)
        except FileNotFoundError:
            # Deleted after the listing: the next scan will tell.
            return False
        except OSError:
            self._close(path)
            return False
        return is_folder and not refused

    def _refusal(self, path: str, entry: os.DirEntry[str], *, is_folder: bool) -> LeftOut | None:
        shown = f"{_printable(path)}/" if is_folder else _printable(path)
        # A link may lead outside the library; one that leads inside leads to a file that is seen anyway.
        if entry.is_symlink():
            return LeftOut(shown, _LINK.reason, _LINK.advice)
        # A name that is not in UTF-8 could neither be stored in the catalogue nor be shown.
        if _printable(entry.name) != entry.name:
            return LeftOut(shown, _BAD_NAME.reason, _BAD_NAME.advice)
        if reason := self._rules.refusal(shown):
            return LeftOut(shown, reason, "retirez cette ligne pour l’indexer")
        if not is_folder and not entry.is_file(follow_symlinks=False):
            return LeftOut(shown, _NO_FILE.reason, _NO_FILE.advice)
        return None

    def _close(self, path: str) -> None:
        shown = _printable(path)
        # The raw path is compared with known paths, the printable one is shown.
        self._closed.append(path)
        self._left_out[shown] = LeftOut(shown, _CLOSED.reason, _CLOSED.advice)


def _unavailable(library: Path, error: OSError) -> LibraryUnavailableError:
    return LibraryUnavailableError(
        f"La bibliothèque {library} ne s’ouvre pas ({error.strerror}) : le partage est-il monté ?"
    )


def stat_of(path: Path) -> Stat | None:
    """The size and times of a regular file now; None where there is none, or only by way of a symbolic link."""
    try:
        found = path.lstat()
        # A folder on the way may have become a link since the scan: the resolved path must be the path itself.
        if not stat.S_ISREG(found.st_mode) or os.path.realpath(path) != str(path):
            return None
    except OSError:
        return None
    return Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def _printable(name: str) -> str:
    # Python gives bytes that are no UTF-8 as lone surrogates, which cannot be encoded.
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _stat(entry: os.DirEntry[str]) -> Stat:
    found = entry.stat(follow_symlinks=False)
    return Stat(found.st_size, found.st_mtime_ns, found.st_ctime_ns)
