"""Decides which folder rules follow their folder to another path. Pure.

| the rule's folder | and | then the rule |
|---|---|---|
| was never seen | | stays |
| is there, the same directory | | stays |
| is there under another spelling | | takes that spelling |
| is gone, or another directory now | its directory is elsewhere, with files that it held | follows it |
| is gone, or emptied of all that it held | all its files are in one new folder, at the same places | follows them |
| has just gone, without known files | its directory is elsewhere | follows it |
| is gone | none of these | has lost its folder |

A directory is known by its identity (device and inode), which file systems give anew to others: alone, it
proves little.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from index.catalogue import RuleMove
from index.model import normalise_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from index.catalogue import LibraryFolder

_NEW_FOLDER_AGE = timedelta(days=1)
"""A synchroniser may copy a folder for hours before it deletes it under its old name."""


@dataclass(frozen=True, slots=True)
class KnownLibrary:
    """The library before a scan: folders by path, also those that are gone, and the sizes of files (bytes) by path."""

    folders: Mapping[str, LibraryFolder]
    files: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SeenLibrary:
    """The library as it is now: identities of folders by path, and sizes of files (bytes) by path.

    `excluded` folders are there, and not looked into.
    """

    folders: Mapping[str, str]
    files: Mapping[str, int]
    now: datetime
    excluded: Collection[str] = field(default_factory=frozenset)


def decide_rule_moves(rules: Collection[str], known: KnownLibrary, seen: SeenLibrary) -> tuple[RuleMove, ...]:
    """List the rules that follow their folder, given the folders that they name; each path gets one rule at most."""
    return tuple(_RuleFollower(rules, known, seen).iterate_moves())


class _RuleFollower:
    """One decision under way."""

    def __init__(self, rules: Collection[str], known: KnownLibrary, seen: SeenLibrary) -> None:
        self._rules, self._known, self._seen = sorted(rules), known, seen
        self._ruled = {normalise_path(rule) for rule in rules}
        self._former_identities = {each.identity for each in known.folders.values() if not each.gone}
        self._paths_by_identity = {identity: path for path, identity in sorted(seen.folders.items()) if identity}
        self._known_by_normal_path = _group_by_normal_path(known.folders)
        self._seen_by_normal_path = {normalise_path(path): path for path in sorted(seen.folders, reverse=True)}

    def iterate_moves(self) -> Iterator[RuleMove]:
        taken = Counter[str]()
        for rule in self._rules:
            if (move := self._follow(rule)) and not taken[move.path]:
                taken[move.path] += 1
                yield move
        for path, each in sorted(self._known.folders.items()):
            normal = normalise_path(path)
            anew = self._seen_by_normal_path.get(normal)
            # A rule that a person has made for this name since says who is to see it.
            if not (each.gone and each.moved_to in self._rules and anew) or normal in self._ruled:
                continue
            if self._is_new(anew) and not taken[anew]:
                # The rule followed this folder away; one of the same name is made anew, and may be taken for it.
                taken[anew] += 1
                yield RuleMove(each.moved_to, anew, extends=True)

    def _follow(self, rule: str) -> RuleMove | None:
        known = self._known.folders.get(rule) or self._find_known_spelling(rule)
        if known is None:
            return None
        identity = self._seen.folders.get(known.path)
        if identity is not None and (identity == known.identity or not known.identity):
            return self._spell(rule, known.path)
        files = self._list_files(known.path)
        in_place = self._count_files(files, known.path) if identity is not None else 0
        there = self._find_directory(known, files, in_place) or (
            self._find_copy(files, known) if not in_place else None
        )
        if there:
            return RuleMove(rule, there, keeps_old=self._is_new(known.path) or self._is_spelt_otherwise(known.path))
        if identity is not None:
            return self._spell(rule, known.path)
        other = self._seen_by_normal_path.get(normalise_path(known.path))
        return self._spell(rule, other) if other else None

    def _find_known_spelling(self, rule: str) -> LibraryFolder | None:
        alike = [self._known.folders[path] for path in self._known_by_normal_path.get(normalise_path(rule), ())]
        # One that is there, before one that is gone.
        return min(alike, key=lambda each: (each.gone is not None, each.path), default=None)

    def _spell(self, rule: str, path: str) -> RuleMove | None:
        return RuleMove(rule, path) if rule != path else None

    def _is_spelt_otherwise(self, path: str) -> bool:
        return self._seen_by_normal_path.get(normalise_path(path), path) != path

    def _is_new(self, path: str) -> bool:
        """Whether a directory that was not in the library before is at a path."""
        identity = self._seen.folders.get(path)
        return identity is not None and (not identity or identity not in self._former_identities)

    def _list_files(self, folder: str) -> dict[str, int]:
        """The known files of a folder: sizes by path below it."""
        prefix = f"{folder}/"
        return {path.removeprefix(prefix): size for path, size in self._known.files.items() if path.startswith(prefix)}

    def _count_files(self, files: Mapping[str, int], folder: str) -> int:
        return sum(self._seen.files.get(f"{folder}/{path}") == size for path, size in files.items())

    def _find_directory(self, known: LibraryFolder, files: Mapping[str, int], in_place: int) -> str | None:
        """Where the directory of a rule is now, if what it held says so too."""
        path = self._paths_by_identity.get(known.identity)
        if path is None or path == known.path:
            return None
        if self._count_files(files, path) > in_place:
            return path
        # Nothing to compare: believed only at once, for a number that is free may be another directory's later.
        unproven = not files or any(path == each or path.startswith(f"{each}/") for each in self._seen.excluded)
        return path if unproven and known.gone is None and known.path not in self._seen.folders else None

    def _find_copy(self, files: Mapping[str, int], known: LibraryFolder) -> str | None:
        """The one new folder that holds all files of a rule's folder, each at its place."""
        if not files:
            return None
        first = min(files)
        ends = [path.removesuffix(f"/{first}") for path in self._seen.files if path.endswith(f"/{first}")]
        found = [
            folder
            for folder in ends
            if folder != known.path
            and normalise_path(folder) not in self._ruled
            and self._is_recent(folder)
            and self._count_files(files, folder) == len(files)
        ]
        # Two copies: nobody can say which one the rule is about.
        return found[0] if len(found) == 1 else None

    def _is_recent(self, folder: str) -> bool:
        known = self._known.folders.get(folder)
        return known is None or known.gone is not None or self._seen.now - known.first_seen < _NEW_FOLDER_AGE


def _group_by_normal_path(paths: Iterable[str]) -> Mapping[str, list[str]]:
    grouped: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        grouped[normalise_path(path)].append(path)
    return grouped
