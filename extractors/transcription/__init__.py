"""Speech to text, by a model on this machine or by a service; a recording is heard piece by piece."""

from extractors.transcription.pieces import (
    PieceOutcome,
    PieceRefusal,
    RefusalKind,
    SpeechEngine,
    SpokenSegment,
    TranscribedPiece,
    transcribe_piece,
)

__all__ = [
    "PieceOutcome",
    "PieceRefusal",
    "RefusalKind",
    "SpeechEngine",
    "SpokenSegment",
    "TranscribedPiece",
    "transcribe_piece",
]
