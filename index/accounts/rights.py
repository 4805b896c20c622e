"""Folder rules: folders that only some groups may see. The most specific rule decides for each path of a document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.model import MEMBERS

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


def derive_audience(paths: Iterable[str], rules: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The groups that may see a document at these paths: whoever may see one of the paths may see the document.

    Without any rule, or without any path, these are all members.
    """
    # Each path on its own: several rules may apply to one document.
    seen = [_groups_of_path(path, rules) for path in paths]
    return frozenset().union(*seen) if seen else frozenset({MEMBERS})


def _groups_of_path(path: str, rules: Mapping[str, frozenset[str]]) -> frozenset[str]:
    # Parents come nearest first, so that the most specific rule wins; the last is « . », the library itself.
    for folder in PurePosixPath(path).parents:
        if groups := rules.get("" if str(folder) == "." else str(folder)):
            return groups
    return frozenset({MEMBERS})
