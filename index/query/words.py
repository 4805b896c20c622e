"""Turns plain words, of a whole question or of a part of one, into a match."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.query.syntax import And, Everything, Match, Or, Phrase, Written
from index.text import LONGEST_ACRONYM, STOP_WORDS, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from index.text import Token


def parse_words(text: str) -> Match:
    """Return the match of a question's words: its stop words where it has no others, Everything where it has none."""
    return all_of(parse_meaningful_words(text)) or all_of(token.word for token in tokenise(text)) or Everything()


def parse_meaningful_words(text: str) -> list[Match]:
    """Return the words of a text without stop words; a compound such as « non-recours » becomes a phrase."""
    return [part for run in text.split() for part in _parse_run(list(tokenise(run)), run)]


def _parse_run(run: list[Token], written: str) -> list[Match]:
    if len(run) > 1 and not _is_inversion(run):
        return [Phrase(tuple(token.word for token in run), exact=False)]
    if _ELIDED_NOUN.fullmatch(written):
        return [run[0].word]
    # Of « peut-on » only the verb counts.
    return [token.word for token in run if token.lower not in STOP_WORDS and (len(run) == 1 or token is run[0])]


# « permanences d’été », « l’est du département »: after an article it is no verb.
_ELIDED_NOUN = re.compile(r"(?i)[ld]['’ʼ‘](?:été|est)\W*")


def _is_inversion(run: list[Token]) -> bool:
    """Whether a run is a verb and its pronoun, as « peut-on » and « a-t-il » are; « rendez-vous » is a compound."""
    return run[0].lower != "rendez" and all(token.lower in _PRONOUNS for token in run[1:])


# With the « t » of « a-t-il », and the « ci » and « là » of « celui-ci » and « ce jour-là ».
_PRONOUNS = frozenset(
    {"on", "il", "ils", "elle", "elles", "je", "tu", "nous", "vous", "ce", "t", "y", "en", "là", "ci"}
)


def exactly(words: Sequence[Token]) -> Match:
    """Return the match of words that follow each other as they are typed: those with accents must have them."""
    phrase = Phrase(tuple(token.word for token in words), exact=True)
    accented = dict.fromkeys(token.lower for token in words if token.lower.isalpha() and not token.lower.isascii())
    return And((phrase, *map(Written, accented))) if accented else phrase


def any_capitals(exact: str, make: Callable[[str], Match]) -> Match:
    """Return the pattern that `make` makes of a word, which for a short one is also looked for among acronyms.

    What was typed in capitals is looked for among them only.
    """
    if len(exact) > LONGEST_ACRONYM or not exact.isalpha() or exact.isupper():
        return make(exact)
    return Or((make(exact), make(exact.upper())))


def all_of(parts: Iterable[Match]) -> Match | None:
    """Return a match that requires all of these, None where there are none."""
    kept = tuple(parts)
    return (kept[0] if len(kept) == 1 else And(kept)) if kept else None


def any_of(parts: Iterable[Match]) -> Match | None:
    """Return a match that requires one of these, None where there are none."""
    kept = tuple(parts)
    return (kept[0] if len(kept) == 1 else Or(kept)) if kept else None
