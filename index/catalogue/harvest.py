"""What harvesters have been offered: when they are told of each document's last change, and who was ever shown it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, and_, case, delete, exists, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue import reading
from index.catalogue.schema import written
from index.catalogue.tables import AudienceRow, Base, ClockRow, DocumentRow, MemoRow, TagRow
from index.model import Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Engine

    from index.model import Document

SETS = (Facet.THEME, Facet.TERRITORY)
"""The facets by which one may harvest a part."""

_TAKEN_UP = "harvested"
"""The memo that holds the last revision taken up."""

_CHUNK = 500


class HarvestRow(Base):
    """A document as it was last offered: the revision of the change, and when (a whole second)."""

    __tablename__ = "harvest"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)


class HarvestGroupRow(Base):
    """A group to which a document was offered once: it is told when the document is no longer to be seen."""

    __tablename__ = "harvest_group"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    group: Mapped[str] = mapped_column("group_name", String(80), primary_key=True)


class HarvestSetRow(Base):
    """A theme or a territory that a document had when all to whom it was offered last saw it."""

    __tablename__ = "harvest_set"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(80), primary_key=True)


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked for: changes from `since` to `until`, both included; of one theme or territory, or of all.

    `value` None with a facet stands for all that have any value of it.
    """

    since: datetime | None = None
    until: datetime | None = None
    facet: Facet | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A document offered: `document` is None where it is no more to be seen. `revision` orders offers as they came."""

    document_id: str
    revision: int
    at: datetime
    sets: tuple[tuple[Facet, str], ...]
    document: Document | None = field(repr=False, default=None)


class Harvest:
    """Offers what each group may see, and tells it of what it may see no more. Others' documents are never named."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def take_up(self) -> None:
        """Offer what has changed since the last time. Raises CatalogueError where the catalogue is busy.

        A change is dated here, once it is committed, and not where it is written: a harvester that asks between the
        two, and next time from the moment of that question on, would never hear of it.
        """
        with Session(self._database) as session:
            behind = _taken_up(session) < reading.revision(session)
        while behind:
            with written(self._database) as session:
                behind = _take_up(session)

    def offers(self, groups: frozenset[str], part: Part, after: int, limit: int) -> tuple[Offer, ...]:
        """At most so many offers to these groups that come after a revision, in the order of their changes."""
        rows = select(HarvestRow).where(_asked(groups, part), HarvestRow.revision > after)
        with Session(self._database) as session:
            return _offers(session, session.scalars(rows.order_by(HarvestRow.revision).limit(limit)).all(), groups)

    def offer(self, document_id: str, groups: frozenset[str]) -> Offer | None:
        """One document, None where these groups were never offered it."""
        row = select(HarvestRow).where(HarvestRow.document_id == document_id, _asked(groups, Part()))
        with Session(self._database) as session:
            return next(iter(_offers(session, session.scalars(row).all(), groups)), None)

    def count(self, groups: frozenset[str], part: Part) -> int:
        """How many offers there are."""
        rows = select(func.count()).select_from(HarvestRow).where(_asked(groups, part))
        with Session(self._database) as session:
            return session.scalars(rows).one()

    def earliest(self) -> datetime | None:
        """The moment of the oldest offer, None before the first."""
        with Session(self._database) as session:
            return session.scalars(select(func.min(HarvestRow.at))).one()

    def sets(self, groups: frozenset[str]) -> tuple[tuple[Facet, str], ...]:
        """The themes and territories of what these groups may see."""
        tags = (
            select(TagRow.facet, TagRow.value)
            .where(TagRow.facet.in_(facet.value for facet in SETS), TagRow.document_id.in_(reading.visible(groups)))
            .distinct()
            .order_by(TagRow.facet, TagRow.value)
        )
        with Session(self._database) as session:
            return tuple((Facet(facet), value) for facet, value in session.execute(tags))


def _taken_up(session: Session) -> int:
    row = session.get(MemoRow, _TAKEN_UP)
    return int(row.value) if row else 0


def _take_up(session: Session) -> bool:
    """Date the next changes; gives whether there are more."""
    # Written, that is locked: no change is committed between what is read here and the moment that it is given.
    clock = update(ClockRow).values(revision=ClockRow.revision).returning(ClockRow.revision)
    last = session.scalars(clock).one()
    rows = session.execute(
        select(DocumentRow.id, DocumentRow.revision, DocumentRow.removed)
        .where(DocumentRow.revision > _taken_up(session))
        .order_by(DocumentRow.revision)
        .limit(_CHUNK)
    ).all()
    ids = [row.id for row in rows]
    seen = _by_document(session, ids, AudienceRow, [row.id for row in rows if row.removed is None])
    offered = _by_document(session, ids, HarvestGroupRow, ids)
    told = {row.id: row.revision for row in rows if seen[row.id] or offered[row.id]}
    _date(session, told)
    _add_groups(session, {id_: seen[id_] - offered[id_] for id_ in told})
    _keep_sets(session, [id_ for id_ in told if seen[id_] and offered[id_] <= seen[id_]])
    more = len(rows) == _CHUNK
    session.merge(MemoRow(key=_TAKEN_UP, value=str(rows[-1].revision if more else last)))
    return more


def _by_document(
    session: Session, ids: Sequence[str], table: type[AudienceRow | HarvestGroupRow], among: Sequence[str]
) -> Mapping[str, set[str]]:
    grouped: defaultdict[str, set[str]] = defaultdict(set, {id_: set() for id_ in ids})
    for id_, group in session.execute(select(table.document_id, table.group).where(table.document_id.in_(among))):
        grouped[id_].add(group)
    return grouped


def _date(session: Session, told: Mapping[str, int]) -> None:
    """Give changes the present second, or that of the last ones where the machine's clock went back."""
    now = datetime.now(UTC).replace(microsecond=0)
    latest = session.scalars(select(func.max(HarvestRow.at))).one()
    at = max(now, latest) if latest else now
    session.execute(delete(HarvestRow).where(HarvestRow.document_id.in_(told)))
    if told:
        session.execute(insert(HarvestRow), [{"document_id": id_, "revision": n, "at": at} for id_, n in told.items()])


def _add_groups(session: Session, groups: Mapping[str, Iterable[str]]) -> None:
    session.add_all(
        HarvestGroupRow(document_id=id_, group=group) for id_, those in groups.items() for group in sorted(those)
    )
    session.flush()


def _keep_sets(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(HarvestSetRow).where(HarvestSetRow.document_id.in_(ids)))
    tags = (
        select(TagRow.document_id, TagRow.facet, TagRow.value)
        .where(TagRow.document_id.in_(ids), TagRow.facet.in_(facet.value for facet in SETS))
        .distinct()
    )
    session.execute(insert(HarvestSetRow).from_select(["document_id", "facet", "value"], tags))


def _asked(groups: frozenset[str], part: Part) -> ColumnElement[bool]:
    """An offer to these groups, of the part that is asked for."""
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
    """That a document is in a set, or was when it could be seen: what became of it since is not told."""

    def tagged(table: type[TagRow | HarvestSetRow]) -> ColumnElement[bool]:
        held = exists().where(table.document_id == HarvestRow.document_id, table.facet == facet.value)
        return held if value is None else held.where(table.value == value)

    return case((_visible(groups), tagged(TagRow)), else_=tagged(HarvestSetRow))


def _visible(groups: frozenset[str]) -> ColumnElement[bool]:
    return HarvestRow.document_id.in_(reading.visible(groups))


def _offers(session: Session, rows: Sequence[HarvestRow], groups: frozenset[str]) -> tuple[Offer, ...]:
    ids = [row.document_id for row in rows]
    visible = session.scalars(reading.visible(groups).where(DocumentRow.id.in_(ids))).all()
    documents = reading.documents(session, visible)
    past: defaultdict[str, list[tuple[Facet, str]]] = defaultdict(list)
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
