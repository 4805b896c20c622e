"""Restores accents that were not typed and corrects unknown words, from the words of the index itself."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from index.query.syntax import And, AtLeast, InTitle, Match, Not, Or, Phrase
from index.text import Word, analyse_word, fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Letters of a word that is corrected: a shorter one is close to half the language.
_MIN_LETTERS = 4

# Letters from which two mistakes are allowed; below, one.
_TWO_MISTAKES_FROM = 8

# A form that is rarer than this among those with the same letters is somebody's mistake.
_MIN_FORM_SHARE = 0.1

_MAX_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class SpellingCorrection:
    """A word that no document holds, and the one that was searched instead."""

    typed: str
    used: str


class Lexicon:
    """The words of an index, with accents, and the number of documents that hold each.

    There may be hundreds of thousands, so they are kept in sorted lists, and what few questions need is computed at the
    first of them.
    """

    def __init__(self, words: Mapping[str, int]) -> None:
        pairs = sorted((fold_accents(written), written) for written in words)
        self._written = [written for _, written in pairs]
        # Where folding changes nothing, as in most words, both lists hold the same object, to save memory.
        self._folded = [written if exact == written else exact for exact, written in pairs]
        # Machine integers: Python's take several times as much memory.
        self._documents = array("L", (words[written] for written in self._written))

    def preload(self) -> None:
        """Compute now what the first question would otherwise wait for."""
        self.stem_frequency("")

    def __len__(self) -> int:
        return len(self._distinct_folded)

    def __contains__(self, exact: str) -> bool:
        return bool(self._find_range(exact))

    def word_frequency(self, exact: str) -> int:
        """Return about how many documents hold a folded word; one that holds two of its forms counts twice."""
        return sum(self._documents[place] for place in self._find_range(exact))

    def stem_frequency(self, stem: str) -> int:
        """Return about how many documents hold a word of a stem; one that holds two forms counts twice."""
        return self._stem_frequencies[stem]

    def forms(self, exact: str) -> tuple[str, ...]:
        """Return the accented forms of a folded word, the most frequent first, without likely mistakes."""
        forms = sorted(((self._documents[each], self._written[each]) for each in self._find_range(exact)), reverse=True)
        return tuple(written for documents, written in forms if documents >= _MIN_FORM_SHARE * forms[0][0])

    def find_by_prefix(self, start: str, limit: int) -> tuple[str, ...]:
        """Return the `limit` most frequent words, with accents, whose folded form begins with `start`."""
        first = bisect_left(self._folded, start)
        # The last character of Unicode: it sorts after every word that begins so.
        last = bisect_left(self._folded, start + "\U0010ffff")
        best = sorted(set(self._folded[first:last]), key=lambda exact: (-self.word_frequency(exact), exact))[:limit]
        return tuple(self.forms(exact)[0] for exact in best)

    def find_nearest(self, exact: str) -> tuple[str, ...]:
        """Return the folded words that were probably meant by an unknown one, the likeliest first."""
        if len(exact) < _MIN_LETTERS or not exact.isalpha():
            return ()
        # Imported here: few questions need it, and the indexer never does.
        from rapidfuzz import process  # noqa: PLC0415
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        most = 2 if len(exact) >= _TWO_MISTAKES_FROM else 1
        near = process.extract(
            exact, self._distinct_folded, scorer=OSA.distance, score_cutoff=most, limit=_MAX_CANDIDATES
        )
        # Few mistakes are in the first letter: words with the same one come first at an equal distance.
        ranked = sorted(
            (distance, word[0] != exact[0], -self.word_frequency(word), word)
            for word, distance, _ in near
            if len(word) >= _MIN_LETTERS - 1
        )
        return tuple(word for *_, word in ranked)

    def _find_range(self, exact: str) -> range:
        """Return the positions of a folded word's forms in the lists."""
        return range(bisect_left(self._folded, exact), bisect_right(self._folded, exact))

    @cached_property
    def _distinct_folded(self) -> list[str]:
        """All folded words, each once, in order."""
        return list(dict.fromkeys(self._folded))

    @cached_property
    def _stem_frequencies(self) -> Counter[str]:
        kin: Counter[str] = Counter()
        for written, documents in zip(self._written, self._documents, strict=True):
            # Around the analyser's cache: all words of the index would push out those of texts and questions.
            kin[analyse_word.__wrapped__(written).stem] += documents
        return kin


def restore_accents(match: Match, lexicon: Lexicon) -> Match:
    """Return the match with its unaccented words replaced by the words of the index that they may stand for."""
    return _replace_words(match, lambda word: _restore_word(word, lexicon), lambda word: _likeliest_word(word, lexicon))


def correct_spelling(
    match: Match, lexicon: Lexicon, *, is_known: Callable[[Word], bool], is_visible: Callable[[str], bool]
) -> tuple[Match, tuple[SpellingCorrection, ...]]:
    """Return the match with its unknown words corrected, and the corrections.

    `is_known` says whether a word finds a document that the asker may see, `is_visible` whether such a document holds
    a form, with its accents.
    """
    corrections: dict[str, str] = {}

    def correct_word(word: Word) -> Word:
        # First the word's usual form, which is quicker to look up than documents are to search.
        if any(map(is_visible, lexicon.forms(word.exact)[:1])) or is_known(word):
            return word
        used = next(
            (form for near in lexicon.find_nearest(word.exact) for form in lexicon.forms(near)[:1] if is_visible(form)),
            None,
        )
        if used is None:
            return word
        corrections[word.exact] = used
        return analyse_word(used)

    mended = _replace_words(match, correct_word, correct_word)
    return mended, tuple(SpellingCorrection(typed, used) for typed, used in corrections.items())


def _restore_word(word: Word, lexicon: Lexicon) -> Match:
    if not _is_unaccented(word):
        return word
    stems = dict.fromkeys(analyse_word(form).stem for form in lexicon.forms(word.exact))
    words = tuple(Word(word.exact, stem) for stem in stems)
    if not words:
        return word
    return words[0] if len(words) == 1 else Or(words)


def _likeliest_word(word: Word, lexicon: Lexicon) -> Word:
    forms = lexicon.forms(word.exact) if _is_unaccented(word) else ()
    return Word(word.exact, analyse_word(forms[0]).stem) if forms else word


def _is_unaccented(word: Word) -> bool:
    """Whether a word was typed without accents; one typed with accents means what it says."""
    return word == analyse_word(word.exact)


def _replace_words(  # noqa: PLR0911 - one line a kind of match
    match: Match, leaf: Callable[[Word], Match], within: Callable[[Word], Word]
) -> Match:
    """Return the match with each word replaced by `leaf`, those of compounds by `within`, which returns one word."""
    match match:
        case Word():
            return leaf(match)
        case Phrase(words, exact=False):
            return Phrase(tuple(map(within, words)), exact=False)
        case And(parts):
            return And(tuple(_replace_words(part, leaf, within) for part in parts))
        case AtLeast(minimum, parts):
            return AtLeast(minimum, tuple(_replace_words(part, leaf, within) for part in parts))
        case Or(parts):
            return Or(tuple(_replace_words(part, leaf, within) for part in parts))
        case Not(part):
            return Not(_replace_words(part, leaf, within))
        case InTitle(part):
            return InTitle(_replace_words(part, leaf, within))
        case _:
            return match
