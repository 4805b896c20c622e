"""Spelling, learnt from the words of the index itself: accents that were not typed, words that nobody wrote."""

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

_SHORTEST = 4
"""Letters of a word that is worth correcting: any shorter one is near to half the language."""

_LONG = 8
"""From so many letters on, two mistakes are forgiven."""

_LEAST_SHARE = 0.1
"""A written form rarer than this among those that fold alike is a slip of someone's pen."""

_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Correction:
    """A word that stands nowhere, and the one that was looked for instead."""

    typed: str
    used: str


class Lexicon:
    """The words of an index as written, with the number of documents that hold each.

    There may be hundreds of thousands: they are kept in plain lists in order, and what few questions need is worked out
    at the first of them.
    """

    def __init__(self, words: Mapping[str, int]) -> None:
        pairs = sorted((fold(written), written) for written in words)
        self._written = [written for _, written in pairs]
        # One and the same text where no accent tells them apart, as in most words.
        self._folded = [written if exact == written else exact for exact, written in pairs]
        self._documents = array("L", (words[written] for written in self._written))

    def get_ready(self) -> None:
        """Work out ahead what the first question would otherwise wait for."""
        self.kin("")

    def __len__(self) -> int:
        return len(self._exact)

    def __contains__(self, exact: str) -> bool:
        return bool(self._places(exact))

    def frequency(self, exact: str) -> int:
        """In how many documents, about, a folded word stands: forms in one document are counted apart."""
        return sum(self._documents[place] for place in self._places(exact))

    def kin(self, stem: str) -> int:
        """In how many documents, about, some word of a stem stands: forms in one document are counted apart."""
        return self._kin[stem]

    def forms(self, exact: str) -> tuple[str, ...]:
        """The written forms of a folded word, the most frequent first, slips left out."""
        forms = sorted(((self._documents[each], self._written[each]) for each in self._places(exact)), reverse=True)
        return tuple(written for documents, written in forms if documents >= _LEAST_SHARE * forms[0][0])

    def beginning(self, start: str, limit: int) -> tuple[str, ...]:
        """The most frequent written words whose folded form begins so."""
        first = bisect_left(self._folded, start)
        last = bisect_left(self._folded, start + "\U0010ffff")
        best = sorted(set(self._folded[first:last]), key=lambda exact: (-self.frequency(exact), exact))[:limit]
        return tuple(self.forms(exact)[0] for exact in best)

    def nearest(self, exact: str) -> tuple[str, ...]:
        """Folded words that were probably meant, the likeliest first."""
        if len(exact) < _SHORTEST or not exact.isalpha():
            return ()
        # Few questions have such a word, and the indexer has none.
        from rapidfuzz import process  # noqa: PLC0415
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        most = 2 if len(exact) >= _LONG else 1
        near = process.extract(exact, self._exact, scorer=OSA.distance, score_cutoff=most, limit=_CANDIDATES)
        # The first letter is seldom the mistaken one.
        ranked = sorted(
            (distance, word[0] != exact[0], -self.frequency(word), word)
            for word, distance, _ in near
            if len(word) >= _SHORTEST - 1
        )
        return tuple(word for *_, word in ranked)

    def _places(self, exact: str) -> range:
        """Where the written forms of a folded word stand."""
        return range(bisect_left(self._folded, exact), bisect_right(self._folded, exact))

    @cached_property
    def _exact(self) -> list[str]:
        """All folded words, once and in order."""
        return list(dict.fromkeys(self._folded))

    @cached_property
    def _kin(self) -> Counter[str]:
        kin: Counter[str] = Counter()
        for written, documents in zip(self._written, self._documents, strict=True):
            # Not by the analyser's memory, which is for the words that texts and questions have: these are all.
            kin[analyse.__wrapped__(written).stem] += documents
        return kin


def restore_accents(match: Match, lexicon: Lexicon) -> Match:
    """The same match, its unaccented words replaced by those of the index that they stand for."""
    return _mapped(match, lambda word: _restored(word, lexicon), lambda word: _likeliest(word, lexicon))


def correct(
    match: Match, lexicon: Lexicon, *, known: Callable[[Word], bool], visible: Callable[[str], bool]
) -> tuple[Match, tuple[Correction, ...]]:
    """The match with its unknown words corrected, and the corrections.

    `known` says whether the asker finds a word in some form, `visible` whether they see a document that has another.
    """
    corrections: dict[str, str] = {}

    def corrected(word: Word) -> Word:
        # The lexicon is everyone's, and cheaper to ask than documents.
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
    """Whether the word is as it would be if no accent had been typed; one typed with its accents says what it means."""
    return word == analyse(word.exact)


def _mapped(  # noqa: PLR0911 - one line a kind of match
    match: Match, leaf: Callable[[Word], Match], within: Callable[[Word], Word]
) -> Match:
    """The match with each word replaced; `within` replaces those of compounds, where one word must stay one."""
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
