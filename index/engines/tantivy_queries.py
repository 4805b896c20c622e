"""Translates a Match into Tantivy's queries: which fields a word is searched in, with which weight."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import tantivy

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
from index.engines.ranking import AUTHORS, BOOSTS, CLOSE, IN_PASSAGES, PHRASE_BOOST, SLOP, TITLE, pairs_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


# Up to so many values are separate terms: a set of terms collects all their documents first, which is slow for a group
# that every document has. For the documents whose passages are ranked, separate terms take two thirds of the time.
_FEW = 64


class Translator:
    """Translates matches for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema

    def matching(self, match: Match) -> tantivy.Query:
        """Return the ranking query of a match over documents."""
        return self._match(match, BOOSTS)

    def in_passages(self, match: Match) -> tantivy.Query:
        """Return the ranking query of a match over passages, which have no title."""
        return self._match(match, IN_PASSAGES)

    def closeness(self, match: Match, fields: Iterable[str]) -> list[tantivy.Query]:
        """Return optional clauses that raise entries with neighbouring words of the question close together.

        `fields` are those to look in; each pair of words makes one clause for each of them.
        """
        return [
            tantivy.Query.boost_query(self._sequence(field, list(pair), SLOP), CLOSE.get(field, 0.0))
            for pair in pairs_of(match)
            for field in fields
        ]

    def term(self, field: str, value: str) -> tantivy.Query:
        """Return the query for one value of a field that is not a text."""
        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def one_of(self, field: str, values: Iterable[str]) -> tantivy.Query:
        """Return the query for one of several values of a field that is not a text."""
        wanted = sorted(values)
        if len(wanted) <= _FEW:
            return any_of(self.term(field, value) for value in wanted)
        return tantivy.Query.term_set_query(self._schema, field, wanted)

    def none_of(self, field: str, values: Iterable[str]) -> tantivy.Query:
        """Return the query for entries with none of several values of a field that is not a text."""
        refused = (tantivy.Occur.MustNot, self.one_of(field, values))
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, tantivy.Query.all_query()), refused])

    def _match(self, match: Match, fields: Mapping[str, float]) -> tantivy.Query:  # noqa: PLR0911 - one line a kind
        match match:
            case And(parts):
                return self._conjunction(parts, fields)
            case AtLeast(minimum, parts):
                clauses = [(tantivy.Occur.Should, self._match(part, fields)) for part in parts]
                return tantivy.Query.boolean_query(clauses, minimum)
            case Or(parts):
                return any_of(self._match(part, fields) for part in parts)
            case Not():
                # Tantivy's boolean query needs a clause that matches, besides those that exclude.
                return self._conjunction((Everything(), match), fields)
            case Weighted(part, weight):
                return tantivy.Query.boost_query(self._match(part, fields), weight)
            case InTitle(part):
                return self._match(part, TITLE)
            case ByAuthor(part):
                return self._match(part, AUTHORS)
            case _:
                return self._leaf(match, fields)

    def _leaf(self, match: Match, fields: Mapping[str, float]) -> tantivy.Query:
        exact = {name: boost for name, boost in fields.items() if name.endswith("_exact")}
        match match:
            case Word():
                return any_of(self._word(match, fields))
            case Phrase(words, quoted):
                return any_of(
                    self._phrase(words, exact if quoted else {k: v for k, v in fields.items() if k not in exact})
                )
            # Patterns are of folded letters: the fields of stems hold other words.
            case Prefix(start):
                pattern = f"{re.escape(start)}.*"
                return any_of(tantivy.Query.regex_query(self._schema, field, pattern) for field in exact)
            case Fuzzy(word, distance):
                return any_of(
                    tantivy.Query.fuzzy_term_query(self._schema, field, word, distance, transposition_cost_one=True)
                    for field in exact
                )
            case Tagged(facet, values):
                return unranked(self.one_of(facet.value, values))
            case _:
                return tantivy.Query.all_query()

    def _conjunction(self, parts: tuple[Match, ...], fields: Mapping[str, float]) -> tantivy.Query:
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.MustNot, self._match(part.part, fields))
                if isinstance(part, Not)
                else (tantivy.Occur.Must, self._match(part, fields))
                for part in parts
            ]
        )

    def _word(self, word: Word, fields: Mapping[str, float]) -> Iterator[tantivy.Query]:
        for field, boost in fields.items():
            form = word.exact if field.endswith("_exact") else word.stem
            yield tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, form, "freq"), boost)

    def _phrase(self, words: tuple[Word, ...], fields: Mapping[str, float]) -> Iterator[tantivy.Query]:
        for field, boost in fields.items():
            forms = [word.exact if field.endswith("_exact") else word.stem for word in words]
            yield tantivy.Query.boost_query(self._sequence(field, forms), PHRASE_BOOST * boost)

    def _sequence(self, field: str, words: list[str], slop: int = 0) -> tantivy.Query:
        # A phrase query needs two words.
        if len(words) == 1:
            return self.term(field, words[0])
        return tantivy.Query.phrase_query(self._schema, field, list(words), slop)


def all_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    """Return a query all of whose parts must match."""
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])


def any_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    """Return a query of which one part must match; each part that matches adds to the score."""
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def unranked(query: tantivy.Query) -> tantivy.Query:
    """Return a query with the same matches and a score of 0."""
    return tantivy.Query.const_score_query(query, 0.0)


def raised(wanted: Iterable[tantivy.Query], bonus: Iterable[tantivy.Query]) -> tantivy.Query:
    """Return a query that all of `wanted` must match; entries that match one of `bonus` too score higher."""
    return tantivy.Query.boolean_query(
        [*((tantivy.Occur.Must, query) for query in wanted), *((tantivy.Occur.Should, query) for query in bonus)]
    )
