"""One piece of a recording, from its sound to clean segments. Runs in a worker process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractors.errors import UnreadableFileError
from extractors.transcription.hallucinations import HeardSegment, clean_segments
from extractors.transcription.sound import NO_TRACK, RATE, encode_mp3, find_cut, is_silent, read_samples

if TYPE_CHECKING:
    from array import array

_LOCAL_SECONDS = (90.0, 120.0)
_SERVICE_SECONDS = (480.0, 600.0)
"""A piece ends in the longest quiet between these seconds. A service is asked less often, for more at once."""


@dataclass(frozen=True, slots=True)
class SpokenSegment:
    """What was said from `start` to `end`, seconds of the recording; `doubtful` where the model is unsure."""

    start: float
    end: float
    text: str
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class TranscribedPiece:
    """What was said from `start` to `end`; `dropped` counts what the model made up, `is_last` ends the recording."""

    start: float
    end: float
    segments: tuple[SpokenSegment, ...]
    dropped: int
    is_last: bool
    warning: str = ""


class RefusalKind(Enum):
    """What follows from a refusal."""

    LATER = "later"
    """Nothing can be heard now: the service is down, or the model is absent."""
    ASIDE = "aside"
    """This recording is refused, perhaps by mistake; others may be heard."""
    FINAL = "final"
    """This recording can never be heard."""


@dataclass(frozen=True, slots=True)
class PieceRefusal:
    """Why a piece was not heard, in French, and what follows from it."""

    message: str
    kind: RefusalKind


PieceOutcome = TranscribedPiece | PieceRefusal

Hearing = tuple[list[HeardSegment], str]
"""What was heard, seconds from the beginning of the sound, and a warning in French, or ""."""

SpeechServiceCall = Callable[[bytes], Hearing | PieceRefusal]
"""Hears an MP3; a worker process unpickles it."""


@dataclass(frozen=True, slots=True)
class SpeechEngine:
    """What hears: the model in a folder, or that of a service at an `address` (« …/v1 »); `name` identifies it.

    `service` hears where there is an address: this package sends nothing over a network itself.
    """

    model: str
    address: str = ""
    service: SpeechServiceCall | None = None

    @property
    def name(self) -> str:
        """The name under which transcriptions are kept and shown; another name is another transcription."""
        if not self.address:
            return Path(self.model).name
        return f"{self.model} ({urlsplit(self.address).hostname})"


def transcribe_piece(path: Path, start: float, engine: SpeechEngine) -> PieceOutcome:
    """Hear a recording from `start` to the next pause after the usual length of a piece, or to its end."""
    first, last = _SERVICE_SECONDS if engine.address else _LOCAL_SECONDS
    try:
        samples = read_samples(path, start, last)
    except UnreadableFileError as error:
        # A library's own words name files of this machine, in English.
        return PieceRefusal(NO_TRACK if error.detail == NO_TRACK else str(error), RefusalKind.FINAL)
    is_last = len(samples) < last * RATE
    length = len(samples) / RATE if is_last else find_cut(samples, first, last)
    samples = samples[: round(length * RATE)]
    heard: list[HeardSegment] = []
    warning = ""
    if not is_silent(samples):
        answer = engine.service(encode_mp3(samples)) if engine.service else _hear_locally(samples, engine)
        if isinstance(answer, PieceRefusal):
            return answer
        heard, warning = answer
    kept, dropped = clean_segments(heard)
    # A model may end a segment after the sound has ended.
    segments = tuple(
        SpokenSegment(start + min(each.start, length), start + min(each.end, length), each.text, each.doubtful)
        for each in kept
    )
    return TranscribedPiece(start, start + length, segments, dropped, is_last, warning)


def _hear_locally(samples: array[int], engine: SpeechEngine) -> Hearing | PieceRefusal:
    # Imported here: only those who transcribe on the machine itself have its library.
    from extractors.transcription.local_model import hear_samples  # noqa: PLC0415

    try:
        return list(hear_samples(samples, engine.model)), ""
    except ModuleNotFoundError as error:
        return PieceRefusal(
            f"{error.name} n’est pas installé : lancez « make install-transcription »", RefusalKind.LATER
        )
    except (OSError, RuntimeError, ValueError) as error:
        # CTranslate2 raises RuntimeError for a folder without a model, and where memory is lacking.
        return PieceRefusal(
            f"le modèle « {engine.name} » ne se lit pas ({type(error).__name__}) : vérifiez son dossier",
            RefusalKind.LATER,
        )
