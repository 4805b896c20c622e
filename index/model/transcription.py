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
class Recording:
    """A recording in the library: the document, and a file that holds it, as it was when it was last read.

    `duration` is in seconds, None where its file does not say. `transcribed` names what wrote its text down,
    "" where none did; `has_text` is whether it has any.
    """

    document_id: str
    digest: str
    path: str
    size: int
    mtime_ns: int
    duration: float | None
    transcribed: str
    has_text: bool
