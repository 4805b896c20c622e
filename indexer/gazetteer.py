"""Finding the vocabulary's words in a text: names of territories, words of themes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.analysis import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from index.analysis import Token

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
        self.tokens = list(tokens(text))


class Gazetteer:
    """Names to find, compiled once. Proper names must begin with a capital in the text; acronyms be all capitals."""

    def __init__(self, names: Iterable[tuple[str, str, int]], *, proper: bool) -> None:
        """`names` are (slug, text, weight)."""
        self._by_first: defaultdict[str, list[_Name]] = defaultdict(list)
        for slug, text, weight in names:
            acronym = text.isupper()
            keys = tuple(_key(token, exact=proper or acronym) for token in tokens(text))
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
        by_first = self._by_first
        for position, token in enumerate(text.tokens):
            exact, stem = token.word.exact, token.word.stem
            for key in (exact,) if exact == stem else (exact, stem):
                # A plain look-up: nearly every word of a text begins no name.
                for name in by_first.get(key, ()):
                    if _stands_at(name, text, position):
                        yield name


def _key(token: Token, *, exact: bool) -> str:
    return token.word.exact if exact else token.word.stem


def _stands_at(name: _Name, text: Text, position: int) -> bool:
    window = text.tokens[position : position + len(name.keys)]
    if tuple(_key(token, exact=name.proper) for token in window) != name.keys:
        return False
    written = text.text[window[0].start : window[-1].end]
    if name.text.isupper():
        return written.isupper()
    return not name.proper or written[0].isupper()
