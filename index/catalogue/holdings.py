"""What an index must hold once it has followed the catalogue up to a revision, so that it can be checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from index.catalogue.tables import DocumentRow, PassageRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ExpectedContents:
    """`documents`: those living at a revision and unchanged since, each with its number of passages to find.

    `changed` have changed since: an index at that revision may hold them as they were, or not at all.
    """

    passage_counts: Mapping[str, int]
    changed_ids: frozenset[str]


def read_expected_contents(session: Session, revision: int) -> ExpectedContents:
    """What an index at a revision must hold."""
    passages = select(func.count()).where(PassageRow.document_id == DocumentRow.id).scalar_subquery()
    # A description is indexed as one more passage.
    findable = passages + case((DocumentRow.summary != "", 1), else_=0)
    # One statement: all rows are of one moment, whatever is written meanwhile.
    rows = session.execute(
        select(DocumentRow.id, DocumentRow.revision > revision, findable).where(
            (DocumentRow.revision > revision) | DocumentRow.removed.is_(None)
        )
    ).all()
    return ExpectedContents(
        passage_counts={id_: count for id_, changed, count in rows if not changed},
        changed_ids=frozenset(id_ for id_, changed, _ in rows if changed),
    )
