"""From the queue to the catalogue: hashing, extraction jobs, writing, reading again, page images."""

from indexer.pipeline.pipeline import Pipeline
from indexer.pipeline.previewing import open_previewer
from indexer.pipeline.rereading import Describer, Rereader

__all__ = ["Describer", "Pipeline", "Rereader", "open_previewer"]
