"""Finds the newest documents that answer a question, for feeds and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.search.questions import Question

if TYPE_CHECKING:
    from datetime import datetime

    from index.catalogue import Catalogue
    from index.model import Document
    from index.search.service import Search

# Only so many of the newest documents are looked at: what is older is no news.
_MAX_RECENT = 2_000


@dataclass(frozen=True, slots=True)
class News:
    """Documents added before `until` that answer a question, the newest first; a later call starts at `until`."""

    documents: tuple[Document, ...]
    until: datetime


def find_latest_documents(search: Search, catalogue: Catalogue, question: Question, limit: int) -> tuple[Document, ...]:
    """Return at most `limit` documents that answer a question, the newest first."""
    ids = [id_ for id_, _ in catalogue.documents.list_addition_times(question.groups, _MAX_RECENT)]
    answering = search.find_answering_ids(question, frozenset(ids))
    return _read_documents(catalogue, question, [id_ for id_ in ids if id_ in answering][:limit])


def find_news(search: Search, catalogue: Catalogue, question: Question, since: datetime, until: datetime) -> News:
    """Return the documents added from `since` on, before `until`, that answer a question.

    Where one of them is not indexed yet, the result ends before it, so that a later call does not miss it.
    """
    recent = catalogue.documents.list_addition_times(question.groups, _MAX_RECENT, since)
    ids = frozenset(id_ for id_, _ in recent)
    # A question without words matches all that is indexed.
    learnt = search.find_answering_ids(Question(groups=question.groups), ids)
    end = min([until, *(added for id_, added in recent if id_ not in learnt)])
    answering = search.find_answering_ids(question, ids)
    told = [id_ for id_, added in recent if added < end and id_ in answering]
    return News(_read_documents(catalogue, question, told), end)


def _read_documents(catalogue: Catalogue, question: Question, ids: list[str]) -> tuple[Document, ...]:
    found = catalogue.documents.find_each(ids, question.groups)
    return tuple(found[id_] for id_ in ids if id_ in found)
