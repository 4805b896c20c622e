"""Folder rules: folders that only some groups may see. The most specific rule decides for each path of a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.accounts.audiences import EVERYBODY, intersect_audiences
from index.model import normalise_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class FolderRule:
    """« Only these groups see this folder »: a path in the library (POSIX, relative), and at least one group."""

    folder: str
    groups: frozenset[str]


def normalise_folder(text: str) -> str:
    """A folder's path as rules write it: without slashes at its ends, doubled ones, or « . »."""
    return "/".join(part for part in text.strip().split("/") if part not in {"", "."})


@dataclass(frozen=True, slots=True)
class FolderRules:
    """The rules in force: the groups that see a folder, by the folder's normal form; "" is the library itself.

    Two more limits hold for a while. `moved` are the former names of folders that a rule has followed, until their
    files have followed too. `withheld` are folders that came after a rule had lost its folder, each with the groups
    that it is kept for: it may be the lost folder under another name.
    """

    groups: Mapping[str, frozenset[str]]
    moved: Mapping[str, frozenset[str]] = field(default_factory=dict)
    withheld: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is any rule."""
        return bool(self.groups)

    def find_groups(self, path: str) -> frozenset[str]:
        """The groups that see a file at a path: by the most specific rule, all members where there is none."""
        limits: list[frozenset[str]] = []
        # Nearest first, so that the most specific rule wins; the last is « . », the library itself.
        for parent in PurePosixPath(normalise_path(path)).parents:
            folder = "/".join(parent.parts)
            # A person has decided about this folder since, whatever is withheld above it.
            if groups := self.groups.get(folder) or self.moved.get(folder):
                return _restrict(groups, limits)
            if folder in self.withheld:
                limits.append(self.withheld[folder])
        return _restrict(EVERYBODY, limits)

    def without_passing_limits(self) -> FolderRules:
        """The rules as people made them, without what holds for a while only."""
        return FolderRules(self.groups)

    def find_differences(self, other: FolderRules) -> frozenset[str]:
        """The folders, by their normal form, about which other rules say something else."""
        pairs = ((self.groups, other.groups), (self.moved, other.moved), (self.withheld, other.withheld))
        return frozenset(
            folder
            for mine, theirs in pairs
            for folder in mine.keys() | theirs
            if mine.get(folder) != theirs.get(folder)
        )


def _restrict(groups: frozenset[str], limits: Iterable[frozenset[str]]) -> frozenset[str]:
    for limit in limits:
        groups = intersect_audiences(groups, limit)
    return groups


def derive_audience(paths: Iterable[str], rules: FolderRules) -> frozenset[str]:
    """The groups that may see a document at these paths: whoever may see one of the paths may see the document.

    Without any rule, or without any path, these are all members.
    """
    # Each path on its own: several rules may apply to one document.
    seen = [rules.find_groups(path) for path in paths]
    return frozenset().union(*seen) if seen else EVERYBODY
