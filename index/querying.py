"""A question as it is asked of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from index.engine import Query

if TYPE_CHECKING:
    from index.engine import Match
    from index.search import Question


def whole(question: Question, match: Match) -> Query:
    """One page of the documents that match, with all that is told of them."""
    return Query(
        match=match,
        groups=question.groups,
        selection=question.selection,
        sort=question.sort,
        offset=(question.page - 1) * question.per_page,
        limit=question.per_page,
        counted=question.counted,
    )


def bare(match: Match, question: Question, without: frozenset[str]) -> Query:
    """How many documents match, and nothing else of them."""
    return Query(match, question.groups, question.selection, limit=1, passages=0, counted=frozenset(), without=without)
