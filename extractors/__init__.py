"""Files in, text out. Knows file formats and nothing else."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from extractors.errors import MISNAMED_DETAIL, NO_RECOGNITION_WARNING, Reason, UnreadableFileError
from extractors.formats import FORMATS, Format
from extractors.model import Extraction, Limits, Section, SectionUnit

if TYPE_CHECKING:
    from extractors.extraction import EXTRACTOR_VERSION, extract
    from extractors.workers import ExtractionExecutor, Pool

__all__ = [
    "EXTRACTOR_VERSION",
    "FORMATS",
    "MISNAMED_DETAIL",
    "NO_RECOGNITION_WARNING",
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

_LATE_MODULES = {
    "EXTRACTOR_VERSION": "extractors.extraction",
    "extract": "extractors.extraction",
    "ExtractionExecutor": "extractors.workers",
    "Pool": "extractors.workers",
}


def __getattr__(name: str) -> Any:
    # Imported late: the web process has the registry of formats too, and reads no file.
    if name not in _LATE_MODULES:
        raise AttributeError(name)
    return getattr(import_module(_LATE_MODULES[name]), name)
