"""The words of an index are packed, and are those that were given."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from index.query import Lexicon
from index.text import analyse_word, fold_accents

_WORDS = st.dictionaries(
    st.text("aàâbcçeéèoœuz0\U0001f600", min_size=1, max_size=5)
    | st.sampled_from(["CAF", "café", "cafés", "élu", "Elu"]),
    st.integers(1, 5_000_000),
    max_size=40,
)


@given(_WORDS, st.text("aéeozœ", max_size=2))
def test_words_are_found_as_in_a_plain_list(words: dict[str, int], start: str) -> None:
    """By their folded form, by its beginning, by their stem; whatever their letters, once each."""
    lexicon = Lexicon(words)
    assert len(lexicon) == len(words)
    for written, documents in words.items():
        same = {each: count for each, count in words.items() if fold_accents(each) == fold_accents(written)}
        assert fold_accents(written) in lexicon
        assert lexicon.written_frequency(written) == documents
        assert lexicon.word_frequency(fold_accents(written)) == sum(same.values())
        assert set(lexicon.forms(fold_accents(written))) <= same.keys()
        stem = analyse_word(written).stem
        assert lexicon.stem_frequency(stem) == sum(
            count for each, count in words.items() if analyse_word(each).stem == stem
        )
    beginning = {fold_accents(each) for each in words if fold_accents(each).startswith(start)}
    assert {fold_accents(each) for each in lexicon.find_by_prefix(start, 50)} == beginning
    assert len(lexicon.find_by_prefix(start, 50)) == len(beginning)
    assert lexicon.stem_frequency("nulle part") == lexicon.word_frequency("nullepart") == 0


@given(_WORDS)
def test_words_that_are_kept_come_back(words: dict[str, int]) -> None:
    """Through the JSON of their file."""
    lexicon = Lexicon(words)
    kept = json.loads(json.dumps(lexicon.export(), ensure_ascii=False))
    assert Lexicon.restore(kept).export() == lexicon.export()
