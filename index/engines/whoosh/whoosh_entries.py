"""What is ranked in a Whoosh index: documents, or the passages of some, with BM25's statistics.

They are those of an index where passages have entries of their own, as in Tantivy's: a word's rarity is told by
passages as much as by documents, and both engines rank alike.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

from index.engines.whoosh.commits import packed, unpacked
from index.engines.whoosh.fields import PARTED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.engines.whoosh.commits import Commit, Places
    from index.model import Facet
    from index.query import Fuzzy, Prefix

K1, B = 1.2, 0.75
"""BM25's usual parameters, which are Tantivy's. (Robertson and Zaragoza, 2009: « The Probabilistic
Relevance Framework: BM25 and Beyond »)

K1 tells how soon a word said again stops counting, B how much a long text counts against its words.
"""


class Entries(Protocol):
    """What is ranked: documents, or the passages of some. Each has a number."""

    def word(self, field: str, word: str) -> Mapping[int, Places]:
        """The entries that hold a word, with its places."""
        ...

    def like(self, field: str, pattern: Prefix | Fuzzy) -> Mapping[int, Places]:
        """The entries that hold a word like the pattern."""
        ...

    def tagged(self, facet: Facet, values: frozenset[str]) -> frozenset[int]:
        """The entries whose document has one of these values."""
        ...

    def rarity(self, field: str, word: str) -> float:
        """BM25's inverse document frequency."""
        ...

    def norms(self, text: str) -> Mapping[int, float] | Sequence[float]:
        """For each entry, how often a word must stand in its text to count half of what it can."""
        ...


class Documents:
    """The documents of one commit."""

    def __init__(self, commit: Commit) -> None:
        self.commit = commit
        self.norms = lru_cache(None)(self._norms)

    def word(self, field: str, word: str) -> Mapping[int, Places]:
        """The documents that hold a word, with its places."""
        return self.commit.postings(field, word).places

    def like(self, field: str, pattern: Prefix | Fuzzy) -> Mapping[int, Places]:
        """The documents that hold a word like the pattern."""
        return self.commit.like(field, pattern)

    def tagged(self, facet: Facet, values: frozenset[str]) -> frozenset[int]:
        """The documents that have one of these values."""
        return self.commit.tagged(facet, values)

    def rarity(self, field: str, word: str) -> float:
        """BM25's inverse document frequency."""
        postings = self.commit.postings(field, word)
        held = len(postings.places) + postings.passages
        return math.log(1 + (self._entries - held + 0.5) / (held + 0.5))

    def norm(self, text: str, length: int) -> float:
        """The norm of a text of so many words."""
        return K1 * (1 - B + B * length / self._mean_lengths[text])

    def _norms(self, text: str) -> Sequence[float]:
        return [self.norm(text, length) for length in self.commit.lengths[text]]

    @cached_property
    def _entries(self) -> int:
        return len(self.commit.ids) + self.commit.first_passages[-1]

    @cached_property
    def _mean_lengths(self) -> dict[str, float]:
        return {
            text: max(1, sum(lengths)) * (2 if text in PARTED else 1) / self._entries
            for text, lengths in self.commit.lengths.items()
        }


class Passages:
    """The passages of some documents: a word's places in a document tell in which passages it stands."""

    def __init__(self, documents: Documents, shown: Iterable[int]) -> None:
        self._documents = documents
        self._commit = documents.commit
        self._shown = list(shown)
        self.norms = lru_cache(None)(self._norms)
        self._starts = lru_cache(None)(self._starts_of)

    def word(self, field: str, word: str) -> Mapping[int, Places]:
        """The passages that hold a word, with its places."""
        return self._shared_out(field, self._documents.word(field, word))

    def like(self, field: str, pattern: Prefix | Fuzzy) -> Mapping[int, Places]:
        """The passages that hold a word like the pattern."""
        return self._shared_out(field, self._documents.like(field, pattern))

    def tagged(self, facet: Facet, values: frozenset[str]) -> frozenset[int]:
        """The passages whose document has one of these values."""
        return self._all_of(self._commit.tagged(facet, values).intersection(self._shown))

    def rarity(self, field: str, word: str) -> float:
        """BM25's inverse document frequency."""
        return self._documents.rarity(field, word)

    def _norms(self, text: str) -> Mapping[int, float]:
        norms: dict[int, float] = {}
        if text not in PARTED:
            return norms
        for document in self._shown:
            pieces, first = self._commit.pieces(text, document), self._commit.first_passages[document]
            count = len(pieces) // 2
            for passage in range(count):
                norms[first + passage] = self._documents.norm(text, pieces[passage] + pieces[count + passage])
        return norms

    @property
    def numbers(self) -> frozenset[int]:
        """All of them."""
        return self._all_of(self._shown)

    def _all_of(self, documents: Iterable[int]) -> frozenset[int]:
        firsts = self._commit.first_passages
        return frozenset(number for each in documents for number in range(firsts[each], firsts[each + 1]))

    def _shared_out(self, field: str, places: Mapping[int, Places]) -> Mapping[int, Places]:
        text = field.rsplit("_", 1)[0]
        if text not in PARTED:
            return {}
        passages: defaultdict[int, list[int]] = defaultdict(list)
        for document in self._shown:
            if document in places:
                starts, first = self._starts(text, document), self._commit.first_passages[document]
                for place in unpacked(places[document]):
                    piece = bisect_right(starts, place) - 1
                    passages[first + piece % (len(starts) // 2)].append(place)
        return {passage: packed(at) for passage, at in passages.items()}

    def _starts_of(self, text: str, document: int) -> list[int]:
        return list(accumulate(self._commit.pieces(text, document), initial=0))[:-1]
