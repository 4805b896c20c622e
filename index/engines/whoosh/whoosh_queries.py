"""Which documents of a Whoosh index a Match finds.

Whoosh's own matchers walk all fields' postings side by side, document by document, in Python. Here whole postings meet
as sets, which Python does in C, and only what is found is scored afterwards.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from index.engines.ranking import AUTHOR_BOOSTS, FIELD_BOOSTS, TITLE_BOOSTS
from index.engines.whoosh.commits import unpacked
from index.query import (
    And,
    AtLeast,
    ByAuthor,
    Everything,
    Fuzzy,
    InTitle,
    Match,
    Not,
    Or,
    Phrase,
    Prefix,
    Tagged,
    Weighted,
)
from index.text import Word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from index.engines.whoosh.commits import Commit, Places

Boosts = dict[str, float]
"""The fields that a word is looked for in, and how much each counts."""


class Finder:
    """Finds documents in one commit, by number; the deleted ones too, which `visible` leaves out."""

    def __init__(self, commit: Commit) -> None:
        self._commit = commit

    def documents(  # noqa: PLR0911 - one line a kind
        self, match: Match, fields: Mapping[str, float] = FIELD_BOOSTS
    ) -> AbstractSet[int]:
        """The documents that match."""
        match match:
            case And(parts):
                return self._all(parts, fields)
            case AtLeast(minimum, parts):
                held = Counter(chain.from_iterable(self.documents(part, fields) for part in parts))
                return {number for number, count in held.items() if count >= minimum}
            case Or(parts):
                return frozenset().union(*(self.documents(part, fields) for part in parts))
            case Not(part):
                return self._commit.live - self.documents(part, fields)
            case Weighted(part):
                return self.documents(part, fields)
            case InTitle(part):
                return self.documents(part, TITLE_BOOSTS)
            case ByAuthor(part):
                return self.documents(part, AUTHOR_BOOSTS)
            case _:
                return self._leaf(match, fields)

    def _all(self, parts: tuple[Match, ...], fields: Mapping[str, float]) -> AbstractSet[int]:
        asked = [self.documents(part, fields) for part in parts if not isinstance(part, Not)]
        without = [self.documents(part.part, fields) for part in parts if isinstance(part, Not)]
        smallest, *others = sorted(asked, key=len) or [frozenset()]
        return frozenset(smallest).intersection(*others).difference(*without)

    def _leaf(self, match: Match, fields: Mapping[str, float]) -> AbstractSet[int]:
        match match:
            case Word():
                return frozenset().union(*(self._commit.postings(*each).places for each in forms(match, fields)))
            case Phrase(words, quoted):
                followed = (
                    self._commit.postings(field, form(words[0], field)).places.keys()
                    if len(words) == 1
                    else dict(self._sequence(field, words)).keys()
                    for field in phrase_fields(fields, quoted=quoted)
                )
                return frozenset().union(*followed)
            case Prefix() | Fuzzy():
                return frozenset().union(*(self._commit.like(field, match) for field in exact_fields(fields)))
            case Tagged(facet, values):
                return self._commit.tagged(facet, values)
            case Everything():
                return self._commit.live
            case _:
                return frozenset()

    def _sequence(self, field: str, words: tuple[Word, ...]) -> Iterator[tuple[int, int]]:
        return together([self._commit.postings(field, form(word, field)).places for word in words])


def form(word: Word, field: str) -> str:
    """The form of a word that stands in a field."""
    return word.exact if field.endswith("_exact") else word.stem


def forms(word: Word, fields: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """The fields to look for a word in, each with the word's form there."""
    return ((field, form(word, field)) for field in fields)


def exact_fields(fields: Mapping[str, float]) -> Boosts:
    """Those that hold words unstemmed."""
    return {field: boost for field, boost in fields.items() if field.endswith("_exact")}


def phrase_fields(fields: Mapping[str, float], *, quoted: bool) -> Boosts:
    """What a person quoted is looked for as it is written, a compound by its stems."""
    exact = exact_fields(fields)
    return exact if quoted else {field: boost for field, boost in fields.items() if field not in exact}


def together(
    words: Sequence[Mapping[int, Places]],
    *,
    among: AbstractSet[int] | None = None,
    gaps: Collection[int] | None = None,
) -> Iterator[tuple[int, int]]:
    """Entries where words stand together, and how often.

    Each word follows the one before it or, with `gaps`, stands at one of these distances from the first.
    """
    first, *others = words
    held = first.keys() if among is None else among & first.keys()
    for number in frozenset(held).intersection(*others):
        starts = set(unpacked(first[number]))
        for step, places in enumerate(others, 1):
            steps = (step,) if gaps is None else gaps
            starts &= {place - each for place in unpacked(places[number]) for each in steps}
        if starts:
            yield number, len(starts)
