"""What documents are described by: sidecars, the calendar, names, the vocabulary; and the passages of a text."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from indexer.describe.passages import clean_text, cut_passages
from indexer.describe.prepared_text import PreparedText, prepare_text

if TYPE_CHECKING:
    from indexer.describe.rules import DescriptionRules
    from indexer.describe.sidecars import parent_folder
    from indexer.describe.vocabulary_differences import VocabularyDifference, VocabularyRecord, find_difference

__all__ = [
    "DescriptionRules",
    "PreparedText",
    "VocabularyDifference",
    "VocabularyRecord",
    "clean_text",
    "cut_passages",
    "find_difference",
    "parent_folder",
    "prepare_text",
]

_LATE_MODULES = {
    "DescriptionRules": "indexer.describe.rules",
    "VocabularyDifference": "indexer.describe.vocabulary_differences",
    "VocabularyRecord": "indexer.describe.vocabulary_differences",
    "find_difference": "indexer.describe.vocabulary_differences",
    "parent_folder": "indexer.describe.sidecars",
}


def __getattr__(name: str) -> Any:
    # Imported late: workers cut passages too, and have nothing to do with the catalogue.
    if name not in _LATE_MODULES:
        raise AttributeError(name)
    return getattr(import_module(_LATE_MODULES[name]), name)
