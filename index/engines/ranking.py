"""How much a word counts, by where it stands: what all engines share so that they rank alike. Names no library."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from index.engine import And, AtLeast, Everything, Match, Or, Phrase, Sort, Tagged, Weighted, Word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from index.engine import Lift, Query

BOOSTS: Mapping[str, float] = {
    "title_exact": 3.0,
    "title_stem": 3.0,
    "headings_exact": 1.0,
    "headings_stem": 1.5,
    "body_exact": 0.7,
    "body_stem": 1.0,
}
"""How much a word counts by where it stands: titles are few and chosen."""

IN_PASSAGES: Mapping[str, float] = {name: boost for name, boost in BOOSTS.items() if not name.startswith("title")}
"""A passage has no title of the document: looking for words there finds documents only."""

TITLE: Mapping[str, float] = {name: boost for name, boost in BOOSTS.items() if name.startswith("title")}
AUTHORS: Mapping[str, float] = {"authors_exact": 1.0, "authors_stem": 1.0}

CLOSE: Mapping[str, float] = {"title_stem": 0.8, "headings_stem": 0.5, "body_stem": 0.3}
"""What the question's words in their order, close together, add by where they stand."""

CLOSE_IN_DOCUMENTS, CLOSE_IN_PASSAGES = ("title_stem", "headings_stem"), ("headings_stem", "body_stem")
"""Where an engine looks for neighbours: in whole documents' texts that costs more than all the rest, and passages tell
it as well."""

SLOP = 2
"""Words allowed between those of the question: « échange de données » is « échange données » with one between."""

PHRASE_BOOST = 2.0
"""How much words that were asked for together count beside each alone."""

RERANKED = 50
"""Documents at the head of the list whose best passage is looked at."""

PASSAGE_WEIGHT = 0.3
"""How much a document's best passage counts beside its whole text."""


HALF_LIFE_YEARS = 2.0
"""After so long, a document gains half of what it would on its day."""


def lifted(score: float, day: int, *, gathered: bool, lift: Lift | None) -> float:
    """A score with what its document's day (a number, 20240125; 0 for none) and gathering add to it."""
    if lift is None:
        return score
    years = max(0.0, _years(lift.today) - _years(day))
    recent = lift.recent * 0.5 ** (years / HALF_LIFE_YEARS) if day else 0.0
    return score * (1 + recent + (lift.gathered if gathered else 0.0))


def _years(day: int) -> float:
    return day // 10_000 + (day // 100 % 100) / 12


def by_date(query: Query) -> bool:
    """Whether no word ranks: newest first then."""
    return query.sort is Sort.DATE or isinstance(query.match, Everything | Tagged)


def pairs_of(match: Match) -> list[tuple[str, str]]:
    """The stems of a question's neighbouring words, two by two: what is raised where they stand close together."""
    if not isinstance(match, And | AtLeast):
        return []
    stems = [word.stem for part in match.parts for word in words_of(part)]
    return [(one, next_) for one, next_ in pairwise(stems) if one != next_]


def words_of(part: Match) -> tuple[Word, ...]:
    """The words of a part, in order."""
    match part:
        case Word():
            return (part,)
        case Phrase(words):
            return words
        case Or(parts):
            # The first alternative is what was typed; the others are its synonyms.
            return words_of(parts[0])
        case Weighted(inner):
            return words_of(inner)
        case _:
            return ()
