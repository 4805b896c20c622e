"""Marks the found words in texts and cuts excerpts; texts are analysed again, so that all engines mark alike."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from index.query import Fuzzy, Phrase, Prefix, positive_leaves
from index.text import Word, WordSpan, analyse_word, find_joined_compounds, find_matching_spans, find_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from index.model import Passage
    from index.query import Leaf, Match

EXCERPT_CHARACTERS = 320
"""About four lines of a result card."""

# Characters shown before the first found word at most, so that it is read in its sentence.
_CONTEXT_CHARACTERS = 80

# Characters shown from the first found word on at least.
_VISIBLE_CHARACTERS = EXCERPT_CHARACTERS - _CONTEXT_CHARACTERS

# Words cached for one match: a long document that is marked whole has many.
_MAX_CACHED_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of text, marked if it was found."""

    text: str
    marked: bool = False


Span = tuple[int, int]


def highlight_text(text: str, match: Match) -> tuple[Fragment, ...]:
    """Return the whole text in fragments, the found words marked."""
    return _split_fragments(text, find_spans(text, match))


def render_excerpt(passage: Passage, match: Match) -> tuple[Fragment, ...]:
    """Return an excerpt of a passage, from its text or its notes: where most different found words stand together."""
    # The text comes first: notes are shown only where they hold more of the question.
    shown, most = (passage.text or passage.notes, list[Span]()), 0
    for text in (passage.text, passage.notes):
        found = find_spans(text, match)
        first, words = _find_densest(text, found)
        if words > most:
            shown, most = (text, found[first:]), words
    return _cut_excerpt(*shown)


def _find_densest(text: str, found: Sequence[Span]) -> tuple[int, int]:
    """Return the number of the found word from which an excerpt shows most different ones, and how many they are."""
    # By stems, so that a word repeated in several forms counts once.
    told = [analyse_word(text[start:end].lower()).stem for start, end in found]
    ends = [end for _, end in found]
    counts = [
        len({*told[first : bisect_right(ends, start + _VISIBLE_CHARACTERS)]}) for first, (start, _) in enumerate(found)
    ]
    most = max(counts, default=0)
    return (counts.index(most) if counts else 0), most


def find_spans(text: str, match: Match) -> list[Span]:
    """Return the character offsets of the found words, in order; overlapping ones are joined."""
    return _merge_spans(_compile_pattern(match).find_spans(text)) if text else []


class _HighlightPattern:
    """The words of a match, arranged so that a text is read once however many they are."""

    def __init__(self, match: Match) -> None:
        wanted = list(positive_leaves(match))
        self._phrases = [each for each in wanted if isinstance(each, Phrase)]
        self._matcher = _WordMatcher(wanted)
        words = [each for each in wanted if isinstance(each, Word)]
        self._has_words = bool(wanted)
        self._has_only_words = len(words) == len(wanted)
        self._exact, self._stems = frozenset(each.exact for each in words), frozenset(each.stem for each in words)

    def find_spans(self, text: str) -> list[Span]:
        """Return the offsets of the words in a text, in order."""
        if not self._has_words:
            return []
        # Prefixes, phrases and fuzzy words need the analysis of each word; words alone do not.
        standing_ = find_matching_spans(text, self._exact, self._stems) if self._has_only_words else None
        # « covoiturage » also finds « co-voiturage ».
        joined = list(find_joined_compounds(text, self._exact))
        if standing_ is not None:
            return sorted([*standing_, *joined]) if joined else list(standing_)
        read = list(find_words(text))
        alone = [(start, end) for lower, start, end in read if self._matcher[lower]]
        together = (span for phrase in self._phrases for span in _find_phrases(read, phrase))
        return sorted([*alone, *joined, *together])


class _WordMatcher(dict[str, bool]):
    """Caches whether a word in lower case was found: the passages of an answer repeat each other's words."""

    def __init__(self, wanted: Sequence[Leaf]) -> None:
        super().__init__()
        self._exact = {each.exact for each in wanted if isinstance(each, Word)}
        self._stems = {each.stem for each in wanted if isinstance(each, Word)}
        self._prefixes = tuple(each.start for each in wanted if isinstance(each, Prefix))
        self._fuzzy = [each for each in wanted if isinstance(each, Fuzzy)]

    def __missing__(self, lower: str) -> bool:
        found = self._is_found(analyse_word(lower))
        if len(self) < _MAX_CACHED_WORDS:
            self[lower] = found
        return found

    def _is_found(self, word: Word) -> bool:
        if word.exact in self._exact or word.stem in self._stems:
            return True
        if self._prefixes and word.exact.startswith(self._prefixes):
            return True
        if not self._fuzzy:
            return False
        # Loaded for the first question that asks for words written almost so.
        from rapidfuzz.distance import OSA  # noqa: PLC0415

        return any(OSA.distance(word.exact, each.exact) <= each.distance for each in self._fuzzy)


# A page marks dozens of texts by one match; 64 keeps those of several people who search at once.
_compile_pattern = lru_cache(maxsize=64)(_HighlightPattern)


def _find_phrases(read: list[WordSpan], phrase: Phrase) -> Iterable[Span]:
    forms = [word.exact if phrase.exact else word.stem for word in phrase.words]
    words = [analyse_word(lower) for lower, _, _ in read]
    written = [word.exact if phrase.exact else word.stem for word in words]
    size = len(forms)
    for first, form in enumerate(written):
        if form == forms[0] and written[first : first + size] == forms:
            yield read[first][1], read[first + size - 1][2]


def _merge_spans(found: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _split_fragments(text: str, found: list[Span]) -> tuple[Fragment, ...]:
    fragments, at = [], 0
    for start, end in found:
        fragments += [Fragment(text[at:start]), Fragment(text[start:end], marked=True)]
        at = end
    return tuple(fragment for fragment in [*fragments, Fragment(text[at:])] if fragment.text)


def _cut_excerpt(text: str, found: list[Span]) -> tuple[Fragment, ...]:
    """Return at most EXCERPT_CHARACTERS of the text, from the start of the sentence of the first found word."""
    start = _find_sentence_start(text, found[0][0]) if found else 0
    end = _find_word_end(text, start + EXCERPT_CHARACTERS)
    # A word that the end would cut in two is not marked.
    inside = [(max(begin, start) - start, stop - start) for begin, stop in found if begin >= start and stop <= end]
    fragments = _split_fragments(text[start:end].rstrip(), inside)
    before = (Fragment("… "),) if start else ()
    after = (Fragment(" …"),) if end < len(text.rstrip()) else ()
    return (*before, *fragments, *after)


def _find_sentence_start(text: str, at: int) -> int:
    """Return where the sentence of `at` begins, or a word at most _CONTEXT_CHARACTERS before it if that is further."""
    lowest = max(0, at - _CONTEXT_CHARACTERS)
    starts = [text.rfind(end, lowest, at) for end in (". ", "! ", "? ", "\n")]
    best = max(starts)
    if best >= 0:
        # After the mark of the end, and the spaces that follow it.
        return best + 1 + (len(text[best + 1 : at]) - len(text[best + 1 : at].lstrip()))
    return 0 if lowest == 0 else _find_word_start(text, lowest)


def _find_word_start(text: str, at: int) -> int:
    space = text.find(" ", at)
    return space + 1 if 0 <= space < at + _CONTEXT_CHARACTERS else at


def _find_word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.rfind(" ", at - _CONTEXT_CHARACTERS, at)
    return space if space > 0 else at
