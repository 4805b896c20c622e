"""The query language: what a person types, read by Whoosh's parser, becomes a Match of analysed words.

Words (a short query asks for all of them, a long question for most), « guillemets » or "quotes" for a phrase, ET / OU /
SAUF and AND / OR / NOT, `-word`, `+word`, parentheses, `prefix*`, `fuzzy~`, and fields: `titre:`, `auteur:`, `thème:`,
`territoire:`, `type:`, `année:2023..2025`, `format:`. Nothing that may be typed is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from whoosh import qparser, query

from index.analysis import STOP_WORDS, fold, join_thousands, normalise, tokens
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
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from index.analysis import Token
    from index.vocabulary import Vocabulary

_LONGEST = 1_000
"""Characters of a question that are read: beyond, it is a text pasted by mistake."""

_ALL_OF = 3
"""Up to so many words, all are asked for."""

_MOST_SHARE = 0.6
"""Of more words, this share must be there."""

_QUESTION_SHARE = 0.3
"""Of a question in a sentence, which holds words that no answer repeats, a smaller share."""

_QUESTION = re.compile(
    r"\?\s*$|^\W*(?:comment|combien|pourquoi|quand|où|qui|que|quoi|quel(?:le)?s?|qu['’]|est[- ]ce"
    r"|[\w'’]+-(?:t-)?(?:on|ils?|elles?|je))\b",
    re.IGNORECASE,
)

_LONGEST_ACRONYM = 5
_YEARS = re.compile(r"(\d{4})(?:\.{2,}|-)?(\d{4})?")
_QUOTES = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"'})
_OPERATORS = frozenset({"ET", "OU", "SAUF", "AND", "OR", "NOT"})

_FIELDS = {
    "titre": "titre",
    "title": "titre",
    "auteur": "auteur",
    "theme": Facet.THEME,
    "territoire": Facet.TERRITORY,
    "departement": Facet.DEPARTMENT,
    "region": Facet.REGION,
    "type": Facet.EVENT_TYPE,
    "annee": Facet.YEAR,
    "format": Facet.FORMAT,
}
"""The fields' names, folded."""


def _parser() -> qparser.QueryParser:
    edge, space = r"(^|(?<=[\s()]))", r"(?=\s)"
    operators = qparser.OperatorsPlugin(
        And=rf"(?<=\s)(ET|AND){space}",
        Or=rf"(?<=\s)(OU|OR){space}",
        AndNot=rf"(?<=\s)(SAUF|NOT|AND NOT|ET SAUF){space}",
        AndMaybe=None,
        Not=rf"{edge}(SAUF|NOT){space}",
        Require=None,
    )
    # Only names that are fields: « RGPD : quelles règles » holds a colon, not a field.
    fields = qparser.FieldsPlugin(
        expr=r"(?i)(?:^|(?<=[\s(+-]))(?P<text>titre|title|auteur|th[eè]me|territoire|d[ée]partement|r[ée]gion|type|ann[eé]e|format)\s?:(?=\S)"
    )
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
            # A sign counts only before a word: « non-recours » holds a hyphen, not an exclusion.
            qparser.PlusMinusPlugin(plusexpr=r"(?:^|(?<=[\s(]))\+(?=\S)", minusexpr=r"(?:^|(?<=[\s(]))-(?=\S)"),
            operators,
        ],
    )


_PARSER = _parser()


def parse(text: str, vocabulary: Vocabulary | None = None) -> Match:
    """Read a question; `Everything` when it holds no word. `vocabulary` gives the values of fields their slugs."""
    # Half a character, as a terminal may give, is no letter: engines refuse it.
    sound = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ")
    typed = _calm(join_thousands(normalise(sound)[:_LONGEST]).translate(_QUOTES))
    if _is_plain(typed):
        # Most questions. The parser says the same, a word that is repeated once, and takes many times as long.
        return _relaxed(_all(_meaningful(" ".join(dict.fromkeys(typed.split())))) or _words_of(typed), typed)
    try:
        tree = _PARSER.parse(typed)
        if tree == query.NullQuery:
            # Whoosh simplifies « -caf », which keeps nothing and excludes something, to nothing at all.
            tree = _PARSER.parse(typed, normalize=False)
    except (IndexError, AttributeError, AssertionError, NotImplementedError, RecursionError):
        # Whoosh's parser trips over loose operators in these ways: the words themselves still make a question.
        return _relaxed(_words_of(typed), typed)
    match = _Reader(vocabulary).convert(tree) or _words_of(typed)
    if match != Everything() and not any(_asked(match)):
        # Only exclusions: everything else is what the person wants to see.
        return And((Everything(), match))
    return _relaxed(match, typed)


def _calm(typed: str) -> str:
    """A question all in capitals in lower case, lest its « ET » and « OU » be operators; acronyms stay as they are."""
    words = [word for word in typed.split() if word not in _OPERATORS]
    shouted = typed.isupper() and any(len(word) > _LONGEST_ACRONYM for word in words)
    return typed.lower() if shouted else typed


def _is_plain(typed: str) -> bool:
    """Whether a question is nothing but words, none of which is an operator."""
    words = typed.split()
    return all(map(str.isalnum, words)) and _OPERATORS.isdisjoint(words)


def _relaxed(match: Match, typed: str) -> Match:
    """A question, or many plain words, ask for some of them: a word that nobody wrote must not empty the results."""
    if not isinstance(match, And) or not all(isinstance(part, Word | Phrase) for part in match.parts):
        return match
    asked = len(match.parts)
    if _QUESTION.search(typed):
        return AtLeast(max(1, round(_QUESTION_SHARE * asked)), match.parts)
    return AtLeast(round(_MOST_SHARE * asked), match.parts) if asked > _ALL_OF else match


def _words_of(text: str) -> Match:
    """The question as plain words; a question made of stop words alone is asked as it stands."""
    return _all(_meaningful(text)) or _all(token.word for token in tokens(text)) or Everything()


class _Reader:
    """Turns Whoosh's nodes into a Match."""

    def __init__(self, vocabulary: Vocabulary | None) -> None:
        self._vocabulary = vocabulary

    def convert(self, node: query.Query) -> Match | None:
        """The Match of a node; None where nothing meaningful is left of it."""
        match node:
            case query.Phrase() | query.Prefix() | query.FuzzyTerm() | query.Term():
                return self._leaf(node)
            case query.AndNot():
                return _except(self.convert(node.a), self.convert(node.b))
            case query.Not():
                part = self.convert(node.query)
                return Not(part) if part else None
            case query.Or():
                return _any(self._parts(node))
            case query.And():
                return _all(self._parts(node))
            case _:
                return None

    def _parts(self, node: query.compound.CompoundQuery) -> Iterator[Match]:
        return (part for part in map(self.convert, node.subqueries) if part)

    def _leaf(self, node: query.Query) -> Match | None:
        field = _FIELDS.get(fold(node.fieldname))
        if isinstance(field, Facet):
            return self._tagged(field, " ".join(node.words) if isinstance(node, query.Phrase) else node.text)
        match = _leaf(node)
        if match is None or field is None:
            return match
        return InTitle(match) if field == "titre" else ByAuthor(match)

    def _tagged(self, facet: Facet, text: str) -> Match | None:
        if facet is Facet.YEAR and (years := _YEARS.fullmatch(text)):
            first, last = int(years[1]), int(years[2] or years[1])
            return Tagged(facet, frozenset(map(str, range(min(first, last), max(first, last) + 1))))
        values = self._vocabulary.values_named(facet, text) if self._vocabulary else frozenset()
        return Tagged(facet, values or frozenset({fold(text)}))


def _leaf(node: query.Query) -> Match | None:
    match node:
        case query.Phrase():
            return _phrase(" ".join(node.words))
        case query.Prefix():
            return _of_letters(node.text, Prefix)
        case query.FuzzyTerm():
            distance = min(max(node.maxdist, 1), 2)
            return _of_letters(node.text, lambda exact: Fuzzy(exact, distance))
        case _:
            return _all(_meaningful(node.text))


def _of_letters(text: str, make: Callable[[str], Match]) -> Match | None:
    """A pattern over the last word of a run; the words before it, as in « aller-v* », are asked for as they are."""
    read = list(tokens(text))
    if not read or len(read[-1].word.exact) < 2:  # noqa: PLR2004 - one letter would mean half the words
        return None
    return _all([*(token.word for token in read[:-1]), make(read[-1].word.exact)])


def _meaningful(text: str) -> list[Match]:
    """The words of a text, stop words left out; a compound such as « non-recours » asks for its parts together."""
    return [part for run in text.split() for part in _of_run(list(tokens(run)))]


def _of_run(run: list[Token]) -> list[Match]:
    if len(run) > 1 and not _is_inversion(run):
        return [Phrase(tuple(token.word for token in run), exact=False)]
    return [token.word for token in run if token.lower not in STOP_WORDS and (len(run) == 1 or token is run[0])]


def _is_inversion(run: list[Token]) -> bool:
    """« peut-on », « a-t-il », « faut-il » are a verb and its pronoun; « rendez-vous » is a compound all the same."""
    return run[0].lower != "rendez" and all(token.lower in _PRONOUNS for token in run[1:])


_PRONOUNS = frozenset(
    {"on", "il", "ils", "elle", "elles", "je", "tu", "nous", "vous", "ce", "t", "y", "en", "là", "ci"}
)


def _phrase(text: str) -> Match | None:
    words = tuple(token.word for token in tokens(text))
    if not words:
        return None
    return Phrase(words, exact=True)


def _except(keep: Match | None, without: Match | None) -> Match | None:
    if without is None:
        return keep
    return And((keep, Not(without))) if keep else Not(without)


def _all(parts: Iterable[Match]) -> Match | None:
    kept = tuple(parts)
    return (kept[0] if len(kept) == 1 else And(kept)) if kept else None


def _any(parts: Iterable[Match]) -> Match | None:
    kept = tuple(parts)
    return (kept[0] if len(kept) == 1 else Or(kept)) if kept else None


Leaf = Word | Phrase | Prefix | Fuzzy


def positives(match: Match) -> Iterator[Leaf]:
    """The words that a match asks for, exclusions left out: those to mark and to rank passages by."""
    match match:
        case Word() | Phrase() | Prefix() | Fuzzy():
            yield match
        case And(parts) | Or(parts) | AtLeast(_, parts):
            for part in parts:
                yield from positives(part)
        case Weighted(part) | InTitle(part):
            yield from positives(part)
        case _:
            return


def _asked(match: Match) -> Iterator[Match]:
    """What a match asks for, fields included."""
    match match:
        case And(parts) | Or(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _asked(part)
        case Not() | Everything():
            return
        case _:
            yield match
