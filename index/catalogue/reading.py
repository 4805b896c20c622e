"""Reading the catalogue: rows become the domain's nouns here and nowhere else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import bindparam, exists, func, or_, select

from index.catalogue.places import chunks
from index.catalogue.records import Content, Failure, IndexerState, Phase, Revision, Sampled, Totals
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
from index.model import Document, Event, Facet, Locator, Passage, Tag, TagSource, Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter, ColumnElement, Row, Select
    from sqlalchemy.orm import Session

K = TypeVar("K")
V = TypeVar("V")

_CHUNK = 500
"""Documents read at once."""

_FACETS = {facet.value: facet for facet in Facet}
_SOURCES = {source.value: source for source in TagSource}
_UNITS = {unit.value: unit for unit in Unit}


def documents(session: Session, ids: Sequence[str]) -> dict[str, Document]:
    """Documents by id, living or removed, whoever may see them."""
    found: dict[str, Document] = {}
    for start in range(0, len(ids), _CHUNK):
        found |= _documents(session, ids[start : start + _CHUNK])
    return found


_D, _P, _T, _A = (each.__table__.c for each in (DocumentRow, PlaceRow, TagRow, AudienceRow))
_EVENT, _PASSAGE = EventRow.__table__.columns.values(), PassageRow.__table__.columns.values()
_IDS = bindparam("ids", expanding=True)

# What each page of results reads is written once: making a statement costs more than asking it. Columns, and not rows,
# for SQLAlchemy watches over each row that it gives.
_DOCUMENTS = (
    select(
        *(_D.id, _D.title, _D.format, _D.digest, _D.date, _D.added, _D.updated, _D.authors, _D.duration, _D.warnings),
        *(_D.sketch, _D.summary),
        *_EVENT,
    )
    .outerjoin_from(DocumentRow.__table__, EventRow.__table__, _D.event_id == EventRow.__table__.c.id)
    .where(_D.id.in_(_IDS))
)
_PATHS = select(_P.document_id, _P.path).where(_P.document_id.in_(_IDS)).order_by(_P.path)
_TAGS = (
    select(_T.document_id, _T.facet, _T.value, _T.source, _T.reason)
    .where(_T.document_id.in_(_IDS))
    .order_by(_T.facet, _T.value, _T.source)
)
_GROUPS = select(_A.document_id, _A.group_name).where(_A.document_id.in_(_IDS))
_PASSAGES_AT = select(*_PASSAGE).where(
    PassageRow.__table__.c.document_id.in_(_IDS),
    PassageRow.__table__.c.ordinal.in_(bindparam("ordinals", expanding=True)),
)


def _documents(session: Session, ids: Sequence[str]) -> dict[str, Document]:
    rows = session.execute(_DOCUMENTS, {"ids": ids}).all()
    paths, tags, groups = _paths(session, ids), _tags(session, ids), _groups(session, ids)
    return {row[0]: _document(row, paths[row[0]], tags[row[0]], groups[row[0]]) for row in rows}


def _document(row: Row[*tuple[Any, ...]], paths: list[str], tags: list[Tag], groups: list[str]) -> Document:
    id_, title, format_, digest, date, added, updated, authors, duration, warnings, sketch, summary, *gathering = row
    return Document(
        id=id_,
        title=title,
        format=format_,
        digest=digest,
        paths=tuple(paths),
        tags=tuple(tags),
        date=date,
        added=added,
        updated=updated,
        authors=tuple(authors),
        duration=duration,
        event=_gathering(gathering) if gathering[0] else None,
        warnings=tuple(warnings),
        sketch=tuple(sketch),
        groups=frozenset(groups),
        summary=summary,
    )


def _paths(session: Session, ids: Sequence[str]) -> Mapping[str, list[str]]:
    return _grouped((id_, path) for id_, path in session.execute(_PATHS, {"ids": ids}) if id_)


def _tags(session: Session, ids: Sequence[str]) -> Mapping[str, list[Tag]]:
    rows = session.execute(_TAGS, {"ids": ids})
    return _grouped(
        (id_, Tag(_FACETS[facet], value, _SOURCES[source], reason)) for id_, facet, value, source, reason in rows
    )


def _groups(session: Session, ids: Sequence[str]) -> Mapping[str, list[str]]:
    return _grouped((id_, group) for id_, group in session.execute(_GROUPS, {"ids": ids}))


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    grouped: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped


def event(row: EventRow) -> Event:
    """A gathering."""
    return _gathering([getattr(row, column.key) for column in _EVENT])


def _gathering(row: Sequence[Any]) -> Event:
    id_, type_, title, date, begins, ends, place, link, description = row
    return Event(id_, type_, title, date, begins, ends, place, link, description)


def tags_of(session: Session, document_id: str) -> frozenset[Tag]:
    """A document's tags, living or removed."""
    return frozenset(_tags(session, [document_id])[document_id])


def _passage(row: Sequence[Any]) -> Passage:
    _, ordinal, unit, number, start, end, title, text, notes = row
    return Passage(ordinal, Locator(_UNITS[unit], number, start, end), text, title, notes)


def passages(session: Session, ids: Sequence[str]) -> Mapping[str, list[Passage]]:
    """Passages of documents, in reading order."""
    rows = session.execute(
        select(*_PASSAGE).where(PassageRow.document_id.in_(ids)).order_by(PassageRow.document_id, PassageRow.ordinal)
    )
    return _grouped((row[0], _passage(row)) for row in rows)


def passages_from(session: Session, document_id: str, first: int, limit: int) -> tuple[Passage, ...]:
    """Passages of a document, in reading order, from an ordinal on."""
    wanted = select(*_PASSAGE).where(PassageRow.document_id == document_id, PassageRow.ordinal >= first)
    return tuple(map(_passage, session.execute(wanted.order_by(PassageRow.ordinal).limit(limit))))


def passages_at(session: Session, wanted: Mapping[str, Sequence[int]]) -> dict[str, dict[int, Passage]]:
    """Some passages of some documents, by ordinal."""
    ordinals = {ordinal for each in wanted.values() for ordinal in each}
    rows = session.execute(_PASSAGES_AT, {"ids": list(wanted), "ordinals": list(ordinals)})
    found: dict[str, dict[int, Passage]] = {id_: {} for id_ in wanted}
    for row in rows:
        if row[1] in wanted[row[0]]:
            found[row[0]][row[1]] = _passage(row)
    return found


def sample(session: Session, most: int) -> tuple[Sampled, ...]:
    """Passages of living documents: all of them, or those of every n-th document."""
    living = select(DocumentRow.id).where(DocumentRow.removed.is_(None)).order_by(DocumentRow.id)
    ids = session.scalars(living).all()
    of_living = PassageRow.document_id.in_(living.order_by(None))
    passages = session.scalars(select(func.count()).select_from(PassageRow).where(of_living)).one()
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


def visible(groups: frozenset[str] | BindParameter[Any]) -> Select[str]:
    """Ids of the living documents that these groups may see: the one predicate of rights outside the engine."""
    # EXISTS, which looks a document's audience up: IN would gather everyone's documents first.
    seen_by = exists().where(AudienceRow.document_id == DocumentRow.id, AudienceRow.group.in_(groups))
    return select(DocumentRow.id).where(DocumentRow.removed.is_(None), seen_by)


_GROUPS_ASKING = bindparam("groups", expanding=True)
_VISIBLE_AMONG = visible(_GROUPS_ASKING).where(DocumentRow.id.in_(_IDS))


def visible_among(session: Session, ids: Sequence[str], groups: frozenset[str]) -> Sequence[str]:
    """Which of some documents are living, and for these groups to see."""
    return session.scalars(_VISIBLE_AMONG, {"ids": ids, "groups": list(groups)}).all()


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
    )


def latest(session: Session, groups: frozenset[str], limit: int) -> list[str]:
    """The newest deposits' ids; by their own date where they were deposited together."""
    newest = visible(groups).order_by(DocumentRow.added.desc(), DocumentRow.date.desc(), DocumentRow.id)
    return list(session.scalars(newest.limit(limit)))


def events(session: Session, groups: frozenset[str], limit: int) -> tuple[Event, ...]:
    """The latest gatherings that have a document one may see."""
    rows = session.scalars(
        select(EventRow).where(left_something(groups)).order_by(EventRow.date.desc(), EventRow.id).limit(limit)
    )
    return tuple(map(event, rows))


def left_something(groups: frozenset[str] | BindParameter[Any]) -> ColumnElement[bool]:
    """That a gathering has a document that these groups may see; each is looked up, all documents are not gathered."""
    return visible(groups).where(DocumentRow.event_id == EventRow.id).correlate(EventRow).exists()


_EVENTS_NAMED = select(*_EVENT).where(EventRow.id.in_(_IDS), left_something(_GROUPS_ASKING))


def events_named(session: Session, ids: Sequence[str], groups: frozenset[str]) -> dict[str, Event]:
    """Gatherings by id, of those that have a document one may see."""
    rows = session.execute(_EVENTS_NAMED, {"ids": ids, "groups": list(groups)})
    return {row[0]: _gathering(row) for row in rows}


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
        passages=tuple(texts),
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


def indexer_state(session: Session) -> IndexerState | None:
    """What the indexer last said of itself."""
    row = session.get(IndexerRow, 1)
    if row is None:
        return None
    said = {field.name: getattr(row, field.name) for field in fields(IndexerState)}
    return IndexerState(**(said | {"phase": Phase(row.phase)}))
