"""Translates a Match into Tantivy's queries: which fields a word is searched in, with which weight."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import tantivy

from index.engines.ranking import (
    AUTHOR_BOOSTS,
    FIELD_BOOSTS,
    PASSAGE_BOOSTS,
    PHRASE_BOOST,
    PROXIMITY_BOOSTS,
    SLOP,
    TITLE_BOOSTS,
    list_word_pairs,
    rank_documents_by,
    rank_passages_by,
)
from index.model import Facet
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
    from collections.abc import Iterable, Iterator, Mapping

    from index.engines.protocol import Wish


# Up to so many values are separate terms: a set of terms collects all their documents first, which is slow for a group
# that every document has. For the documents whose passages are ranked, separate terms take two thirds of the time.
_MAX_SEPARATE_TERMS = 64

_MAX_CACHED_WORDS = 256


class TantivyTranslator:
    """Translates matches for one schema."""

    def __init__(self, schema: tantivy.Schema) -> None:
        self._schema = schema
        # A question asks for each of its words several times: to rank, to count, for passages and for what is missing.
        self._translate_word = lru_cache(maxsize=_MAX_CACHED_WORDS)(self._build_word_query)
        self.facets = tuple(facet for facet in Facet if self._has_field(facet.value))
        """Those that the index has: one of another version may have been made before a facet came."""

    def translate_match(self, match: Match) -> tantivy.Query:
        """Return the query for the documents that match."""
        return self._translate(match, FIELD_BOOSTS)

    def translate_for_documents(self, match: Match) -> tantivy.Query:
        """Return the query for the same documents that ranks them."""
        return self._translate(rank_documents_by(match), FIELD_BOOSTS)

    def translate_for_passages(self, match: Match) -> tantivy.Query | None:
        """Return the query that ranks passages, which have no title; None for a match without words."""
        asked = rank_passages_by(match)
        return self._translate(asked, PASSAGE_BOOSTS) if asked else None

    def build_proximity_clauses(self, match: Match, fields: Iterable[str]) -> list[tantivy.Query]:
        """Return optional clauses that raise entries with neighbouring words of the question close together.

        `fields` are those to look in; each pair of words makes one clause for each of them.
        """
        return [
            tantivy.Query.boost_query(self._phrase_query(field, list(pair), SLOP), PROXIMITY_BOOSTS.get(field, 0.0))
            for pair in list_word_pairs(match)
            for field in fields
        ]

    def translate_wish(self, wish: Wish) -> tantivy.Query:
        """Return an optional clause that gives what a wish matches its score."""
        return tantivy.Query.const_score_query(self.translate_match(wish.match), wish.score)

    def term(self, field: str, value: str) -> tantivy.Query:
        """Return the query for one value of a field that is not a text."""
        return tantivy.Query.term_query(self._schema, field, value, "basic")

    def one_of(self, field: str, values: Iterable[str]) -> tantivy.Query:
        """Return the query for one of several values of a field that is not a text."""
        wanted = sorted(values)
        if len(wanted) <= _MAX_SEPARATE_TERMS:
            return any_of(self.term(field, value) for value in wanted)
        return tantivy.Query.term_set_query(self._schema, field, wanted)

    def none_of(self, field: str, values: Iterable[str]) -> tantivy.Query:
        """Return the query for entries with none of several values of a field that is not a text."""
        refused = (tantivy.Occur.MustNot, self.one_of(field, values))
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, tantivy.Query.all_query()), refused])

    def _has_field(self, name: str) -> bool:
        try:
            self.term(name, "")
        except ValueError:
            return False
        return True

    def _translate(self, match: Match, fields: Mapping[str, float]) -> tantivy.Query:  # noqa: PLR0911 - one line a kind
        match match:
            case And(parts):
                return self._translate_conjunction(parts, fields)
            case AtLeast(minimum, parts):
                clauses = [(tantivy.Occur.Should, self._translate(part, fields)) for part in parts]
                return tantivy.Query.boolean_query(clauses, minimum)
            case Or(parts):
                return any_of(self._translate(part, fields) for part in parts)
            case Not():
                # Tantivy's boolean query needs a clause that matches, besides those that exclude.
                return self._translate_conjunction((Everything(), match), fields)
            case Weighted(part, weight):
                return tantivy.Query.boost_query(self._translate(part, fields), weight)
            case InTitle(part):
                return self._translate(part, TITLE_BOOSTS)
            case ByAuthor(part):
                return self._translate(part, AUTHOR_BOOSTS)
            case _:
                return self._translate_leaf(match, fields)

    def _translate_leaf(self, match: Match, fields: Mapping[str, float]) -> tantivy.Query:  # noqa: PLR0911 - one line a kind
        if isinstance(match, Word):
            return self._translate_word(match, tuple(fields.items()))
        exact = {name: boost for name, boost in fields.items() if name.endswith("_exact")}
        match match:
            case Phrase(words, quoted):
                return any_of(
                    self._phrase_queries(
                        words, exact if quoted else {k: v for k, v in fields.items() if k not in exact}
                    )
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
                return without_score(self.one_of(facet.value, values if facet in self.facets else ()))
            case Written(word):
                return without_score(self.term("written", word))
            case _:
                return tantivy.Query.all_query()

    def _translate_conjunction(self, parts: tuple[Match, ...], fields: Mapping[str, float]) -> tantivy.Query:
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.MustNot, self._translate(part.part, fields))
                if isinstance(part, Not)
                else (tantivy.Occur.Must, self._translate(part, fields))
                for part in parts
            ]
        )

    def _build_word_query(self, word: Word, fields: tuple[tuple[str, float], ...]) -> tantivy.Query:
        forms = ((field, word.exact if field.endswith("_exact") else word.stem, boost) for field, boost in fields)
        return any_of(
            tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, form, "freq"), boost)
            for field, form, boost in forms
        )

    def _phrase_queries(self, words: tuple[Word, ...], fields: Mapping[str, float]) -> Iterator[tantivy.Query]:
        for field, boost in fields.items():
            forms = [word.exact if field.endswith("_exact") else word.stem for word in words]
            yield tantivy.Query.boost_query(self._phrase_query(field, forms), PHRASE_BOOST * boost)

    def _phrase_query(self, field: str, words: list[str], slop: int = 0) -> tantivy.Query:
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


def without_score(query: tantivy.Query) -> tantivy.Query:
    """Return a query with the same matches and a score of 0."""
    return tantivy.Query.const_score_query(query, 0.0)


def with_bonus(wanted: Iterable[tantivy.Query], bonus: Iterable[tantivy.Query]) -> tantivy.Query:
    """Return a query that all of `wanted` must match; entries that match one of `bonus` too score higher."""
    return tantivy.Query.boolean_query(
        [*((tantivy.Occur.Must, query) for query in wanted), *((tantivy.Occur.Should, query) for query in bonus)]
    )
