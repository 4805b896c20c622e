"""Words near to those of a search that found nothing: one of them is perhaps how the documents say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from index.analysis import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.vocabulary import Vocabulary

_LEAST = 65
"""Of 100: what is less alike is so by chance."""


def near(text: str, vocabulary: Vocabulary, limit: int) -> tuple[str, ...]:
    """Expressions of the vocabulary that share words or letters with a text, the nearest first."""
    known = {fold(each): each for each in _expressions(vocabulary)}
    known.pop(fold(text), None)
    found = process.extract(fold(text), list(known), scorer=fuzz.token_set_ratio, score_cutoff=_LEAST, limit=4 * limit)
    # One word in common makes any long expression alike: among those, the closest as a whole comes first.
    ranked = sorted(found, key=lambda each: (-each[1] - fuzz.ratio(fold(text), each[0]), each[0]))
    return tuple(known[folded] for folded, *_ in ranked[:limit])


def _expressions(vocabulary: Vocabulary) -> Iterator[str]:
    for group in vocabulary.synonyms.values():
        yield from group
    for acronym in vocabulary.acronyms.values():
        yield from (acronym.letters, acronym.meaning, *acronym.aliases)
    for theme in vocabulary.themes.values():
        yield from (theme.label, *theme.aliases)
    for territory in vocabulary.territories.values():
        yield from (territory.label, *territory.aliases)
