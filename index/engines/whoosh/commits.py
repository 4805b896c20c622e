"""A Whoosh index as one commit left it: what its documents are, and where each word stands in them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from whoosh.index import TOC

from index.engines.whoosh.fields import PARTED, PLACE, STREAMED, postings
from index.engines.whoosh.segments import Part
from index.model import Facet
from index.query import Fuzzy, Prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.engines.whoosh.fields import About

_REMEMBERED = 128
"""Words whose places are kept decoded: questions repeat words, and a common word's places take megabytes."""

_LAST = "\U0010ffff"
"""Comes after all letters."""

_AUDIENCES = 4
"""Sets of visible documents whose words are kept counted."""

Places = bytes
"""The places of a word in an entry, packed, PACKED bytes each: the length tells how often the word stands there."""

PACKED = array(PLACE).itemsize


@dataclass(frozen=True, slots=True)
class Postings:
    """A word in one text: where it stands, by document number, and how many passages hold it."""

    places: Mapping[int, Places]
    passages: int


_NOWHERE = Postings({}, 0)


class Parts:
    """The open segments of a folder."""

    def __init__(self, storage: Any, schema: Any) -> None:
        self._storage = storage
        self._schema = schema
        self._open: dict[str, Part] = {}

    def latest(self, name: str) -> Commit:
        """The last commit, its new segments opened, those that it left closed."""
        toc = TOC.read(self._storage, name, schema=self._schema)
        segments = {segment.segment_id(): segment for segment in toc.segments}
        for id_, segment in segments.items():
            if id_ not in self._open:
                self._open[id_] = Part(self._storage, self._schema, segment)
        for id_ in self._open.keys() - segments.keys():
            self._open.pop(id_).close()
        deleted = [frozenset(segment.deleted_docs()) for segment in segments.values()]
        return Commit(toc.generation, [self._open[id_] for id_ in segments], deleted)

    def close(self) -> None:
        """Give back all files."""
        for part in self._open.values():
            part.close()
        self._open = {}


class Commit:
    """Documents are numbered from 0 through all parts; passages too, document after document."""

    def __init__(self, generation: int, parts: Sequence[Part], deleted: Sequence[frozenset[int]]) -> None:
        self.generation = generation
        *bases, self._size = accumulate((part.size for part in parts), initial=0)
        self._based = list(zip(bases, parts, strict=True))
        gone = (base + number for base, each in zip(bases, deleted, strict=True) for number in each)
        self.live = frozenset(range(self._size)) - frozenset(gone)
        # Made here, not on the class, whose caches would outlive the commit.
        self._remembered = lru_cache(_REMEMBERED)(self._read)
        self._written = lru_cache(_AUDIENCES)(self._count_written)
        self._resembling = lru_cache(_REMEMBERED)(self._read_like)

    @cached_property
    def ids(self) -> list[str]:
        """The documents' ids, by number."""
        return [id_ for _, part in self._based for id_ in part.ids]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The live documents' numbers, by id."""
        return {self.ids[number]: number for number in self.live}

    @cached_property
    def days(self) -> list[int]:
        """The documents' days, by number."""
        return [about.day for about in self._about]

    def values(self, facet: Facet) -> list[tuple[str, ...]]:
        """The documents' values of a facet, by number."""
        return self._values[facet]

    def tagged(self, facet: Facet, values: Iterable[str]) -> frozenset[int]:
        """The documents that have one of these values."""
        wanted = frozenset(values)
        return frozenset(number for number, held in enumerate(self._values[facet]) if not wanted.isdisjoint(held))

    def visible(self, groups: frozenset[str]) -> frozenset[int]:
        """The live documents that one of these groups may see."""
        seen = (numbers for allowed, numbers in self._by_groups.items() if not groups.isdisjoint(allowed))
        return self.live.intersection(frozenset().union(*seen))

    @cached_property
    def first_passages(self) -> list[int]:
        """The number of each document's first passage, and at the end that of no passage."""
        return list(accumulate((len(about.pieces[0]) // 2 for about in self._about), initial=0))

    def document_of(self, passage: int) -> int:
        """The document that holds a passage."""
        return bisect_right(self.first_passages, passage) - 1

    def pieces(self, text: str, document: int) -> tuple[int, ...]:
        """The lengths of a document's pieces: each passage's words, then each passage's joined compounds."""
        return self._about[document].pieces[PARTED.index(text)]

    def passages(self, document: int) -> int:
        """How many passages a document has: each is a piece of its texts twice, once with its compounds joined."""
        return len(self._about[document].pieces[0]) // 2

    @cached_property
    def lengths(self) -> dict[str, list[int]]:
        """How many words each document has in each text, by number."""
        return {
            "title": [about.lengths[0] for about in self._about],
            "authors": [about.lengths[1] for about in self._about],
            **{text: [sum(about.pieces[at]) for about in self._about] for at, text in enumerate(PARTED)},
        }

    @cached_property
    def _about(self) -> list[About]:
        return [about for _, part in self._based for about in part.about]

    @cached_property
    def _values(self) -> dict[Facet, list[tuple[str, ...]]]:
        return {facet: [about.facets.get(facet.value, ()) for about in self._about] for facet in Facet}

    @cached_property
    def _by_groups(self) -> dict[tuple[str, ...], set[int]]:
        numbers: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
        for number, about in enumerate(self._about):
            numbers[about.groups].add(number)
        return numbers

    def written(self, start: str, among: frozenset[int]) -> dict[str, int]:
        """The words as written that begin so, with the number of these documents that hold them."""
        words, holders = self._written(among)
        begin, end = bisect_left(words, start), bisect_left(words, start + _LAST)
        return {word: holders[word] for word in words[begin:end]}

    def _count_written(self, among: frozenset[int]) -> tuple[list[str], dict[str, int]]:
        """All words in the order of their letters, and the number of these documents that hold each."""
        counts: Counter[bytes] = Counter()
        for base, part in self._based:
            counts.update(part.holders)
            outside = (number for number in range(part.size) if base + number not in among)
            counts.subtract(chain.from_iterable(part.written(outside)))
        holders = {word.decode(): documents for word, documents in counts.items() if documents}
        return sorted(holders), holders

    def postings(self, field: str, word: str) -> Postings:
        """Where a word stands; the field is a text in one of its streams, `body_stem` for one."""
        text, stream = field.rsplit("_", 1)
        return self._remembered(stream, word).get(text, _NOWHERE)

    def _read(self, stream: str, word: str) -> dict[str, Postings]:
        places: dict[str, dict[int, Places]] = {text: {} for text in STREAMED}
        passages = dict.fromkeys(STREAMED, 0)
        for base, part in self._based:
            for number, value in part.values(stream, word):
                for text, pieces, at in postings(value):
                    places[text][base + number] = at
                    passages[text] += pieces
        return {text: Postings(at, passages[text] if text in PARTED else 0) for text, at in places.items() if at}

    def like(self, field: str, pattern: Prefix | Fuzzy) -> Mapping[int, Places]:
        """The places of all words of a field that are like a pattern, those of each document in no order."""
        text, stream = field.rsplit("_", 1)
        return self._resembling(stream, pattern).get(text, {})

    def _read_like(self, stream: str, pattern: Prefix | Fuzzy) -> dict[str, dict[int, Places]]:
        found: dict[str, defaultdict[int, Places]] = {text: defaultdict(bytes) for text in STREAMED}
        for word in self._words_like(stream, pattern):
            # Not through the cache, which a short prefix would empty of everything else.
            for text, held in self._read(stream, word).items():
                for number, places in held.places.items():
                    found[text][number] += places
        return {text: dict(places) for text, places in found.items()}

    def _words_like(self, stream: str, pattern: Prefix | Fuzzy) -> list[str]:
        start = pattern.start if isinstance(pattern, Prefix) else ""
        words = list({word for _, part in self._based for word in part.lexicon(stream, start)})
        if isinstance(pattern, Prefix):
            return words
        near = process.extract(pattern.exact, words, scorer=OSA.distance, score_cutoff=pattern.distance, limit=None)
        return [word for word, *_ in near]


def unpacked(places: Places) -> array[int]:
    """The places of a word, as numbers."""
    return array(PLACE, places)


def packed(places: Iterable[int]) -> Places:
    """The contrary of `unpacked`."""
    return array(PLACE, places).tobytes()
