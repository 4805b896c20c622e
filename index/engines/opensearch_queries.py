"""From a Match to OpenSearch's queries, in JSON: which fields a word is looked for in, and how much each counts."""

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

_MOST_CLAUSES = 900
"""Clauses of one request: a node refuses more than 1,024, and filters take some."""

_UNRANKED = "constant_score"


class Translator:
    """Makes queries in which a title's words count so many times what they do in other engines."""

    def __init__(self, titles: float) -> None:
        self._boosts = _weighted(BOOSTS, titles)
        self._title = _weighted(TITLE, titles)
        self._close = _weighted(CLOSE, titles)

    def matching(self, match: Match) -> Json:
        """What a match asks for, ranked. Of a text pasted as a question, the first words are asked for."""
        query = self._match(match, self._boosts)
        while isinstance(match, And | AtLeast | Or) and _clauses(query) > _MOST_CLAUSES and len(match.parts) > 1:
            match = _half(match)
            query = self._match(match, self._boosts)
        return query

    def closeness(self, match: Match, fields: Iterable[str]) -> list[Json]:
        """Clauses that raise what holds the question's words close together and in their order: each pair counts."""
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
                # Every word that near, each as good as another: the default keeps fifty, and weighs them.
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
    """One value of a field."""
    return {"term": {field: {"value": value, "boost": boost}}}


def one_of(field: str, values: Iterable[str]) -> Json:
    """One of several values of a field that is not a text; ranks nothing."""
    return {_UNRANKED: {"filter": {"terms": {field: sorted(values)}}, "boost": 0.0}}


def any_of(queries: Iterable[Json], minimum: int = 1) -> Json:
    """One must match, or so many; each that does adds to the rank."""
    asked = list(queries)
    # A condition without clauses would match everything.
    if len(asked) < minimum:
        return {"match_none": {}}
    return {"bool": {"should": asked, "minimum_should_match": minimum}}


def _weighted(boosts: Mapping[str, float], titles: float) -> dict[str, float]:
    return {field: boost * (titles if field in TITLE else 1.0) for field, boost in boosts.items()}


def _form(word: Word, field: str) -> str:
    return word.exact if field.endswith("_exact") else word.stem


def _sequence(field: str, words: Iterable[str], boost: float, slop: int = 0) -> Json:
    # Split at spaces and nothing else: the words are analysed already.
    return {"match_phrase": {path(field): {"query": " ".join(words), "slop": slop, "boost": boost}}}


def _half(match: And | AtLeast | Or) -> And | AtLeast | Or:
    parts = match.parts[: (len(match.parts) + 1) // 2]
    if isinstance(match, AtLeast):
        return AtLeast(min(len(parts), (match.minimum + 1) // 2), parts)
    return type(match)(parts)


def _clauses(query: Any) -> int:
    """The clauses of a query as a node counts them, and never fewer."""
    if isinstance(query, list):
        return sum(map(_clauses, query))
    return 1 + sum(map(_clauses, query.values())) if isinstance(query, dict) else 0
