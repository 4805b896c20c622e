"""The field's words: themes, territories, event types, acronyms, and the animators' changes to them."""

from index.vocabulary.overrides import VocabularyChange, VocabularyOverrides, check_entry, find_undone_changes
from index.vocabulary.vocabulary import (
    Acronym,
    AnyEntry,
    EntryKind,
    Territory,
    Vocabulary,
    VocabularyEntry,
    VocabularyError,
    load_vocabulary,
    slugify,
)

__all__ = [
    "Acronym",
    "AnyEntry",
    "EntryKind",
    "Territory",
    "Vocabulary",
    "VocabularyChange",
    "VocabularyEntry",
    "VocabularyError",
    "VocabularyOverrides",
    "check_entry",
    "find_undone_changes",
    "load_vocabulary",
    "slugify",
]
