"""Acronyms and synonyms: other words for what was typed, put beside it, never in its place, and told to the person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.analysis import STOP_WORDS, tokens
from index.engine import And, AtLeast, Match, Or, Phrase, Weighted, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from index.vocabulary import Acronym, Vocabulary

WEIGHT = 0.6
"""A synonym counts less than the word that was typed."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """Words that were typed, and those that were looked for beside them."""

    typed: str
    added: tuple[str, ...]


Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Expression:
    """One way to say something: `key` is its meaningful words, exact for an acronym, stems otherwise."""

    text: str
    key: Key
    acronym: bool


class Equivalents:
    """Groups of expressions that say the same, from a vocabulary. Nothing is reindexed when it changes."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._groups: dict[Key, list[_Expression]] = {}
        self._longest = 1
        for texts in (*map(_names, vocabulary.acronyms.values()), *vocabulary.synonyms.values()):
            expressions = [each for each in map(_expression, texts) if each.key]
            for each in expressions:
                self._longest = max(self._longest, len(each.key))
                self._groups.setdefault(each.key, []).extend(other for other in expressions if other.key != each.key)

    def expand(self, match: Match) -> tuple[Match, tuple[Expansion, ...]]:
        """The match with its alternatives, and what was added. Quoted phrases stay: they ask for themselves."""
        match match:
            case And(parts):
                widened, told = self._sequence(parts)
                return (widened[0] if len(widened) == 1 else And(widened)), told
            case AtLeast(minimum, parts):
                widened, told = self._sequence(parts)
                return AtLeast(min(minimum, len(widened)), widened), told
            case Or(parts):
                each = [self.expand(part) for part in parts]
                return Or(tuple(part for part, _ in each)), tuple(one for _, told in each for one in told)
            case Word() | Phrase():
                widened, told = self._sequence((match,))
                return widened[0], told
            case _:
                return match, ()

    def _sequence(self, parts: tuple[Match, ...]) -> tuple[tuple[Match, ...], tuple[Expansion, ...]]:
        """Neighbours that together are an expression become one part with its alternatives, the longest first."""
        widened: list[Match] = []
        told: list[Expansion] = []
        at = 0
        while at < len(parts):
            size, others = self._at(parts, at)
            run = parts[at : at + size]
            typed: Match = run[0] if size == 1 else And(run)
            if others:
                told.append(Expansion(_said(run), tuple(other.text for other in others)))
                typed = Or((typed, *map(_alternative, others)))
            elif size == 1:
                typed, inner = self.expand(typed) if isinstance(typed, And | Or) else (typed, ())
                told += inner
            widened.append(typed)
            at += size
        return tuple(widened), tuple(told)

    def _at(self, parts: Sequence[Match], at: int) -> tuple[int, Sequence[_Expression]]:
        for size in range(min(self._longest, len(parts) - at), 0, -1):
            words = _plain_words(parts[at : at + size])
            if words:
                exact, stems = tuple(word.exact for word in words), tuple(word.stem for word in words)
                others = self._groups.get(stems if len(words) > 1 else exact) or self._groups.get(stems)
                if others:
                    return size, _unique(others)
        return 1, ()


def _names(acronym: Acronym) -> tuple[str, ...]:
    """What an acronym and its meaning say alike. An ambiguous one is left alone: « PASS » may be a culture pass."""
    if acronym.ambiguous:
        return ()
    # « France Travail » or « 115 » are names: what stands beside them describes them, nobody would write it instead.
    is_name = " " in acronym.letters or acronym.letters.isdigit()
    meaning = () if is_name else (re.sub(r"\s*\([^)]*\)", "", acronym.meaning),)
    return (acronym.letters, *meaning, *acronym.aliases)


def _expression(text: str) -> _Expression:
    meaningful = [token for token in tokens(text) if token.lower not in STOP_WORDS]
    acronym = len(meaningful) == 1 and any(letter.isupper() for letter in text[1:])
    key = tuple(token.word.exact if acronym else token.word.stem for token in meaningful)
    return _Expression(text, key, acronym)


def _alternative(expression: _Expression) -> Match:
    words = tuple(token.word for token in tokens(expression.text))
    match = words[0] if len(words) == 1 else Phrase(words, exact=False)
    # A phrase of four words ranks about as four words do: it stands here for one.
    return Weighted(match, WEIGHT / len(words))


def _plain_words(parts: Iterable[Match]) -> tuple[Word, ...]:
    """The words of parts that are words or compounds, stop words left out; none where a part is something else."""
    words: list[Word] = []
    for part in parts:
        match part:
            case Word():
                words.append(part)
            case Phrase(inner, exact=False):
                words += [word for word in inner if word.exact not in STOP_WORDS]
            case _:
                return ()
    return tuple(words)


def _unique(expressions: Iterable[_Expression]) -> list[_Expression]:
    return list({each.key: each for each in expressions}.values())


def _said(parts: Iterable[Match]) -> str:
    return " ".join(word.exact for word in _plain_words(parts))


def in_own_words(folded: str, text: str) -> str:
    """Some words of a question as the person wrote them, with the small words between them."""
    wanted, read = folded.split(), list(tokens(text))
    for first, token in enumerate(read):
        left = wanted.copy()
        for last in read[first:]:
            if last.word.exact == left[0]:
                left.pop(0)
                if not left:
                    return text[token.start : last.end]
            elif left == wanted or last.lower not in STOP_WORDS:
                break
    return folded


def as_typed(text: str) -> Mapping[str, str]:
    """A question's words by their exact form, as the person wrote them."""
    return {token.word.exact: text[token.start : token.end] for token in tokens(text)}


def said(part: Match, typed: Mapping[str, str]) -> str:
    """A part of a question in the person's own words."""
    match part:
        case Word():
            return typed.get(part.exact, part.exact)
        case Phrase(words):
            return " ".join(said(word, typed) for word in words)
        case And(parts):
            return " ".join(said(each, typed) for each in parts)
        case Or(parts):
            # The first alternative is what was typed.
            return said(parts[0], typed)
        case _:
            return ""
