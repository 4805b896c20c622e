"""Parses questions with operators, fields and signs by Whoosh's parser.

It is imported for the first such question only: most have none, and Whoosh takes long to load.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whoosh import qparser, query

from index.model import FACETS, Facet
from index.query.syntax import And, ByAuthor, Fuzzy, InTitle, Match, Not, Prefix, Tagged
from index.query.words import all_of, any_capitals, any_of, exactly, parse_meaningful_words
from index.text import fold_accents, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from index.vocabulary import Vocabulary

# « 2023 », « 2023..2025 », « 2023-2025 ».
_YEAR_RANGE = re.compile(r"(\d{4})(?:\.{2,}|-)?(\d{4})?")

_TEXT_FIELDS = {"titre": "titre", "title": "titre", "auteur": "auteur"}
_FACET_FIELDS = {name: spec.facet for spec in FACETS for name in spec.query_names}
_FIELDS: dict[str, str | Facet] = {
    **_TEXT_FIELDS,
    **{fold_accents(name): facet for name, facet in _FACET_FIELDS.items()},
}
"""Fields by their names, folded."""


def _accept_unaccented(name: str) -> str:
    """Return a pattern for a field's name, with or without each of its accents."""
    return "".join(f"[{fold_accents(letter)}{letter}]" if letter != fold_accents(letter) else letter for letter in name)


def _build_parser() -> qparser.QueryParser:
    # Operators are capitals between spaces: « ou » and « et » in lower case are ordinary words.
    edge, space = r"(^|(?<=[\s()]))", r"(?=\s)"
    operators = qparser.OperatorsPlugin(
        And=rf"(?<=\s)(ET|AND){space}",
        Or=rf"(?<=\s)(OU|OR){space}",
        AndNot=rf"(?<=\s)(SAUF|NOT|AND NOT|ET SAUF){space}",
        AndMaybe=None,
        Not=rf"{edge}(SAUF|NOT){space}",
        Require=None,
    )
    # Only known names: « RGPD : quelles règles » holds a colon, but no field.
    names = "|".join(map(_accept_unaccented, (*_TEXT_FIELDS, *_FACET_FIELDS)))
    fields = qparser.FieldsPlugin(expr=rf"(?i)(?:^|(?<=[\s(+-]))(?P<text>{names})\s?:(?=\S)")
    return qparser.QueryParser(
        "text",
        schema=None,
        plugins=[
            qparser.WhitespacePlugin(),
            qparser.PhrasePlugin(),
            qparser.PrefixPlugin(),
            qparser.FuzzyTermPlugin(),
            qparser.GroupPlugin(),
            fields,
            # A sign counts only at a word's start: « non-recours » holds a hyphen, not an exclusion.
            qparser.PlusMinusPlugin(plusexpr=r"(?:^|(?<=[\s(]))\+(?=\S)", minusexpr=r"(?:^|(?<=[\s(]))-(?=\S)"),
            operators,
        ],
    )


_PARSER = _build_parser()


def parse_with_operators(typed: str, vocabulary: Vocabulary | None) -> Match | None:
    """Return the match of a question; None where it holds no meaningful word, or the parser fails on it."""
    typed = _QUOTED.sub(_mark_quoted_word, typed.replace(_QUOTE_MARK, ""))
    try:
        tree = _PARSER.parse(typed)
        if tree == query.NullQuery:
            # Whoosh simplifies a question of exclusions alone, such as « -caf », to nothing at all.
            tree = _PARSER.parse(typed, normalize=False)
    except (IndexError, AttributeError, AssertionError, NotImplementedError, RecursionError):
        # What Whoosh raises on loose operators and other odd input; a property test types thousands of such strings.
        return None
    return _TreeConverter(vocabulary).convert(tree)


class _TreeConverter:
    """Converts Whoosh's syntax tree into a Match."""

    def __init__(self, vocabulary: Vocabulary | None) -> None:
        self._vocabulary = vocabulary

    def convert(self, node: query.Query) -> Match | None:
        """Return the match of a node; None where nothing meaningful is left of it."""
        match node:
            case query.Phrase() | query.Prefix() | query.FuzzyTerm() | query.Term():
                return self._convert_leaf(node)
            case query.AndNot():
                return _exclude_match(self.convert(node.a), self.convert(node.b))
            case query.Not():
                part = self.convert(node.query)
                return Not(part) if part else None
            case query.Or():
                return any_of(self._convert_parts(node))
            case query.And():
                return all_of(self._convert_parts(node))
            case _:
                return None

    def _convert_parts(self, node: query.compound.CompoundQuery) -> Iterator[Match]:
        return (part for part in map(self.convert, node.subqueries) if part)

    def _convert_leaf(self, node: query.Query) -> Match | None:
        field = _FIELDS.get(fold_accents(node.fieldname))
        if isinstance(field, Facet):
            return self._convert_facet(
                field, " ".join(node.words) if isinstance(node, query.Phrase) else node.text.strip(_QUOTE_MARK)
            )
        match = _convert_text(node)
        if match is None or field is None:
            return match
        return InTitle(match) if field == "titre" else ByAuthor(match)

    def _convert_facet(self, facet: Facet, text: str) -> Match | None:
        if facet is Facet.YEAR and (years := _YEAR_RANGE.fullmatch(text)):
            first, last = int(years[1]), int(years[2] or years[1])
            return Tagged(facet, frozenset(map(str, range(min(first, last), max(first, last) + 1))))
        # An unknown value filters all the same: it finds nothing, where leaving it out would find everything.
        values = self._vocabulary.find_values(facet, text) if self._vocabulary else frozenset()
        return Tagged(facet, values or frozenset({fold_accents(text)}))


# Whoosh makes no phrase of one word: a character that nobody types stands for its quotes.
_QUOTE_MARK = "\ue000"
# Whole quotations, one after the other: « "a b" OU "c d" » holds two, and not a third one between them.
_QUOTED = re.compile(r'"([^"]*)"')
_ONE_WORD = re.compile(r"[^\s()]+")


def _mark_quoted_word(found: re.Match[str]) -> str:
    quoted = found[1].strip()
    return f"{_QUOTE_MARK}{quoted}" if _ONE_WORD.fullmatch(quoted) else found[0]


def _convert_text(node: query.Query) -> Match | None:
    match node:
        case query.Phrase():
            return _convert_phrase(" ".join(node.words))
        case query.Prefix():
            return _convert_pattern(node.text, Prefix)
        case query.FuzzyTerm():
            distance = min(max(node.maxdist, 1), 2)
            return _convert_pattern(node.text, lambda exact: Fuzzy(exact, distance))
        case query.Term() if node.text.startswith(_QUOTE_MARK):
            return _convert_phrase(node.text)
        case _:
            return all_of(parse_meaningful_words(node.text))


def _convert_pattern(text: str, make: Callable[[str], Match]) -> Match | None:
    """Return a prefix or fuzzy pattern of the last word, after the words before it, as in « aller-v* »."""
    read = list(tokenise(text))
    if not read or len(read[-1].word.exact) < 2:  # noqa: PLR2004 - one letter would mean half the words
        return None
    return all_of([*(token.word for token in read[:-1]), any_capitals(read[-1].word.exact, make)])


def _convert_phrase(text: str) -> Match | None:
    words = list(tokenise(text))
    return exactly(words) if words else None


def _exclude_match(keep: Match | None, without: Match | None) -> Match | None:
    if without is None:
        return keep
    return And((keep, Not(without))) if keep else Not(without)
