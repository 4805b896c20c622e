"""The changes that harvesters (OAI-PMH, the API) are told of: each document's last change, or that it is gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - the classes' fields
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session

from index.catalogue import reading
from index.catalogue.harvest_writing import (
    OaiRecordGroupRow,
    OaiRecordRow,
    OaiRecordSetRow,
    date_next_changes,
    is_behind,
)
from index.catalogue.schema import begin_write
from index.catalogue.tables import DocumentRow, TagRow
from index.model import SET_FACETS, Facet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Engine

    from index.model import Document

__all__ = ["OaiChanges", "OaiRecord", "OaiSelection"]


@dataclass(frozen=True, slots=True)
class OaiSelection:
    """Which records are asked for: changed from `since` to `until`, both included; of a theme or territory, or of all.

    `value` None with a facet stands for all that have any value of it.
    """

    since: datetime | None = None
    until: datetime | None = None
    facet: Facet | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """The record of a document's last change: `document` is None where it can no longer be seen.

    `revision` orders records as the changes came; `sets` are themes and territories.
    """

    document_id: str
    revision: int
    at: datetime
    sets: tuple[tuple[Facet, str], ...]
    document: Document | None = field(repr=False, default=None)


class OaiChanges:
    """Tells each group of the documents that it may see, and of those that it may see no more.

    Documents that a group was never told of are not named to it.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database

    def take_up(self) -> None:
        """Date what has changed since the last time. Raises CatalogueError where the catalogue is busy.

        A change is dated here, once it is committed, and not where it is written: a harvester that asks between the
        two, and the next time from the moment of that question on, would never hear of it.
        """
        with Session(self._database) as session:
            more = is_behind(session)
        # In several transactions, so that others can write in between.
        while more:
            with begin_write(self._database) as session:
                more = date_next_changes(session)

    def offers(self, groups: frozenset[str], part: OaiSelection, after: int, limit: int) -> tuple[OaiRecord, ...]:
        """At most so many records for these groups after a revision, in the order of their changes."""
        rows = select(OaiRecordRow).where(_matches_selection(groups, part), OaiRecordRow.revision > after)
        with Session(self._database) as session:
            return _load_records(
                session, session.scalars(rows.order_by(OaiRecordRow.revision).limit(limit)).all(), groups
            )

    def offer(self, document_id: str, groups: frozenset[str]) -> OaiRecord | None:
        """The record of one document; None where these groups were never told of it."""
        row = select(OaiRecordRow).where(
            OaiRecordRow.document_id == document_id, _matches_selection(groups, OaiSelection())
        )
        with Session(self._database) as session:
            return next(iter(_load_records(session, session.scalars(row).all(), groups)), None)

    def count(self, groups: frozenset[str], part: OaiSelection) -> int:
        """How many records there are."""
        rows = select(func.count()).select_from(OaiRecordRow).where(_matches_selection(groups, part))
        with Session(self._database) as session:
            return session.scalars(rows).one()

    def earliest(self) -> datetime | None:
        """The moment of the oldest record; None before the first."""
        with Session(self._database) as session:
            return session.scalars(select(func.min(OaiRecordRow.at))).one()

    def sets(self, groups: frozenset[str]) -> tuple[tuple[Facet, str], ...]:
        """The themes and territories of the documents that these groups may see."""
        tags = (
            select(TagRow.facet, TagRow.value)
            .where(
                TagRow.facet.in_(facet.value for facet in SET_FACETS),
                TagRow.document_id.in_(reading.select_visible(groups)),
            )
            .distinct()
            .order_by(TagRow.facet, TagRow.value)
        )
        with Session(self._database) as session:
            return tuple((Facet(facet), value) for facet, value in session.execute(tags))


def _matches_selection(groups: frozenset[str], part: OaiSelection) -> ColumnElement[bool]:
    """The condition that a record is for these groups, and in the part that is asked for."""
    wanted: list[ColumnElement[bool]] = [
        exists().where(OaiRecordGroupRow.document_id == OaiRecordRow.document_id, OaiRecordGroupRow.group.in_(groups)),
    ]
    if part.since:
        wanted.append(OaiRecordRow.at >= part.since)
    if part.until:
        wanted.append(OaiRecordRow.at <= part.until)
    if part.facet:
        wanted.append(_is_in_set(groups, part.facet, part.value))
    return and_(*wanted)


def _is_in_set(groups: frozenset[str], facet: Facet, value: str | None) -> ColumnElement[bool]:
    """The condition that a document has a value of a facet, or had it when it could last be seen.

    What became of a document since it was hidden is not told.
    """

    def has_tag(table: type[TagRow | OaiRecordSetRow]) -> ColumnElement[bool]:
        held = exists().where(table.document_id == OaiRecordRow.document_id, table.facet == facet.value)
        return held if value is None else held.where(table.value == value)

    # Of a visible document the present tags count, of a hidden one those stored.
    return case((_is_visible(groups), has_tag(TagRow)), else_=has_tag(OaiRecordSetRow))


def _is_visible(groups: frozenset[str]) -> ColumnElement[bool]:
    return OaiRecordRow.document_id.in_(reading.select_visible(groups))


def _load_records(session: Session, rows: Sequence[OaiRecordRow], groups: frozenset[str]) -> tuple[OaiRecord, ...]:
    ids = [row.document_id for row in rows]
    visible = session.scalars(reading.select_visible(groups).where(DocumentRow.id.in_(ids))).all()
    # With groups, for the paths: a record must not name a folder that its reader does not see.
    documents = reading.load_documents(session, visible, groups)
    past: defaultdict[str, list[tuple[Facet, str]]] = defaultdict(list)
    # A document that is hidden now keeps the sets that it had when it could be seen.
    kept = select(OaiRecordSetRow).where(OaiRecordSetRow.document_id.in_(set(ids) - documents.keys()))
    for each in session.scalars(kept.order_by(OaiRecordSetRow.facet, OaiRecordSetRow.value)):
        past[each.document_id].append((Facet(each.facet), each.value))
    return tuple(
        OaiRecord(
            row.document_id,
            row.revision,
            row.at,
            _sets_of(document) if document else tuple(past[row.document_id]),
            document,
        )
        for row in rows
        for document in [documents.get(row.document_id)]
    )


def _sets_of(document: Document) -> tuple[tuple[Facet, str], ...]:
    return tuple((facet, value) for facet in SET_FACETS for value in document.facet_values(facet))
