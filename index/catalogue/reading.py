"""Reading the catalogue: rows become the domain's nouns here and nowhere else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Bundle

from index.catalogue.places import chunks
from index.catalogue.records import Content, Failure, IndexerState, Phase, Readable, Revision, Sampled, Totals
from index.catalogue.tables import (
    AudienceRow,
    ClockRow,
    DocumentRow,
    EventRow,
    FailureRow,
    IndexerRow,
    PassageRow,
    PlaceRow,
    TagRow,
)
from index.engine import IndexedDocument
from index.model import MEMBERS, Document, Event, Facet, Locator, Passage, Tag, TagSource, Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select
    from sqlalchemy.orm import Session

K = TypeVar("K")
V = TypeVar("V")

_CHUNK = 500
"""Documents read at once."""

_EVENTS: Bundle[Any] = Bundle("event", *EventRow.__table__.columns)
_DOCUMENTS: Bundle[Any] = Bundle(
    "document",
    *(column for column in DocumentRow.__table__.columns if column.name not in {"own_authors", "own_title", "created"}),
)
_WITH_EVENTS = select(_DOCUMENTS, _EVENTS).outerjoin(EventRow, DocumentRow.event_id == EventRow.id)
"""Columns, not objects that would follow their changes: these cost more than all the rest."""


def documents(session: Session, ids: Sequence[str], groups: frozenset[str] | None = None) -> dict[str, Document]:
    """Documents by id: living ones that these groups may see, or, without groups, all."""
    found: dict[str, Document] = {}
    for start in range(0, len(ids), _CHUNK):
        found |= _documents(session, ids[start : start + _CHUNK], groups)
    return found


def _documents(session: Session, ids: Sequence[str], groups_: frozenset[str] | None) -> dict[str, Document]:
    asked = _WITH_EVENTS.where(DocumentRow.id.in_(ids))
    rows = session.execute(asked if groups_ is None else asked.where(*_seen_by(groups_))).all()
    ids = [row.id for row, _ in rows]
    if not ids:
        return {}
    lying, tags, seen_by = paths(session, ids), _tags(session, ids), groups(session, ids)
    return {
        row.id: Document(
            id=row.id,
            title=row.title,
            format=row.format,
            digest=row.digest,
            paths=tuple(lying[row.id]),
            tags=tuple(tags[row.id]),
            date=row.date,
            added=row.added,
            updated=row.updated,
            authors=tuple(row.authors),
            duration=row.duration,
            event=event(gathering) if gathering.id else None,
            warnings=tuple(row.warnings),
            sketch=tuple(row.sketch),
            groups=frozenset(seen_by[row.id]),
            summary=row.summary,
        )
        for row, gathering in rows
    }


def paths(session: Session, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """Where documents lie."""
    rows = session.execute(
        select(PlaceRow.document_id, PlaceRow.path).where(PlaceRow.document_id.in_(ids)).order_by(PlaceRow.path)
    )
    return _grouped((id_, path) for id_, path in rows if id_)


def _tags(session: Session, ids: Sequence[str]) -> Mapping[str, list[Tag]]:
    rows = session.execute(
        select(TagRow.document_id, TagRow.facet, TagRow.value, TagRow.source, TagRow.reason)
        .where(TagRow.document_id.in_(ids))
        .order_by(TagRow.facet, TagRow.value, TagRow.source)
    )
    return _grouped(
        (id_, Tag(Facet(facet), value, TagSource(source), reason)) for id_, facet, value, source, reason in rows
    )


def groups(session: Session, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """The groups that may see documents."""
    rows = session.execute(select(AudienceRow.document_id, AudienceRow.group).where(AudienceRow.document_id.in_(ids)))
    return _grouped((id_, group) for id_, group in rows)


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    grouped: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped


def event(row: EventRow | Row[Any]) -> Event:
    """A gathering."""
    return Event(
        id=row.id,
        type=row.type,
        title=row.title,
        date=row.date,
        begins=row.begins,
        ends=row.ends,
        place=row.place,
        link=row.link,
        description=row.description,
    )


def tags_of(session: Session, document_id: str) -> frozenset[Tag]:
    """A document's tags, living or removed."""
    return frozenset(_tags(session, [document_id])[document_id])


_PASSAGES = select(*PassageRow.__table__.columns)
"""Columns, not objects that follow their changes: a document may have thousands of passages."""


def _passage(row: Row[Any]) -> Passage:
    locator = Locator(Unit(row.unit), row.number, row.start, row.end)
    return Passage(row.ordinal, locator, row.text, row.title, row.notes)


def passages(session: Session, ids: Sequence[str]) -> Mapping[str, list[Passage]]:
    """Passages of documents, in reading order."""
    rows = session.execute(
        _PASSAGES.where(PassageRow.document_id.in_(ids)).order_by(PassageRow.document_id, PassageRow.ordinal)
    )
    return _grouped((row.document_id, _passage(row)) for row in rows)


def passages_at(session: Session, wanted: Mapping[str, Sequence[int]]) -> dict[str, dict[int, Passage]]:
    """Some passages of some documents, by ordinal; the one after the last is what a sidecar says of the document."""
    ordinals = {ordinal for each in wanted.values() for ordinal in each}
    # More than is wanted, yet faster: SQLite looks pairs up in no index.
    rows = session.execute(_PASSAGES.where(PassageRow.document_id.in_(wanted), PassageRow.ordinal.in_(ordinals)))
    found: dict[str, dict[int, Passage]] = {id_: {} for id_ in wanted}
    for row in rows:
        found[row.document_id][row.ordinal] = _passage(row)
    beyond = {id_: lacking for id_, each in wanted.items() if (lacking := set(each) - found[id_].keys())}
    if beyond:
        told = select(DocumentRow.id, DocumentRow.summary).where(DocumentRow.id.in_(beyond), DocumentRow.summary != "")
        for id_, summary in session.execute(told):
            found[id_] |= {ordinal: _description(ordinal, summary) for ordinal in beyond[id_]}
    return found


def _description(ordinal: int, summary: str) -> Passage:
    return Passage(ordinal, Locator(Unit.DESCRIPTION, 1), summary)


def sample(session: Session, most: int) -> tuple[Sampled, ...]:
    """Passages of documents that all members see: all of them, or those of every n-th document."""
    open_to_all = visible(frozenset({MEMBERS}))
    ids = session.scalars(open_to_all.order_by(DocumentRow.id)).all()
    of_these = PassageRow.document_id.in_(open_to_all)
    passages = session.scalars(select(func.count()).select_from(PassageRow).where(of_these)).one()
    # Ids are drawn at random: every n-th of them is a fair sample, and the same one each time.
    kept = ids[:: max(1, -(-passages // most))]
    sampled: list[Sampled] = []
    for start in range(0, len(kept), _CHUNK):
        chunk = kept[start : start + _CHUNK]
        tagged = select(TagRow.document_id, TagRow.value).where(
            TagRow.document_id.in_(chunk), TagRow.facet == Facet.THEME.value
        )
        themes = _grouped((id_, value) for id_, value in session.execute(tagged))
        rows = session.execute(select(PassageRow.document_id, PassageRow.text).where(PassageRow.document_id.in_(chunk)))
        sampled += [Sampled(text, tuple(dict.fromkeys(themes.get(id_, ())))) for id_, text in rows]
    return tuple(sampled)


def visible(groups: frozenset[str]) -> Select[str]:
    """Ids of the living documents that these groups may see: the one predicate of rights outside the engine."""
    return select(DocumentRow.id).where(*_seen_by(groups))


def _seen_by(groups: frozenset[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # EXISTS, which looks a document's audience up: IN would gather everyone's documents first.
    seen_by = exists().where(AudienceRow.document_id == DocumentRow.id, AudienceRow.group.in_(groups))
    return DocumentRow.removed.is_(None), seen_by


def content(session: Session, document_id: str) -> Content:
    """What reading a document's file gave."""
    row = session.get_one(DocumentRow, document_id)
    return Content(
        digest=row.digest,
        format=row.format,
        own_title=row.own_title,
        passages=tuple(passages(session, [document_id])[document_id]),
        authors=tuple(row.own_authors),
        created=row.created,
        duration=row.duration,
        warnings=tuple(row.warnings),
        sketch=tuple(row.sketch),
        extractor_version=row.extractor_version,
    )


def latest(session: Session, groups: frozenset[str], limit: int) -> list[str]:
    """The newest deposits' ids; by their own date where they were deposited together."""
    newest = visible(groups).order_by(DocumentRow.added.desc(), DocumentRow.date.desc().nulls_last(), DocumentRow.id)
    return list(session.scalars(newest.limit(limit)))


def events(session: Session, groups: frozenset[str], limit: int) -> tuple[Event, ...]:
    """The latest gatherings that have a document one may see."""
    rows = session.scalars(
        select(EventRow).where(left_something(groups)).order_by(EventRow.date.desc(), EventRow.id).limit(limit)
    )
    return tuple(map(event, rows))


def left_something(groups: frozenset[str]) -> ColumnElement[bool]:
    """That a gathering has a document that these groups may see; each is looked up, all documents are not gathered."""
    return visible(groups).where(DocumentRow.event_id == EventRow.id).correlate(EventRow).exists()


def events_named(session: Session, ids: Sequence[str], groups: frozenset[str]) -> dict[str, Event]:
    """Gatherings by id, of those that have a document one may see."""
    rows = session.scalars(select(_EVENTS).where(EventRow.id.in_(ids), left_something(groups)))
    return {row.id: event(row) for row in rows}


def beside(session: Session, stem: str, format_: str, groups: frozenset[str]) -> str | None:
    """A visible document of a format at a path that is `stem` and a suffix."""
    rows = session.execute(
        select(PlaceRow.document_id, PlaceRow.path)
        .join(DocumentRow, PlaceRow.document_id == DocumentRow.id)
        .where(
            PlaceRow.path.startswith(f"{stem}.", autoescape=True),
            DocumentRow.format == format_,
            PlaceRow.document_id.in_(visible(groups)),
        )
        .order_by(PlaceRow.path)
    )
    return next((id_ for id_, path in rows if "." not in path[len(stem) + 1 :]), None)


def failures(session: Session, extractor_version: int, digests: Collection[str] | None) -> dict[str, Failure]:
    """Contents, of these or all, that this version of the extractors could not read, by digest."""
    tried = select(FailureRow).where(FailureRow.extractor_version == extractor_version)
    wanted = [tried] if digests is None else [tried.where(FailureRow.digest.in_(chunk)) for chunk in chunks(digests)]
    return {
        row.digest: Failure(row.digest, row.extractor_version, row.reason, row.message, row.advice, row.detail)
        for query in wanted
        for row in session.scalars(query)
    }


def revision(session: Session) -> int:
    """The last revision given."""
    return session.scalars(select(ClockRow.revision)).one()


def unlearnt(session: Session, since: int) -> int:
    """How many documents changed after a revision."""
    later = select(func.count()).select_from(DocumentRow).where(DocumentRow.revision > since)
    return session.scalars(later).one()


def revisions(session: Session, since: int, limit: int) -> tuple[Revision, ...]:
    """What changed after a revision, oldest first."""
    return _revisions(session, _LATEST.where(DocumentRow.revision > since).limit(limit))


def revisions_of(session: Session, ids: Sequence[str]) -> tuple[Revision, ...]:
    """The latest changes of some documents, oldest first."""
    return _revisions(session, _LATEST.where(DocumentRow.id.in_(ids)))


_LATEST = select(DocumentRow.revision, DocumentRow.id, DocumentRow.removed).order_by(DocumentRow.revision)


def _revisions(session: Session, chosen: Select[int, str, datetime | None]) -> tuple[Revision, ...]:
    rows = session.execute(chosen).all()
    living = [row.id for row in rows if row.removed is None]
    found, texts = documents(session, living), passages(session, living)
    return tuple(
        Revision(row.revision, row.id, _indexed(found[row.id], texts[row.id]) if row.id in found else None)
        for row in rows
    )


def _indexed(document: Document, texts: list[Passage]) -> IndexedDocument:
    facets = {facet: document.values(facet) for facet in Facet}
    if document.event:
        facets[Facet.EVENT] = (document.event.id,)
    return IndexedDocument(
        id=document.id,
        title=document.title,
        # What a sidecar says of a document is found like its text.
        passages=(*texts, *([_description(len(texts), document.summary)] if document.summary else [])),
        facets=facets,
        groups=document.groups,
        date=document.date,
        authors=document.authors,
    )


def totals(session: Session) -> Totals:
    """How much the catalogue holds."""
    living = select(DocumentRow.id).where(DocumentRow.removed.is_(None))
    return Totals(
        documents=session.scalars(select(func.count()).select_from(living.subquery())).one(),
        passages=session.scalars(
            select(func.count()).select_from(PassageRow).where(PassageRow.document_id.in_(living))
        ).one(),
        failures=session.scalars(
            select(func.count())
            .select_from(PlaceRow)
            .where(or_(PlaceRow.document_id.is_(None), PlaceRow.document_id.not_in(living)))
        ).one(),
    )


def readable(session: Session, groups: frozenset[str]) -> Readable:
    """How many documents these groups may read, and how many of them have no text."""
    seen = visible(groups)
    silent = seen.where(~exists().where(PassageRow.document_id == DocumentRow.id))
    return Readable(
        *(session.scalars(select(func.count()).select_from(each.subquery())).one() for each in (seen, silent))
    )


def indexer_state(session: Session) -> IndexerState | None:
    """What the indexer last said of itself."""
    row = session.get(IndexerRow, 1)
    if row is None:
        return None
    said = {field.name: getattr(row, field.name) for field in fields(IndexerState)}
    return IndexerState(**(said | {"phase": Phase(row.phase)}))
