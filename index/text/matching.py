"""Where the words of a question stand in a text, found faster than by reading all of its words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from index.text.acronyms import lower_words
from index.text.analysis import (
    APOSTROPHES,
    EXACT_FORMS,
    HYPHEN,
    HYPHENS,
    LETTER,
    LETTERS,
    STEM_FORMS,
    contains_any,
    find_words_by_full_pattern,
    fold_accents,
    has_special_forms,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet


def find_matching_spans(text: str, exact: frozenset[str], stems: frozenset[str]) -> Iterator[tuple[int, int]] | None:
    """Return the offsets, in order, of the words that have one of these exact forms or stems.

    They are those that `find_words` would give, found faster, since most texts of a page of results hold none of them.
    Returns None where the text holds letters that this way cannot read; the caller then uses `find_words`.
    """
    lower = lower_words(text)
    # Some capitals (« İ ») become two characters in lower case, which would shift all offsets after them.
    if len(lower) != len(text):
        return None
    if not has_special_forms(text):
        return iter(sorted(_find_plain_spans(lower, exact, stems)))
    return _find_spans_by_line(text, lower, exact, stems)


def _find_plain_spans(lower: str, exact: frozenset[str], stems: frozenset[str]) -> Iterator[tuple[int, int]]:
    pattern, known = _compile_candidates(exact, stems)
    return _find_runs(lower, {run for run in {*pattern.findall(lower)} if known[run]})


class _KnownRuns(dict[str, bool]):
    """Whether a run of letters has one of some forms, told once for all texts of a page."""

    def __init__(self, exact: frozenset[str], stems: frozenset[str]) -> None:
        super().__init__()
        self._exact, self._stems = exact, stems
        # A stem begins as its word, accents aside: few words have to be stemmed. Of a stem that is no longer only the
        # first letter is sure: « y » at its end becomes « i ».
        forms = {*exact, *stems}
        self._starts = tuple({each[: _SAME_LETTERS if len(each) > _SAME_LETTERS else 1] for each in forms})

    def __missing__(self, run: str) -> bool:
        may_be = not run.isascii() or run.startswith(self._starts)
        found = may_be and (EXACT_FORMS[run] in self._exact or STEM_FORMS[run] in self._stems)
        if len(self) < _MAX_KNOWN_RUNS:
            self[run] = found
        return found


_SAME_LETTERS = 2
"""The letters at the beginning of a word that are those of its stem."""

# Runs of letters whose forms are compared once for one match: a page of results has some hundreds.
_MAX_KNOWN_RUNS = 5_000


def _find_spans_by_line(
    text: str, lower: str, exact: frozenset[str], stems: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Yield what `find_matching_spans` does, of a text with special forms: no word goes from a line to the next."""
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if has_special_forms(line):
            for word, first, last in find_words_by_full_pattern(line):
                if EXACT_FORMS[word] in exact or STEM_FORMS[word] in stems:
                    yield start + first, start + last
        else:
            for first, last in sorted(_find_plain_spans(lower[start:end], exact, stems)):
                yield start + first, start + last
        start = end + 1


@lru_cache(maxsize=64)
def _compile_candidates(exact: frozenset[str], stems: frozenset[str]) -> tuple[re.Pattern[str], _KnownRuns]:
    """Return the pattern of the runs of letters that may have one of these forms, and which of them have.

    A stem begins with the first letter of its word, accents aside. A letter beyond ASCII stands for any.
    """
    # Few letters and no more: each question compiles its pattern anew, which takes as long as reading several pages.
    first = _begin_with({form[0] for form in (*exact, *stems) if form})
    return re.compile(rf"{first}(?<={LETTER}){LETTER}*[{APOSTROPHES}]?"), _KnownRuns(exact, stems)


def _begin_with(letters: Iterable[str]) -> str:
    """Return the pattern of the first character of a word: one of these letters, or any sign beyond ASCII.

    It begins with a class of few characters, since patterns that do are searched for faster.
    """
    ranges, first = [], 0
    for letter in (*sorted({each for each in letters if each.isascii()}), "\x80"):
        if ord(letter) > first:
            ranges.append(rf"\x{first:02x}-\x{ord(letter) - 1:02x}")
        first = ord(letter) + 1
    return rf"[^{''.join(ranges)}](?<!{LETTER}.)"


def _find_runs(lower: str, found: AbstractSet[str]) -> Iterator[tuple[int, int]]:
    """Yield the offsets of some runs of `_WORD_RUN`: `str.find` on the few is faster than matching all again."""
    for word in {run.rstrip(APOSTROPHES) for run in found}:
        size, start = len(word), lower.find(word)
        while start >= 0:
            end = start + size
            after = lower[end : end + 1]
            run = word + after if after in APOSTROPHES else word
            # Inside a longer word it is another word.
            if run in found and not (_is_letter(after) or (start and _is_letter(lower[start - 1]))):
                yield start, end
            start = lower.find(word, end)


def _is_letter(character: str) -> bool:
    """Whether `LETTERS` matches a character."""
    return character.isalnum() and character != "ʼ"


def find_joined_compounds(text: str, exact: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield the offsets, in order, of the hyphenated compounds that in one piece are one of these exact forms."""
    if exact and contains_any(HYPHENS, text):
        for found in _compile_compounds(exact).finditer(text):
            if fold_accents(HYPHEN.sub("", found.group())) in exact:
                yield found.span()


@lru_cache(maxsize=64)
def _compile_compounds(exact: frozenset[str]) -> re.Pattern[str]:
    """Return the pattern of the hyphenated compounds that may be one of these forms, by their first letters."""
    first = _begin_with("".join({form[0].lower() + form[0].upper() for form in exact if form}))
    return re.compile(rf"{first}(?<={LETTER}){LETTER}*(?:[-‐‑]{LETTERS})+")
