"""The events of the community: which there are, which are announced, and which have documents to see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String, bindparam, delete, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from index.accounts import AuditAction
from index.catalogue.effective_metadata import CALENDAR_REVISION_MEMO, to_event
from index.catalogue.metadata_layers import AnnouncedEvent, EventSource, from_announced, to_announced
from index.catalogue.tables import DocumentRow, EventClaimRow, EventRow
from index.catalogue.visibility import select_visible
from index.catalogue.writing import read_memo
from index.model import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import BindParameter, ColumnElement, Engine

    from index.catalogue.effective_metadata import EffectiveMetadata
    from index.catalogue.writing import WriteContext
    from index.model import PartialDate


_MONTH = 7
"""Characters of a month in ISO 8601."""

_GROUPS: BindParameter[Any] = bindparam("groups", expanding=True)


def has_visible_document(groups: frozenset[str] | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that an event has a document these groups may see, looked up event by event."""
    return select_visible(groups).where(DocumentRow.event_id == EventRow.id).correlate(EventRow).exists()


# In the order of the fields of Event, which is built from them by position.
_EVENTS_NAMED = select(*EventRow.__table__.columns).where(
    EventRow.id.in_(bindparam("ids", expanding=True)), has_visible_document(_GROUPS)
)


class EventReads:
    """Events: those that are announced are there without any document, others with one to see."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def list_all(
        self,
        groups: frozenset[str],
        first: PartialDate | None = None,
        last: PartialDate | None = None,
        types: Collection[str] = (),
    ) -> tuple[Event, ...]:
        """Events by date, past and to come, bounds included; a month without a day counts for all its days."""
        with Session(self._database) as session:
            wanted = select(EventRow).where(_is_announced_or_has_documents(groups))
            date = type_coerce(EventRow.date, String)
            if first:
                since, month = first.isoformat(), first.isoformat()[:_MONTH]
                # « 2024-01 » is shorter than its own days, hence sorts before « 2024-01-15 ».
                wanted = wanted.where(or_(date >= since, date == month))
            if last:
                # « ~ » sorts after digits and hyphens: a month as the bound includes all its days.
                wanted = wanted.where(date <= f"{last.isoformat()}~")
            if types:
                wanted = wanted.where(EventRow.type.in_(types))
            rows = session.scalars(wanted.order_by(EventRow.date, EventRow.begins.nulls_first(), EventRow.id))
            return tuple(map(to_event, rows))

    def list_latest(self, groups: frozenset[str], limit: int) -> tuple[Event, ...]:
        """The latest events that have a document to see."""
        with Session(self._database) as session:
            rows = session.scalars(
                select(EventRow)
                .where(has_visible_document(groups))
                .order_by(EventRow.date.desc(), EventRow.id)
                .limit(limit)
            )
            return tuple(map(to_event, rows))

    def find(self, event_id: str, groups: frozenset[str]) -> Event | None:
        """One event, announced or with a document to see; None where there is none."""
        with Session(self._database) as session:
            row = session.scalars(
                select(EventRow).where(EventRow.id == event_id, _is_announced_or_has_documents(groups))
            ).first()
            return to_event(row) if row else None

    def find_each(self, ids: Sequence[str], groups: frozenset[str]) -> dict[str, Event]:
        """Events by id, of those that have a document to see."""
        with self._database.connect() as reader:
            rows = reader.execute(_EVENTS_NAMED, {"ids": ids, "groups": list(groups)}).all()
            return {row[0]: Event(*row) for row in rows}

    def count_documents(self, ids: Sequence[str], groups: frozenset[str]) -> dict[str, int]:
        """How many documents events have, of those that these groups may see; 0 for an event without any."""
        with Session(self._database) as session:
            rows = session.execute(
                select_visible(groups)
                .with_only_columns(DocumentRow.event_id, func.count())
                .where(DocumentRow.event_id.in_(ids))
                .group_by(DocumentRow.event_id)
            )
            counts = {id_: count for id_, count in rows if id_}
            return {id_: counts.get(id_, 0) for id_ in ids}

    def list_announced(self) -> tuple[AnnouncedEvent, ...]:
        """The events that the calendar or an animator announces, as they stand, by date."""
        with Session(self._database) as session:
            # Only the calendar says which folder holds an event's documents; the rest is in the event's row.
            folders: dict[str, AnnouncedEvent] = {}
            for row in session.scalars(select(EventClaimRow).where(EventClaimRow.source == EventSource.CALENDAR.value)):
                folders[row.event_id] = to_announced(row.content)
            claimed = select(EventClaimRow.event_id)
            rows = session.scalars(
                select(EventRow).where(EventRow.id.in_(claimed)).order_by(EventRow.date, EventRow.id)
            )
            return tuple(
                AnnouncedEvent(to_event(row), folders[row.id].folder, folders[row.id].number)
                if row.id in folders
                else AnnouncedEvent(to_event(row))
                for row in rows
            )

    def list_announcement_times(self) -> dict[str, datetime]:
        """When the calendar or an animator last announced an event, by event; other events are left out."""
        with Session(self._database) as session:
            rows = session.execute(
                select(EventClaimRow.event_id, func.max(EventClaimRow.at)).group_by(EventClaimRow.event_id)
            )
            return {event_id: at for event_id, at in rows if at}

    def read_calendar_revision(self) -> int:
        """A number that grows whenever an announced event changes."""
        with Session(self._database) as session:
            # There is no memo before the first change.
            return int(read_memo(session, CALENDAR_REVISION_MEMO) or 0)


class EventWrites:
    """Writes events. An animator prevails over the calendar, and the calendar over what documents say."""

    def __init__(self, context: WriteContext, effective: EffectiveMetadata) -> None:
        self._context, self._session = context, context.session
        self._effective = effective

    def create(self, type_: str, title: str, date: PartialDate, who: str = "") -> Event:
        """Create an event that an animator announces. It keeps its id when it is edited with `save`."""
        base, number = f"{type_}-{date.isoformat()}", 1
        # An id that exists is of another event of this type on this day.
        while self._session.get(EventRow, id_ := f"{base}-{number}" if number > 1 else base):
            number += 1
        event = Event(id_, type_, title, date)
        self.save(event, who)
        return event

    def save(self, event: Event, who: str = "") -> None:
        """Store an event as an animator describes it, whole; neither calendar nor documents change it from then on."""
        self._write_claim(EventSource.ANIMATOR, AnnouncedEvent(event), who)
        self._effective.write_event(event.id)
        self._effective.raise_calendar_revision()
        self._context.record(AuditAction.EVENT_CHANGED, who, event.id)

    def withdraw(self, event_id: str, who: str = "") -> None:
        """Take back what animators said of an event; it goes where neither calendar nor documents speak of it."""
        self._session.execute(
            delete(EventClaimRow).where(
                EventClaimRow.event_id == event_id, EventClaimRow.source == EventSource.ANIMATOR.value
            )
        )
        # Before anything is detached: afterwards these documents could not be found.
        concerned = self._effective.find_documents_of(event_id)
        if self._effective.find_event(event_id) is None:
            self._effective.delete_choices_of(event_id)
        self._effective.write_event(event_id)
        self._effective.write(concerned)
        self._effective.raise_calendar_revision()
        self._context.record(AuditAction.EVENT_CHANGED, who, event_id, "retiré")

    def replace_calendar(self, announced: Iterable[AnnouncedEvent]) -> None:
        """Store the events of the calendar, all of them: what it no longer announces is taken back."""
        told = {each.event.id: each for each in announced}
        rows = self._session.scalars(select(EventClaimRow).where(EventClaimRow.source == EventSource.CALENDAR.value))
        before = {row.event_id: to_announced(row.content) for row in rows}
        # Nothing is written for a calendar that was read again unchanged.
        if told == before:
            return
        gone = before.keys() - told.keys()
        self._session.execute(
            delete(EventClaimRow).where(
                EventClaimRow.source == EventSource.CALENDAR.value, EventClaimRow.event_id.in_(gone)
            )
        )
        for id_, each in told.items():
            if before.get(id_) != each:
                self._write_claim(EventSource.CALENDAR, each)
        # After all claims are written, and in a fixed order, so that revisions come in the same order each time.
        for id_ in sorted(gone | {id_ for id_, each in told.items() if before.get(id_) != each}):
            concerned = self._effective.find_documents_of(id_)
            self._effective.write_event(id_)
            if id_ in gone:
                self._effective.write(concerned)
        self._effective.raise_calendar_revision()

    def _write_claim(self, source: EventSource, announced: AnnouncedEvent, who: str = "") -> None:
        self._session.merge(
            EventClaimRow(
                event_id=announced.event.id,
                source=source.value,
                content=from_announced(announced),
                who=who,
                at=self._context.now,
            )
        )
        # Read again at once, by the search for the prevailing claim.
        self._session.flush()


def _is_announced_or_has_documents(groups: frozenset[str]) -> ColumnElement[bool]:
    """The condition that an event is announced, or has a document that these groups may see."""
    announced = exists().where(EventClaimRow.event_id == EventRow.id).correlate(EventRow)
    return or_(announced, has_visible_document(groups))
