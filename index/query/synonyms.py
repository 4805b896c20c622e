"""Adds acronyms and synonyms to a query as alternatives of what was typed, and lists them for the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.query.spelling import is_same_spelling
from index.query.syntax import And, AtLeast, Match, Or, Phrase, Weighted
from index.text import STOP_WORDS, Word, fold_accents, tokenise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from index.vocabulary import Acronym, Vocabulary

SYNONYM_WEIGHT = 0.6
"""A synonym counts less than the word that was typed."""


@dataclass(frozen=True, slots=True)
class QueryExpansion:
    """Words that were typed, and the expressions that were searched as alternatives."""

    typed: str
    added: tuple[str, ...]


ExpressionKey = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Expression:
    """One way to say something; `key` are its meaningful words, as exact forms for an acronym, as stems otherwise."""

    text: str
    key: ExpressionKey


class SynonymExpander:
    """Expands queries by the groups of equivalent expressions of a vocabulary; the index does not depend on them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._equivalents: dict[ExpressionKey, list[_Expression]] = {}
        self._longest_key = 1
        # Each expression leads to the others of its groups; one that is in several groups leads to them all.
        for texts in (*map(_list_acronym_expressions, vocabulary.acronyms.values()), *vocabulary.synonyms.values()):
            expressions = [each for each in map(_parse_expression, texts) if each.key]
            for each in expressions:
                self._longest_key = max(self._longest_key, len(each.key))
                self._equivalents.setdefault(each.key, []).extend(
                    other for other in expressions if other.key != each.key
                )
        self._themes: dict[ExpressionKey, list[_Expression]] = {}
        for theme in vocabulary.themes.values():
            expressions = [each for each in map(_parse_expression, theme.expressions) if each.key]
            for each in expressions:
                self._longest_key = max(self._longest_key, len(each.key))
                self._themes.setdefault(each.key, []).extend(other for other in expressions if other.key != each.key)

    def expand(
        self, match: Match, lacks: Callable[[Word], bool] = lambda _: False
    ) -> tuple[Match, tuple[QueryExpansion, ...]]:
        """Return the match with its alternatives, and what was added. Phrases in quotes are left as they are.

        `lacks` says whether the library lacks a word. An expression of a theme with such a word is widened by the
        others of its theme, which without it would only add what is near.
        """
        match match:
            case And(parts):
                widened, told = self._expand_sequence(parts, lacks)
                return (widened[0] if len(widened) == 1 else And(widened)), told
            case AtLeast(minimum, parts):
                widened, told = self._expand_sequence(parts, lacks)
                # Several words may have become one part.
                return (widened[0] if len(widened) == 1 else AtLeast(min(minimum, len(widened)), widened)), told
            case Or(parts):
                each = [self.expand(part, lacks) for part in parts]
                return Or(tuple(part for part, _ in each)), tuple(one for _, told in each for one in told)
            case Word() | Phrase():
                widened, told = self._expand_sequence((match,), lacks)
                return widened[0], told
            case _:
                return match, ()

    def _expand_sequence(
        self, parts: tuple[Match, ...], lacks: Callable[[Word], bool]
    ) -> tuple[tuple[Match, ...], tuple[QueryExpansion, ...]]:
        """Join neighbouring parts that together are an expression into one part with its alternatives.

        The longest expression is tried first at each place.
        """
        widened: list[Match] = []
        told: list[QueryExpansion] = []
        at = 0
        while at < len(parts):
            size, others = self._find_expression(parts, at, lacks)
            run = parts[at : at + size]
            typed: Match = run[0] if size == 1 else And(run)
            if others:
                words = _join_words(run)
                # Another spelling of the very words, such as « Caf », is nothing to tell.
                added = tuple(other.text for other in others if fold_accents(other.text) != fold_accents(words))
                told += [QueryExpansion(words, added)] if added else []
                count = len(_extract_words(run))
                typed = Or((typed, *(_build_alternative(other, count) for other in others)))
            elif size == 1:
                typed, inner = self.expand(typed, lacks) if isinstance(typed, And | Or) else (typed, ())
                told += inner
            widened.append(typed)
            at += size
        return tuple(widened), tuple(told)

    def _find_expression(
        self, parts: Sequence[Match], at: int, lacks: Callable[[Word], bool]
    ) -> tuple[int, Sequence[_Expression]]:
        for size in range(min(self._longest_key, len(parts) - at), 0, -1):
            words = _extract_words(parts[at : at + size])
            # A word alone is tried by its exact form first, the key of acronyms, then by its stem, that of words.
            if words:
                exact, stems = tuple(word.exact for word in words), tuple(word.stem for word in words)
                others = self._equivalents.get(stems if len(words) > 1 else exact) or self._equivalents.get(stems)
                if not others and stems in self._themes and any(map(lacks, words)):
                    others = self._themes[stems]
                if others:
                    return size, _deduplicate(others)
        return 1, ()


def _list_acronym_expressions(acronym: Acronym) -> tuple[str, ...]:
    """Return an acronym and what it stands for; nothing for an ambiguous one: « PASS » may be a culture pass."""
    if acronym.ambiguous:
        return ()
    # « France Travail » and « 115 » are names: their meaning describes them, and nobody writes it in their place.
    is_name = " " in acronym.letters or acronym.letters.isdigit()
    # Without the notes in parentheses that some meanings hold.
    meaning = () if is_name else (re.sub(r"\s*\([^)]*\)", "", acronym.meaning),)
    return (acronym.letters, *meaning, *acronym.aliases)


def _parse_expression(text: str) -> _Expression:
    meaningful = [token for token in tokenise(text) if token.lower not in STOP_WORDS]
    # A capital after the first letter tells an acronym from a word: « RSA », « MaPrimeRénov’ ».
    acronym = len(meaningful) == 1 and any(letter.isupper() for letter in text[1:])
    key = tuple(token.word.exact if acronym else token.word.stem for token in meaningful)
    return _Expression(text, key)


def _build_alternative(expression: _Expression, typed: int) -> Match:
    """Return what finds an expression in the place of so many words that were typed."""
    words = tuple(token.word for token in tokenise(expression.text))
    match = words[0] if len(words) == 1 else Phrase(words, exact=False)
    # A phrase of four words scores about as four words do, but may stand here for one; an acronym for several.
    return Weighted(match, SYNONYM_WEIGHT * typed / len(words))


def _extract_words(parts: Iterable[Match]) -> tuple[Word, ...]:
    """Return the words of parts that are words or compounds, without stop words; nothing if one is of another kind."""
    words: list[Word] = []
    for part in parts:
        match part:
            case Word():
                words.append(part)
            case Phrase(inner, exact=False):
                words += [word for word in inner if word.exact not in STOP_WORDS]
            case Or((Word() as likeliest, *others)) if all(is_same_spelling(likeliest, other) for other in others):
                words.append(likeliest)
            case _:
                return ()
    return tuple(words)


def _deduplicate(expressions: Iterable[_Expression]) -> list[_Expression]:
    return list({each.key: each for each in expressions}.values())


def _join_words(parts: Iterable[Match]) -> str:
    return " ".join(word.exact.lower() for word in _extract_words(parts))


def original_spelling(folded_words: str, text: str) -> str:
    """Return some folded words of a question as the person typed them, with the stop words between them."""
    # From each word of the question on, match all that is wanted; stop words may stand between, nothing else.
    wanted, read = folded_words.lower().split(), list(tokenise(text))
    for first, token in enumerate(read):
        left = wanted.copy()
        for last in read[first:]:
            if last.word.exact.lower() == left[0]:
                left.pop(0)
                if not left:
                    return text[token.start : last.end]
            elif left == wanted or last.lower not in STOP_WORDS:
                break
    return folded_words


def map_original_spellings(text: str) -> Mapping[str, str]:
    """Return a question's words as the person typed them, by their exact form in lower case."""
    return {token.word.exact.lower(): text[token.start : token.end] for token in tokenise(text)}


def label_part(part: Match, spellings: Mapping[str, str]) -> str:
    """Return a part of a question as text, each word as it was typed; empty for a part that has no words."""
    match part:
        case Word():
            return spellings.get(part.exact.lower(), part.exact)
        case Phrase(words):
            return " ".join(label_part(word, spellings) for word in words)
        case And(parts):
            return " ".join(filter(None, (label_part(each, spellings) for each in parts)))
        case Or(parts):
            # The first alternative is what was typed.
            return label_part(parts[0], spellings)
        case _:
            return ""
