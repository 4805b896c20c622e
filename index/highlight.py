"""Which words of a passage were found. The passage is analysed again, so that all engines mark alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.analysis import Token, tokens
from index.engine import Phrase, Prefix, Word
from index.language import positives

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.engine import Match
    from index.model import Passage

EXCERPT_CHARACTERS = 320
"""About four lines of a result card."""

_LEAD = 80
"""Characters kept before the first found word, so that it is read in its sentence."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text, found or not."""

    text: str
    marked: bool = False


Span = tuple[int, int]


def mark(text: str, match: Match) -> tuple[Fragment, ...]:
    """The whole text in fragments, found words marked."""
    return _fragments(text, spans(text, match))


def excerpt(passage: Passage, match: Match) -> tuple[Fragment, ...]:
    """The part of a passage worth showing: around its found words, from the notes when only they hold them."""
    for text in (passage.text, passage.notes):
        found = spans(text, match)
        if found:
            return _cut(text, found)
    return _cut(passage.text or passage.notes, [])


def spans(text: str, match: Match) -> list[Span]:
    """Where the found words are, as character offsets, in order, neighbours of one phrase joined."""
    wanted = list(positives(match))
    if not wanted or not text:
        return []
    read = list(tokens(text))
    found = sorted(span for ask in wanted for span in _occurrences(read, ask))
    return _merged(found)


def _occurrences(read: list[Token], ask: Word | Phrase | Prefix) -> Iterable[Span]:
    match ask:
        case Word():
            return ((token.start, token.end) for token in read if _same(token.word, ask))
        case Prefix(start):
            return ((token.start, token.end) for token in read if token.word.exact.startswith(start))
        case Phrase(words, exact):
            return _sequences(read, words, exact=exact)


def _sequences(read: list[Token], words: tuple[Word, ...], *, exact: bool) -> Iterable[Span]:
    size = len(words)
    for first in range(len(read) - size + 1):
        window = read[first : first + size]
        if all(
            (token.word.exact == word.exact) if exact else _same(token.word, word)
            for token, word in zip(window, words, strict=True)
        ):
            yield window[0].start, window[-1].end


def _same(one: Word, other: Word) -> bool:
    return one.exact == other.exact or one.stem == other.stem


def _merged(found: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _fragments(text: str, found: list[Span]) -> tuple[Fragment, ...]:
    fragments, at = [], 0
    for start, end in found:
        fragments += [Fragment(text[at:start]), Fragment(text[start:end], marked=True)]
        at = end
    return tuple(fragment for fragment in [*fragments, Fragment(text[at:])] if fragment.text)


def _cut(text: str, found: list[Span]) -> tuple[Fragment, ...]:
    """The text from the start of the sentence of its first found word, at most EXCERPT_CHARACTERS of it."""
    start = _sentence_start(text, found[0][0]) if found else 0
    end = _word_end(text, start + EXCERPT_CHARACTERS)
    inside = [(max(begin, start) - start, stop - start) for begin, stop in found if begin >= start and stop <= end]
    fragments = _fragments(text[start:end].rstrip(), inside)
    before = (Fragment("… "),) if start else ()
    after = (Fragment(" …"),) if end < len(text.rstrip()) else ()
    return (*before, *fragments, *after)


def _sentence_start(text: str, at: int) -> int:
    """The last sentence start before `at`, or a word's start near it when the sentence is long."""
    lowest = max(0, at - _LEAD)
    starts = [text.rfind(end, lowest, at) for end in (". ", "! ", "? ", "\n")]
    best = max(starts)
    if best >= 0:
        return best + 1 + (len(text[best + 1 : at]) - len(text[best + 1 : at].lstrip()))
    return 0 if lowest == 0 else _word_start(text, lowest)


def _word_start(text: str, at: int) -> int:
    space = text.find(" ", at)
    return space + 1 if 0 <= space < at + _LEAD else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - _LEAD, at)
    return space if space > 0 else at
