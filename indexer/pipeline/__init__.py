"""From the queue to the catalogue: hashing, extraction jobs, writing, reading again, page images, transcription."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from indexer.pipeline.aligning import Aligner
from indexer.pipeline.describing import Describer
from indexer.pipeline.frame_aligning import FrameAligner
from indexer.pipeline.pipeline import Pipeline
from indexer.pipeline.previewing import open_previewer
from indexer.pipeline.rereading import Rereader

if TYPE_CHECKING:
    from indexer.pipeline.embedding import PassageEmbedder
    from indexer.pipeline.transcribing import Transcriber, TranscriptionState, choose_engine

__all__ = [
    "Aligner",
    "Describer",
    "FrameAligner",
    "PassageEmbedder",
    "Pipeline",
    "Rereader",
    "Transcriber",
    "TranscriptionState",
    "choose_engine",
    "open_previewer",
]


_LATE_MODULES = {
    "PassageEmbedder": "indexer.pipeline.embedding",
    "Transcriber": "indexer.pipeline.transcribing",
    "TranscriptionState": "indexer.pipeline.transcribing",
    "choose_engine": "indexer.pipeline.transcribing",
}


def __getattr__(name: str) -> Any:
    # Imported late: they stand on the whole search and on clients of services, which most installations do without.
    if name not in _LATE_MODULES:
        raise AttributeError(name)
    return getattr(import_module(_LATE_MODULES[name]), name)
