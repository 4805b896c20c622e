"""The query language: turns what a person types into a Match of analysed words.

It knows words (half of them are required, one of a sentence), « guillemets » or "quotes" for a phrase, ET / OU / SAUF
and AND / OR / NOT, `-word`, `+word`, parentheses, `prefix*`, `fuzzy~`, and fields: `titre:`, `auteur:`, `thème:`,
`territoire:`, `département:`, `région:`, `type:`, `année:2023..2025`, `format:`. Nothing that is typed is an error.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from index.query.syntax import (
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
    Written,
)
from index.query.words import all_of, parse_meaningful_words, parse_words
from index.text import LONGEST_ACRONYM, Word, is_shouted, join_numbers, normalise_unicode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.vocabulary import Vocabulary

# Characters of a question that are read: a longer one is a text pasted by mistake.
_MAX_CHARACTERS = 1_000

# A question in a sentence holds words that no answer repeats: one of them is enough.
_REQUIRED_SHARE = 0.5

# A question mark at the end, a question word at the start, or a verb and its pronoun: « peut-on », « y a-t-il ».
_SENTENCE_QUESTION = re.compile(
    r"\?\s*$|^\W*(?:(?:(?:[aà]|avec|chez|dans|de|en|par|pour|sur)\s+)?(?:qui|quoi|quel(?:le)?s?|combien)|comment|pourquoi"
    r"|quand|où|que|qu['’]|est[- ]ce|[\w'’]+-(?:t-)?(?:on|ils?|elles?|je)|(?:peut|doit|faut)\s(?:on|il)|y\sa\st\sil)\b",
    re.IGNORECASE,
)

_LEFT_OUT = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # « plan d epargne », « c est »; in « plan C » and « groupe D et E » the letter is a name.
        (
            r"(?i)(?<![\w'’-])([ldjmtsnc]|qu|jusqu|lorsqu|puisqu)\s+(?=[aeiouyhàâéèêëîïôùûœ]\w{2}|une?\b)",
            r"\1’",
        ),
        # « lASS »
        (r"(?<![\w'’-])([ld])(?=[A-Z]{2,5}s?\b)", r"\1’"),
        (r"(?i)\b(prud|aujourd|quelqu)(?=hommes?\b|homal|hui\b|une?\b)", r"\1’"),
        (r"(?i)\b(jusqu)(?=(?:[aà]|aux?|en|ici|où)\b)", r"\1’"),
        # « L 262 - 1 »
        (r"(?i)(?<![\w'’-])([lrd]\.?\s?\d{1,4})\s?-\s?(?=\d)", r"\1-"),
        # « art. L. 262-1 », « L.262-1 »
        (r"(?i)(?<![\w'’-])(?:art(?:icle)?s?\b\.?\s*)?([lrd])(?:\s?\.\s?|\s)(?=\d{1,4}-\d|\d{3,4}(?![\w-]))", r"\1"),
        (r"(?i)(?<![\w'’-])art(?:icle)?s?\b\.?\s*(?=[lrd]\d{1,4}-\d)", ""),
    )
)
"""What people leave out or write in several ways, and how it is read."""
_QUOTES = str.maketrans({"«": '"', "»": '"', "“": '"', "”": '"', "„": '"'})
_OPERATORS = frozenset({"ET", "OU", "SAUF", "AND", "OR", "NOT"})

# What asks for all words: « caf ET msa », « +caf msa ».
_EXPLICIT = re.compile(r"(?:^|(?<=\s))(?:(?:ET|AND)(?=\s)|\+(?=\S))")


def parse_query(text: str, vocabulary: Vocabulary | None = None) -> Match:
    """Return the match of a question as typed, `Everything` when it holds no word.

    `vocabulary` turns the values of fields, such as « territoire:Lille », into slugs.
    """
    # A lone surrogate, as a terminal may give, or a zero byte would be refused by engines.
    sound = text.encode("utf-8", "ignore").decode("utf-8").replace("\0", " ")
    read = _restore_marks(join_numbers(normalise_unicode(sound)[:_MAX_CHARACTERS]))
    typed = _lower_shouting(read.translate(_QUOTES))
    if _is_plain(typed):
        # Most questions are plain. The parser gives the same result, repeated words once, but takes many times as long.
        return _relax_match(
            all_of(parse_meaningful_words(" ".join(dict.fromkeys(typed.split())))) or parse_words(typed), typed
        )
    from index.query import operators  # noqa: PLC0415 - few questions need the parser, which is long to load

    match = operators.parse_with_operators(typed, vocabulary) or parse_words(typed)
    if match != Everything() and not any(_positive_parts(match)):
        # Only exclusions: the person wants to see everything else.
        return And((Everything(), match))
    return _relax_match(match, typed)


def _restore_marks(typed: str) -> str:
    """Put back the apostrophes that were left out, and write articles of law in one way."""
    for pattern, replacement in _LEFT_OUT:
        typed = pattern.sub(replacement, typed)
    return typed


def _lower_shouting(typed: str) -> str:
    """Put a question typed all in capitals in lower case, so that its « ET » and « OU » are not operators."""
    words = [word for word in typed.split() if word.isalpha() and word not in _OPERATORS]
    # A question of acronyms alone, such as « CAF RSA », is all in capitals for a good reason.
    shouted = typed.isupper() and (any(len(word) > LONGEST_ACRONYM for word in words) or is_shouted(words))
    return typed.lower() if shouted else typed


def _is_plain(typed: str) -> bool:
    """Whether a question is made of words alone, none of them an operator."""
    words = typed.split()
    return all(map(str.isalnum, words)) and _OPERATORS.isdisjoint(words)


def is_sentence_question(typed: str) -> bool:
    """Whether a question is a sentence, as one asks a person, rather than keywords."""
    return bool(_SENTENCE_QUESTION.search(typed))


def _relax_match(match: Match, typed: str) -> Match:
    """Require only some words of a question: one that nobody wrote must not empty the results.

    Whoever uses operators, fields, signs or quotes says what must be there.
    """
    if not isinstance(match, And) or _EXPLICIT.search(typed):
        return match
    quoted = [part for part in match.parts if _is_quoted(part)]
    if not all(part in quoted or isinstance(part, Word | Phrase) for part in match.parts):
        return match
    # A sentence quotes names and titles, and does not ask that they be there.
    if is_sentence_question(typed):
        return AtLeast(1, match.parts)
    if quoted:
        return match
    return AtLeast(max(1, math.floor(_REQUIRED_SHARE * len(match.parts))), match.parts)


def _is_quoted(part: Match) -> bool:
    """Whether a part was typed in quotes; with accents, it is its phrase and its words as they are written."""
    match part:
        case Phrase(exact=exact):
            return exact
        case And(parts):
            return all(isinstance(each, Written) or _is_quoted(each) for each in parts)
        case _:
            return False


Leaf = Word | Phrase | Prefix | Fuzzy


def positive_leaves(match: Match) -> Iterator[Leaf]:
    """Yield the words that a match asks for, without exclusions: those to mark and to rank passages by."""
    match match:
        case Word() | Phrase() | Prefix() | Fuzzy():
            yield match
        case And(parts) | Or(parts) | AtLeast(_, parts):
            for part in parts:
                yield from positive_leaves(part)
        case Weighted(part) | InTitle(part):
            yield from positive_leaves(part)
        case _:
            return


def _positive_parts(match: Match) -> Iterator[Match]:
    """Yield the parts that a match asks for, fields included, exclusions left out."""
    match match:
        case And(parts) | Or(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _positive_parts(part)
        case Not() | Everything():
            return
        case _:
            yield match
