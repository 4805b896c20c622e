"""Finds the vocabulary's words in a text: names of territories, words of themes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, count
from operator import or_
from typing import TYPE_CHECKING

from index.analysis import analyse_text, analyse_word, find_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from index.analysis import WordSpan

LABEL_WEIGHT = 3
"""A theme's own label counts for more than one of its other words."""


@dataclass(frozen=True, slots=True)
class _GazetteerName:
    """A sequence of words that names an entry.

    `keys` are stems, or exact words where it is `proper`: a name or an acronym.
    """

    slug: str
    keys: tuple[str, ...]
    text: str
    weight: int
    proper: bool


@dataclass(frozen=True, slots=True)
class Mentions:
    """How often an entry is named: `weight` adds up the weights of its names, `words` counts them by their spelling."""

    weight: int
    words: Mapping[str, int]

    @property
    def commonest(self) -> str:
        """The name found most often."""
        return max(self.words, key=lambda word: (self.words[word], word))


class AnalysedText:
    """A text with its words, analysed once for all gazetteers."""

    def __init__(self, *parts: str) -> None:
        """`parts` are joined, each ending a line."""
        self._text = "\n".join(parts)
        read = list(map(analyse_text, parts))
        self.exact = [word for part in read for word in part.exact.split()]
        self.stems = [word for part in read for word in part.stem.split()]

    def original_spelling(self, first: int, last: int) -> str:
        """What the text says from one word to another, by their positions, with its capitals and accents."""
        return self._text[self._word_spans[first][1] : self._word_spans[last][2]]

    @cached_property
    def _word_spans(self) -> list[WordSpan]:
        """Where each word stands in the text."""
        # Looked for only where it matters. A word may fold to none or two: positions must be those of the words.
        return [place for place in find_words(self._text) for _ in analyse_word(place[0]).exact.split()]


class Gazetteer:
    """Names to find. A proper name must begin with a capital in the text; an acronym must be all capitals."""

    def __init__(self, names: Iterable[tuple[str, str, int]], *, proper: bool) -> None:
        """`names` are (slug, text, weight)."""
        self._names_by_first_key: defaultdict[str, list[_GazetteerName]] = defaultdict(list)
        for slug, text, weight in names:
            acronym = text.isupper()
            words = AnalysedText(text)
            # Names are compared exactly: the stem of a name may be that of an ordinary word.
            keys = tuple(words.exact if proper or acronym else words.stems)
            if keys:
                self._names_by_first_key[keys[0]].append(_GazetteerName(slug, keys, text, weight, proper or acronym))

    def find_mentions(self, text: str) -> dict[str, Mentions]:
        """Find the entries that a text names, by slug."""
        return self.find_mentions_in(AnalysedText(text))

    def find_mentions_in(self, *texts: AnalysedText) -> dict[str, Mentions]:
        """Find the entries that several texts together name, by slug."""
        weights: Counter[str] = Counter()
        words: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            for name in self._find_names(text):
                weights[name.slug] += name.weight
                words[name.slug][name.text] += 1
        return {slug: Mentions(weight, words[slug]) for slug, weight in weights.items()}

    def _find_names(self, text: AnalysedText) -> Iterator[_GazetteerName]:
        begins = self._names_by_first_key.__contains__
        # Look-ups without a line of Python each: nearly every word of a text begins no name.
        found = map(or_, map(begins, text.exact), map(begins, text.stems))
        for position in compress(count(), found):
            # Exact form and stem are often the same word: it must not count twice.
            for key in dict.fromkeys((text.exact[position], text.stems[position])):
                for name in self._names_by_first_key.get(key, ()):
                    if _matches_at(name, text, position):
                        yield name


def _matches_at(name: _GazetteerName, text: AnalysedText, position: int) -> bool:
    end = position + len(name.keys)
    if tuple((text.exact if name.proper else text.stems)[position:end]) != name.keys:
        return False
    if not name.proper:
        return True
    # « Vannes » is a town, « vannes » are valves; « CAF » is not « caf ».
    spelling = text.original_spelling(position, end - 1)
    return spelling.isupper() if name.text.isupper() else spelling[0].isupper()
