"""The part of the catalogue that lists documents and passages a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from index.catalogue import reading
from index.catalogue.tables import DocumentRow

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Engine

    from index.model import Document, Passage


class Paging:
    """Reads see what is committed. Methods that take `groups` give only what these groups may see."""

    _database: Engine

    def latest(self, groups: frozenset[str], limit: int) -> tuple[Document, ...]:
        """The newest documents."""
        with Session(self._database) as session:
            ids = reading.list_latest_ids(session, groups, limit)
            found = reading.load_documents(session, ids, groups)
        return tuple(found[id_] for id_ in ids)

    def deposits(self, groups: frozenset[str], after: tuple[datetime, str] | None, limit: int) -> tuple[Document, ...]:
        """Documents, the newest first.

        `after` is when a document was added, and its id: the page begins after it, and loses its place by no new
        document.
        """
        newest = reading.select_visible(groups).order_by(DocumentRow.added.desc(), DocumentRow.id).limit(limit)
        if after:
            added, id_ = after
            # Documents of one batch are added at the same moment: the id tells them apart.
            newest = newest.where(
                or_(DocumentRow.added < added, and_(DocumentRow.added == added, DocumentRow.id > id_))
            )
        with Session(self._database) as session:
            ids = session.scalars(newest).all()
            found = reading.load_documents(session, ids, groups)
        return tuple(found[id_] for id_ in ids)

    def passages_from(self, document_id: str, first: int, limit: int) -> tuple[Passage, ...]:
        """A document's passages in reading order, from an ordinal on; the caller has asked `document` first."""
        with Session(self._database) as session:
            return reading.load_passages_from(session, document_id, first, limit)
