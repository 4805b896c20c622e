"""Questions: from what a person types to a syntax tree of analysed words, with synonyms and corrections."""

from index.query.lexicon import Lexicon
from index.query.names import WishKind
from index.query.parser import Leaf, is_sentence_question, parse_query, positive_leaves
from index.query.requirements import (
    is_question_word,
    list_telling_parts,
    list_words,
    loosen_compounds,
    require_all,
)
from index.query.spelling import (
    KnownWords,
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
from index.query.wishes import Understanding, UnderstoodWish, WishReader, join_wishes, score_wishes
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
    "Understanding",
    "UnderstoodWish",
    "Weighted",
    "WishKind",
    "WishReader",
    "Written",
    "any_capitals",
    "correct_spelling",
    "is_question_word",
    "is_sentence_question",
    "join_wishes",
    "keep_rarest",
    "label_part",
    "list_telling_parts",
    "list_words",
    "loosen_compounds",
    "map_original_spellings",
    "original_spelling",
    "parse_query",
    "positive_leaves",
    "require_all",
    "require_exact",
    "restore_accents",
    "score_wishes",
]
