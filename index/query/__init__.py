"""Questions: from what a person types to a syntax tree of analysed words, with synonyms and corrections."""

from index.query.parser import Leaf, parse_query, positive_leaves
from index.query.spelling import (
    KnownWords,
    Lexicon,
    SpellingCorrection,
    correct_spelling,
    keep_rarest,
    require_exact,
    restore_accents,
)
from index.query.synonyms import QueryExpansion, SynonymExpander, label_part, map_original_spellings, original_spelling
from index.query.syntax import (
    And,
    AtLeast,
    ByAuthor,
    Everything,
    Fuzzy,
    InTitle,
    Match,
    Not,
    Or,
    Phrase,
    Prefix,
    Tagged,
    Weighted,
    Written,
)
from index.query.words import any_capitals

__all__ = [
    "And",
    "AtLeast",
    "ByAuthor",
    "Everything",
    "Fuzzy",
    "InTitle",
    "KnownWords",
    "Leaf",
    "Lexicon",
    "Match",
    "Not",
    "Or",
    "Phrase",
    "Prefix",
    "QueryExpansion",
    "SpellingCorrection",
    "SynonymExpander",
    "Tagged",
    "Weighted",
    "Written",
    "any_capitals",
    "correct_spelling",
    "keep_rarest",
    "label_part",
    "map_original_spellings",
    "original_spelling",
    "parse_query",
    "positive_leaves",
    "require_exact",
    "restore_accents",
]
