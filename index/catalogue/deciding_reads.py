"""Reads of what persons decided about documents, and of the documents that wait to be qualified."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, func, select

from index.catalogue import as_json, reading, writing_reads
from index.catalogue.decisions import (
    Area,
    Decided,
    Field,
    FieldDecision,
    Gathered,
    Mark,
    TagDecision,
    ToQualify,
)
from index.catalogue.records import Description
from index.catalogue.tables import (
    AreaRow,
    DescriptionRow,
    DocumentRow,
    FieldDecisionRow,
    QualificationRow,
    TagDecisionRow,
    TagRow,
)
from index.model import Facet, TagSource

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import BindParameter, ColumnElement, Select
    from sqlalchemy.orm import Session

    from index.model import Document, Event

_LACKED = (Facet.THEME, Facet.TERRITORY, Facet.EVENT)


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_TAG_DECISIONS = (
    select(*TagDecisionRow.__table__.columns)
    .where(TagDecisionRow.document_id.in_(_IDS))
    .order_by(TagDecisionRow.facet, TagDecisionRow.at, TagDecisionRow.value)
)
_FIELD_DECISIONS = select(*FieldDecisionRow.__table__.columns).where(FieldDecisionRow.document_id.in_(_IDS))
_QUALIFICATIONS = select(*QualificationRow.__table__.columns).where(QualificationRow.document_id.in_(_IDS))
_DESCRIPTIONS = select(DescriptionRow.document_id, DescriptionRow.content).where(DescriptionRow.document_id.in_(_IDS))
_AREAS = (
    select(*AreaRow.__table__.columns)
    .where(AreaRow.territory.in_(bindparam("territories", expanding=True)))
    .order_by(AreaRow.territory, AreaRow.facet)
)


def decided(session: Session, ids: Sequence[str]) -> dict[str, Decided]:
    """What persons decided about some documents, living or removed, and what the rules say of them."""
    asked = {"ids": ids}
    marks = {row.document_id: Mark(row.who, row.at) for row in session.execute(_QUALIFICATIONS, asked)}
    rules = _rules(session, ids)
    tags: defaultdict[str, list[TagDecision]] = defaultdict(list)
    for row in session.execute(_TAG_DECISIONS, asked):
        decision = TagDecision(Facet(row.facet), row.value, row.chosen, row.reason, Mark(row.who, row.at))
        tags[row.document_id].append(decision)
    fields: defaultdict[str, dict[Field, FieldDecision]] = defaultdict(dict)
    for row in session.execute(_FIELD_DECISIONS, asked):
        fields[row.document_id][Field(row.field)] = FieldDecision(row.value, Mark(row.who, row.at))
    return {id_: Decided(rules[id_], tuple(tags[id_]), fields[id_], marks.get(id_)) for id_ in ids}


def _rules(session: Session, ids: Sequence[str]) -> dict[str, Description]:
    rows = session.execute(_DESCRIPTIONS, {"ids": ids})
    rules = {row.document_id: as_json.to_description(row.content) for row in rows}
    if lacking := [id_ for id_ in ids if id_ not in rules]:
        # Described by a version of Ruche that stored the effective metadata only; the indexer is about to describe them
        # anew.
        for id_, document in reading.documents(session, lacking).items():
            tags = tuple(tag for tag in document.tags if tag.source is not TagSource.ANIMATOR)
            rules[id_] = Description(document.title, document.date, document.event, tags)
    return rules


def gathered(session: Session, decided: Mapping[str, Decided]) -> dict[str, Gathered]:
    """The events of documents: a person's choice, where that event exists, else that of the rules."""
    said = (each.fields[Field.EVENT].value for each in decided.values() if Field.EVENT in each.fields)
    ruled = (each.rules.event.id for each in decided.values() if each.rules.event)
    named = {*said, *ruled} - {""}
    events = writing_reads.gatherings(session, named) if named else {}
    return {id_: _gathered(each, events) for id_, each in decided.items()}


def _gathered(decided: Decided, events: Mapping[str, Event]) -> Gathered:
    said, ruled = decided.fields.get(Field.EVENT), decided.rules.event
    # An empty choice says that the document belongs to no event.
    if said is not None and (not said.value or said.value in events):
        return Gathered(events.get(said.value), by_hand=True)
    event = events.get(ruled.id) if ruled else None
    if event is None or ruled is None:
        return Gathered(None, by_hand=False)
    # Someone of higher authority, such as an animator, describes the event otherwise: its type and year win here too.
    return Gathered(event, by_hand=(event.type, event.date.year) != (ruled.type, ruled.date.year))


def areas(session: Session, decided: Collection[Decided]) -> dict[str, tuple[Area, ...]]:
    """The areas (department, region) of the territories that the rules or persons name, by territory."""
    tags = [(tag.facet, tag.value) for each in decided for tag in each.rules.tags]
    tags += [(tag.facet, tag.value) for each in decided for tag in each.tags]
    named = {value for facet, value in tags if facet is Facet.TERRITORY}
    found: dict[str, tuple[Area, ...]] = {}
    if named:
        for row in session.execute(_AREAS, {"territories": list(named)}):
            # A territory has one row for its department and one for its region.
            found[row.territory] = (*found.get(row.territory, ()), Area(Facet(row.facet), row.value, row.label))
    return found


def to_qualify(session: Session, groups: frozenset[str], lacking: Facet | None, offset: int, limit: int) -> ToQualify:
    """A page of the documents that no one has looked at, the newest first.

    `lacking` (theme, territory or event) keeps only those that have none.
    """
    waiting = reading.visible(groups).where(
        ~exists().where(QualificationRow.document_id == DocumentRow.id).correlate(DocumentRow)
    )
    wanted = waiting.where(_lacks(lacking)) if lacking else waiting
    newest = wanted.order_by(DocumentRow.added.desc(), DocumentRow.id).offset(offset).limit(limit)
    ids = session.scalars(newest).all()
    found = reading.documents(session, ids, groups)
    return ToQualify(
        total=_count(session, wanted),
        documents=tuple(found[id_] for id_ in ids),
        lacks={id_: _lacked(document) for id_, document in found.items()},
        # Counted over all that wait, whatever filter the page has: the filters show these numbers.
        lacking={facet: _count(session, waiting.where(_lacks(facet))) for facet in _LACKED},
    )


def _lacks(facet: Facet) -> ColumnElement[bool]:
    if facet is Facet.EVENT:
        return DocumentRow.event_id.is_(None)
    tagged = exists().where(TagRow.document_id == DocumentRow.id, TagRow.facet == facet.value)
    return ~tagged.correlate(DocumentRow)


def _lacked(document: Document) -> frozenset[Facet]:
    tagged = frozenset(facet for facet in _LACKED if document.values(facet))
    # An event is a column of the document, not a tag.
    return frozenset(_LACKED) - tagged - ({Facet.EVENT} if document.event else set())


def _count(session: Session, ids: Select[str]) -> int:
    return session.scalars(select(func.count()).select_from(ids.subquery())).one()
