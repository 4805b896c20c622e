"""What goes into the catalogue and what comes out, beside the domain's own nouns."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from index.engine import IndexedDocument
    from index.model import Event, PartialDate, Passage, Tag


@dataclass(frozen=True, slots=True)
class Content:
    """What reading a file gave: it depends on the file's bytes alone."""

    digest: str
    format: str
    own_title: str
    passages: tuple[Passage, ...]
    authors: tuple[str, ...] = ()
    created: datetime | None = None
    duration: float | None = None
    warnings: tuple[str, ...] = ()
    sketch: tuple[int, ...] = ()


class EventSource(Enum):
    """Who or what tells of a gathering. Members are in falling order of authority."""

    ANIMATOR = "animateur"
    CALENDAR = "calendrier"
    SIDECAR = "fiche"
    FOLDER = "dossier"
    FILE_NAME = "nom"


@dataclass(frozen=True, slots=True)
class Description:
    """What the rules make of a document: it depends on its places and on the vocabulary too, and may be made anew.

    `authors` are those that a sidecar names; without any, the file's own stand.
    """

    title: str
    date: PartialDate | None
    event: Event | None
    tags: tuple[Tag, ...]
    event_source: EventSource = EventSource.FILE_NAME
    authors: tuple[str, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """A gathering of the calendar or of an animator: `folder` holds what it left behind, `number` is its « n° 3 »."""

    event: Event
    folder: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A file by which the library tells of itself, a sidecar or the calendar: size in bytes, time in nanoseconds.

    `problems` are what is wrong in it, in French; `pending` until the documents that it speaks of are described by it.
    `text` is None once the file is gone, until they are described without it.
    """

    path: str
    size: int
    mtime_ns: int
    text: str | None
    problems: tuple[str, ...] = ()
    pending: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A file as it was when last read: `size` in bytes, `digest` the SHA-256 of its content in hexadecimal."""

    path: str
    size: int
    mtime_ns: int
    digest: str
    document_id: str | None = None


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
    """A document's latest change, in the order of writing; `document` is None when it is no longer to be found."""

    number: int
    document_id: str
    document: IndexedDocument | None


@dataclass(frozen=True, slots=True)
class Sampled:
    """A passage's text, with the themes of its document."""

    text: str
    themes: tuple[str, ...]


class State(Enum):
    """What became of a file."""

    INDEXED = "indexe"
    NO_TEXT = "sans-texte"
    DUPLICATE = "doublon"
    FAILED = "en-echec"
    NOTICE = "fiche"
    WRONG_NOTICE = "fiche-a-corriger"

    @property
    def label(self) -> str:
        """What an animator reads."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    State.INDEXED: "indexé",
    State.NO_TEXT: "sans texte",
    State.DUPLICATE: "doublon",
    State.FAILED: "en échec",
    State.NOTICE: "fiche",
    State.WRONG_NOTICE: "fiche à corriger",
}


@dataclass(frozen=True, slots=True)
class FileStatus:
    """The answer to an animator's « what became of my file? »."""

    path: str
    state: State
    reason: str
    advice: str
    document_id: str | None
    seen: datetime


@dataclass(frozen=True, slots=True)
class Totals:
    """How much the catalogue holds: living documents, their passages, and files that could not be read."""

    documents: int
    passages: int
    failures: int
