"""Translates a Match into OpenSearch's queries, as JSON: which fields a word is searched in, with which weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.engine import (
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
    Word,
)
from index.engines.opensearch_entries import path
from index.engines.ranking import AUTHORS, BOOSTS, CLOSE, PHRASE_BOOST, SLOP, TITLE, pairs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Json = dict[str, Any]

# Clauses of one request: a node refuses more than 1,024, and filters need some of them.
_MOST_CLAUSES = 900

_UNRANKED = "constant_score"


class Translator:
    """Translates matches; scores of titles are multiplied by `titles`, as `title_weight` explains."""

    def __init__(self, titles: float) -> None:
        self._boosts = _weighted(BOOSTS, titles)
        self._title = _weighted(TITLE, titles)
        self._close = _weighted(CLOSE, titles)

    def matching(self, match: Match) -> Json:
        """Return the ranking query of a match. Of one with too many words, only the first are searched."""
        query = self._match(match, self._boosts)
        while isinstance(match, And | AtLeast | Or) and _clauses(query) > _MOST_CLAUSES and len(match.parts) > 1:
            match = _half(match)
            query = self._match(match, self._boosts)
        return query

    def closeness(self, match: Match, fields: Iterable[str]) -> list[Json]:
        """Return optional clauses that raise documents with neighbouring words of the question close together.

        `fields` are those to look in; each pair of words makes one clause for each of them.
        """
        # Optional clauses count towards the limit of clauses too.
        pairs = pairs_of(match)[: _MOST_CLAUSES // 20]
        return [_sequence(field, pair, self._close.get(field, 0.0), SLOP) for pair in pairs for field in fields]

    def _match(self, match: Match, fields: Mapping[str, float]) -> Json:  # noqa: PLR0911 - one line a kind
        match match:
            case And(parts):
                return self._conjunction(parts, fields)
            case AtLeast(minimum, parts):
                return any_of((self._match(part, fields) for part in parts), minimum)
            case Or(parts):
                return any_of(self._match(part, fields) for part in parts)
            case Not():
                # An exclusion alone matches all the rest.
                return self._conjunction((Everything(), match), fields)
            case Weighted(part, weight):
                return {"bool": {"must": [self._match(part, fields)], "boost": weight}}
            case InTitle(part):
                return self._match(part, self._title)
            case ByAuthor(part):
                return self._match(part, AUTHORS)
            case _:
                return self._leaf(match, fields)

    def _leaf(self, match: Match, fields: Mapping[str, float]) -> Json:
        exact = {name: boost for name, boost in fields.items() if name.endswith("_exact")}
        match match:
            case Word():
                return any_of(term(path(field), _form(match, field), boost) for field, boost in fields.items())
            case Phrase(words, quoted):
                kept = exact if quoted else {name: boost for name, boost in fields.items() if name not in exact}
                return any_of(
                    _sequence(field, [_form(word, field) for word in words], PHRASE_BOOST * boost)
                    for field, boost in kept.items()
                )
            case Prefix(start):
                return any_of({"prefix": {path(field): {"value": start}}} for field in exact)
            case Fuzzy(word, distance):
                # All words within the distance, with equal scores: by default only fifty are kept, and scored apart.
                wanted = {"value": word, "fuzziness": distance, "transpositions": True, "rewrite": _UNRANKED}
                return any_of({"fuzzy": {path(field): wanted}} for field in exact)
            case Tagged(facet, values):
                return one_of(facet.value, values)
            case _:
                return {"match_all": {}}

    def _conjunction(self, parts: tuple[Match, ...], fields: Mapping[str, float]) -> Json:
        wanted = [self._match(part, fields) for part in parts if not isinstance(part, Not)]
        refused = [self._match(part.part, fields) for part in parts if isinstance(part, Not)]
        return {"bool": {"must": wanted, "must_not": refused}} if wanted else {"match_none": {}}


def term(field: str, value: str, boost: float = 1.0) -> Json:
    """Return the query for one value of a field."""
    return {"term": {field: {"value": value, "boost": boost}}}


def one_of(field: str, values: Iterable[str]) -> Json:
    """Return the query for one of several values of a field that is not a text; it adds nothing to the score."""
    return {_UNRANKED: {"filter": {"terms": {field: sorted(values)}}, "boost": 0.0}}


def any_of(queries: Iterable[Json], minimum: int = 1) -> Json:
    """Return a query of which `minimum` parts must match; each part that matches adds to the score."""
    asked = list(queries)
    # A bool query without clauses would match everything.
    if len(asked) < minimum:
        return {"match_none": {}}
    return {"bool": {"should": asked, "minimum_should_match": minimum}}


def _weighted(boosts: Mapping[str, float], titles: float) -> dict[str, float]:
    return {field: boost * (titles if field in TITLE else 1.0) for field, boost in boosts.items()}


def _form(word: Word, field: str) -> str:
    return word.exact if field.endswith("_exact") else word.stem


def _sequence(field: str, words: Iterable[str], boost: float, slop: int = 0) -> Json:
    # The field's analyser only splits at spaces: the words are analysed already.
    return {"match_phrase": {path(field): {"query": " ".join(words), "slop": slop, "boost": boost}}}


def _half(match: And | AtLeast | Or) -> And | AtLeast | Or:
    parts = match.parts[: (len(match.parts) + 1) // 2]
    if isinstance(match, AtLeast):
        return AtLeast(min(len(parts), (match.minimum + 1) // 2), parts)
    return type(match)(parts)


def _clauses(query: Any) -> int:
    """Return at least as many clauses as a node counts in a query: one for each object of its JSON, nested ones too."""
    if isinstance(query, list):
        return sum(map(_clauses, query))
    return 1 + sum(map(_clauses, query.values())) if isinstance(query, dict) else 0
