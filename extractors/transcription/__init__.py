"""Speech to text, by a model on this machine or by a service; a recording is heard piece by piece."""

from extractors.transcription.hallucinations import HeardSegment
from extractors.transcription.pieces import (
    Hearing,
    PieceOutcome,
    PieceRefusal,
    RefusalKind,
    SpeechEngine,
    SpokenSegment,
    TranscribedPiece,
    transcribe_piece,
)

__all__ = [
    "HeardSegment",
    "Hearing",
    "PieceOutcome",
    "PieceRefusal",
    "RefusalKind",
    "SpeechEngine",
    "SpokenSegment",
    "TranscribedPiece",
    "transcribe_piece",
]
