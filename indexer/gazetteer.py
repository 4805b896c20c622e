"""Finding the vocabulary's words in a text: names of territories, words of themes."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.analysis import tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
        read = list(tokens(text))
        weights: Counter[str] = Counter()
        words: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for position, token in enumerate(read):
            for key in {token.word.exact, token.word.stem}:
                for name in self._by_first.get(key, ()):
                    if _stands_at(name, read, position, text):
                        weights[name.slug] += name.weight
                        words[name.slug][name.text] += 1
        return {slug: Mentions(weight, words[slug]) for slug, weight in weights.items()}


def _key(token: Token, *, exact: bool) -> str:
    return token.word.exact if exact else token.word.stem


def _stands_at(name: _Name, read: list[Token], position: int, text: str) -> bool:
    window = read[position : position + len(name.keys)]
    if tuple(_key(token, exact=name.proper) for token in window) != name.keys:
        return False
    written = text[window[0].start : window[-1].end]
    if name.text.isupper():
        return written.isupper()
    return not name.proper or written[0].isupper()
