"""The changes that harvesters (OAI-PMH, the API) are told of: each document's last change, or that it is gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - the classes' fields
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session

from index.catalogue import reading
from index.catalogue.harvest_writing import SETS, HarvestGroupRow, HarvestRow, HarvestSetRow, behind, take_up
from index.catalogue.schema import written
from index.catalogue.tables import DocumentRow, TagRow
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Engine

    from index.model import Document

__all__ = ["SETS", "Harvest", "Offer", "Part"]


@dataclass(frozen=True, slots=True)
class Part:
    """Which records are asked for: changed from `since` to `until`, both included; of a theme or territory, or of all.

    `value` None with a facet stands for all that have any value of it.
    """

    since: datetime | None = None
    until: datetime | None = None
    facet: Facet | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The record of a document's last change: `document` is None where it can no longer be seen.

    `revision` orders records as the changes came; `sets` are themes and territories.
    """

    document_id: str
    revision: int
    at: datetime
    sets: tuple[tuple[Facet, str], ...]
    document: Document | None = field(repr=False, default=None)


class Harvest:
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
            more = behind(session)
        # In several transactions, so that others can write in between.
        while more:
            with written(self._database) as session:
                more = take_up(session)

    def offers(self, groups: frozenset[str], part: Part, after: int, limit: int) -> tuple[Offer, ...]:
        """At most so many records for these groups after a revision, in the order of their changes."""
        rows = select(HarvestRow).where(_asked(groups, part), HarvestRow.revision > after)
        with Session(self._database) as session:
            return _offers(session, session.scalars(rows.order_by(HarvestRow.revision).limit(limit)).all(), groups)

    def offer(self, document_id: str, groups: frozenset[str]) -> Offer | None:
        """The record of one document; None where these groups were never told of it."""
        row = select(HarvestRow).where(HarvestRow.document_id == document_id, _asked(groups, Part()))
        with Session(self._database) as session:
            return next(iter(_offers(session, session.scalars(row).all(), groups)), None)

    def count(self, groups: frozenset[str], part: Part) -> int:
        """How many records there are."""
        rows = select(func.count()).select_from(HarvestRow).where(_asked(groups, part))
        with Session(self._database) as session:
            return session.scalars(rows).one()

    def earliest(self) -> datetime | None:
        """The moment of the oldest record; None before the first."""
        with Session(self._database) as session:
            return session.scalars(select(func.min(HarvestRow.at))).one()

    def sets(self, groups: frozenset[str]) -> tuple[tuple[Facet, str], ...]:
        """The themes and territories of the documents that these groups may see."""
        tags = (
            select(TagRow.facet, TagRow.value)
            .where(TagRow.facet.in_(facet.value for facet in SETS), TagRow.document_id.in_(reading.visible(groups)))
            .distinct()
            .order_by(TagRow.facet, TagRow.value)
        )
        with Session(self._database) as session:
            return tuple((Facet(facet), value) for facet, value in session.execute(tags))


def _asked(groups: frozenset[str], part: Part) -> ColumnElement[bool]:
    """The condition that a record is for these groups, and in the part that is asked for."""
    wanted: list[ColumnElement[bool]] = [
        exists().where(HarvestGroupRow.document_id == HarvestRow.document_id, HarvestGroupRow.group.in_(groups)),
    ]
    if part.since:
        wanted.append(HarvestRow.at >= part.since)
    if part.until:
        wanted.append(HarvestRow.at <= part.until)
    if part.facet:
        wanted.append(_in_set(groups, part.facet, part.value))
    return and_(*wanted)


def _in_set(groups: frozenset[str], facet: Facet, value: str | None) -> ColumnElement[bool]:
    """The condition that a document has a value of a facet, or had it when it could last be seen.

    What became of a document since it was hidden is not told.
    """

    def tagged(table: type[TagRow | HarvestSetRow]) -> ColumnElement[bool]:
        held = exists().where(table.document_id == HarvestRow.document_id, table.facet == facet.value)
        return held if value is None else held.where(table.value == value)

    # Of a visible document the present tags count, of a hidden one those stored.
    return case((_visible(groups), tagged(TagRow)), else_=tagged(HarvestSetRow))


def _visible(groups: frozenset[str]) -> ColumnElement[bool]:
    return HarvestRow.document_id.in_(reading.visible(groups))


def _offers(session: Session, rows: Sequence[HarvestRow], groups: frozenset[str]) -> tuple[Offer, ...]:
    ids = [row.document_id for row in rows]
    visible = session.scalars(reading.visible(groups).where(DocumentRow.id.in_(ids))).all()
    # With groups, for the paths: a record must not name a folder that its reader does not see.
    documents = reading.documents(session, visible, groups)
    past: defaultdict[str, list[tuple[Facet, str]]] = defaultdict(list)
    # A document that is hidden now keeps the sets that it had when it could be seen.
    kept = select(HarvestSetRow).where(HarvestSetRow.document_id.in_(set(ids) - documents.keys()))
    for each in session.scalars(kept.order_by(HarvestSetRow.facet, HarvestSetRow.value)):
        past[each.document_id].append((Facet(each.facet), each.value))
    return tuple(
        Offer(
            row.document_id,
            row.revision,
            row.at,
            _sets(document) if document else tuple(past[row.document_id]),
            document,
        )
        for row in rows
        for document in [documents.get(row.document_id)]
    )


def _sets(document: Document) -> tuple[tuple[Facet, str], ...]:
    return tuple((facet, value) for facet in SETS for value in document.values(facet))
