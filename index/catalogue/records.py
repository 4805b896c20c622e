"""What goes into the catalogue and what comes out, beside the nouns of index.model.documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from index.engines import IndexedDocument
    from index.model import Event, FileStat, PartialDate, Passage, Tag


@dataclass(frozen=True, slots=True)
class Content:
    """What reading a file gave: it depends on the file's bytes and on the version of the extractors that read it."""

    digest: str
    format: str
    own_title: str
    passages: tuple[Passage, ...]
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    duration: float | None = None
    warnings: tuple[str, ...] = ()
    signature: tuple[int, ...] = ()
    extractor_version: int = 0


class EventSource(Enum):
    """Who or what describes an event. Members are in falling order of authority."""

    ANIMATOR = "animateur"
    CALENDAR = "calendrier"
    SIDECAR = "fiche"
    FOLDER = "dossier"
    FILE_NAME = "nom"


@dataclass(frozen=True, slots=True)
class Description:
    """What the rules make of a document: it also depends on its paths and on the vocabulary, and may be made anew.

    `authors` are those that a metadata file names; without any, the file's own stand.
    """

    title: str
    date: PartialDate | None
    event: Event | None
    tags: tuple[Tag, ...]
    event_source: EventSource = EventSource.FILE_NAME
    authors: tuple[str, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class AnnouncedEvent:
    """An event of the calendar or of an animator: `folder` holds its documents, `number` is its « n° 3 »."""

    event: Event
    folder: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """A metadata file (sidecar or calendar): `size` in bytes, time of change in nanoseconds.

    `problems` are what is wrong in it, in French; `pending` until its documents are described by it. `text` is None
    once the file is gone, until its documents are described without it.
    """

    path: str
    size: int
    mtime_ns: int
    text: str | None
    problems: tuple[str, ...] = ()
    pending: bool = True


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
class Failure:
    """Why a content gave no text; `message` and `advice` are in French, `detail` is the reading library's own words."""

    digest: str
    extractor_version: int
    reason: str
    message: str
    advice: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """A document's latest change; `document` is None where it can no longer be found."""

    number: int
    document_id: str
    document: IndexedDocument | None


class FileState(Enum):
    """What became of a file. Members are in the order of their urgency for whoever looks after the library."""

    FAILED = "en-echec"
    WRONG_METADATA_FILE = "fiche-a-corriger"
    NO_TEXT = "sans-texte"
    # Not ready: it is watched until it stands still.
    SEEN = "vu"
    WAITING = "en-attente"
    DUPLICATE = "doublon"
    IGNORED = "ignore"
    METADATA_FILE = "fiche"
    INDEXED = "indexe"

    @property
    def label(self) -> str:
        """The French name of the state, for animators."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    FileState.FAILED: "en échec",
    FileState.WRONG_METADATA_FILE: "fiche à corriger",
    FileState.NO_TEXT: "sans texte",
    FileState.SEEN: "vu",
    FileState.WAITING: "en attente",
    FileState.DUPLICATE: "doublon",
    FileState.IGNORED: "ignoré",
    FileState.METADATA_FILE: "fiche",
    FileState.INDEXED: "indexé",
}


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What became of a file: an animator's question. `seen` is when it came to the present state."""

    path: str
    state: FileState
    reason: str
    advice: str
    document_id: str | None
    seen: datetime


@dataclass(frozen=True, slots=True)
class StatusFilter:
    """Which files are asked for: in one of these states (none: all), with `path` in their path, from `offset` on.

    `after` is the state and the path of a file: those that follow it. With `groups`, those in folders that they see.
    """

    states: frozenset[FileState] = frozenset()
    path: str = ""
    limit: int | None = None
    offset: int = 0
    after: tuple[FileState, str] | None = None
    groups: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """How much the catalogue holds: living documents, their passages, and files that could not be read."""

    documents: int
    passages: int
    failures: int


@dataclass(frozen=True, slots=True)
class ReadableCounts:
    """How many documents someone may read, with how many passages; `silent` of them have no text."""

    documents: int
    without_text: int
    passages: int


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A content that a document has or had, from 1: `size` in bytes, `path` where it lay when it was `seen`.

    `modified` is the file's own date; `who` is whom the file names as its authors, empty where it names nobody.
    """

    number: int
    digest: str
    size: int
    path: str
    seen: datetime
    modified: datetime | None
    who: str


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

LIBRARY_MEMO = "library"
"""The memo that names the folder which the catalogue belongs to."""


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


class Phase(Enum):
    """What the indexer is doing."""

    STARTING = "demarrage"
    COMPARING = "comparaison"
    READING = "lecture"
    IDLE = "veille"
    UNAVAILABLE = "indisponible"
    WITHOUT_READERS = "sans-lecteurs"
    STOPPED = "arret"

    @property
    def label(self) -> str:
        """The French name of the phase, for animators."""
        return _PHASE_LABELS[self]


_PHASE_LABELS = {
    Phase.STARTING: "démarre",
    Phase.COMPARING: "compare le dossier et le catalogue",
    Phase.READING: "lit des fichiers",
    Phase.IDLE: "à jour, attend du nouveau",
    Phase.UNAVAILABLE: "attend que la bibliothèque revienne",
    Phase.WITHOUT_READERS: "attend de quoi lire",
    Phase.STOPPED: "arrêté",
}

_HEARTBEAT_LIMIT = timedelta(seconds=60)
"""The indexer writes its state every few seconds: after a minute without, it has crashed or hangs."""


@dataclass(frozen=True, slots=True)
class IndexerState:
    """The state that the indexer last wrote; times in UTC, messages in French.

    `pending` files wait to be read; `read` and `failed` contents were read since it started, in `reading_seconds`
    during which at least one was under way; `per_minute` is the recent pace, 0 at rest, and `seconds_left` what it
    makes of the wait. `guard` says why the removal of `held` files is held back, `message` why the library cannot be
    looked at, or its files be read. `compared` is the end of the last full comparison, which took `compared_seconds`.
    `rereading` documents are to be read again by a newer version of the extractors; they can be found meanwhile.
    """

    started: datetime
    heartbeat: datetime
    phase: Phase = Phase.STARTING
    pending: int = 0
    read: int = 0
    failed: int = 0
    reading_seconds: float = 0.0
    per_minute: float = 0.0
    seconds_left: float | None = None
    guard: str = ""
    held: int = 0
    message: str = ""
    compared: datetime | None = None
    compared_seconds: float = 0.0
    rereading: int = 0

    def is_silent(self, now: datetime) -> bool:
        """Whether it stopped without writing so: it has crashed, or hangs."""
        return self.phase is not Phase.STOPPED and now - self.heartbeat > _HEARTBEAT_LIMIT
