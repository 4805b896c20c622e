"""Restores accents that were not typed and corrects unknown words, from the words of the index itself."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from index.analysis import analyse, fold
from index.engine import And, AtLeast, InTitle, Match, Not, Or, Phrase, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Letters of a word that is corrected: a shorter one is close to half the language.
_SHORTEST = 4

# Letters from which two mistakes are allowed; below, one.
_LONG = 8

# A form that is rarer than this among those with the same letters is somebody's mistake.
_LEAST_SHARE = 0.1

_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that no document holds, and the one that was searched instead."""

    typed: str
    used: str


class Lexicon:
    """The words of an index, with accents, and the number of documents that hold each.

    There may be hundreds of thousands, so they are kept in sorted lists, and what few questions need is computed at the
    first of them.
    """

    def __init__(self, words: Mapping[str, int]) -> None:
        pairs = sorted((fold(written), written) for written in words)
        self._written = [written for _, written in pairs]
        # Where folding changes nothing, as in most words, both lists hold the same object, to save memory.
        self._folded = [written if exact == written else exact for exact, written in pairs]
        # Machine integers: Python's take several times as much memory.
        self._documents = array("L", (words[written] for written in self._written))

    def get_ready(self) -> None:
        """Compute now what the first question would otherwise wait for."""
        self.kin("")

    def __len__(self) -> int:
        return len(self._exact)

    def __contains__(self, exact: str) -> bool:
        return bool(self._places(exact))

    def frequency(self, exact: str) -> int:
        """Return about how many documents hold a folded word; one that holds two of its forms counts twice."""
        return sum(self._documents[place] for place in self._places(exact))

    def kin(self, stem: str) -> int:
        """Return about how many documents hold a word of a stem; one that holds two forms counts twice."""
        return self._kin[stem]

    def forms(self, exact: str) -> tuple[str, ...]:
        """Return the accented forms of a folded word, the most frequent first, without likely mistakes."""
        forms = sorted(((self._documents[each], self._written[each]) for each in self._places(exact)), reverse=True)
        return tuple(written for documents, written in forms if documents >= _LEAST_SHARE * forms[0][0])

    def beginning(self, start: str, limit: int) -> tuple[str, ...]:
        """Return the `limit` most frequent words, with accents, whose folded form begins with `start`."""
        first = bisect_left(self._folded, start)
        # The last character of Unicode: it sorts after every word that begins so.
        last = bisect_left(self._folded, start + "\U0010ffff")
        best = sorted(set(self._folded[first:last]), key=lambda exact: (-self.frequency(exact), exact))[:limit]
        return tuple(self.forms(exact)[0] for exact in best)

    def nearest(self, exact: str) -> tuple[str, ...]:
        """Return the folded words that were probably meant by an unknown one, the likeliest first."""
        if len(exact) < _SHORTEST or not exact.isalpha():
            return ()
        # Imported here: few questions need it, and the indexer never does.
        from rapidfuzz import process  # noqa: PLC0415
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        most = 2 if len(exact) >= _LONG else 1
        near = process.extract(exact, self._exact, scorer=OSA.distance, score_cutoff=most, limit=_CANDIDATES)
        # Few mistakes are in the first letter: words with the same one come first at an equal distance.
        ranked = sorted(
            (distance, word[0] != exact[0], -self.frequency(word), word)
            for word, distance, _ in near
            if len(word) >= _SHORTEST - 1
        )
        return tuple(word for *_, word in ranked)

    def _places(self, exact: str) -> range:
        """Return the positions of a folded word's forms in the lists."""
        return range(bisect_left(self._folded, exact), bisect_right(self._folded, exact))

    @cached_property
    def _exact(self) -> list[str]:
        """All folded words, each once, in order."""
        return list(dict.fromkeys(self._folded))

    @cached_property
    def _kin(self) -> Counter[str]:
        kin: Counter[str] = Counter()
        for written, documents in zip(self._written, self._documents, strict=True):
            # Around the analyser's cache: all words of the index would push out those of texts and questions.
            kin[analyse.__wrapped__(written).stem] += documents
        return kin


def restore_accents(match: Match, lexicon: Lexicon) -> Match:
    """Return the match with its unaccented words replaced by the words of the index that they may stand for."""
    return _mapped(match, lambda word: _restored(word, lexicon), lambda word: _likeliest(word, lexicon))


def correct(
    match: Match, lexicon: Lexicon, *, known: Callable[[Word], bool], visible: Callable[[str], bool]
) -> tuple[Match, tuple[Correction, ...]]:
    """Return the match with its unknown words corrected, and the corrections.

    `is_known` says whether a word finds a document that the asker may see, `is_visible` whether such a document holds
    a form, with its accents.
    """
    corrections: dict[str, str] = {}

    def corrected(word: Word) -> Word:
        # First the word's usual form, which is quicker to look up than documents are to search.
        if any(map(visible, lexicon.forms(word.exact)[:1])) or known(word):
            return word
        used = next(
            (form for near in lexicon.nearest(word.exact) for form in lexicon.forms(near)[:1] if visible(form)), None
        )
        if used is None:
            return word
        corrections[word.exact] = used
        return analyse(used)

    mended = _mapped(match, corrected, corrected)
    return mended, tuple(Correction(typed, used) for typed, used in corrections.items())


def _restored(word: Word, lexicon: Lexicon) -> Match:
    if not _unaccented(word):
        return word
    stems = dict.fromkeys(analyse(form).stem for form in lexicon.forms(word.exact))
    words = tuple(Word(word.exact, stem) for stem in stems)
    if not words:
        return word
    return words[0] if len(words) == 1 else Or(words)


def _likeliest(word: Word, lexicon: Lexicon) -> Word:
    forms = lexicon.forms(word.exact) if _unaccented(word) else ()
    return Word(word.exact, analyse(forms[0]).stem) if forms else word


def _unaccented(word: Word) -> bool:
    """Whether a word was typed without accents; one typed with accents means what it says."""
    return word == analyse(word.exact)


def _mapped(  # noqa: PLR0911 - one line a kind of match
    match: Match, leaf: Callable[[Word], Match], within: Callable[[Word], Word]
) -> Match:
    """Return the match with each word replaced by `leaf`, those of compounds by `within`, which returns one word."""
    match match:
        case Word():
            return leaf(match)
        case Phrase(words, exact=False):
            return Phrase(tuple(map(within, words)), exact=False)
        case And(parts):
            return And(tuple(_mapped(part, leaf, within) for part in parts))
        case AtLeast(minimum, parts):
            return AtLeast(minimum, tuple(_mapped(part, leaf, within) for part in parts))
        case Or(parts):
            return Or(tuple(_mapped(part, leaf, within) for part in parts))
        case Not(part):
            return Not(_mapped(part, leaf, within))
        case InTitle(part):
            return InTitle(_mapped(part, leaf, within))
        case _:
            return match
