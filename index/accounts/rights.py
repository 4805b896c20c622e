"""Folders that only some may see: the most specific rule decides for each place of a document."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.model import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class FolderRule:
    """« This folder is seen only by… »: a path in the library, POSIX, relative, and at least one group."""

    folder: str
    groups: frozenset[str]


def folder_of(text: str) -> str:
    """A folder as rules name it, whatever slashes surround it."""
    return "/".join(part for part in text.strip().split("/") if part not in {"", "."})


def audience_of(paths: Iterable[str], rules: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Who may see a document at these places: whoever may see one of them. Without rule, or place, all members."""
    seen = [_of_place(path, rules) for path in paths]
    return frozenset().union(*seen) if seen else frozenset({MEMBERS})


def _of_place(path: str, rules: Mapping[str, frozenset[str]]) -> frozenset[str]:
    # Parents come from the nearest up; the last is « . », the library itself.
    for folder in PurePosixPath(path).parents:
        if groups := rules.get("" if str(folder) == "." else str(folder)):
            return groups
    return frozenset({MEMBERS})
