"""What was said in a recording, as a program heard it and as people corrected it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class SpokenSegment:
    """What was said from `start` to `end`, seconds of the recording; `doubtful` where the program is unsure of it."""

    start: float
    end: float
    text: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class TranscriptPiece:
    """A piece of a recording that was heard; the pieces of a recording follow each other without gaps.

    `dropped` counts what the program made up, which is left out. `is_last` ends what can be heard of the recording.
    `notice` is a sentence in French on what went wrong, or "".
    """

    start: float
    end: float
    segments: tuple[SpokenSegment, ...]
    dropped: int
    is_last: bool
    notice: str = ""


@dataclass(frozen=True, slots=True)
class TranscriptCorrection:
    """What a person says was said from `start` to `end`; `original` is what the program had heard."""

    start: float
    end: float
    text: str
    original: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Chapter:
    """The second at which a slide of a deck begins to be spoken of in a recording; `slide` counts from 1.

    `confidence` is how sure the alignment is (0 to 1), None where a person said so.
    """

    recording_id: str
    deck_id: str
    slide: int
    start: float
    confidence: float | None


@dataclass(frozen=True, slots=True)
class GatheringMaterial:
    """A deck, a recording or captions of a gathering: what tells whether they have to be aligned anew.

    `part_of` is the replay that captions or sound are a part of, None where they are a document.
    """

    document_id: str
    event_id: str
    format: str
    path: str
    digest: str
    transcribed: str
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording in the library: the document, and a file that holds it, as it was when it was last read.

    `duration` is in seconds, None where its file does not say. `transcribed` names what wrote its text down,
    "" where none did; `has_text` is whether it has any. `part_of` is the replay that it is a part of, if it is one.
    """

    document_id: str
    digest: str
    path: str
    size: int
    mtime_ns: int
    duration: float | None
    transcribed: str
    has_text: bool
    part_of: str | None = None

    @property
    def replay_id(self) -> str:
        """The document that it is, or is a part of."""
        return self.part_of or self.document_id
