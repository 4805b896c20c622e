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


@dataclass(frozen=True, slots=True)
class Description:
    """What Ruche makes of a document: it depends on its places and on the vocabulary too, and may be made anew."""

    title: str
    date: PartialDate | None
    event: Event | None
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A file as it was when last read: `size` in bytes, `digest` the SHA-256 of its content in hexadecimal."""

    path: str
    size: int
    mtime_ns: int
    digest: str
    document_id: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
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

    @property
    def label(self) -> str:
        """What an animator reads."""
        return {"indexe": "indexé", "sans-texte": "sans texte", "doublon": "doublon", "en-echec": "en échec"}[
            self.value
        ]


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
