"""Translates a Match into OpenSearch's queries, as JSON: which fields a word is searched in, with which weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.engines.opensearch.opensearch_entries import field_path
from index.engines.ranking import (
    AUTHOR_BOOSTS,
    FIELD_BOOSTS,
    PHRASE_BOOST,
    PROXIMITY_BOOSTS,
    SLOP,
    TITLE_BOOSTS,
    list_word_pairs,
    rank_documents_by,
    rank_passages_by,
)
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
    Written,
)
from index.text import Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from index.engines.protocol import Wish
    from index.model import Facet

Json = dict[str, Any]

# Clauses of one request: a node refuses more than 1,024, and filters need some of them.
_MAX_CLAUSES = 900

# Values counted in one facet: more than any facet has, or a shard might leave out one that is frequent on the others.
_MAX_FACET_VALUES = 10_000

STRICT = "strict"
"""The name of the counts of what matches strictly, among those of all that matches."""

_UNRANKED = "constant_score"


class OpenSearchTranslator:
    """Translates matches; scores of titles are multiplied by `titles`, as `title_weight` explains."""

    def __init__(self, titles: float) -> None:
        self._boosts = _weigh_titles(FIELD_BOOSTS, titles)
        self._title_boosts = _weigh_titles(TITLE_BOOSTS, titles)
        self._proximity_boosts = _weigh_titles(PROXIMITY_BOOSTS, titles)

    def translate_match(self, match: Match) -> Json:
        """Return the query for the documents that match. Of too many words, only the first are searched."""
        return self._translate_shortened(match, lambda short: short)

    def translate_for_documents(self, match: Match) -> Json:
        """Return the query for the same documents that ranks them."""
        return self._translate_shortened(match, rank_documents_by)

    def translate_for_passages(self, match: Match) -> Json | None:
        """Return the query that ranks passages; None for a match without words."""
        asked = rank_passages_by(match)
        return self._translate_shortened(asked, lambda short: short) if asked else None

    def _translate_shortened(self, match: Match, weigh: Callable[[Match], Match]) -> Json:
        query = self._translate(weigh(match), self._boosts)
        while isinstance(match, And | AtLeast | Or) and _count_clauses(query) > _MAX_CLAUSES and len(match.parts) > 1:
            match = _halve_parts(match)
            query = self._translate(weigh(match), self._boosts)
        return query

    def translate_wish(self, wish: Wish) -> Json:
        """Return an optional clause that gives what a wish matches its score."""
        return {_UNRANKED: {"filter": self._translate(wish.match, self._boosts), "boost": wish.score}}

    def build_proximity_clauses(self, match: Match, fields: Iterable[str]) -> list[Json]:
        """Return optional clauses that raise documents with neighbouring words of the question close together.

        `fields` are those to look in; each pair of words makes one clause for each of them.
        """
        # Optional clauses count towards the limit of clauses too.
        pairs = list_word_pairs(match)[: _MAX_CLAUSES // 20]
        return [
            _phrase_query(field, pair, self._proximity_boosts.get(field, 0.0), SLOP)
            for pair in pairs
            for field in fields
        ]

    def _translate(self, match: Match, fields: Mapping[str, float]) -> Json:  # noqa: PLR0911 - one line a kind
        match match:
            case And(parts):
                return self._translate_conjunction(parts, fields)
            case AtLeast(minimum, parts):
                return any_of((self._translate(part, fields) for part in parts), minimum)
            case Or(parts):
                return any_of(self._translate(part, fields) for part in parts)
            case Not():
                # An exclusion alone matches all the rest.
                return self._translate_conjunction((Everything(), match), fields)
            case Weighted(part, weight):
                return {"bool": {"must": [self._translate(part, fields)], "boost": weight}}
            case InTitle(part):
                return self._translate(part, self._title_boosts)
            case ByAuthor(part):
                return self._translate(part, AUTHOR_BOOSTS)
            case _:
                return self._translate_leaf(match, fields)

    def _translate_leaf(self, match: Match, fields: Mapping[str, float]) -> Json:  # noqa: PLR0911 - one line a kind
        exact = {name: boost for name, boost in fields.items() if name.endswith("_exact")}
        match match:
            case Word():
                return any_of(
                    term(field_path(field), _word_form(match, field), boost) for field, boost in fields.items()
                )
            case Phrase(words, quoted):
                kept = exact if quoted else {name: boost for name, boost in fields.items() if name not in exact}
                return any_of(
                    _phrase_query(field, [_word_form(word, field) for word in words], PHRASE_BOOST * boost)
                    for field, boost in kept.items()
                )
            case Prefix(start):
                return any_of({"prefix": {field_path(field): {"value": start}}} for field in exact)
            case Fuzzy(word, distance):
                # All words within the distance, with equal scores: by default only fifty are kept, and scored apart.
                wanted = {"value": word, "fuzziness": distance, "transpositions": True, "rewrite": _UNRANKED}
                return any_of({"fuzzy": {field_path(field): wanted}} for field in exact)
            case Tagged(facet, values):
                return one_of(facet.value, values)
            case Written(word):
                return one_of("written", [word])
            case _:
                return {"match_all": {}}

    def _translate_conjunction(self, parts: tuple[Match, ...], fields: Mapping[str, float]) -> Json:
        wanted = [self._translate(part, fields) for part in parts if not isinstance(part, Not)]
        refused = [self._translate(part.part, fields) for part in parts if isinstance(part, Not)]
        return {"bool": {"must": wanted, "must_not": refused}} if wanted else {"match_none": {}}


def term(field: str, value: str, boost: float = 1.0) -> Json:
    """Return the query for one value of a field."""
    return {"term": {field: {"value": value, "boost": boost}}}


def one_of(field: str, values: Iterable[str]) -> Json:
    """Return the query for one of several values of a field that is not a text; it adds nothing to the score."""
    return {_UNRANKED: {"filter": {"terms": {field: sorted(values)}}, "boost": 0.0}}


def filter_query(filters: Iterable[Json]) -> Json:
    """Return a query that entries match which pass all filters; it adds nothing to the score."""
    return {"bool": {"filter": list(filters)}}


def facet_aggregation(facet: Facet, filters: Mapping[Facet, Json], strict: Json | None) -> Json:
    """Return the aggregation that counts a facet's values under the selections of the other facets.

    A facet's own selection is ignored, so that the counts show what another choice in it would find. With `strict`,
    the values of the documents that match it are counted apart too.
    """
    others = [query for each, query in filters.items() if each is not facet]
    values: Json = {"values": {"terms": {"field": facet.value, "size": _MAX_FACET_VALUES}}}
    apart = {} if strict is None else {STRICT: {"filter": strict, "aggs": values}}
    return {"filter": filter_query(others), "aggs": {**values, **apart}}


def any_of(queries: Iterable[Json], minimum: int = 1) -> Json:
    """Return a query of which `minimum` parts must match; each part that matches adds to the score."""
    asked = list(queries)
    # A bool query without clauses would match everything.
    if len(asked) < minimum:
        return {"match_none": {}}
    return {"bool": {"should": asked, "minimum_should_match": minimum}}


def _weigh_titles(boosts: Mapping[str, float], titles: float) -> dict[str, float]:
    return {field: boost * (titles if field in TITLE_BOOSTS else 1.0) for field, boost in boosts.items()}


def _word_form(word: Word, field: str) -> str:
    return word.exact if field.endswith("_exact") else word.stem


def _phrase_query(field: str, words: Iterable[str], boost: float, slop: int = 0) -> Json:
    # The field's analyser only splits at spaces: the words are analysed already.
    return {"match_phrase": {field_path(field): {"query": " ".join(words), "slop": slop, "boost": boost}}}


def _halve_parts(match: And | AtLeast | Or) -> And | AtLeast | Or:
    parts = match.parts[: (len(match.parts) + 1) // 2]
    if isinstance(match, AtLeast):
        return AtLeast(min(len(parts), (match.minimum + 1) // 2), parts)
    return type(match)(parts)


def _count_clauses(query: Any) -> int:
    """Return at least as many clauses as a node counts in a query: one for each object of its JSON, nested ones too."""
    if isinstance(query, list):
        return sum(map(_count_clauses, query))
    return 1 + sum(map(_count_clauses, query.values())) if isinstance(query, dict) else 0
