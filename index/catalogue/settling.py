"""The part of a transaction that writes what holds of documents and gatherings, once all who speak have spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, case, delete, exists, select, update

from index.catalogue import as_json, deciding_reads, reading
from index.catalogue.decisions import Field, settled
from index.catalogue.records import EventSource
from index.catalogue.tables import ClaimRow, DescriptionRow, DocumentRow, EventRow, FieldDecisionRow, MemoRow, TagRow
from index.catalogue.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

    from index.model import Event

CALENDAR_REVISION = "calendar"
"""The memo that counts the changes of the gatherings that are announced, with or without documents."""

_AUTHORITY = {source.value: rank for rank, source in enumerate(EventSource)}


class Settling(Transaction):
    """Writes what prevails. Nothing here decides: `settled` does, and the order of `EventSource`."""

    def _settle(self, document_id: str) -> None:
        """Write what holds of a document; it takes a revision only when that differs from what held before."""
        decided = deciding_reads.decided(self._session, document_id)
        territories = deciding_reads.territories(decided)
        holds = settled(
            decided,
            deciding_reads.gathered(self._session, decided),
            deciding_reads.areas(self._session, territories) if territories else {},
        )
        row = self._session.get_one(DocumentRow, document_id)
        fields = {
            "title": holds.title,
            "date": holds.date,
            "event_id": holds.event.id if holds.event else None,
            "authors": list(holds.authors) or row.own_authors,
            "summary": holds.summary,
        }
        tags = reading.tags_of(self._session, document_id)
        if tags == frozenset(holds.tags) and fields == {name: getattr(row, name) for name in fields}:
            return
        if tags != frozenset(holds.tags):
            self._session.execute(delete(TagRow).where(TagRow.document_id == document_id))
            self._session.add_all(
                TagRow(
                    document_id=document_id,
                    facet=tag.facet.value,
                    value=tag.value,
                    source=tag.source.value,
                    reason=tag.reason,
                )
                for tag in holds.tags
            )
        self._session.execute(
            update(DocumentRow).where(DocumentRow.id == document_id).values(**fields, revision=self._next_revision())
        )

    def _settle_event(self, event_id: str) -> None:
        """Write what holds of a gathering, and then of its documents where its day or its kind has changed."""
        event, row = self._told(event_id), self._session.get(EventRow, event_id)
        if event is None:
            self._drop_untold(event_id)
            return
        if row and reading.event(row) == event:
            return
        self._session.merge(
            EventRow(
                id=event.id,
                type=event.type,
                title=event.title,
                date=event.date,
                begins=event.begins,
                ends=event.ends,
                place=event.place,
                link=event.link,
                description=event.description,
            )
        )
        self._session.flush()
        for id_ in self._concerned(event_id):
            self._settle(id_)

    def _told(self, event_id: str) -> Event | None:
        """A gathering as the highest authority tells of it."""
        claims = select(ClaimRow).where(ClaimRow.event_id == event_id)
        claim = min(self._session.scalars(claims), key=lambda each: _AUTHORITY[each.source], default=None)
        if claim:
            return as_json.to_announced(claim.content).event
        described = (
            select(DescriptionRow.content)
            .join(DocumentRow, DocumentRow.id == DescriptionRow.document_id)
            .where(DescriptionRow.event_id == event_id, DocumentRow.removed.is_(None))
            .order_by(case(_AUTHORITY, value=DescriptionRow.event_source), DescriptionRow.document_id)
        )
        content = self._session.scalars(described.limit(1)).first()
        return as_json.to_description(content).event if content else None

    def _drop_untold(self, event_id: str) -> None:
        """A gathering of which no one tells goes, unless a person put a document in it."""
        if self._session.scalars(select(exists().where(_attached(event_id)))).one():
            return
        # Where a person chose kind and year nothing else of a document changes, and the index must learn this.
        for id_ in self._session.scalars(select(DocumentRow.id).where(DocumentRow.event_id == event_id)).all():
            self._session.execute(
                update(DocumentRow).where(DocumentRow.id == id_).values(event_id=None, revision=self._next_revision())
            )
        self._session.execute(delete(EventRow).where(EventRow.id == event_id))

    def _concerned(self, event_id: str) -> set[str]:
        """Documents that a gathering has, or is about to have."""
        described = select(DescriptionRow.document_id).where(DescriptionRow.event_id == event_id)
        attached = select(FieldDecisionRow.document_id).where(_attached(event_id))
        return {*self._session.scalars(described), *self._session.scalars(attached)}

    def _detach(self, event_id: str) -> None:
        """Forget that persons put documents in a gathering."""
        self._session.execute(delete(FieldDecisionRow).where(_attached(event_id)))

    def _is_announced(self, event_id: str) -> bool:
        return self._session.scalars(select(exists().where(ClaimRow.event_id == event_id))).one()

    def _count_calendar(self) -> None:
        row = self._session.get(MemoRow, CALENDAR_REVISION)
        self._session.merge(MemoRow(key=CALENDAR_REVISION, value=str(int(row.value) + 1 if row else 1)))


def _attached(event_id: str) -> ColumnElement[bool]:
    return and_(FieldDecisionRow.field == Field.EVENT.value, FieldDecisionRow.value == event_id)
