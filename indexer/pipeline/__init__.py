"""From the queue to the catalogue: hashing, extraction jobs, writing, reading again, page images, transcription."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from indexer.pipeline.aligning import Aligner
from indexer.pipeline.frame_aligning import FrameAligner
from indexer.pipeline.pipeline import Pipeline
from indexer.pipeline.previewing import open_previewer
from indexer.pipeline.rereading import Describer, Rereader
from indexer.pipeline.transcribing import Transcriber, TranscriptionState, choose_engine, open_background_pool

if TYPE_CHECKING:
    from indexer.pipeline.embedding import PassageEmbedder

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
    "open_background_pool",
    "open_previewer",
]


def __getattr__(name: str) -> Any:
    # Imported late: it stands on the whole search, which the indexer otherwise does without.
    if name != "PassageEmbedder":
        raise AttributeError(name)
    return import_module("indexer.pipeline.embedding").PassageEmbedder
