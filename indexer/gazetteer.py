"""Finding the vocabulary's words in a text: names of territories, words of themes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import compress, count
from operator import or_
from typing import TYPE_CHECKING

from index.analysis import analyse, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LABEL_WEIGHT = 3
"""A theme's own label says more than one of its other words."""


@dataclass(frozen=True, slots=True)
class _Name:
    """A sequence of words that names an entry; `keys` are stems, or exact words where `proper` (a name, an acronym)."""

    slug: str
    keys: tuple[str, ...]
    text: str
    weight: int
    proper: bool


@dataclass(frozen=True, slots=True)
class Mentions:
    """How often an entry is named: `weight` adds up the weights of its names, `words` counts them as written."""

    weight: int
    words: Mapping[str, int]

    @property
    def commonest(self) -> str:
        """The name found most often."""
        return max(self.words, key=lambda word: (self.words[word], word))


class Text:
    """A text with its words, analysed once for all gazetteers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = list(places(text))
        words = [analyse(lower) for lower, _, _ in self.places]
        self.exact = [word.exact for word in words]
        self.stems = [word.stem for word in words]


class Gazetteer:
    """Names to find, compiled once. Proper names must begin with a capital in the text; acronyms be all capitals."""

    def __init__(self, names: Iterable[tuple[str, str, int]], *, proper: bool) -> None:
        """`names` are (slug, text, weight)."""
        self._by_first: defaultdict[str, list[_Name]] = defaultdict(list)
        for slug, text, weight in names:
            acronym = text.isupper()
            words = Text(text)
            keys = tuple(words.exact if proper or acronym else words.stems)
            if keys:
                self._by_first[keys[0]].append(_Name(slug, keys, text, weight, proper or acronym))

    def find(self, text: str) -> dict[str, Mentions]:
        """The entries named in a text, by slug."""
        return self.find_in(Text(text))

    def find_in(self, *texts: Text) -> dict[str, Mentions]:
        """The entries named in some texts together, by slug."""
        weights: Counter[str] = Counter()
        words: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            for name in self._names_in(text):
                weights[name.slug] += name.weight
                words[name.slug][name.text] += 1
        return {slug: Mentions(weight, words[slug]) for slug, weight in weights.items()}

    def _names_in(self, text: Text) -> Iterator[_Name]:
        begins = self._by_first.__contains__
        # Plain look-ups: nearly every word of a text begins no name.
        found = map(or_, map(begins, text.exact), map(begins, text.stems))
        for position in compress(count(), found):
            for key in dict.fromkeys((text.exact[position], text.stems[position])):
                for name in self._by_first.get(key, ()):
                    if _stands_at(name, text, position):
                        yield name


def _stands_at(name: _Name, text: Text, position: int) -> bool:
    end = position + len(name.keys)
    if tuple((text.exact if name.proper else text.stems)[position:end]) != name.keys:
        return False
    written = text.text[text.places[position][1] : text.places[end - 1][2]]
    if name.text.isupper():
        return written.isupper()
    return not name.proper or written[0].isupper()
