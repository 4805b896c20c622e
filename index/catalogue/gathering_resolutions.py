"""What minutes decided: read from the passages of gatherings' documents, without what animators dismissed."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, delete, exists, select, type_coerce
from sqlalchemy.orm import Mapped, mapped_column

from index.accounts import AuditAction
from index.catalogue.documents import load_own_passages
from index.catalogue.queries import split_into_chunks
from index.catalogue.tables import Base, DocumentRow, EventRow, TagRow
from index.catalogue.visibility import select_visible
from index.catalogue.writing import begin_write, record_action
from index.model import Facet
from index.text import find_resolutions, is_minutes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Engine, Row, Select

    from index.catalogue.queries import Reader
    from index.text import Resolution

_MOST_REMEMBERED = 20_000
"""Documents whose resolutions stay in memory, a few hundred bytes each."""


class DismissedResolutionRow(Base):
    """A line of a document that an animator said is no decision; it holds as long as the line has the same words."""

    __tablename__ = "dismissed_resolution"

    document_id: Mapped[str] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(32), primary_key=True)
    who: Mapped[str]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class ResolutionFilter:
    """Which resolutions are wanted: of an event, of a year, of documents with a theme; "" and 0 stand for all.

    `formats` are those of documents in which resolutions are looked for. `dismissed` asks for the dismissed ones alone.
    """

    formats: frozenset[str]
    event_id: str = ""
    year: int = 0
    theme: str = ""
    dismissed: bool = False


@dataclass(frozen=True, slots=True)
class GatheringResolution:
    """Something that a gathering decided, in the document that says so; `copies` are others that say it too."""

    event_id: str
    document_id: str
    resolution: Resolution
    copies: tuple[str, ...] = ()


class Resolutions:
    """The resolutions of one catalogue. They are read again where a document's revision is another."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._read: OrderedDict[str, tuple[int, tuple[Resolution, ...]]] = OrderedDict()
        self._lock = Lock()

    def list_visible(self, groups: frozenset[str], wanted: ResolutionFilter) -> tuple[GatheringResolution, ...]:
        """The resolutions in documents that these groups may see, those of the latest event first."""
        with self._database.connect() as reader:
            documents = reader.execute(_select_documents(groups, wanted)).all()
            read = self._read_each(reader, documents)
            dismissed = _read_dismissed(reader, read)
        found: dict[tuple[str, str], list[tuple[str, Resolution]]] = defaultdict(list)
        for document in documents:
            for each in read[document.id]:
                if (each.fingerprint in dismissed[document.id]) is wanted.dismissed:
                    # The same minutes as Word and as PDF are one decision.
                    found[document.event_id, each.fingerprint].append((document.id, each))
        return tuple(
            GatheringResolution(event_id, *those[0], tuple(id_ for id_, _ in those[1:]))
            for (event_id, _), those in found.items()
        )

    def dismiss(self, document_ids: Iterable[str], fingerprint: str, who: str) -> None:
        """Record that a line is no decision, in each of these documents; the caller has asked for rights."""
        # One moment for all documents that hold the line.
        now, ids = datetime.now().astimezone(), list(document_ids)
        with begin_write(self._database) as session:
            for id_ in ids:
                session.merge(DismissedResolutionRow(document_id=id_, fingerprint=fingerprint, who=who, at=now))
                record_action(session, AuditAction.RESOLUTION_DISMISSED, who, id_)

    def restore(self, document_ids: Collection[str], fingerprint: str, who: str) -> None:
        """Take back that a line is no decision, in each of these documents."""
        mine = DismissedResolutionRow.document_id.in_(document_ids), DismissedResolutionRow.fingerprint == fingerprint
        with begin_write(self._database) as session:
            for id_ in session.scalars(
                delete(DismissedResolutionRow).where(*mine).returning(DismissedResolutionRow.document_id)
            ).all():
                record_action(session, AuditAction.RESOLUTION_RESTORED, who, id_)

    def _read_each(
        self, reader: Reader, documents: Collection[Row[*tuple[str, int, str, str | None]]]
    ) -> Mapping[str, tuple[Resolution, ...]]:
        """The resolutions of documents, by id: those that changed since are read again."""
        # A title that changes may make minutes of a document: the revision grows then too.
        known = {row.id: self._read[row.id] for row in documents if row.id in self._read}
        stale = {row.id: row for row in documents if row.id not in known or known[row.id][0] != row.revision}
        for chunk in split_into_chunks(stale):
            # Parts of replays are no minutes: their own passages are enough.
            passages = load_own_passages(reader, chunk)
            for id_ in chunk:
                row = stale[id_]
                known[id_] = row.revision, find_resolutions(passages[id_], minutes=is_minutes(row.title))
        # Several threads may have read the same; the last one stays, which is as good.
        with self._lock:
            self._read.update({id_: known[id_] for id_ in stale})
            while len(self._read) > _MOST_REMEMBERED:
                self._read.popitem(last=False)
        return {id_: found for id_, (_, found) in known.items()}


def _select_documents(groups: frozenset[str], wanted: ResolutionFilter) -> Select[*tuple[str, int, str, str | None]]:
    query = (
        select_visible(groups)
        .with_only_columns(DocumentRow.id, DocumentRow.revision, DocumentRow.title, DocumentRow.event_id)
        .join(EventRow, EventRow.id == DocumentRow.event_id)
        .where(DocumentRow.format.in_(wanted.formats))
        # By title: « partie 1 » before « partie 2 » of the same event.
        .order_by(EventRow.date.desc(), EventRow.id, DocumentRow.title, DocumentRow.format, DocumentRow.id)
    )
    if wanted.event_id:
        query = query.where(EventRow.id == wanted.event_id)
    if wanted.year:
        query = query.where(type_coerce(EventRow.date, String).startswith(f"{wanted.year:04d}-"))
    if wanted.theme:
        tagged = TagRow.document_id == DocumentRow.id, TagRow.facet == Facet.THEME.value, TagRow.value == wanted.theme
        query = query.where(exists().where(*tagged))
    return query


def _read_dismissed(reader: Reader, ids: Collection[str]) -> Mapping[str, set[str]]:
    dismissed: defaultdict[str, set[str]] = defaultdict(set)
    row = DismissedResolutionRow
    for chunk in split_into_chunks(ids):
        for id_, mark in reader.execute(select(row.document_id, row.fingerprint).where(row.document_id.in_(chunk))):
            dismissed[id_].add(mark)
    return dismissed
