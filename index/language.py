"""The query language: what a person types, read by Whoosh's parser, becomes a Match of analysed words.

Words (all must be there), « guillemets » or "quotes" for a phrase, ET / OU / SAUF and AND / OR / NOT, `-word`, `+word`,
parentheses, `prefix*`. Nothing that may be typed is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whoosh import qparser, query

from index.analysis import STOP_WORDS, fold, normalise, tokens
from index.engine import And, Everything, Match, Not, Or, Phrase, Prefix, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST = 1_000
"""Characters of a question that are read: beyond, it is a text pasted by mistake."""

_QUOTES = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"'})


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
    return qparser.QueryParser(
        "text",
        schema=None,
        plugins=[
            qparser.WhitespacePlugin(),
            qparser.PhrasePlugin(),
            qparser.PrefixPlugin(),
            qparser.GroupPlugin(),
            # A sign counts only before a word: « non-recours » holds a hyphen, not an exclusion.
            qparser.PlusMinusPlugin(plusexpr=r"(?:^|(?<=[\s(]))\+(?=\S)", minusexpr=r"(?:^|(?<=[\s(]))-(?=\S)"),
            operators,
        ],
    )


_PARSER = _parser()


def parse(text: str) -> Match:
    """Read a question; `Everything` when it holds no word at all."""
    typed = normalise(text)[:_LONGEST].translate(_QUOTES)
    try:
        tree = _PARSER.parse(typed)
    except (IndexError, AttributeError, AssertionError, NotImplementedError, RecursionError):
        # Whoosh's parser trips over loose operators in these ways: the words themselves still make a question.
        return _words_of(typed)
    match = _convert(tree) or _words_of(typed)
    # Only exclusions: everything else is what the person wants to see.
    return match if match == Everything() or any(positives(match)) else And((Everything(), match))


def _words_of(text: str) -> Match:
    """The question as plain words; a question made of stop words alone is asked as it stands."""
    return _all(_meaningful(text)) or _all(token.word for token in tokens(text)) or Everything()


def _convert(node: query.Query) -> Match | None:  # noqa: PLR0911 - one line a kind of node
    """The Match of one of Whoosh's nodes; None where nothing meaningful is left of it."""
    match node:
        case query.Phrase():
            return _phrase(" ".join(node.words))
        case query.Prefix():
            return Prefix(fold(node.text)) if len(node.text) > 1 else None
        case query.Term():
            return _all(_meaningful(node.text))
        case query.AndNot():
            return _except(_convert(node.a), _convert(node.b))
        case query.Not():
            part = _convert(node.query)
            return Not(part) if part else None
        case query.Or():
            return _any(_converted(node))
        case query.And():
            return _all(_converted(node))
        case _:
            return None


def _converted(node: query.compound.CompoundQuery) -> Iterator[Match]:
    return (part for part in map(_convert, node.subqueries) if part)


def _meaningful(text: str) -> list[Match]:
    """The words of a text, stop words left out; a compound such as « non-recours » asks for its parts together."""
    runs = [found for run in text.split() if (found := list(tokens(run)))]
    return [
        Phrase(tuple(token.word for token in run), exact=False) if len(run) > 1 else run[0].word
        for run in runs
        if len(run) > 1 or run[0].lower not in STOP_WORDS
    ]


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


def positives(match: Match) -> Iterator[Word | Phrase | Prefix]:
    """What a match asks for, exclusions left out: the words to mark and to rank passages by."""
    match match:
        case Word() | Phrase() | Prefix():
            yield match
        case And(parts) | Or(parts):
            for part in parts:
                yield from positives(part)
        case Not() | Everything():
            return
