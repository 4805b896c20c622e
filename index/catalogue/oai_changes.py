"""The changes that harvesters (OAI-PMH, the API) are told of: each document's last change, or that it is gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, and_, case, delete, exists, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue.documents import load_documents
from index.catalogue.queries import CHUNK
from index.catalogue.revisions import read_revision
from index.catalogue.tables import NAME_TYPE, AudienceRow, Base, ClockRow, DocumentRow, TagRow, VocabularyChangeRow
from index.catalogue.visibility import select_visible
from index.catalogue.writing import begin_write, read_memo, write_memo
from index.model import SET_FACETS, Facet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Engine

    from index.model import Document


_REVISION_MEMO, _VOCABULARY_MEMO = "harvested", "harvested-words"
"""The memos that hold the last revision, and the last change of the vocabulary, that were dated."""


class OaiRecordRow(Base):
    """A document's last change as harvesters are told of it: its revision, and its date (a whole second)."""

    __tablename__ = "harvest"
    is_shown = False

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)


class OaiRecordGroupRow(Base):
    """A group that was told of a document: it is told, too, when the document can no longer be seen."""

    __tablename__ = "harvest_group"
    is_shown = False

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    group: Mapped[str] = mapped_column("group_name", NAME_TYPE, primary_key=True)


class OaiRecordSetRow(Base):
    """A theme or a territory that a document had when all groups that were told of it last saw it."""

    __tablename__ = "harvest_set"
    is_shown = False

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(NAME_TYPE, primary_key=True)


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

    def date_changes(self) -> None:
        """Date what has changed since the last time. Raises CatalogueError where the catalogue is busy.

        A change is dated here, once it is committed, and not where it is written: a harvester that asks between the
        two, and the next time from the moment of that question on, would never hear of it.
        """
        with Session(self._database) as session:
            more = _is_behind(session)
        # In several transactions, so that others can write in between.
        while more:
            with begin_write(self._database) as session:
                more = _date_next_changes(session)

    def list_records(self, groups: frozenset[str], part: OaiSelection, after: int, limit: int) -> tuple[OaiRecord, ...]:
        """At most so many records for these groups after a revision, in the order of their changes."""
        rows = select(OaiRecordRow).where(_matches_selection(groups, part), OaiRecordRow.revision > after)
        with Session(self._database) as session:
            return _load_records(
                session, session.scalars(rows.order_by(OaiRecordRow.revision).limit(limit)).all(), groups
            )

    def find_record(self, document_id: str, groups: frozenset[str]) -> OaiRecord | None:
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

    def find_earliest_date(self) -> datetime | None:
        """The moment of the oldest record; None before the first."""
        with Session(self._database) as session:
            return session.scalars(select(func.min(OaiRecordRow.at))).one()

    def list_sets(self, groups: frozenset[str]) -> tuple[tuple[Facet, str], ...]:
        """The themes and territories of the documents that these groups may see."""
        tags = (
            select(TagRow.facet, TagRow.value)
            .where(
                TagRow.facet.in_(facet.value for facet in SET_FACETS),
                TagRow.document_id.in_(select_visible(groups)),
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
    return OaiRecordRow.document_id.in_(select_visible(groups))


def _load_records(session: Session, rows: Sequence[OaiRecordRow], groups: frozenset[str]) -> tuple[OaiRecord, ...]:
    ids = [row.document_id for row in rows]
    visible = session.scalars(select_visible(groups).where(DocumentRow.id.in_(ids))).all()
    # With groups, for the paths: a record must not name a folder that its reader does not see.
    documents = load_documents(session, visible, groups)
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
            _list_sets_of(document) if document else tuple(past[row.document_id]),
            document,
        )
        for row in rows
        for document in [documents.get(row.document_id)]
    )


def _list_sets_of(document: Document) -> tuple[tuple[Facet, str], ...]:
    return tuple((facet, value) for facet in SET_FACETS for value in document.facet_values(facet))


def _is_behind(session: Session) -> bool:
    """Whether anything has changed since the last time."""
    return _read_number(session, _REVISION_MEMO) < read_revision(session) or _read_number(
        session, _VOCABULARY_MEMO
    ) < _last_vocabulary_change(session)


def _date_next_changes(session: Session) -> bool:
    """Date the next changes, so many at a time; gives whether there are more."""
    # The update changes nothing but locks the row: no change can be committed between this read and the date it gets.
    clock = update(ClockRow).values(revision=ClockRow.revision).returning(ClockRow.revision)
    last = session.scalars(clock).one()
    rows = session.execute(
        select(DocumentRow.id, DocumentRow.revision, DocumentRow.removed, DocumentRow.part_of)
        .where(DocumentRow.revision > _read_number(session, _REVISION_MEMO))
        .order_by(DocumentRow.revision)
        .limit(CHUNK)
    ).all()
    ids = [row.id for row in rows]
    # A part of a replay is told of with its replay.
    findable = [row.id for row in rows if row.removed is None and row.part_of is None]
    seen = _load_groups(session, ids, AudienceRow, findable)
    offered = _load_groups(session, ids, OaiRecordGroupRow, ids)
    # A document that nobody sees or ever saw through here is no news to anyone.
    told = {row.id: row.revision for row in rows if seen[row.id] or offered[row.id]}
    _write_dates(session, told)
    _add_groups(session, {id_: seen[id_] - offered[id_] for id_ in told})
    # Only while all groups that were told of it still see it: to the others its sets stay as they last saw them.
    _write_sets(session, [id_ for id_ in told if seen[id_] and offered[id_] <= seen[id_]])
    more = len(rows) == CHUNK
    # With nothing left to date, everything up to the clock's revision is done.
    write_memo(session, _REVISION_MEMO, str(rows[-1].revision if more else last))
    if not more:
        _date_new_labels(session)
    return more


def _read_number(session: Session, key: str) -> int:
    return int(read_memo(session, key) or 0)


def _last_vocabulary_change(session: Session) -> int:
    return session.scalars(select(func.max(VocabularyChangeRow.number))).one() or 0


def _load_groups(
    session: Session, ids: Sequence[str], table: type[AudienceRow | OaiRecordGroupRow], among: Sequence[str]
) -> Mapping[str, set[str]]:
    grouped: defaultdict[str, set[str]] = defaultdict(set, {id_: set() for id_ in ids})
    for id_, group in session.execute(select(table.document_id, table.group).where(table.document_id.in_(among))):
        grouped[id_].add(group)
    return grouped


def _write_dates(session: Session, told: Mapping[str, int]) -> None:
    at = _next_date(session)
    # A document has one record: that of its last change.
    session.execute(delete(OaiRecordRow).where(OaiRecordRow.document_id.in_(told)))
    if told:
        session.execute(
            insert(OaiRecordRow), [{"document_id": id_, "revision": n, "at": at} for id_, n in told.items()]
        )


def _date_new_labels(session: Session) -> None:
    """Date anew the records of documents whose theme or territory got another name."""
    since, last = _read_number(session, _VOCABULARY_MEMO), _last_vocabulary_change(session)
    if last == since:
        return
    # The kinds of the vocabulary's entries have the same values as the facets.
    named = and_(VocabularyChangeRow.kind == OaiRecordSetRow.facet, VocabularyChangeRow.slug == OaiRecordSetRow.value)
    reworded = select(OaiRecordSetRow.document_id).join(VocabularyChangeRow, named)
    session.execute(
        update(OaiRecordRow)
        .where(OaiRecordRow.document_id.in_(reworded.where(VocabularyChangeRow.number > since)))
        .values(at=_next_date(session))
    )
    write_memo(session, _VOCABULARY_MEMO, str(last))


def _next_date(session: Session) -> datetime:
    """The present second, or that of the last records where the machine's clock went back: dates must never fall."""
    now = datetime.now(UTC).replace(microsecond=0)
    latest = session.scalars(select(func.max(OaiRecordRow.at))).one()
    return max(now, latest) if latest else now


def _add_groups(session: Session, groups: Mapping[str, Iterable[str]]) -> None:
    session.add_all(
        OaiRecordGroupRow(document_id=id_, group=group) for id_, those in groups.items() for group in sorted(those)
    )
    session.flush()


def _write_sets(session: Session, ids: Sequence[str]) -> None:
    session.execute(delete(OaiRecordSetRow).where(OaiRecordSetRow.document_id.in_(ids)))
    tags = (
        select(TagRow.document_id, TagRow.facet, TagRow.value)
        .where(TagRow.document_id.in_(ids), TagRow.facet.in_(facet.value for facet in SET_FACETS))
        .distinct()
    )
    session.execute(insert(OaiRecordSetRow).from_select(["document_id", "facet", "value"], tags))
