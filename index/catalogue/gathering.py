"""The part of a transaction that writes events: those of the calendar, and those that animators keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from index.accounts import AuditAction
from index.catalogue import as_json
from index.catalogue.people import add_entry
from index.catalogue.records import AnnouncedEvent, EventSource
from index.catalogue.settling import EffectiveMetadata
from index.catalogue.tables import EventClaimRow, EventRow
from index.model import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.model import PartialDate


class Gathering(EffectiveMetadata):
    """Writes events. An animator prevails over the calendar, and the calendar over what documents say."""

    def new_event(self, type_: str, title: str, date: PartialDate, who: str = "") -> Event:
        """Create an event that an animator announces. It keeps its id when it is edited with `keep_event`."""
        base, number = f"{type_}-{date.isoformat()}", 1
        # An id that exists is of another event of this type on this day.
        while self._session.get(EventRow, id_ := f"{base}-{number}" if number > 1 else base):
            number += 1
        event = Event(id_, type_, title, date)
        self.keep_event(event, who)
        return event

    def keep_event(self, event: Event, who: str = "") -> None:
        """Store an event as an animator describes it, whole; neither calendar nor documents change it from then on."""
        self._write_claim(EventSource.ANIMATOR, AnnouncedEvent(event), who)
        self._write_effective_event(event.id)
        self._raise_calendar_revision()
        add_entry(self._session, AuditAction.EVENT_CHANGED, who, event.id)

    def drop_event(self, event_id: str, who: str = "") -> None:
        """Take back what animators said of an event; it goes where neither calendar nor documents speak of it."""
        self._session.execute(
            delete(EventClaimRow).where(
                EventClaimRow.event_id == event_id, EventClaimRow.source == EventSource.ANIMATOR.value
            )
        )
        # Before anything is detached: afterwards these documents could not be found.
        concerned = self._find_documents_of(event_id)
        if self._find_prevailing_event(event_id) is None:
            self._delete_event_choices(event_id)
        self._write_effective_event(event_id)
        self._write_effective(concerned)
        self._raise_calendar_revision()
        add_entry(self._session, AuditAction.EVENT_CHANGED, who, event_id, "retiré")

    def keep_calendar(self, announced: Iterable[AnnouncedEvent]) -> None:
        """Store the events of the calendar, all of them: what it no longer announces is taken back."""
        told = {each.event.id: each for each in announced}
        rows = self._session.scalars(select(EventClaimRow).where(EventClaimRow.source == EventSource.CALENDAR.value))
        before = {row.event_id: as_json.to_announced(row.content) for row in rows}
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
            concerned = self._find_documents_of(id_)
            self._write_effective_event(id_)
            if id_ in gone:
                self._write_effective(concerned)
        self._raise_calendar_revision()

    def _write_claim(self, source: EventSource, announced: AnnouncedEvent, who: str = "") -> None:
        self._session.merge(
            EventClaimRow(
                event_id=announced.event.id,
                source=source.value,
                content=as_json.from_announced(announced),
                who=who,
                at=self._now,
            )
        )
        # Read again at once, by the search for the prevailing claim.
        self._session.flush()
