"""The nouns of files: a part of the library, what is known of a file, what waits, is ignored or cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.model import FileStat


@dataclass(frozen=True, slots=True)
class Extent:
    """A part of the library: `folders` by themselves, and `trees` with all that is below; "" is the library's own."""

    folders: frozenset[str] = frozenset()
    trees: frozenset[str] = frozenset()

    def covers(self, path: str) -> bool:
        """Whether a path lies in this part. A folder's path ends with « / », and lies where its parent is looked at."""
        folder = path.rstrip("/").rpartition("/")[0]
        if folder in self.folders or "" in self.trees:
            return True
        # Upwards from the file: paths have few parents, an extent may have many trees.
        while folder and folder not in self.trees:
            folder = folder.rpartition("/")[0]
        return folder in self.trees


WHOLE_LIBRARY = Extent(trees=frozenset({""}))
"""The whole library."""


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A file as it was when last read; `digest` is the SHA-256 of its content in hexadecimal."""

    path: str
    stat: FileStat
    digest: str
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A living document's content, and one file that holds it, with its size in bytes and its time of change."""

    digest: str
    format: str
    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class QueuedFile:
    """A file that waits to be read, as it was seen; `ready` once it has stood still.

    `attempts` counts the readings that began and did not end: each was cut short by a crash.
    """

    path: str
    stat: FileStat
    ready: bool = True
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class IgnoredPath:
    """A file or a folder (its path ends with « / ») that is ignored, why, and what to do, both in French."""

    path: str
    reason: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a content gave no text; `message` and `advice` are in French, `detail` is the reading library's own words."""

    digest: str
    extractor_version: int
    reason: str
    message: str
    advice: str
    detail: str = ""
