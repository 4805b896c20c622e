"""Keeps the catalogue's folders equal to the library's, before anything else is done with a scan."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from index.catalogue import WHOLE_LIBRARY, LibraryFolder
from index.model import identify_folder, normalise_path
from indexer.reconcile.folder_moves import KnownLibrary, SeenLibrary, decide_rule_moves

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from index.catalogue import Catalogue, RuleMove
    from indexer.watch import ScanResult


class FolderTracker:
    """Follows the library's folders, so that the folder rules follow them."""

    def __init__(self, library: Path, catalogue: Catalogue) -> None:
        self._library = library
        self._catalogue = catalogue

    def track_folders(self, scan: ScanResult) -> None:
        """Take up the folders of a scan, and move the rules of those that were renamed or moved, in one transaction.

        To be called before any file of the scan is taken up: none may be read under a path that no rule knows yet.
        """
        # A share that is not mounted looks like an empty folder: nothing has lost its place then.
        if not (scan.files or scan.folders) and scan.extent.covers("…"):
            return
        if not self._has_changed(scan, self._catalogue.folders.find_in_extent(scan.extent)):
            return
        known = self._catalogue.folders.find_in_extent(WHOLE_LIBRARY)
        gone = self._find_gone(scan, known)
        rules = self._catalogue.folders.list_ruled()
        # Most scans that see another folder see a new one: there is nothing to compare then.
        files = self._read_sizes() if rules and (gone or _is_unsettled(known, scan)) else {}
        seen = SeenLibrary(
            {path: each.identity for path, each in known.items() if each.gone is None and path not in gone}
            | dict(scan.folders),
            {path: size for path, size in files.items() if not _is_scanned(path, scan, gone)}
            | {path: stat.size for path, stat in scan.files.items()},
            datetime.now(UTC),
            frozenset(path.removesuffix("/") for path in scan.left_out if path.endswith("/")),
        )
        moves = decide_rule_moves(rules, KnownLibrary(known, files), seen)
        after = _update_folders(known, seen, moves, _list_parents(files.keys() - seen.files.keys()))
        ruled = {normalise_path(each) for each in (*rules, *(move.path for move in moves))}
        holding = _list_parents(files)
        forgotten = {path for path, each in after.items() if each.gone and not _matters(each, ruled, holding)}
        changed = [each for path, each in after.items() if known.get(path) != each and path not in forgotten]
        if changed or forgotten or moves:
            with self._catalogue.transaction() as transaction:
                transaction.folders.update(changed, forgotten, moves)

    def _read_sizes(self) -> dict[str, int]:
        return {place.path: place.stat.size for place in self._catalogue.files.list_all()}

    def _has_changed(self, scan: ScanResult, known: Mapping[str, LibraryFolder]) -> bool:
        present = {path: each.identity for path, each in known.items() if each.gone is None}
        return (
            any(present.get(path) != identity for path, identity in scan.folders.items())
            or any(path not in scan.folders and _is_missing(path, scan) for path in present)
            # What a rule left behind is let go once its files have followed.
            or any(each.moved_to and each.gone is None for each in known.values())
            or (scan.extent == WHOLE_LIBRARY and any(each.gone and not each.moved_to for each in known.values()))
        )

    def _find_gone(self, scan: ScanResult, known: Mapping[str, LibraryFolder]) -> set[str]:
        away = self._find_moved_away(scan, known)
        absent = (path for path, each in known.items() if each.gone is None and path not in scan.folders)
        return {path for path in absent if path in away or _is_missing(path, scan)}

    def _find_moved_away(self, scan: ScanResult, known: Mapping[str, LibraryFolder]) -> set[str]:
        """Known folders outside the part that was scanned, whose directory the scan has seen elsewhere."""
        identities = {identity for path, identity in scan.folders.items() if identity}
        # Events of one rename may come apart: the new name first, the old one a moment later.
        away = {
            path
            for path, each in known.items()
            if each.identity in identities
            and each.gone is None
            and scan.folders.get(path) is None
            and identify_folder(self._library / path) != each.identity
        }
        return {path for path in known if path in away or any(path.startswith(f"{each}/") for each in away)}


def _update_folders(
    known: Mapping[str, LibraryFolder], seen: SeenLibrary, moves: Collection[RuleMove], awaiting: Collection[str]
) -> dict[str, LibraryFolder]:
    """The folders as they are now; those `awaiting` hold files that are known there and were not seen there."""
    after = {path: replace(each, gone=each.gone or seen.now) for path, each in known.items()}
    for path, identity in seen.folders.items():
        before = known.get(path)
        if before is None or before.gone:
            # A folder that comes back is a new one: it may be a rule's lost folder, under a name that was free.
            after[path] = LibraryFolder(path, identity, seen.now, moved_to=before.moved_to if before else None)
        else:
            after[path] = replace(before, identity=identity)
    places = {each.old: each.path for each in moves if not (each.keeps_old or each.extends or _is_respelt(each))}
    arrived = {each.path for each in moves}
    for path, each in after.items():
        place = places.get(path) or places.get(each.moved_to or "", each.moved_to)
        # Until its files have followed, a folder is as reserved as the place to which its rule went.
        is_over = path in arrived or (each.gone is None and path not in places and path not in awaiting)
        after[path] = replace(each, moved_to=None if is_over else place)
    return after


def _is_unsettled(known: Mapping[str, LibraryFolder], scan: ScanResult) -> bool:
    """Whether a known folder is gone, is another directory now, or is left by its rule and not yet by its files."""
    return any(
        bool(each.gone) != bool(each.moved_to)
        or (path in scan.folders and (each.gone or scan.folders[path] != each.identity))
        for path, each in known.items()
    )


def _is_missing(path: str, scan: ScanResult) -> bool:
    """Whether a folder that a scan did not see is where the scan has looked."""
    # What lies below an excluded folder was not looked at, and may be there.
    excluded = any(path.startswith(each) for each in scan.left_out if each.endswith("/"))
    return scan.extent.covers(f"{path}/") and not scan.is_unreadable(path) and not excluded


def _is_scanned(path: str, scan: ScanResult, gone: Collection[str]) -> bool:
    """Whether a scan tells more of a file than the catalogue does."""
    return path.rpartition("/")[0] in gone or (scan.extent.covers(path) and not scan.is_unreadable(path))


def _is_respelt(move: RuleMove) -> bool:
    return normalise_path(move.old) == normalise_path(move.path)


def _list_parents(paths: Iterable[str]) -> frozenset[str]:
    """The folders in which these paths lie, at any depth."""
    parents = set[str]()
    for path in paths:
        folder = path.rpartition("/")[0]
        # Upwards, until one whose own parents are there already: there may be a hundred thousand paths.
        while folder and folder not in parents:
            parents.add(folder)
            folder = folder.rpartition("/")[0]
    return frozenset(parents)


def _matters(folder: LibraryFolder, ruled: Collection[str], holding: Collection[str]) -> bool:
    """Whether a folder that is gone is still to be remembered: for a rule, or for files that are not forgotten yet."""
    names = (folder.path, folder.moved_to or folder.path)
    return folder.path in holding or any(normalise_path(each) in ruled for each in names)
