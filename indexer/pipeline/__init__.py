"""From the queue to the catalogue: hashing, extraction jobs, writing, reading again, page images, transcription."""

from indexer.pipeline.aligning import Aligner
from indexer.pipeline.frame_aligning import FrameAligner
from indexer.pipeline.pipeline import Pipeline
from indexer.pipeline.previewing import open_previewer
from indexer.pipeline.rereading import Describer, Rereader
from indexer.pipeline.transcribing import Transcriber, TranscriptionState, choose_engine, open_media_pool

__all__ = [
    "Aligner",
    "Describer",
    "FrameAligner",
    "Pipeline",
    "Rereader",
    "Transcriber",
    "TranscriptionState",
    "choose_engine",
    "open_media_pool",
    "open_previewer",
]
