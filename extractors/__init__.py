"""Files in, text out. Knows file formats and nothing else."""

from extractors.errors import Reason, UnreadableFileError
from extractors.extract import EXTRACTOR_VERSION, extract
from extractors.kinds import SUFFIXES
from extractors.limits import Limits
from extractors.pool import Pool
from extractors.readers import ExtractionExecutor
from extractors.sections import Extraction, Format, Section, SectionUnit

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
