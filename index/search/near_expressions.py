"""Finds what may have been meant by a search that found nothing: by the vocabulary's meanings, then by spelling."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING

from index.query import Lexicon
from index.text import STOP_WORDS, fold_accents, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.search.autocompletion import SuggestionSources
    from index.vocabulary import Vocabulary

_LEAST_LETTERS = 4
"""Letters of an expression that is compared by its spelling: a shorter one is close to too many."""

_TWO_MISTAKES_FROM = 8
"""Letters from which two mistakes are allowed; below, one."""

_MOST_WORDS = 6
"""Words of a search whose spelling is looked at: a longer one is a sentence, which has no single other spelling."""

_MOST_SPELLINGS = 3
"""Other spellings of one word that are tried."""


def find_meant_expressions(text: str, vocabulary: Vocabulary, limit: int) -> tuple[str, ...]:
    """Return at most `limit` expressions of the vocabulary that may mean what was searched, the likeliest first.

    An entry is meant where one of its expressions holds all telling words of the text, or is the text with a mistake:
    it then gives what the library would rather say. An expression whose words are but some of the text's is never one:
    as synonyms, « aller-vers caf » and « CAF » would make all searches for the CAF find the former too.
    """
    asked, typed = _list_stems(text), fold_accents(text)
    # Of an expression that several entries have, the nearest counts.
    ranks: dict[str, tuple[float, int, str]] = {}
    for place, group in enumerate(_list_entries(vocabulary)):
        distances = [distance for each in group if (distance := _measure(text, asked, each)) is not None]
        for each in group if asked and distances else ():
            if fold_accents(each) != typed and not _list_stems(each) <= asked:
                rank = min(distances), place, each
                ranks[fold_accents(each)] = min(rank, ranks.get(fold_accents(each), rank))
    return tuple(expression for *_, expression in sorted(ranks.values())[:limit])


def _measure(text: str, asked: frozenset[str], expression: str) -> float | None:
    """Return how far an expression is from a text: 0 and more by other words, mistakes by spelling; None if too far."""
    stems = _list_stems(expression)
    if asked <= stems:
        return len(stems - asked) / len(stems)
    # Without spaces: people join what is written apart, and part what is joined.
    one, other = _join_letters(text), _join_letters(expression)
    if min(len(one), len(other)) < _LEAST_LETTERS:
        return None
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - as in the corrector of searches, for few pages

    most = 2 if len(one) >= _TWO_MISTAKES_FROM else 1
    distance = OSA.distance(one, other, score_cutoff=most)
    return float(distance) if distance <= most else None


@lru_cache(maxsize=8_192)
def _list_stems(text: str) -> frozenset[str]:
    return frozenset(token.word.stem for token in tokenise(text) if token.lower not in STOP_WORDS)


def _join_letters(text: str) -> str:
    """Return the telling words of a text without what separates them: « busdroits » is « bus des droits »."""
    return "".join(token.word.exact.lower() for token in tokenise(text) if token.lower not in STOP_WORDS)


def _list_entries(vocabulary: Vocabulary) -> Iterator[Sequence[str]]:
    """Yield the expressions of each entry of the vocabulary: what means the same."""
    yield from vocabulary.synonyms.values()
    for acronym in vocabulary.acronyms.values():
        yield acronym.letters, acronym.meaning, *acronym.aliases
    for theme in vocabulary.themes.values():
        yield theme.label, *theme.aliases
    for territory in vocabulary.territories.values():
        yield territory.label, *territory.aliases


def find_other_spellings(text: str, sources: SuggestionSources) -> tuple[str, ...]:
    """Return the text with words spelt as those that the asker may see, or the vocabulary's, fewest changes first."""
    tokens = list(tokenise(text))
    # The combinations of a long text would be many, and none of them likely.
    if len(tokens) > _MOST_WORDS:
        return ()
    of_vocabulary = Lexicon(dict.fromkeys(sources.vocabulary.words, 1))
    written = [text[token.start : token.end] for token in tokens]
    spellings = [
        (word, *islice(_find_near_words(token.word.exact.lower(), sources, of_vocabulary), _MOST_SPELLINGS))
        for word, token in zip(written, tokens, strict=True)
    ]
    # In the order of the product the text itself comes first.
    changed = list(product(*spellings))[1:]
    changed.sort(key=lambda words: sum(word != as_typed for word, as_typed in zip(words, written, strict=True)))
    return tuple(" ".join(words) for words in changed)


def _find_near_words(exact: str, sources: SuggestionSources, of_vocabulary: Lexicon) -> Iterator[str]:
    """Yield the words that were probably meant by one, as the corrector of searches finds them, each once."""
    near = (
        *(form for each in sources.lexicon.find_nearest(exact) for form in sources.lexicon.forms(each)[:1]),
        *(form for each in of_vocabulary.find_nearest(exact) for form in of_vocabulary.forms(each)[:1]),
    )
    for form in dict.fromkeys(near):
        if fold_accents(form).lower() != exact and sources.engine.has_word(form, sources.groups):
            yield form
