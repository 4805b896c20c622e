"""Scans the library, or a part of it: which files it holds at one moment. A scan changes nothing."""

from __future__ import annotations

import os
import stat
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.catalogue import WHOLE_LIBRARY, Extent, IgnoredPath
from index.model import FileStat, identify_folder, is_ignored, name_directory
from indexer.errors import LibraryUnavailableError
from indexer.watch.exclusions import read_exclusions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from indexer.watch.exclusions import Exclusions

_SYMBOLIC_LINK = IgnoredPath("", "lien symbolique : il n’est pas suivi", "déposez le fichier lui-même")
_UNREADABLE_NAME = IgnoredPath("", "nom de fichier illisible", "renommez-le")
_LONG_PATH = IgnoredPath("", "chemin trop long", "raccourcissez les noms des dossiers qui y mènent")
_SPECIAL_FILE = IgnoredPath("", "ni fichier ni dossier", "déposez un fichier ordinaire")
_UNREADABLE = IgnoredPath("", "accès refusé ou lecture impossible", "vérifiez les droits et l’état du partage")

_LONGEST_PATH = 2_000
"""In bytes. PostgreSQL's indexes hold no key of more than 2,704, for which it refuses the changes of all files. The
first folder beyond the limit is recorded as left out: a single name has 255 at most."""


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan saw in a part of the library: files by path (POSIX, relative), and what was left out.

    `folders` gives each folder's identity by its path; excluded folders, which are not looked into, are among them.
    `unreadable` names files and folders (these end with « / ») that could not be looked at: nothing is known of them.
    The scan took `seconds`.
    """

    files: Mapping[str, FileStat]
    folders: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    unreadable: tuple[str, ...] = ()
    left_out: Mapping[str, IgnoredPath] = field(default_factory=dict)
    extent: Extent = WHOLE_LIBRARY
    seconds: float = 0.0

    def is_unreadable(self, path: str) -> bool:
        """Whether a path could not be looked at, or lies below one that could not be."""
        return any(path == each or path.startswith(f"{each.removesuffix('/')}/") for each in self.unreadable)


def scan_library(library: Path, extent: Extent = WHOLE_LIBRARY) -> ScanResult:
    """Scan the library, or a part of it, once.

    Raises LibraryUnavailableError when the library itself cannot be listed: its files are not missing then.
    """
    try:
        # Before the exclusions are read: in an absent library their file would merely seem to be missing.
        os.scandir(library).close()
    except OSError as error:
        raise _unavailable_error(library, error) from error
    return _LibraryScan(library, read_exclusions(library)).scan(extent)


class _LibraryScan:
    """One scan under way."""

    def __init__(self, library: Path, exclusions: Exclusions) -> None:
        self._library = library
        self._exclusions = exclusions
        self._files: dict[str, FileStat] = {}
        self._folders: dict[str, str] = {}
        self._left_out = {each.path: each for each in exclusions.invalid_lines}
        self._unreadable: list[str] = []

    def scan(self, extent: Extent) -> ScanResult:
        """Scan trees with all that is below, then single folders without their subfolders."""
        started = time.monotonic()
        # An explicit list rather than recursion: folders may be nested more deeply than Python lets calls be.
        to_list = [tree for tree in extent.trees if self._is_reachable(tree)]
        while to_list:
            to_list += self._list_folder(to_list.pop())
        for folder in extent.folders:
            if self._is_reachable(folder):
                self._list_folder(folder)
        self._drop_moved_folders()
        seconds = time.monotonic() - started
        return ScanResult(self._files, tuple(self._unreadable), self._left_out, extent, seconds, folders=self._folders)

    def _drop_moved_folders(self) -> None:
        """Leave out what was seen of a folder before it was moved, where it was seen once more after that."""
        counts = Counter(self._folders.values())
        seen_twice = [path for path, identity in self._folders.items() if identity and counts[identity] > 1]
        for path in seen_twice:
            if path in self._folders and identify_folder(self._library / path) != self._folders[path]:
                for found in (self._folders, self._files):
                    for each in [each for each in found if each == path or each.startswith(f"{path}/")]:
                        del found[each]

    def _is_reachable(self, folder: str) -> bool:
        """Whether a scan of the whole library comes to this folder: nothing on the way is left out, a link or gone."""
        # Events also name folders inside excluded trees, and folders that went meanwhile.
        parts = folder.split("/") if folder else []
        paths = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        if len(os.fsencode(folder)) > _LONGEST_PATH or any(map(is_ignored, parts)) or self._is_excluded(paths):
            return False
        try:
            # `lstat`, since a link to a folder is not followed either.
            found = {path: (self._library / path).lstat() for path in paths}
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:
            self._unreadable.append(f"{folder}/")
            return False
        if not all(stat.S_ISDIR(each.st_mode) for each in found.values()):
            return False
        self._folders |= {path: name_directory(each) for path, each in found.items()}
        return True

    def _is_excluded(self, paths: list[str]) -> bool:
        """Whether one of these folders is excluded; it is left out then: nobody takes what lies below for missing."""
        excluded = ((f"{path}/", self._exclusions.explain_exclusion(f"{path}/")) for path in paths)
        path, reason = next((each for each in excluded if each[1]), ("", ""))
        if path:
            self._left_out[path] = _explain_left_out(path, reason)
        return bool(path)

    def _list_folder(self, folder: str) -> list[str]:
        """Record what a folder holds; gives its subfolders.

        Raises LibraryUnavailableError where the library's own folder cannot be listed.
        """
        prefix = f"{folder}/" if folder else ""
        try:
            with os.scandir(self._library / folder) as entries:
                # All entries are taken before any is recorded: a listing that fails halfway says nothing.
                named = [(f"{prefix}{entry.name}", entry) for entry in entries if not is_ignored(entry.name)]
        except OSError as error:
            if not folder:
                raise _unavailable_error(self._library, error) from error
            # A folder that is not there was deleted after its parent was listed: its files are truly missing.
            self._folders.pop(folder, None)
            if not isinstance(error, FileNotFoundError | NotADirectoryError):
                self._record_unreadable(prefix)
            return []
        return [path for path, entry in named if self._record_entry(path, entry)]

    def _record_entry(self, path: str, entry: os.DirEntry[str]) -> bool:
        """Record one entry; gives whether it is a folder to list."""
        try:
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and _printable_name(path) == path and len(os.fsencode(path)) <= _LONGEST_PATH:
                self._folders[path] = name_directory(entry.stat(follow_symlinks=False))
            if left_out := self._check_entry(path, entry, is_folder=is_folder):
                self._left_out[left_out.path] = left_out
            elif not is_folder:
                self._files[path] = FileStat.from_os(entry.stat(follow_symlinks=False))
        except FileNotFoundError:
            # Deleted after the listing: the next scan will tell.
            return False
        except OSError:
            self._record_unreadable(path)
            return False
        return is_folder and not left_out

    def _check_entry(self, path: str, entry: os.DirEntry[str], *, is_folder: bool) -> IgnoredPath | None:
        shown = f"{_printable_name(path)}/" if is_folder else _printable_name(path)
        # A link may lead outside the library; one that leads inside leads to a file that is seen anyway.
        if entry.is_symlink():
            return IgnoredPath(shown, _SYMBOLIC_LINK.reason, _SYMBOLIC_LINK.advice)
        # A name that is not in UTF-8 could neither be stored in the catalogue nor be shown.
        if _printable_name(entry.name) != entry.name:
            return IgnoredPath(shown, _UNREADABLE_NAME.reason, _UNREADABLE_NAME.advice)
        if len(os.fsencode(path)) > _LONGEST_PATH:
            return IgnoredPath(shown, _LONG_PATH.reason, _LONG_PATH.advice)
        if reason := self._exclusions.explain_exclusion(shown):
            return _explain_left_out(shown, reason)
        if not is_folder and not entry.is_file(follow_symlinks=False):
            return IgnoredPath(shown, _SPECIAL_FILE.reason, _SPECIAL_FILE.advice)
        return None

    def _record_unreadable(self, path: str) -> None:
        shown = _printable_name(path)
        # The raw path is compared with known paths, the printable one is shown.
        self._unreadable.append(path)
        self._left_out[shown] = IgnoredPath(shown, _UNREADABLE.reason, _UNREADABLE.advice)


def _explain_left_out(path: str, reason: str) -> IgnoredPath:
    return IgnoredPath(path, reason, "retirez cette ligne pour l’indexer")


def _unavailable_error(library: Path, error: OSError) -> LibraryUnavailableError:
    return LibraryUnavailableError(
        f"La bibliothèque {library} ne s’ouvre pas ({error.strerror}) : le partage est-il monté ?"
    )


def stat_file(path: Path) -> FileStat | None:
    """The size and times of a regular file now; None where there is none, or only by way of a symbolic link."""
    try:
        found = path.lstat()
        # A folder on the way may have become a link since the scan: the resolved path must be the path itself.
        if not stat.S_ISREG(found.st_mode) or os.path.realpath(path) != str(path):
            return None
    except OSError:
        return None
    return FileStat.from_os(found)


def _printable_name(name: str) -> str:
    # Python gives bytes that are no UTF-8 as lone surrogates, which cannot be encoded.
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
