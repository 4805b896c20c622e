"""Reads of events, past and to come, and of the metadata files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String, exists, func, or_, select, type_coerce

from index.catalogue import as_json, reading
from index.catalogue.records import AnnouncedEvent, EventSource, MetadataFile
from index.catalogue.tables import DocumentRow, EventClaimRow, EventRow, MetadataFileRow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from index.model import Event, PartialDate

_MONTH = 7
"""Characters of a month in ISO 8601."""


def list_events(
    session: Session,
    groups: frozenset[str],
    first: PartialDate | None = None,
    last: PartialDate | None = None,
    types: Collection[str] = (),
) -> tuple[Event, ...]:
    """Events by date, between two dates, both included; a month without a day counts for all its days."""
    wanted, date = select(EventRow).where(_is_announced_or_has_documents(groups)), type_coerce(EventRow.date, String)
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
    return tuple(map(reading.to_event, rows))


def find_event(session: Session, event_id: str, groups: frozenset[str]) -> Event | None:
    """One event; None where there is none to see."""
    row = session.scalars(
        select(EventRow).where(EventRow.id == event_id, _is_announced_or_has_documents(groups))
    ).first()
    return reading.to_event(row) if row else None


def count_documents(session: Session, ids: Sequence[str], groups: frozenset[str]) -> dict[str, int]:
    """How many documents events have, of those that these groups may see; 0 for an event without any."""
    rows = session.execute(
        reading.select_visible(groups)
        .with_only_columns(DocumentRow.event_id, func.count())
        .where(DocumentRow.event_id.in_(ids))
        .group_by(DocumentRow.event_id)
    )
    counts = {id_: count for id_, count in rows if id_}
    return {id_: counts.get(id_, 0) for id_ in ids}


def list_announcement_times(session: Session) -> dict[str, datetime]:
    """When the calendar or an animator last announced an event, by event; other events are left out."""
    rows = session.execute(select(EventClaimRow.event_id, func.max(EventClaimRow.at)).group_by(EventClaimRow.event_id))
    return {event_id: at for event_id, at in rows if at}


def _is_announced_or_has_documents(groups: frozenset[str]) -> ColumnElement[bool]:
    """The condition that an event is announced, or has a document that these groups may see."""
    announced = exists().where(EventClaimRow.event_id == EventRow.id).correlate(EventRow)
    return or_(announced, reading.has_visible_document(groups))


def list_announced(session: Session) -> tuple[AnnouncedEvent, ...]:
    """The events that the calendar or an animator announces, as they stand, by date."""
    # Only the calendar says which folder holds an event's documents; the rest is as it stands in the event's row.
    folders: dict[str, AnnouncedEvent] = {}
    for row in session.scalars(select(EventClaimRow).where(EventClaimRow.source == EventSource.CALENDAR.value)):
        folders[row.event_id] = as_json.to_announced(row.content)
    claimed = select(EventClaimRow.event_id)
    rows = session.scalars(select(EventRow).where(EventRow.id.in_(claimed)).order_by(EventRow.date, EventRow.id))
    return tuple(
        AnnouncedEvent(reading.to_event(row), folders[row.id].folder, folders[row.id].number)
        if row.id in folders
        else AnnouncedEvent(reading.to_event(row))
        for row in rows
    )


def list_metadata_files(session: Session) -> dict[str, MetadataFile]:
    """The metadata files (sidecars and calendar), by path."""
    return {
        row.path: MetadataFile(row.path, row.size, row.mtime_ns, row.text, tuple(row.problems), row.pending)
        for row in session.scalars(select(MetadataFileRow).order_by(MetadataFileRow.path))
    }
