"""Builds engine queries from a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.engine import Query

if TYPE_CHECKING:
    from index.engine import Engine, Match
    from index.search import Question


@dataclass(frozen=True, slots=True)
class IndexView:
    """The index as one question sees it: its engine, the last revision that it holds, and the asker's groups.

    `hidden_ids` are documents that these groups may no longer see, although the index, not yet up to date, counts them.
    """

    engine: Engine
    indexed_revision: int | None
    groups: frozenset[str]
    hidden_ids: frozenset[str]


def page_query(question: Question, match: Match) -> Query:
    """Return the query for a question's page of documents, with their passages and the facet counts."""
    return Query(
        match=match,
        groups=question.groups,
        selection=question.selection,
        sort=question.sort,
        offset=(question.page - 1) * question.per_page,
        limit=question.per_page,
        facets=question.facets,
    )


def count_query(match: Match, question: Question, excluded: frozenset[str]) -> Query:
    """Return the query that only counts the documents that match."""
    # Without passages and facets, which take longer than the count itself.
    return Query(
        match,
        question.groups,
        question.selection,
        limit=1,
        passages_per_document=0,
        facets=frozenset(),
        excluded=excluded,
    )
