"""French text: its words as engines compare them, near-duplicates, words that go together."""

from index.text.acronyms import LONGEST_ACRONYM, is_shouted
from index.text.alignment import ALIGNER_VERSION, ShotEvidence, SlideText, SpokenText, align_slides
from index.text.analysis import (
    ANALYSER_VERSION,
    CACHED_CHARACTERS,
    REMEMBERED_TEXTS,
    STOP_WORDS,
    Token,
    TokenStreams,
    Word,
    WordSpan,
    analyse_text,
    analyse_word,
    find_words,
    fold_accents,
    forget_analyses,
    join_compounds,
    join_numbers,
    normalise_unicode,
    remember_analyses,
    tokenise,
)
from index.text.associations import MAX_NEIGHBOURS, THEME_PREFIX, compute_associations
from index.text.matching import find_joined_compounds, find_matching_spans
from index.text.minhash import group_near_duplicates, jaccard, signature
from index.text.resolutions import (
    Resolution,
    find_resolutions,
    fingerprint_resolution,
    is_minutes,
)

__all__ = [
    "ALIGNER_VERSION",
    "ANALYSER_VERSION",
    "CACHED_CHARACTERS",
    "LONGEST_ACRONYM",
    "MAX_NEIGHBOURS",
    "REMEMBERED_TEXTS",
    "STOP_WORDS",
    "THEME_PREFIX",
    "Resolution",
    "ShotEvidence",
    "SlideText",
    "SpokenText",
    "Token",
    "TokenStreams",
    "Word",
    "WordSpan",
    "align_slides",
    "analyse_text",
    "analyse_word",
    "compute_associations",
    "find_joined_compounds",
    "find_matching_spans",
    "find_resolutions",
    "find_words",
    "fingerprint_resolution",
    "fold_accents",
    "forget_analyses",
    "group_near_duplicates",
    "is_minutes",
    "is_shouted",
    "jaccard",
    "join_compounds",
    "join_numbers",
    "normalise_unicode",
    "remember_analyses",
    "signature",
    "tokenise",
]
