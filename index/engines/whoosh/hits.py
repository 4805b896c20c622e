"""The documents found in a Whoosh index in their order, with their best passages."""

from __future__ import annotations

from collections import defaultdict
from heapq import nsmallest
from typing import TYPE_CHECKING

from index.engines.protocol import Hit
from index.engines.ranking import PASSAGE_WEIGHT, RERANKED_DOCUMENTS, boost_score, is_sorted_by_date
from index.engines.whoosh.scoring import Ranking
from index.engines.whoosh.whoosh_entries import Documents, Entries, Passages
from index.model import Facet
from index.query import Or, positive_leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from index.engines.protocol import Query
    from index.query import Match

_Scored = tuple[float, int]
"""A score, and the number of what has it: a document, or a passage of a document from 0."""


def hits(documents: Documents, found: AbstractSet[int], query: Query) -> tuple[Hit, ...]:
    """The page of hits that a query asks for, of the documents found."""
    shown = _newest(documents, found, query) if is_sorted_by_date(query) else _best(documents, found, query)
    passages = _passages(documents, [number for _, number in shown], query.match) if query.passages_per_document else {}
    return tuple(
        Hit(
            documents.commit.ids[number],
            score,
            tuple(ordinal for _, ordinal in passages.get(number, ())[: query.passages_per_document]),
        )
        for score, number in shown
    )


def _newest(documents: Documents, found: AbstractSet[int], query: Query) -> Sequence[_Scored]:
    days = documents.commit.days
    end = query.offset + query.limit
    ordered = nsmallest(end, ((-days[number], number) for number in found))
    return [(float(-day), number) for day, number in ordered[query.offset :]]


def _best(documents: Documents, found: AbstractSet[int], query: Query) -> Sequence[_Scored]:
    """The documents that match best; those at the head of the list are ranked again by their best passages."""
    end = query.offset + query.limit
    scores = _scores(documents, query.match, found, query.match)
    ordered = _in_order(((score, number) for number, score in scores.items()), max(RERANKED_DOCUMENTS, end))
    head, rest = ordered[:RERANKED_DOCUMENTS], ordered[RERANKED_DOCUMENTS:]
    if query.passages_per_document and query.offset < RERANKED_DOCUMENTS:
        best = _passages(documents, [number for _, number in head], query.match)
        head = _in_order(
            ((_whole(documents, number, score, best, query), number) for score, number in head), RERANKED_DOCUMENTS
        )
    return [*head, *rest][query.offset : end]


def _whole(
    documents: Documents, number: int, score: float, best: Mapping[int, Sequence[_Scored]], query: Query
) -> float:
    """A document's score with its best passage's, lifted by its day and its gathering."""
    score += PASSAGE_WEIGHT * (best[number][0][0] if number in best else 0.0)
    gathered = bool(documents.commit.values(Facet.EVENT)[number])
    return boost_score(score, documents.commit.days[number], has_event=gathered, boost=query.boost)


def _passages(documents: Documents, shown: Sequence[int], match: Match) -> Mapping[int, Sequence[_Scored]]:
    """The passages of some documents that hold what is asked for, best first."""
    asked = tuple(positive_leaves(match))
    passages = Passages(documents, shown)
    # A passage need not hold every word of the question: its document does.
    scores = _scores(passages, Or(asked), passages.numbers, match) if asked else {}
    found: defaultdict[int, list[_Scored]] = defaultdict(list)
    for number, score in scores.items():
        document = documents.commit.document_of(number)
        found[document].append((score, number - documents.commit.first_passages[document]))
    return {document: _in_order(scored, len(scored)) for document, scored in found.items()}


def _scores(entries: Entries, match: Match, among: AbstractSet[int], question: Match) -> dict[int, float]:
    """How well entries match, what stands close together as in the question raised."""
    ranking = Ranking(entries)
    scores = ranking.scores(match, among)
    for number, more in ranking.closeness(question, scores.keys()).items():
        scores[number] += more
    return scores


def _in_order(scored: Iterable[_Scored], limit: int) -> list[_Scored]:
    """The best, the first of equals first."""
    return nsmallest(limit, scored, key=lambda each: (-each[0], each[1]))
