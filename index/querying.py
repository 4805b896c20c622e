"""A question as it is asked of an engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.engine import Query

if TYPE_CHECKING:
    from index.engine import Engine, Match
    from index.search import Question


@dataclass(frozen=True, slots=True)
class View:
    """What one question sees: the engine with the revision that it has learnt, and what it may not count any more.

    `hidden` are documents that the index may still count, and that these groups may see no more: it soon learns it.
    """

    engine: Engine
    learnt: int | None
    groups: frozenset[str]
    hidden: frozenset[str]


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
