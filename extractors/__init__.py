"""Files in, text out. Knows file formats and nothing else."""

from extractors.detection import SUFFIXES
from extractors.errors import Reason, UnreadableFileError
from extractors.extract import EXTRACTOR_VERSION, extract
from extractors.model import Extraction, Format, Limits, Section, SectionUnit
from extractors.workers import ExtractionExecutor, Pool

__all__ = [
    "EXTRACTOR_VERSION",
    "SUFFIXES",
    "Extraction",
    "ExtractionExecutor",
    "Format",
    "Limits",
    "Pool",
    "Reason",
    "Section",
    "SectionUnit",
    "UnreadableFileError",
    "extract",
]
