"""Reads of the catalogue: rows become the domain's nouns here and nowhere else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import and_, bindparam, exists, func, or_, select

from index.catalogue import folders
from index.catalogue.places import split_into_chunks
from index.catalogue.records import Failure, IndexerState, Phase, Revision
from index.catalogue.tables import (
    AudienceRow,
    ClockRow,
    DocumentRow,
    EventRow,
    FailureRow,
    IndexerRow,
    LocationRow,
    PassageRow,
    TagRow,
)
from index.engines import IndexedDocument
from index.model import MEMBERS, Document, Event, Facet, Locator, Passage, SampledPassage, Tag, TagSource, Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Select
    from sqlalchemy.orm import Session

    Reader = Connection | Session
    """What answers read is asked of a connection: a session follows its objects, and there are none here."""

K = TypeVar("K")
V = TypeVar("V")

_CHUNK = 500
"""Documents read at once."""

_D = DocumentRow.__table__.c
_DOCUMENTS = (
    *(_D.id, _D.title, _D.format, _D.digest, _D.date, _D.added, _D.updated, _D.authors, _D.duration, _D.warnings),
    *(_D.sketch, _D.summary),
)
# In the order of the fields of Event, which is built from them by position.
_EVENT = tuple(EventRow.__table__.columns)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_GROUPS: BindParameter[Any] = bindparam("groups", expanding=True)
_FACETS = {facet.value: facet for facet in Facet}
_SOURCES = {source.value: source for source in TagSource}

# Statements are built once: making one costs more than executing it. Columns instead of objects: following objects
# costs more than all the rest. Rows are fetched all at once, which costs half of fetching them one by one.
_WITH_EVENTS = (
    select(*_DOCUMENTS, *_EVENT)
    .outerjoin_from(DocumentRow.__table__, EventRow.__table__, _D.event_id == EventRow.__table__.c.id)
    .where(_D.id.in_(_IDS))
)
_PATHS = (
    select(LocationRow.document_id, LocationRow.path)
    .where(LocationRow.document_id.in_(_IDS))
    .order_by(LocationRow.path)
)
_TAGS = (
    select(TagRow.document_id, TagRow.facet, TagRow.value, TagRow.source, TagRow.reason)
    .where(TagRow.document_id.in_(_IDS))
    .order_by(TagRow.facet, TagRow.value, TagRow.source)
)
_AUDIENCES = select(AudienceRow.document_id, AudienceRow.group).where(AudienceRow.document_id.in_(_IDS))


def load_documents(reader: Reader, ids: Sequence[str], groups: frozenset[str] | None = None) -> dict[str, Document]:
    """Documents by id. With groups, living ones that these may see, at the paths that they see; without, all."""
    found: dict[str, Document] = {}
    for start in range(0, len(ids), _CHUNK):
        found |= _load_chunk(reader, ids[start : start + _CHUNK], groups)
    return found


def _load_chunk(reader: Reader, ids: Sequence[str], asking: frozenset[str] | None) -> dict[str, Document]:
    if asking is None:
        rows = reader.execute(_WITH_EVENTS, {"ids": ids}).all()
    else:
        rows = reader.execute(_WITH_EVENTS_SEEN, {"ids": ids, "groups": list(asking)}).all()
    # Only those found, and visible, for the three reads that follow.
    ids = [row[0] for row in rows]
    if not ids:
        return {}
    lying, tagged, seen_by = _load_visible_paths(reader, ids, asking), load_tags(reader, ids), load_groups(reader, ids)
    return {row[0]: _to_document(row, lying[row[0]], tagged[row[0]], seen_by[row[0]]) for row in rows}


def _to_document(row: Row[*tuple[Any, ...]], lying: Sequence[str], tags: list[Tag], seen_by: list[str]) -> Document:
    id_, title, format_, digest, date, added, updated, authors, duration, warnings, sketch, summary, *gathering = row
    return Document(
        id=id_,
        title=title,
        format=format_,
        digest=digest,
        paths=tuple(lying),
        tags=tuple(tags),
        date=date,
        added=added,
        updated=updated,
        authors=tuple(authors),
        duration=duration,
        event=Event(*gathering) if gathering[0] else None,
        warnings=tuple(warnings),
        signature=tuple(sketch),
        groups=frozenset(seen_by),
        summary=summary,
    )


def _load_visible_paths(
    reader: Reader, ids: Sequence[str], asking: frozenset[str] | None
) -> Mapping[str, Sequence[str]]:
    """The paths of documents that these groups may see: the name of a folder kept for others would tell something."""
    lying = load_paths(reader, ids)
    if asking is None or not (ruled := folders.read_folder_rules(reader)):
        return lying
    # A document visible by none of its paths is withheld for personal data: animators, who decide about it, see all
    # paths.
    return {id_: folders.filter_visible_paths(lying[id_], ruled, asking) or lying[id_] for id_ in ids}


def load_paths(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """The paths of documents, living or removed."""
    return _group_pairs((id_, path) for id_, path in reader.execute(_PATHS, {"ids": ids}).all() if id_)


def load_tags(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[Tag]]:
    """The tags of documents, living or removed."""
    rows = reader.execute(_TAGS, {"ids": ids}).all()
    return _group_pairs(
        (id_, Tag(_FACETS[facet], value, _SOURCES[source], reason)) for id_, facet, value, source, reason in rows
    )


def load_groups(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """The groups that may see documents."""
    return _group_pairs((row[0], row[1]) for row in reader.execute(_AUDIENCES, {"ids": ids}).all())


def _group_pairs(pairs: Iterable[tuple[K, V]]) -> Mapping[K, list[V]]:
    grouped: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped


def to_event(row: EventRow | Row[Any]) -> Event:
    """The event of a row."""
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


_PASSAGES = select(*PassageRow.__table__.columns)
"""Columns, not objects: a document may have thousands of passages."""


_UNITS = {unit.value: unit for unit in Unit}
_AT_ONCE = 30
"""Passages looked up by one statement, which is always the same: the three best of each of ten documents."""

# Each by its key: two IN conditions, on documents and ordinals, would read four times as many as are wanted.
_PASSAGES_AT = _PASSAGES.where(
    or_(
        *(
            and_(PassageRow.document_id == bindparam(f"id{place}"), PassageRow.ordinal == bindparam(f"ordinal{place}"))
            for place in range(_AT_ONCE)
        )
    )
)
_NONE = {f"{name}{place}": None for name in ("id", "ordinal") for place in range(_AT_ONCE)}


def _to_passage(row: Sequence[Any]) -> Passage:
    _, ordinal, unit, number, start, end, title, text, notes = row
    return Passage(ordinal, Locator(_UNITS[unit], number, start, end), text, title, notes)


_PASSAGES_OF = _PASSAGES.where(PassageRow.document_id.in_(_IDS)).order_by(PassageRow.document_id, PassageRow.ordinal)


def load_passages(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[Passage]]:
    """Passages of documents, in reading order."""
    return _group_pairs((row[0], _to_passage(row)) for row in reader.execute(_PASSAGES_OF, {"ids": ids}).all())


def load_passages_from(session: Session, document_id: str, first: int, limit: int) -> tuple[Passage, ...]:
    """Passages of a document, in reading order, from an ordinal on."""
    wanted = _PASSAGES.where(PassageRow.document_id == document_id, PassageRow.ordinal >= first)
    return tuple(map(_to_passage, session.execute(wanted.order_by(PassageRow.ordinal).limit(limit))))


def load_passages_at(reader: Reader, wanted: Mapping[str, Sequence[int]]) -> dict[str, dict[int, Passage]]:
    """Some passages of some documents, by ordinal; the ordinal after the last is the document's description."""
    pairs = [(id_, ordinal) for id_, ordinals in wanted.items() for ordinal in ordinals]
    found: dict[str, dict[int, Passage]] = {id_: {} for id_ in wanted}
    for start in range(0, len(pairs), _AT_ONCE):
        asked: dict[str, Any] = {}
        for place, (id_, ordinal) in enumerate(pairs[start : start + _AT_ONCE]):
            asked[f"id{place}"], asked[f"ordinal{place}"] = id_, ordinal
        for row in reader.execute(_PASSAGES_AT, _NONE | asked).all():
            found[row[0]][row[1]] = _to_passage(row)
    # A description is indexed as a passage, but stored with the document.
    beyond = {id_: lacking for id_, each in wanted.items() if (lacking := set(each) - found[id_].keys())}
    if beyond:
        told = select(DocumentRow.id, DocumentRow.summary).where(DocumentRow.id.in_(beyond), DocumentRow.summary != "")
        for id_, summary in reader.execute(told):
            found[id_] |= {ordinal: _description_passage(ordinal, summary) for ordinal in beyond[id_]}
    return found


def _description_passage(ordinal: int, summary: str) -> Passage:
    return Passage(ordinal, Locator(Unit.DESCRIPTION, 1), summary)


def sample_passages(session: Session, most: int) -> tuple[SampledPassage, ...]:
    """Passages of documents that all members see: all of them, or those of every n-th document."""
    open_to_all = select_visible(frozenset({MEMBERS}))
    ids = session.scalars(open_to_all.order_by(DocumentRow.id)).all()
    of_these = PassageRow.document_id.in_(open_to_all)
    passages = session.scalars(select(func.count()).select_from(PassageRow).where(of_these)).one()
    # Ids are random: every n-th of them in their order is a fair sample, and the same one each time.
    kept = ids[:: max(1, -(-passages // most))]
    sampled: list[SampledPassage] = []
    for start in range(0, len(kept), _CHUNK):
        chunk = kept[start : start + _CHUNK]
        tagged = select(TagRow.document_id, TagRow.value).where(
            TagRow.document_id.in_(chunk), TagRow.facet == Facet.THEME.value
        )
        themes = _group_pairs((id_, value) for id_, value in session.execute(tagged))
        rows = session.execute(select(PassageRow.document_id, PassageRow.text).where(PassageRow.document_id.in_(chunk)))
        sampled += [SampledPassage(text, tuple(dict.fromkeys(themes.get(id_, ())))) for id_, text in rows]
    return tuple(sampled)


def select_visible(groups: frozenset[str] | BindParameter[Any]) -> Select[str]:
    """Select the living documents that these groups may see: the one predicate of rights outside the engines."""
    return select(DocumentRow.id).where(*_visibility_conditions(groups))


def _visibility_conditions(
    groups: frozenset[str] | BindParameter[Any],
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # EXISTS looks up one document's audience; IN would first gather the documents of all groups.
    seen_by = exists().where(AudienceRow.document_id == DocumentRow.id, AudienceRow.group.in_(groups))
    return DocumentRow.removed.is_(None), seen_by


_WITH_EVENTS_SEEN = _WITH_EVENTS.where(*_visibility_conditions(_GROUPS))


def list_latest_ids(session: Session, groups: frozenset[str], limit: int) -> list[str]:
    """Ids of the newest documents; those added together are ordered by their own date."""
    newest = select_visible(groups).order_by(
        DocumentRow.added.desc(), DocumentRow.date.desc().nulls_last(), DocumentRow.id
    )
    return list(session.scalars(newest.limit(limit)))


def list_latest_events(session: Session, groups: frozenset[str], limit: int) -> tuple[Event, ...]:
    """The latest events that have a document these groups may see."""
    rows = session.scalars(
        select(EventRow).where(has_visible_document(groups)).order_by(EventRow.date.desc(), EventRow.id).limit(limit)
    )
    return tuple(map(to_event, rows))


_OF_EVENT = select_visible(_GROUPS).where(DocumentRow.event_id == bindparam("event"))


def list_ids_of_event(reader: Reader, event_id: str, groups: frozenset[str]) -> Sequence[str]:
    """The documents of an event that these groups may see, by id."""
    return reader.scalars(_OF_EVENT, {"event": event_id, "groups": list(groups)}).all()


def has_visible_document(groups: frozenset[str] | BindParameter[Any]) -> ColumnElement[bool]:
    """The condition that an event has a document these groups may see, looked up event by event."""
    return select_visible(groups).where(DocumentRow.event_id == EventRow.id).correlate(EventRow).exists()


_EVENTS_NAMED = select(*_EVENT).where(EventRow.id.in_(_IDS), has_visible_document(_GROUPS))


def find_events(reader: Reader, ids: Sequence[str], groups: frozenset[str]) -> dict[str, Event]:
    """Events by id, of those that have a document these groups may see."""
    rows = reader.execute(_EVENTS_NAMED, {"ids": ids, "groups": list(groups)}).all()
    return {row[0]: Event(*row) for row in rows}


def find_companion_id(session: Session, stem: str, format_: str, groups: frozenset[str]) -> str | None:
    """The visible document of a format whose path is `stem` and a suffix; None where there is none."""
    rows = session.execute(
        select(LocationRow.document_id, LocationRow.path)
        .join(DocumentRow, LocationRow.document_id == DocumentRow.id)
        .where(
            LocationRow.path.startswith(f"{stem}.", autoescape=True),
            DocumentRow.format == format_,
            LocationRow.document_id.in_(select_visible(groups)),
        )
        .order_by(LocationRow.path)
    )
    return next((id_ for id_, path in rows if "." not in path[len(stem) + 1 :]), None)


def find_failures(session: Session, extractor_version: int, digests: Collection[str] | None) -> dict[str, Failure]:
    """Contents, of these or all, that this version of the extractors could not read, by digest."""
    tried = select(FailureRow).where(FailureRow.extractor_version == extractor_version)
    wanted = (
        [tried]
        if digests is None
        else [tried.where(FailureRow.digest.in_(chunk)) for chunk in split_into_chunks(digests)]
    )
    return {
        row.digest: Failure(row.digest, row.extractor_version, row.reason, row.message, row.advice, row.detail)
        for query in wanted
        for row in session.scalars(query)
    }


_REVISION = select(ClockRow.revision)


def read_revision(reader: Reader) -> int:
    """The last revision taken."""
    return reader.scalars(_REVISION).one()


def count_changes_since(session: Session, since: int) -> int:
    """How many documents changed after a revision."""
    later = select(func.count()).select_from(DocumentRow).where(DocumentRow.revision > since)
    return session.scalars(later).one()


def list_changes_since(session: Session, since: int, limit: int) -> tuple[Revision, ...]:
    """The changes after a revision, oldest first."""
    return _load_revisions(session, _LATEST.where(DocumentRow.revision > since).limit(limit))


def list_changes_of(session: Session, ids: Sequence[str]) -> tuple[Revision, ...]:
    """The latest changes of some documents, oldest first."""
    return _load_revisions(session, _LATEST.where(DocumentRow.id.in_(ids)))


_LATEST = select(DocumentRow.revision, DocumentRow.id, DocumentRow.removed).order_by(DocumentRow.revision)


def _load_revisions(session: Session, chosen: Select[int, str, datetime | None]) -> tuple[Revision, ...]:
    rows = session.execute(chosen).all()
    living = [row.id for row in rows if row.removed is None]
    found, texts = load_documents(session, living), load_passages(session, living)
    return tuple(
        Revision(row.revision, row.id, _to_indexed_document(found[row.id], texts[row.id]) if row.id in found else None)
        for row in rows
    )


def _to_indexed_document(document: Document, texts: list[Passage]) -> IndexedDocument:
    facets = {facet: document.facet_values(facet) for facet in Facet}
    if document.event:
        facets[Facet.EVENT] = (document.event.id,)
    return IndexedDocument(
        id=document.id,
        title=document.title,
        # What a metadata file says of a document is found like its text.
        passages=(*texts, *([_description_passage(len(texts), document.summary)] if document.summary else [])),
        facets=facets,
        groups=document.groups,
        date=document.date,
        authors=document.authors,
    )


def find_hidden_since(session: Session, since: int, groups: frozenset[str]) -> frozenset[str]:
    """Documents that changed after a revision and that these groups may not see now."""
    changed = select(DocumentRow.id).where(DocumentRow.revision > since, DocumentRow.id.not_in(select_visible(groups)))
    return frozenset(session.scalars(changed))


def read_indexer_state(session: Session) -> IndexerState | None:
    """The state that the indexer last wrote; None before the first."""
    row = session.get(IndexerRow, 1)
    if row is None:
        return None
    said = {field.name: getattr(row, field.name) for field in fields(IndexerState)}
    return IndexerState(**(said | {"phase": Phase(row.phase)}))
