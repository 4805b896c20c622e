"""How much the catalogue holds: in all, for whoever administers it, and for someone who reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import exists, func, or_, select

from index.catalogue.reading import select_visible
from index.catalogue.records import ReadableCounts, Totals
from index.catalogue.tables import DocumentRow, LocationRow, PassageRow

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def count_all(session: Session) -> Totals:
    """How much the catalogue holds."""
    living = select(DocumentRow.id).where(DocumentRow.removed.is_(None))
    return Totals(
        documents=session.scalars(select(func.count()).select_from(living.subquery())).one(),
        passages=session.scalars(
            select(func.count()).select_from(PassageRow).where(PassageRow.document_id.in_(living))
        ).one(),
        # Files, not contents: an animator counts what lies in the folder.
        failures=session.scalars(
            select(func.count())
            .select_from(LocationRow)
            .where(or_(LocationRow.document_id.is_(None), LocationRow.document_id.not_in(living)))
        ).one(),
    )


def count_readable(session: Session, groups: frozenset[str]) -> ReadableCounts:
    """How many documents these groups may read, how many of them have no text, and how many passages they have."""
    seen = select_visible(groups)
    silent = seen.where(~exists().where(PassageRow.document_id == DocumentRow.id))
    passages_ = select(PassageRow.ordinal).where(PassageRow.document_id.in_(seen))
    return ReadableCounts(
        *(
            session.scalars(select(func.count()).select_from(each.subquery())).one()
            for each in (seen, silent, passages_)
        )
    )
