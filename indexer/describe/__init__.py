"""What documents are described by: sidecars, the calendar, names, the vocabulary; and the passages of a text."""

from indexer.describe.passages import clean_text, cut_passages
from indexer.describe.rules import DescriptionRules
from indexer.describe.sidecars import parent_folder

__all__ = ["DescriptionRules", "clean_text", "cut_passages", "parent_folder"]
