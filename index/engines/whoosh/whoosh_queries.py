"""Translates a Match into Whoosh's queries: which fields a word is searched in, with which weight."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from rapidfuzz import process
from rapidfuzz.distance import OSA
from whoosh import matching, query

from index.engines.ranking import (
    AUTHOR_BOOSTS,
    FIELD_BOOSTS,
    PASSAGE_BOOSTS,
    PHRASE_BOOST,
    PROXIMITY_BOOSTS,
    SLOP,
    TEXT_FIELDS,
    TITLE_BOOSTS,
    list_word_pairs,
    rank_documents_by,
    rank_passages_by,
)
from index.engines.whoosh.whoosh_schema import DOCUMENT
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
from index.text import Word, analyse_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.engines.protocol import Wish

Boosts = Mapping[str, float]
"""The fields to look in, each with the weight of what is found there."""


def translate_match(match: Match) -> query.Query:
    """Return the query for the documents that match."""
    return _translate(match, FIELD_BOOSTS, 1.0)


def translate_for_documents(match: Match) -> query.Query:
    """Return the query for the same documents that ranks them."""
    return _translate(rank_documents_by(match), FIELD_BOOSTS, 1.0)


def translate_for_passages(match: Match) -> query.Query | None:
    """Return the query that ranks passages, which have no title; None for a match without words."""
    asked = rank_passages_by(match)
    return _translate(asked, PASSAGE_BOOSTS, 1.0) if asked else None


def add_proximity(wanted: query.Query, match: Match, fields: Iterable[str]) -> query.Query:
    """Return a query that finds the same, and ranks higher what has neighbouring words of the question together.

    `fields` are those to look in.
    """
    pairs = list_word_pairs(match)
    if not pairs:
        return wanted
    # Whoosh counts the steps from a word to the next one, of which words that follow each other are one apart.
    close = [
        query.Phrase(field, list(pair), SLOP + 1, PROXIMITY_BOOSTS.get(field, 0.0))
        for pair in pairs
        for field in fields
    ]
    return query.AndMaybe(wanted, query.Or(close))


def add_wishes(wanted: query.Query, wishes: Sequence[Wish]) -> query.Query:
    """Return a query that finds the same, and gives what a wish matches its score on top."""
    if not wishes:
        return wanted
    return query.AndMaybe(wanted, query.Or([_Wished(translate_match(wish.match), wish.score) for wish in wishes]))


def one_of(field: str, values: Iterable[str]) -> query.Query:
    """Return the query for one of several values of a field that is not a text. It adds nothing to the score."""
    return _OneOf(field, frozenset(values))


def _translate(match: Match, fields: Boosts, weight: float) -> query.Query:  # noqa: PLR0911 - one line a kind
    # A weight goes down to the words: a group of one part would lose its own in Whoosh.
    match match:
        case And(parts):
            return _translate_conjunction(parts, fields, weight)
        case AtLeast(minimum, parts):
            translated = [_translate(part, fields, weight) for part in parts]
            return query.And([query.Or(translated), _AtLeast(minimum, translated)])
        case Or(parts):
            return query.Or([_translate(part, fields, weight) for part in parts])
        case Not():
            return _translate_conjunction((Everything(), match), fields, weight)
        case Weighted(part, share):
            return _translate(part, fields, weight * share)
        case InTitle(part):
            return _translate(part, TITLE_BOOSTS, weight)
        case ByAuthor(part):
            return _translate(part, AUTHOR_BOOSTS, weight)
        case _:
            return _translate_leaf(match, fields, weight)


def _translate_leaf(match: Match, fields: Boosts, weight: float) -> query.Query:
    exact = {name: boost for name, boost in fields.items() if name.endswith("_exact")}
    match match:
        case Word():
            return query.Or([query.Term(field, _form(match, field), boost * weight) for field, boost in fields.items()])
        case Phrase(words, quoted):
            among = exact if quoted else {name: boost for name, boost in fields.items() if name not in exact}
            return query.Or([_phrase(field, words, PHRASE_BOOST * boost * weight) for field, boost in among.items()])
        # Patterns are of folded letters: the fields of stems hold other words.
        case Prefix() | Fuzzy():
            return query.Or([_LikeWord(field, match, weight) for field in exact])
        case Tagged(facet, values):
            return one_of(facet.value, values)
        case Written(word):
            return _Written(word)
        case _:
            return one_of("kind", [DOCUMENT])


def _translate_conjunction(parts: tuple[Match, ...], fields: Boosts, weight: float) -> query.Query:
    wanted = query.And([_translate(part, fields, weight) for part in parts if not isinstance(part, Not)])
    refused = [_translate(part.part, fields, weight) for part in parts if isinstance(part, Not)]
    return query.AndNot(wanted, query.Or(refused)) if refused else wanted


def _phrase(field: str, words: tuple[Word, ...], boost: float) -> query.Query:
    forms = [_form(word, field) for word in words]
    return query.Phrase(field, forms, boost=boost) if len(forms) > 1 else query.Term(field, forms[0], boost)


def _form(word: Word, field: str) -> str:
    return word.exact if field.endswith("_exact") else word.stem


class _Listed(query.Query):  # type: ignore[misc]  # Whoosh has no types
    """A query that reads all that it finds in a segment at once, and gives all of it one score.

    Whoosh's union walks its parts side by side, entry by entry in Python; sets are read and joined in C.
    """

    score = 0.0

    def find_numbers(self, searcher: Any) -> Iterable[int]:
        """Return the entries found, by number, in any order."""
        raise NotImplementedError

    def estimate_size(self, reader: Any) -> int:
        """Return the most that may be found, by which Whoosh orders the parts of a query."""
        return int(reader.doc_count())

    def matcher(self, searcher: Any, _context: Any = None) -> matching.Matcher:
        """Return what walks through the entries found."""
        found = matching.ListMatcher(array("I", sorted(self.find_numbers(searcher))))
        return matching.WrappingMatcher(found, self.score)


class _AtLeast(_Listed):
    """Finds what matches so many of some queries. Whoosh's own union has `minmatch` for it, « not yet implemented »."""

    def __init__(self, minimum: int, parts: list[query.Query]) -> None:
        self._minimum, self._parts = minimum, parts

    def find_numbers(self, searcher: Any) -> Iterable[int]:
        """Return the entries that enough parts match."""
        held = Counter(chain.from_iterable(part.docs(searcher) for part in self._parts))
        return (number for number, count in held.items() if count >= self._minimum)


class _Wished(_Listed):
    """Finds what a query does, and gives all of it one score."""

    def __init__(self, part: query.Query, score: float) -> None:
        self._part, self.score = part, score

    def find_numbers(self, searcher: Any) -> Iterable[int]:
        """Return the entries that the query finds."""
        found: Iterable[int] = self._part.docs(searcher)
        return found


class _OneOf(_Listed):
    """Finds what holds one of several words in a field."""

    def __init__(self, field: str, words: Iterable[str] = ()) -> None:
        self._field, self._words = field, words

    def list_words(self, _reader: Any) -> Iterable[str]:
        """Return the words to look for in a segment."""
        return self._words

    def find_numbers(self, searcher: Any) -> Iterable[int]:
        """Return the entries that hold a word."""
        reader, field = searcher.reader(), self._field
        words = (word for word in self.list_words(reader) if (field, word) in reader)
        return frozenset().union(*(reader.postings(field, word).all_ids() for word in words))


class _Written(_Listed):
    """Finds the documents that hold a word as it is written, accents included, which only a column tells."""

    def __init__(self, word: str) -> None:
        self._word = word

    def find_numbers(self, searcher: Any) -> Iterable[int]:
        """Return the entries of the documents that hold the word."""
        reader, exact = searcher.reader(), [analyse_word(self._word).exact]
        documents = frozenset(_OneOf("kind", [DOCUMENT]).find_numbers(searcher))
        alike = frozenset().union(*(_OneOf(f"{text}_exact", exact).find_numbers(searcher) for text in TEXT_FIELDS))
        held = documents & alike
        if not held:
            return held
        column, word = reader.column_reader("written", translate=False), self._word.encode()
        return (number for number in held if word in column[number].split())


class _LikeWord(_OneOf):
    """Finds what holds a word that is like a pattern, with one score, as Tantivy does."""

    def __init__(self, field: str, pattern: Prefix | Fuzzy, boost: float) -> None:
        super().__init__(field)
        self._pattern, self.score = pattern, boost

    def list_words(self, reader: Any) -> Iterable[str]:
        """Return the words of a segment that are like the pattern."""
        match self._pattern:
            case Prefix(start):
                return (word.decode() for word in reader.expand_prefix(self._field, start))
            # Whoosh's own takes two letters exchanged for two mistakes.
            case Fuzzy(exact, distance):
                words = list(reader.field_terms(self._field))
                near = process.extract(exact, words, scorer=OSA.distance, score_cutoff=distance, limit=None)
                return (word for word, *_ in near)
