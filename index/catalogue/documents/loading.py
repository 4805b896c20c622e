"""Loads documents and passages: their rows become the domain's nouns here and nowhere else."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from index.catalogue.queries import group_pairs, split_into_chunks
from index.catalogue.tables import AudienceRow, DocumentRow, EventRow, LocationRow, PassageRow, TagRow
from index.catalogue.visibility import (
    filter_visible_paths,
    read_folder_rules,
    readability_conditions,
    visibility_conditions,
)
from index.model import Document, Event, Facet, Locator, Passage, Tag, TagSource, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy import BindParameter, Row, Select
    from sqlalchemy.orm import Session

    from index.catalogue.queries import Reader


_D = DocumentRow.__table__.c
_PART = aliased(DocumentRow)
# What a program wrote down of a replay may be of its sound alone.
_TRANSCRIBED = func.coalesce(
    func.nullif(_D.transcribed, ""),
    select(func.max(_PART.transcribed)).where(_PART.part_of == _D.id, _PART.removed.is_(None)).scalar_subquery(),
    "",
)
_DOCUMENTS = (
    *(_D.id, _D.title, _D.format, _D.digest, _D.date, _D.added, _D.updated, _D.authors, _D.duration, _D.warnings),
    *(_D.sketch, _D.summary, _TRANSCRIBED),
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
_WITH_EVENTS_SEEN = _WITH_EVENTS.where(*visibility_conditions(_GROUPS))
_WITH_EVENTS_READ = _WITH_EVENTS.where(*readability_conditions(_GROUPS))
_PATHS = (
    select(LocationRow.document_id, LocationRow.path)
    .where(LocationRow.document_id.in_(_IDS))
    .order_by(LocationRow.path)
)
_TAGS = (
    select(TagRow.document_id, TagRow.facet, TagRow.value, TagRow.source, TagRow.reason)
    .where(TagRow.document_id.in_(_IDS))
    # The order of the table's key, in which rows come without being sorted.
    .order_by(TagRow.document_id, TagRow.facet, TagRow.value, TagRow.source)
)
_AUDIENCES = select(AudienceRow.document_id, AudienceRow.group).where(AudienceRow.document_id.in_(_IDS))
_PASSAGES = select(*PassageRow.__table__.columns)
"""Columns, not objects: a document may have thousands of passages."""

_UNITS = {unit.value: unit for unit in Unit}
_AT_ONCE = 30
"""Passages looked up by one statement, which is always the same: the three best of each of ten documents."""

_PASSAGES_OF = _PASSAGES.where(PassageRow.document_id.in_(_IDS)).order_by(PassageRow.document_id, PassageRow.ordinal)
_PARTS_OF = (
    select(DocumentRow.part_of, DocumentRow.id)
    .where(DocumentRow.part_of.in_(_IDS), DocumentRow.removed.is_(None))
    .order_by(DocumentRow.part_rank)
)
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


def load_documents(
    reader: Reader, ids: Sequence[str], groups: frozenset[str] | None = None, *, with_parts: bool = False
) -> dict[str, Document]:
    """Documents by id. With groups, living ones that these may see, at the paths that they see; without, all.

    Parts of replays are left out where groups are given, unless they are asked for.
    """
    found: dict[str, Document] = {}
    for chunk in split_into_chunks(ids):
        found |= _load_chunk(reader, chunk, groups, _WITH_EVENTS_READ if with_parts else _WITH_EVENTS_SEEN)
    return found


def _load_chunk(
    reader: Reader, ids: Sequence[str], asking: frozenset[str] | None, seen: Select[*tuple[Any, ...]]
) -> dict[str, Document]:
    if asking is None:
        rows = reader.execute(_WITH_EVENTS, {"ids": ids}).all()
    else:
        rows = reader.execute(seen, {"ids": ids, "groups": list(asking)}).all()
    # Only those found, and visible, for the three reads that follow.
    ids = [row[0] for row in rows]
    if not ids:
        return {}
    lying, tagged, seen_by = _load_visible_paths(reader, ids, asking), load_tags(reader, ids), load_groups(reader, ids)
    return {row[0]: _to_document(row, lying[row[0]], tagged[row[0]], seen_by[row[0]]) for row in rows}


def _load_visible_paths(
    reader: Reader, ids: Sequence[str], asking: frozenset[str] | None
) -> Mapping[str, Sequence[str]]:
    """The paths of documents that these groups may see: the name of a folder kept for others would tell something."""
    lying = load_paths(reader, ids)
    if asking is None or not (ruled := read_folder_rules(reader)):
        return lying
    # A document visible by none of its paths is withheld for personal data: animators, who decide about it, see all
    # paths.
    return {id_: filter_visible_paths(lying[id_], ruled, asking) or lying[id_] for id_ in ids}


def load_paths(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """The paths of documents, living or removed."""
    return group_pairs((id_, path) for id_, path in reader.execute(_PATHS, {"ids": ids}).all() if id_)


def load_tags(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[Tag]]:
    """The tags of documents, living or removed."""
    rows = reader.execute(_TAGS, {"ids": ids}).all()
    return group_pairs(
        (id_, Tag(_FACETS[facet], value, _SOURCES[source], reason)) for id_, facet, value, source, reason in rows
    )


def load_groups(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """The groups that may see documents."""
    return group_pairs((row[0], row[1]) for row in reader.execute(_AUDIENCES, {"ids": ids}).all())


def _to_document(row: Row[*tuple[Any, ...]], lying: Sequence[str], tags: list[Tag], seen_by: list[str]) -> Document:
    id_, title, format_, digest, date, added, updated, authors, duration, warnings, *said, transcribed = row[:13]
    sketch, summary = said
    event = row[13:]
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
        event=Event(*event) if event[0] else None,
        warnings=tuple(warnings),
        signature=tuple(sketch),
        groups=frozenset(seen_by),
        summary=summary,
        transcribed=transcribed,
    )


def load_passages(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[Passage]]:
    """Passages of documents, in reading order: of a replay those of its parts, then its own."""
    parts = load_parts(reader, ids)
    own = load_own_passages(reader, [*ids, *(part for those in parts.values() for part in those)])
    told = {id_: [passage for part in (*those, id_) for passage in own[part]] for id_, those in parts.items()}
    joined = {id_: [replace(each, ordinal=place) for place, each in enumerate(texts)] for id_, texts in told.items()}
    return defaultdict(list, {**own, **joined})


def load_own_passages(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[Passage]]:
    """Passages of documents, without those of their parts, in reading order."""
    return group_pairs((row[0], _to_passage(row)) for row in reader.execute(_PASSAGES_OF, {"ids": ids}).all())


def load_parts(reader: Reader, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """The living parts of documents, in order; only documents that have some."""
    return group_pairs((main, part) for main, part in reader.execute(_PARTS_OF, {"ids": ids}).all() if main)


def load_passages_from(session: Session, document_id: str, first: int, limit: int) -> tuple[Passage, ...]:
    """Passages of a document, in reading order, from an ordinal on."""
    if load_parts(session, [document_id]):
        return tuple(load_passages(session, [document_id])[document_id][first : first + limit])
    wanted = _PASSAGES.where(PassageRow.document_id == document_id, PassageRow.ordinal >= first)
    return tuple(map(_to_passage, session.execute(wanted.order_by(PassageRow.ordinal).limit(limit))))


def load_passages_at(reader: Reader, wanted: Mapping[str, Sequence[int]]) -> dict[str, dict[int, Passage]]:
    """Some passages of some documents, by ordinal; the ordinal after the last is the document's description."""
    found: dict[str, dict[int, Passage]] = {id_: {} for id_ in wanted}
    # Ordinals of a replay count the passages of all its parts.
    joined = load_parts(reader, list(wanted))
    for id_, passages in load_passages(reader, list(joined)).items() if joined else ():
        found[id_] = {ordinal: passages[ordinal] for ordinal in wanted.get(id_, ()) if ordinal < len(passages)}
    pairs = [(id_, ordinal) for id_, ordinals in wanted.items() if id_ not in joined for ordinal in ordinals]
    for start in range(0, len(pairs), _AT_ONCE):
        asked: dict[str, Any] = {}
        for place, (id_, ordinal) in enumerate(pairs[start : start + _AT_ONCE]):
            asked[f"id{place}"], asked[f"ordinal{place}"] = id_, ordinal
        for row in reader.execute(_PASSAGES_AT, _NONE | asked).all():
            found[row[0]][row[1]] = _to_passage(row)
    # Descriptions are not in the table of passages.
    beyond = {id_: lacking for id_, each in wanted.items() if (lacking := set(each) - found[id_].keys())}
    if beyond:
        told = select(DocumentRow.id, DocumentRow.summary).where(DocumentRow.id.in_(beyond), DocumentRow.summary != "")
        for id_, summary in reader.execute(told):
            found[id_] |= {ordinal: description_passage(ordinal, summary) for ordinal in beyond[id_]}
    return found


def _to_passage(row: Sequence[Any]) -> Passage:
    _, ordinal, unit, number, start, end, title, text, notes, doubtful = row
    return Passage(ordinal, Locator(_UNITS[unit], number, start, end), text, title, notes, doubtful)


def description_passage(ordinal: int, summary: str) -> Passage:
    """A document's description as a passage: it is indexed like one, but stored with the document."""
    return Passage(ordinal, Locator(Unit.DESCRIPTION, 1), summary)
