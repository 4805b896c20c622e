"""Dates changes for harvesters, once they are committed, and notes which groups were told of which document."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, and_, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from index.catalogue import reading
from index.catalogue.tables import (
    NAME_TYPE,
    AudienceRow,
    Base,
    ClockRow,
    DocumentRow,
    MemoRow,
    TagRow,
    VocabularyChangeRow,
)
from index.model import SET_FACETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_REVISION_MEMO, _VOCABULARY_MEMO = "harvested", "harvested-words"
"""The memos that hold the last revision, and the last change of the vocabulary, that were dated."""

_CHUNK = 500


class OaiRecordRow(Base):
    """A document's last change as harvesters are told of it: its revision, and its date (a whole second)."""

    __tablename__ = "harvest"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(unique=True)
    at: Mapped[datetime] = mapped_column(index=True)


class OaiRecordGroupRow(Base):
    """A group that was told of a document: it is told, too, when the document can no longer be seen."""

    __tablename__ = "harvest_group"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    group: Mapped[str] = mapped_column("group_name", NAME_TYPE, primary_key=True)


class OaiRecordSetRow(Base):
    """A theme or a territory that a document had when all groups that were told of it last saw it."""

    __tablename__ = "harvest_set"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    facet: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(NAME_TYPE, primary_key=True)


def _read_memo(session: Session, key: str) -> int:
    row = session.get(MemoRow, key)
    return int(row.value) if row else 0


def _last_vocabulary_change(session: Session) -> int:
    return session.scalars(select(func.max(VocabularyChangeRow.number))).one() or 0


def is_behind(session: Session) -> bool:
    """Whether anything has changed since the last time."""
    return _read_memo(session, _REVISION_MEMO) < reading.read_revision(session) or _read_memo(
        session, _VOCABULARY_MEMO
    ) < _last_vocabulary_change(session)


def date_next_changes(session: Session) -> bool:
    """Date the next changes, so many at a time; gives whether there are more."""
    # The update changes nothing but locks the row: no change can be committed between this read and the date it gets.
    clock = update(ClockRow).values(revision=ClockRow.revision).returning(ClockRow.revision)
    last = session.scalars(clock).one()
    rows = session.execute(
        select(DocumentRow.id, DocumentRow.revision, DocumentRow.removed)
        .where(DocumentRow.revision > _read_memo(session, _REVISION_MEMO))
        .order_by(DocumentRow.revision)
        .limit(_CHUNK)
    ).all()
    ids = [row.id for row in rows]
    seen = _groups_by_document(session, ids, AudienceRow, [row.id for row in rows if row.removed is None])
    offered = _groups_by_document(session, ids, OaiRecordGroupRow, ids)
    # A document that nobody sees or ever saw through here is no news to anyone.
    told = {row.id: row.revision for row in rows if seen[row.id] or offered[row.id]}
    _write_dates(session, told)
    _add_groups(session, {id_: seen[id_] - offered[id_] for id_ in told})
    # Only while all groups that were told of it still see it: to the others its sets stay as they last saw them.
    _write_sets(session, [id_ for id_ in told if seen[id_] and offered[id_] <= seen[id_]])
    more = len(rows) == _CHUNK
    # With nothing left to date, everything up to the clock's revision is done.
    session.merge(MemoRow(key=_REVISION_MEMO, value=str(rows[-1].revision if more else last)))
    if not more:
        _date_new_labels(session)
    return more


def _groups_by_document(
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
    since, last = _read_memo(session, _VOCABULARY_MEMO), _last_vocabulary_change(session)
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
    session.merge(MemoRow(key=_VOCABULARY_MEMO, value=str(last)))


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
