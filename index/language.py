"""The query language: what a person types, read by Whoosh's parser, becomes a Match of analysed words.

Words (a short query asks for all of them, a long question for most), « guillemets » or "quotes" for a phrase, ET / OU /
SAUF and AND / OR / NOT, `-word`, `+word`, parentheses, `prefix*`, `fuzzy~`, and fields: `titre:`, `auteur:`, `thème:`,
`territoire:`, `type:`, `année:2023..2025`, `format:`. Nothing that may be typed is an error.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.analysis import join_thousands, normalise
from index.engine import (
    And,
    AtLeast,
    Everything,
    Fuzzy,
    InTitle,
    Match,
    Not,
    Or,
    Phrase,
    Prefix,
    Weighted,
    Word,
)
from index.plain_words import all_of, meaningful, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_QUOTES = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"'})
_OPERATORS = frozenset({"ET", "OU", "SAUF", "AND", "OR", "NOT"})


def parse(text: str, vocabulary: Vocabulary | None = None) -> Match:
    """Read a question; `Everything` when it holds no word. `vocabulary` gives the values of fields their slugs."""
    # Half a character, as a terminal may give, is no letter: engines refuse it.
    sound = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ")
    typed = _calm(join_thousands(normalise(sound)[:_LONGEST]).translate(_QUOTES))
    if _is_plain(typed):
        # Most questions. The parser says the same, a word that is repeated once, and takes many times as long.
        return _relaxed(all_of(meaningful(" ".join(dict.fromkeys(typed.split())))) or words_of(typed), typed)
    from index import grammar  # noqa: PLC0415 - few questions need the parser, which is long to load

    match = grammar.read(typed, vocabulary) or words_of(typed)
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
