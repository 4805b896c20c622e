"""The weights and rules of ranking that all engines share, so that they rank alike. It depends on no library."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from index.engines.protocol import Sort
from index.query import (
    And,
    AtLeast,
    Everything,
    Fuzzy,
    InTitle,
    Match,
    Or,
    Phrase,
    Prefix,
    Tagged,
    Weighted,
    is_question_word,
    require_all,
)
from index.text import TokenStreams, Word, analyse_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from index.engines.protocol import Query, ScoreBoost
    from index.model import Passage

FIELD_BOOSTS: Mapping[str, float] = {
    "title_exact": 0.5,
    "title_stem": 0.5,
    "headings_exact": 0.25,
    "headings_stem": 0.4,
    "body_exact": 0.7,
    "body_stem": 1.0,
}
"""The weight of a word in each field, by its exact form and by its stem.

BM25 scores a word of a short text high already; with more weight, one word of a title would outdo a text on the
question. A title that holds all of the question gains by `TITLE_LIFT` instead.
"""

PASSAGE_BOOSTS: Mapping[str, float] = {
    name: boost for name, boost in FIELD_BOOSTS.items() if name.startswith("body")
} | {"headings_exact": 0.6, "headings_stem": 0.9}
"""The same for passages, which have no title: the heading of one tells more of it than of its document."""

TITLE_BOOSTS: Mapping[str, float] = {name: boost for name, boost in FIELD_BOOSTS.items() if name.startswith("title")}
AUTHOR_BOOSTS: Mapping[str, float] = {"authors_exact": 1.0, "authors_stem": 1.0}

PROXIMITY_BOOSTS: Mapping[str, float] = {"title_stem": 0.8, "headings_stem": 0.5, "body_stem": 0.3}
"""The weight of two neighbouring words of the question found in their order and close together, in each field."""

DOCUMENT_PROXIMITY_FIELDS, PASSAGE_PROXIMITY_FIELDS = ("title_stem", "headings_stem"), ("headings_stem", "body_stem")
"""The fields where neighbouring words are looked for. Not in whole documents' texts: that would take longer than the
rest of a search, and passages show it as well."""

# French puts « de », « de la », « à l’ » between the words of an expression; queries leave them out.
SLOP = 2
"""Words that may stand between two of the question: « échange de données » has one between « échange données »."""

PHRASE_BOOST = 2.0
"""The weight of a phrase beside that of a single word."""

RERANKED_DOCUMENTS = 50
"""Documents at the head of the list that are reranked by their best passage."""

PASSAGE_WEIGHT = 0.3
"""The weight of a document's best passage beside the score of its whole text."""


HALF_LIFE_YEARS = 2.0
"""The age at which a document gains half of what a document of today does."""

LEAST_VOICES = 5
"""Readers who must have said whether a document is useful before it moves at all."""

USEFUL_WEIGHT = 0.1
"""What a document that all find useful gains at most, and one that nobody does loses, as a share of its score."""

ALL_WORDS_LIFT = 0.8
"""What a document that holds all words of a question gains, as a share of its score divided by the square of their
number: a fifth for two words, next to nothing for six, since who lacks one of six lacks little."""

TITLE_LIFT = 12.0
"""The weight of all words of a question together in a document's title, beside that of the words themselves."""

PASSAGE_LIFT = 4.0
"""What a passage that holds all words of a question gains, as a share of its score divided by the square of their
number: as much again for two words, which say little apart."""

QUESTION_WORD_WEIGHT = 0.4
"""The weight of a word that questions are made of, such as « faire », beside others."""


def rank_documents_by(match: Match) -> Match:
    """Return the match by which documents are ranked: it finds the same ones, and weighs them."""
    strict = require_all(match)
    lifts: list[Match] = []
    # Of a title that is typed, words that questions are made of are a part too.
    title = And(match.parts) if isinstance(match, AtLeast) else match
    if _asks_for_words(title):
        lifts.append(Weighted(InTitle(title), TITLE_LIFT))
    if isinstance(match, AtLeast):
        asked = len(strict.parts) if isinstance(strict, And) else 1
        lifts.append(Weighted(_weigh_words(strict), ALL_WORDS_LIFT / asked**2))
    weighed = _weigh_words(match)
    return Or((weighed, *lifts)) if lifts else weighed


def rank_passages_by(match: Match) -> Match | None:
    """Return the match by which passages are ranked, any word of the question; None where it asks for no word."""
    # A passage need not hold every word of the question: its document holds them.
    asked = tuple(map(_weigh_word, _list_leaves(match)))
    strict = require_all(match)
    if isinstance(match, AtLeast) and isinstance(strict, And):
        return Or((*asked, Weighted(_weigh_words(strict), PASSAGE_LIFT / len(strict.parts) ** 2)))
    return Or(asked) if asked else None


def _list_leaves(match: Match, weight: float = 1.0) -> Iterator[Match]:
    """Yield the words that a match asks for, without exclusions, each with the weight that it has there."""
    match match:
        case And(parts) | Or(parts) | AtLeast(_, parts):
            for part in parts:
                yield from _list_leaves(part, weight)
        case Weighted(part, share):
            yield from _list_leaves(part, weight * share)
        case InTitle(part):
            yield from _list_leaves(part, weight)
        case Word() | Phrase() | Prefix() | Fuzzy():
            yield match if weight == 1.0 else Weighted(match, weight)
        case _:
            return


def _weigh_words(match: Match) -> Match:
    match match:
        case And(parts):
            return And(tuple(map(_weigh_word, parts)))
        case AtLeast(minimum, parts):
            return AtLeast(minimum, tuple(map(_weigh_word, parts)))
        case _:
            return match


def _weigh_word(part: Match) -> Match:
    return Weighted(part, QUESTION_WORD_WEIGHT) if is_question_word(part) else part


def _asks_for_words(match: Match) -> bool:
    """Whether a match asks for words only, which a title may hold: no field, no exclusion."""
    match match:
        case And(parts):
            return all(map(_asks_for_words, parts))
        case Or(parts):
            return _asks_for_words(parts[0])
        case Word() | Phrase():
            return True
        case _:
            return False


def boost_score(score: float, id_: str, day: int, *, has_event: bool, boost: ScoreBoost | None) -> float:
    """Return a document's score changed by `boost`: for its day, its event, and what readers said of it.

    The day is a number such as 20240125, 0 for none.
    """
    if boost is None:
        return score
    # A document dated in the future is as recent as one of today.
    years = max(0.0, _to_years(boost.today) - _to_years(day))
    recent = boost.recent * 0.5 ** (years / HALF_LIFE_YEARS) if day else 0.0
    return score * (1 + recent + (boost.event if has_event else 0.0) + boost.useful.get(id_, 0.0))


def compute_usefulness(useful: int, useless: int) -> float:
    """Return what a document gains or loses, as a share of its score, for how many found it useful and how many not.

    Nothing under LEAST_VOICES, never more than USEFUL_WEIGHT either way, and the more voices the nearer to it.
    """
    total = useful + useless
    if total < LEAST_VOICES:
        return 0.0
    # Few voices weigh less than many that say the same: the share is drawn towards « half of them ».
    return USEFUL_WEIGHT * (useful - useless) / (total + LEAST_VOICES)


def _to_years(day: int) -> float:
    # To the month: half-lives are counted in years, and some dates have no day.
    return day // 10_000 + (day // 100 % 100) / 12


def is_sorted_by_date(query: Query) -> bool:
    """Whether hits are sorted by date, the newest first: when asked for, or where no word could rank them."""
    return query.sort is Sort.DATE or isinstance(query.match, Everything | Tagged)


def list_word_pairs(match: Match) -> list[tuple[str, str]]:
    """Return the stems of a question's neighbouring words, two by two."""
    if not isinstance(match, And | AtLeast):
        return []
    stems = [word.stem for part in match.parts for word in list_part_words(part)]
    return [(one, next_) for one, next_ in pairwise(stems) if one != next_]


def list_part_words(part: Match) -> tuple[Word, ...]:
    """Return the words of a part of a question, in order; none for prefixes, fields and exclusions."""
    match part:
        case Word():
            return (part,)
        case Phrase(words):
            return words
        case Or(parts):
            # The first alternative is what was typed, the others are its synonyms.
            return list_part_words(parts[0])
        case Weighted(inner):
            return list_part_words(inner)
        case _:
            return ()


TEXT_FIELDS = ("title", "headings", "body")


def analyse_passage(passage: Passage) -> dict[str, TokenStreams]:
    """Return a passage's analysed texts by field, the notes after the text in one field."""
    # Few passages have notes. In a field of their own, BM25 would take notes for overlong wherever there are any, since
    # the mean length would be near 0, and their words would count for nothing.
    return {
        "headings": analyse_text(passage.title),
        "body": _append_notes(analyse_text(passage.text), analyse_text(passage.notes)),
    }


def _append_notes(text: TokenStreams, notes: TokenStreams) -> TokenStreams:
    if not notes.exact:
        return text
    return TokenStreams(
        exact=f"{text.exact} {notes.exact}".strip(),
        stem=f"{text.stem} {notes.stem}".strip(),
        compounds=f"{text.compounds} {notes.compounds}".strip(),
        written_words=text.written_words | notes.written_words,
    )
