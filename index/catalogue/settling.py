"""The part of a transaction that writes the effective metadata of documents and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, case, delete, exists, insert, select, update

from index.catalogue import as_json, deciding_reads, reading
from index.catalogue.decisions import MetadataField, compute_effective_description
from index.catalogue.records import EventSource
from index.catalogue.tables import (
    DescriptionRow,
    DocumentRow,
    EventClaimRow,
    EventRow,
    FieldDecisionRow,
    MemoRow,
    TagRow,
)
from index.catalogue.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement

    from index.catalogue.records import Description
    from index.model import Event, Tag

CALENDAR_REVISION_MEMO = "calendar"
"""The memo that counts the changes of announced events."""

_D = DocumentRow.__table__.c
_EFFECTIVE_COLUMNS = select(_D.id, _D.own_authors, _D.title, _D.date, _D.event_id, _D.authors, _D.summary).where(
    DocumentRow.id.in_(bindparam("ids", expanding=True))
)

_AUTHORITY = {source.value: rank for rank, source in enumerate(EventSource)}


class EffectiveMetadata(Transaction):
    """Writes what prevails. `compute_effective_description` and the order of `EventSource` decide what that is."""

    def _write_effective(self, document_ids: Iterable[str]) -> None:
        """Write the effective metadata of documents; one takes a revision only where something differs from before."""
        ids = list(document_ids)
        # What this transaction added as objects must be in the tables before they are read.
        self._session.flush()
        holds = self._compute_effective(ids)
        before = {row.id: row for row in self._session.execute(_EFFECTIVE_COLUMNS, {"ids": ids})}
        tags = reading.load_tags(self._session, ids)
        fields = {id_: _to_columns(each, before[id_].own_authors) for id_, each in holds.items()}
        # As sets: the order of tags means nothing.
        retagged = [id_ for id_ in ids if frozenset(tags[id_]) != frozenset(holds[id_].tags)]
        others = (id_ for id_ in ids if any(getattr(before[id_], name) != value for name, value in fields[id_].items()))
        changed = list(dict.fromkeys((*retagged, *others)))
        self._replace_tags({id_: holds[id_].tags for id_ in retagged}, tags)
        if changed:
            revisions = self._next_revisions(len(changed))
            self._session.execute(
                update(DocumentRow),
                [{"id": id_, **fields[id_], "revision": each} for each, id_ in zip(revisions, changed, strict=True)],
            )

    def _compute_effective(self, ids: Sequence[str]) -> dict[str, Description]:
        decided = deciding_reads.read_decisions(self._session, ids)
        gathered = deciding_reads.read_effective_events(self._session, decided)
        areas = deciding_reads.read_areas(self._session, decided.values())
        return {id_: compute_effective_description(each, gathered[id_], areas) for id_, each in decided.items()}

    def _replace_tags(self, tags: Mapping[str, Iterable[Tag]], before: Mapping[str, object]) -> None:
        # New documents, which come in batches, have no tags to delete.
        if any(before.get(id_) for id_ in tags):
            self._session.execute(delete(TagRow).where(TagRow.document_id.in_(list(tags))))
        rows = [
            {
                "document_id": document_id,
                "facet": tag.facet.value,
                "value": tag.value,
                "source": tag.source.value,
                "reason": tag.reason,
            }
            for document_id, each in tags.items()
            for tag in each
        ]
        if rows:
            self._session.execute(insert(TagRow), rows)

    def _write_effective_event(self, event_id: str) -> None:
        """Write an event as it prevails, and then its documents, which its date and its type reach."""
        event, row = self._find_prevailing_event(event_id), self._session.get(EventRow, event_id)
        if event is None:
            self._delete_orphan_event(event_id)
            return
        # Nothing has changed: describing a library again must not write each of its documents.
        if row and reading.to_event(row) == event:
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
        self._write_effective(self._find_documents_of(event_id))

    def _find_prevailing_event(self, event_id: str) -> Event | None:
        """The event as the highest authority describes it; None where nobody does."""
        # An event has two claims at most: the calendar's and an animator's.
        claims = select(EventClaimRow).where(EventClaimRow.event_id == event_id)
        claim = min(self._session.scalars(claims), key=lambda each: _AUTHORITY[each.source], default=None)
        if claim:
            return as_json.to_announced(claim.content).event
        # Among documents of the same authority the lowest id decides, so that the answer is always the same.
        described = (
            select(DescriptionRow.content)
            .join(DocumentRow, DocumentRow.id == DescriptionRow.document_id)
            .where(DescriptionRow.event_id == event_id, DocumentRow.removed.is_(None))
            .order_by(case(_AUTHORITY, value=DescriptionRow.event_source), DescriptionRow.document_id)
        )
        content = self._session.scalars(described.limit(1)).first()
        return as_json.to_description(content).event if content else None

    def _delete_orphan_event(self, event_id: str) -> None:
        """Delete an event that nobody describes, unless a person put a document in it."""
        if self._session.scalars(select(exists().where(_is_put_in_event(event_id)))).one():
            return
        # Where a person chose event type and year, nothing else of a document changes, and the index must follow.
        for id_ in self._session.scalars(select(DocumentRow.id).where(DocumentRow.event_id == event_id)).all():
            self._session.execute(
                update(DocumentRow).where(DocumentRow.id == id_).values(event_id=None, revision=self._next_revision())
            )
        self._session.execute(delete(EventRow).where(EventRow.id == event_id))

    def _find_documents_of(self, event_id: str) -> set[str]:
        """The documents that an event has, or is about to have."""
        described = select(DescriptionRow.document_id).where(DescriptionRow.event_id == event_id)
        attached = select(FieldDecisionRow.document_id).where(_is_put_in_event(event_id))
        return {*self._session.scalars(described), *self._session.scalars(attached)}

    def _delete_event_choices(self, event_id: str) -> None:
        """Forget that persons put documents in an event."""
        self._session.execute(delete(FieldDecisionRow).where(_is_put_in_event(event_id)))

    def _is_announced(self, event_id: str) -> bool:
        return self._session.scalars(select(exists().where(EventClaimRow.event_id == event_id))).one()

    def _raise_calendar_revision(self) -> None:
        row = self._session.get(MemoRow, CALENDAR_REVISION_MEMO)
        self._session.merge(MemoRow(key=CALENDAR_REVISION_MEMO, value=str(int(row.value) + 1 if row else 1)))


def _to_columns(holds: Description, own_authors: list[str]) -> dict[str, object]:
    """The columns of a document that its effective metadata fills."""
    return {
        "title": holds.title,
        "date": holds.date,
        "event_id": holds.event.id if holds.event else None,
        "authors": list(holds.authors) or own_authors,
        "summary": holds.summary,
    }


def _is_put_in_event(event_id: str) -> ColumnElement[bool]:
    return and_(FieldDecisionRow.field == MetadataField.EVENT.value, FieldDecisionRow.value == event_id)
