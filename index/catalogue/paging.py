"""The part of the catalogue that tools read a page at a time, without losing their place when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from index.catalogue import reading
from index.catalogue.tables import DocumentRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from index.model import Document, Passage


@dataclass(frozen=True, slots=True)
class Change:
    """A document's latest change as someone may know of it: `document` is None when it is not for them (any more)."""

    revision: int
    document_id: str
    document: Document | None


class Paging:
    """Reads see what is committed. Methods that take `groups` give only what these groups may see."""

    _database: Engine

    def deposits(self, groups: frozenset[str], after: tuple[datetime, str] | None, limit: int) -> tuple[Document, ...]:
        """Documents, the newest deposits first; `after` is when one was added, and its id: those that follow it."""
        newest = reading.visible(groups).order_by(DocumentRow.added.desc(), DocumentRow.id).limit(limit)
        if after:
            added, id_ = after
            newest = newest.where(
                or_(DocumentRow.added < added, and_(DocumentRow.added == added, DocumentRow.id > id_))
            )
        with Session(self._database) as session:
            ids = session.scalars(newest).all()
            found = reading.documents(session, ids)
        return tuple(found[id_] for id_ in ids)

    def passages_from(self, document_id: str, first: int, limit: int) -> tuple[Passage, ...]:
        """A document's passages in reading order, from an ordinal on; the caller has asked `document` first."""
        with Session(self._database) as session:
            return reading.passages_from(session, document_id, first, limit)

    def changes(self, groups: frozenset[str], since: int, limit: int) -> tuple[Change, ...]:
        """At most `limit` changes after a revision, oldest first; each document stands at its latest one only.

        What these groups may not see is told as gone, for they may have seen it before.
        """
        later = select(DocumentRow.revision, DocumentRow.id).where(DocumentRow.revision > since)
        with Session(self._database) as session:
            rows = session.execute(later.order_by(DocumentRow.revision).limit(limit)).all()
            ids = [row.id for row in rows]
            found = reading.documents(session, ids, groups)
        return tuple(Change(row.revision, row.id, found.get(row.id)) for row in rows)
