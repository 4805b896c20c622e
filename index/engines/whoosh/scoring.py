"""How well a document or a passage answers a Match: BM25 of each word in each text, added up."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from index.engines.ranking import (
    AUTHOR_BOOSTS,
    FIELD_BOOSTS,
    PHRASE_BOOST,
    PROXIMITY_BOOSTS,
    SLOP,
    TITLE_BOOSTS,
    list_word_pairs,
)
from index.engines.whoosh.commits import PACKED
from index.engines.whoosh.whoosh_entries import K1
from index.engines.whoosh.whoosh_queries import exact_fields, form, forms, phrase_fields, together
from index.query import And, AtLeast, ByAuthor, Fuzzy, InTitle, Match, Not, Or, Phrase, Prefix, Tagged, Weighted
from index.text import Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from index.engines.whoosh.whoosh_entries import Entries

_GAPS = tuple(gap for gap in range(1 - SLOP, SLOP + 2) if gap)
"""Distances from a word to its neighbour in the question that count as close, one word too early included."""


class Ranking:
    """Scores entries, of which only those that match get a score."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    def scores(  # noqa: PLR0911 - one line a kind
        self, match: Match, among: AbstractSet[int], fields: Mapping[str, float] = FIELD_BOOSTS
    ) -> dict[int, float]:
        """How well these entries match."""
        match match:
            case And(parts):
                return self._all(parts, among, fields)
            case AtLeast(minimum, parts):
                return self._some(minimum, parts, among, fields)
            case Or(parts):
                return self._some(1, parts, among, fields)
            case Not(part):
                return dict.fromkeys(among - self.scores(part, among, fields).keys(), 1.0)
            case Weighted(part, weight):
                return {number: weight * score for number, score in self.scores(part, among, fields).items()}
            case InTitle(part):
                return self.scores(part, among, TITLE_BOOSTS)
            case ByAuthor(part):
                return self.scores(part, among, AUTHOR_BOOSTS)
            case _:
                return self._leaf(match, among, fields)

    def closeness(self, match: Match, among: AbstractSet[int]) -> dict[int, float]:
        """What entries gain where the question's words stand close together: each pair counts."""
        total: dict[int, float] = {}
        for pair in list_word_pairs(match):
            for field, boost in PROXIMITY_BOOSTS.items():
                places = [self._entries.word(field, stem) for stem in pair]
                rarity = sum(self._entries.rarity(field, stem) for stem in pair)
                self._add(total, field, together(places, among=among, gaps=_GAPS), boost * rarity)
        return total

    def _all(self, parts: tuple[Match, ...], among: AbstractSet[int], fields: Mapping[str, float]) -> dict[int, float]:
        total = dict.fromkeys(among, 0.0)
        for part in parts:
            if isinstance(part, Not):
                without = self.scores(part.part, total.keys(), fields)
                total = {number: score for number, score in total.items() if number not in without}
            else:
                scores = self.scores(part, total.keys(), fields)
                total = {number: total[number] + score for number, score in scores.items()}
        return total

    def _some(
        self, minimum: int, parts: tuple[Match, ...], among: AbstractSet[int], fields: Mapping[str, float]
    ) -> dict[int, float]:
        total: defaultdict[int, float] = defaultdict(float)
        held: Counter[int] = Counter()
        for part in parts:
            scores = self.scores(part, among, fields)
            held.update(scores.keys())
            for number, score in scores.items():
                total[number] += score
        return {number: score for number, score in total.items() if held[number] >= minimum}

    def _leaf(self, match: Match, among: AbstractSet[int], fields: Mapping[str, float]) -> dict[int, float]:
        total: dict[int, float] = {}
        match match:
            case Word():
                for field, written in forms(match, fields):
                    self._add_word(total, field, written, among, fields[field])
            case Phrase(words, quoted):
                for field, boost in phrase_fields(fields, quoted=quoted).items():
                    self._add_phrase(total, field, [form(word, field) for word in words], among, PHRASE_BOOST * boost)
            case Prefix() | Fuzzy():
                for field in exact_fields(fields):
                    for number in among & self._entries.like(field, match).keys():
                        total[number] = total.get(number, 0.0) + 1
            case Tagged(facet, values):
                return dict.fromkeys(among & self._entries.tagged(facet, values), 0.0)
            case _:
                return dict.fromkeys(among, 1.0)
        return total

    def _add_word(self, total: dict[int, float], field: str, word: str, among: AbstractSet[int], boost: float) -> None:
        places = self._entries.word(field, word)
        counts = ((number, len(places[number]) // PACKED) for number in among & places.keys())
        self._add(total, field, counts, boost * self._entries.rarity(field, word))

    def _add_phrase(
        self, total: dict[int, float], field: str, words: Sequence[str], among: AbstractSet[int], boost: float
    ) -> None:
        if len(words) == 1:
            self._add_word(total, field, words[0], among, boost)
            return
        counts = together([self._entries.word(field, word) for word in words], among=among)
        self._add(total, field, counts, boost * sum(self._entries.rarity(field, word) for word in words))

    def _add(self, total: dict[int, float], field: str, counts: Iterable[tuple[int, int]], weight: float) -> None:
        norms = self._entries.norms(field.rsplit("_", 1)[0])
        weight *= K1 + 1
        for number, count in counts:
            total[number] = total.get(number, 0.0) + weight * count / (count + norms[number])
