"""Proposes expressions of the vocabulary that are close to a search which found nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process

from index.analysis import fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.vocabulary import Vocabulary

# Of 100: below, expressions are alike by chance.
_MIN_SIMILARITY = 65


def find_similar_expressions(text: str, vocabulary: Vocabulary, limit: int) -> tuple[str, ...]:
    """Return at most `limit` expressions of the vocabulary that are close to a text, the closest first."""
    known = {fold_accents(each): each for each in _list_expressions(vocabulary)}
    known.pop(fold_accents(text), None)
    found = process.extract(
        fold_accents(text), list(known), scorer=fuzz.token_set_ratio, score_cutoff=_MIN_SIMILARITY, limit=4 * limit
    )
    # By this score one common word makes any long expression close; the ratio of the whole texts decides among those.
    ranked = sorted(found, key=lambda each: (-each[1] - fuzz.ratio(fold_accents(text), each[0]), each[0]))
    return tuple(known[folded] for folded, *_ in ranked[:limit])


def _list_expressions(vocabulary: Vocabulary) -> Iterator[str]:
    for group in vocabulary.synonyms.values():
        yield from group
    for acronym in vocabulary.acronyms.values():
        yield from (acronym.letters, acronym.meaning, *acronym.aliases)
    for theme in vocabulary.themes.values():
        yield from (theme.label, *theme.aliases)
    for territory in vocabulary.territories.values():
        yield from (territory.label, *territory.aliases)
