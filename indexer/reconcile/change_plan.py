"""Decides what to do so that the catalogue equals the library. Pure: it reads as a truth table.

| the path was known | its content is | then it is |
|---|---|---|
| yes | the same, size and times too | nothing |
| yes | the same, another time | Touched |
| yes or no | that of a known path, which has it no more | Moved: the document follows its content |
| yes or no | that of a known path of the same audience, which still has it | Copied: another location of it |
| yes or no | that of a document of the same audience that is gone | Restored |
| yes | unknown, and what was here is nowhere else | Replaced: a new version of the document |
| no  | unknown, at a gone path spelt otherwise (capitals, accents) | Replaced, likewise |
| yes or no | that of a path that is gone, where it failed for its suffix, and this is another | Replaced, likewise |
| yes | unknown, and what was here is elsewhere now | Added: the document went with its content |
| no  | unknown | Added |
| yes | not seen, and Moved nowhere | Removed |

Two files that swap their names are two Moved: each document keeps its content, its address and its human tags.

The audience of a document's places is part of its identity: the same content in a folder that others see is another
document. A document follows its content to such a folder all the same, if nothing else there is its own; the catalogue
then shows it to nobody new until a person agrees. A file that a person has deposited never is a document from
elsewhere: whoever guesses a reserved content learns nothing by depositing it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from index.accounts import EVERYBODY
from index.model import find_suffix, normalise_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.model import FileStat

UNREADABLE_DIGEST = ""
"""The digest of a file that could not be opened: it equals no other file's content."""


@dataclass(frozen=True, slots=True)
class FileFingerprint:
    """What identifies a file's content: its size and times, and its SHA-256 in hexadecimal."""

    stat: FileStat
    digest: str


@dataclass(frozen=True, slots=True)
class PathAudiences:
    """The groups that see each path, known or seen; those that are left out are everybody's.

    `unjoinable` are known files whose document is for others than their path is: it waits for an agreement, and no
    other file is a location of it. `deposited` are files that a person has just deposited.
    """

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unjoinable: frozenset[str] = frozenset()
    deposited: frozenset[str] = frozenset()

    def find(self, path: str) -> frozenset[str]:
        """The groups that see a path."""
        return self.groups.get(path, EVERYBODY)


@dataclass(frozen=True, slots=True)
class KnownFiles:
    """What the catalogue knows: files by path, and removed documents, which may come back, by digest and audience.

    `misnamed` are known files that failed for their suffix: under another, their content is unknown.
    """

    files: Mapping[str, FileFingerprint]
    restorable: frozenset[tuple[str, frozenset[str]]] = field(default_factory=frozenset)
    audiences: PathAudiences = field(default_factory=PathAudiences)
    misnamed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Added:
    """A content that no document has: it is to be read."""

    path: str
    fingerprint: FileFingerprint


@dataclass(frozen=True, slots=True)
class Replaced:
    """An unknown content that takes the place of another: it is to be read, as a new version of what was at `old_path`.

    `old_path` is the path itself, the same name spelt otherwise, or that from which a file was renamed that had failed
    for its suffix.
    """

    old_path: str
    path: str
    fingerprint: FileFingerprint


@dataclass(frozen=True, slots=True)
class Touched:
    """A known path with the same content and other times."""

    path: str
    fingerprint: FileFingerprint


@dataclass(frozen=True, slots=True)
class Moved:
    """A known content that is no longer at `old_path`."""

    old_path: str
    path: str
    fingerprint: FileFingerprint


@dataclass(frozen=True, slots=True)
class Copied:
    """A known content that is still at `old_path` too."""

    old_path: str
    path: str
    fingerprint: FileFingerprint


@dataclass(frozen=True, slots=True)
class Restored:
    """A content of a document that was removed: the document comes back."""

    path: str
    fingerprint: FileFingerprint


@dataclass(frozen=True, slots=True)
class Removed:
    """A known path that is not seen any more."""

    path: str


Arrival = Added | Replaced
"""A change whose content has to be read."""

Change = Added | Replaced | Touched | Moved | Copied | Restored | Removed
Plan = tuple[Change, ...]


def plan(known: KnownFiles, seen: Mapping[str, FileFingerprint]) -> Plan:
    """List the changes that lead from what is known to what is seen, in the order of paths, removals last."""
    return tuple(_PlanBuilder(known, seen).iterate_changes())


class _PlanBuilder:
    """One plan under construction: each vacated path is the origin of one move or replacement at most."""

    def __init__(self, known: KnownFiles, seen: Mapping[str, FileFingerprint]) -> None:
        self._known = known
        self._seen = seen
        self._audiences = known.audiences
        self._paths_by_digest = _group_by_digest(known.files)
        self._seen_paths_by_digest = _group_by_digest(seen)
        # Paths whose document has followed a change that is already in the plan.
        self._vacated: set[str] = set()
        self._missing_by_normal_path = {normalise_path(path): path for path in sorted(known.files.keys() - seen.keys())}

    def iterate_changes(self) -> Iterator[Change]:
        # Sorted, so that the same input always gives the same plan.
        for path in sorted(self._seen):
            if change := self._decide_change(path, self._seen[path]):
                if isinstance(change, Moved | Replaced):
                    self._vacated.add(change.old_path)
                yield change
        for path in sorted(self._known.files.keys() - self._seen.keys() - self._vacated):
            yield Removed(path)

    def _decide_change(self, path: str, fingerprint: FileFingerprint) -> Change | None:
        before = self._known.files.get(path)
        if before and before.digest == fingerprint.digest:
            return None if before == fingerprint else Touched(path, fingerprint)
        # A content that is known comes first: a rename or a copy must never be taken for a new version.
        known_paths = [
            each for each in self._paths_by_digest.get(fingerprint.digest, []) if not self._is_misnamed(each, path)
        ]
        vacated = [each for each in known_paths if self._has_lost_content(each) and each not in self._vacated]
        own = [each for each in known_paths if self._is_of_audience(each, path)]
        if origins := [each for each in vacated if each in own]:
            return Moved(_most_similar_path(path, origins), path, fingerprint)
        if origins := [each for each in vacated if self._follows_elsewhere(each, path)]:
            return Moved(_most_similar_path(path, origins), path, fingerprint)
        if own:
            return Copied(own[0], path, fingerprint)
        # A document that was removed comes back before anything else takes the path.
        if (fingerprint.digest, self._audiences.find(path)) in self._known.restorable:
            return Restored(path, fingerprint)
        # Some programs save a file under other capitals, some systems compose its accents otherwise.
        old_path = path if before else self._missing_by_normal_path.get(normalise_path(path))
        if old_path is None or not self._is_content_gone(old_path):
            old_path = self._find_misnamed_origin(path, fingerprint.digest)
        return Replaced(old_path, path, fingerprint) if old_path else Added(path, fingerprint)

    def _is_misnamed(self, known_path: str, path: str) -> bool:
        """Whether a known content failed for its suffix, and has another at `path`."""
        return known_path in self._known.misnamed and find_suffix(known_path) != find_suffix(path)

    def _find_misnamed_origin(self, path: str, digest: str) -> str | None:
        """The path from which a file was renamed that had failed for its suffix: what was said of it follows."""
        origins = [
            each
            for each in self._paths_by_digest.get(digest, [])
            if self._is_misnamed(each, path)
            and each not in self._seen
            and each not in self._vacated
            and self._is_of_audience(each, path)
        ]
        return _most_similar_path(path, origins) if origins else None

    def _has_lost_content(self, path: str) -> bool:
        now = self._seen.get(path)
        return now is None or now.digest != self._known.files[path].digest

    def _is_of_audience(self, known_path: str, path: str) -> bool:
        """Whether a file at `path` with the content of a known path would be a location of the same document."""
        return known_path not in self._audiences.unjoinable and self._audiences.find(known_path) == (
            self._audiences.find(path)
        )

    def _follows_elsewhere(self, origin: str, path: str) -> bool:
        """Whether the document of a vacated path follows its content to a folder that others see."""
        if path in self._audiences.deposited:
            return False
        # A document that waits for an agreement goes on waiting, wherever its file goes.
        if origin in self._audiences.unjoinable:
            return True
        # Nothing of it is left where it was, nor has anything come there.
        digest = self._known.files[origin].digest
        return not any(
            self._audiences.find(each) == self._audiences.find(origin) for each in self._seen_paths_by_digest[digest]
        )

    def _is_content_gone(self, path: str) -> bool:
        """Whether a known path's content is at no other path now, and no earlier change took its document away."""
        digest = self._known.files[path].digest
        return path not in self._vacated and not any(
            each != path and self._may_hold(path, each) for each in self._seen_paths_by_digest.get(digest, ())
        )

    def _may_hold(self, known_path: str, path: str) -> bool:
        """Whether the document of a known path may be at another path with the same content now."""
        # A file that others see, and that had this content before, is another document.
        before = self._known.files.get(path)
        is_new = before is None or before.digest != self._known.files[known_path].digest
        return self._is_of_audience(known_path, path) or (is_new and path not in self._audiences.deposited)


def _group_by_digest(files: Mapping[str, FileFingerprint]) -> Mapping[str, list[str]]:
    paths_by_digest: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(files):
        # Two files that could not be opened need not be the same.
        if files[path].digest != UNREADABLE_DIGEST:
            paths_by_digest[files[path].digest].append(path)
    return paths_by_digest


def _most_similar_path(path: str, candidates: list[str]) -> str:
    """The path, among those that a content has left, from which `path` was most likely renamed."""
    # The same path spelt otherwise, else the same name in another folder, else the first in order.
    return min(
        candidates,
        key=lambda each: (normalise_path(each) != normalise_path(path), _file_name(each) != _file_name(path), each),
    )


def _file_name(path: str) -> str:
    return PurePosixPath(path).name
