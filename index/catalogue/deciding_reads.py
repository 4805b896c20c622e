"""Reads of what persons decided about documents, and of the documents that wait to be qualified."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, func, select

from index.catalogue import as_json, reading, writing_reads
from index.catalogue.decisions import (
    Area,
    Attribution,
    DocumentDecisions,
    EffectiveEvent,
    FieldDecision,
    MetadataField,
    QualificationPage,
    TagDecision,
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
from index.model import EXPECTED_FACETS, Facet, TagSource

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import BindParameter, ColumnElement, Select
    from sqlalchemy.orm import Session

    from index.model import Document, Event


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


def read_decisions(session: Session, ids: Sequence[str]) -> dict[str, DocumentDecisions]:
    """What persons decided about some documents, living or removed, and what the rules say of them."""
    asked = {"ids": ids}
    marks = {row.document_id: Attribution(row.who, row.at) for row in session.execute(_QUALIFICATIONS, asked)}
    rules = _read_descriptions(session, ids)
    tags: defaultdict[str, list[TagDecision]] = defaultdict(list)
    for row in session.execute(_TAG_DECISIONS, asked):
        decision = TagDecision(Facet(row.facet), row.value, row.chosen, row.reason, Attribution(row.who, row.at))
        tags[row.document_id].append(decision)
    fields: defaultdict[str, dict[MetadataField, FieldDecision]] = defaultdict(dict)
    for row in session.execute(_FIELD_DECISIONS, asked):
        fields[row.document_id][MetadataField(row.field)] = FieldDecision(row.value, Attribution(row.who, row.at))
    return {id_: DocumentDecisions(rules[id_], tuple(tags[id_]), fields[id_], marks.get(id_)) for id_ in ids}


def _read_descriptions(session: Session, ids: Sequence[str]) -> dict[str, Description]:
    rows = session.execute(_DESCRIPTIONS, {"ids": ids})
    rules = {row.document_id: as_json.to_description(row.content) for row in rows}
    if lacking := [id_ for id_ in ids if id_ not in rules]:
        # Described by a version of Ruche that stored the effective metadata only; the indexer is about to describe them
        # anew.
        for id_, document in reading.load_documents(session, lacking).items():
            tags = tuple(tag for tag in document.tags if tag.source is not TagSource.ANIMATOR)
            rules[id_] = Description(document.title, document.date, document.event, tags)
    return rules


def read_effective_events(session: Session, decided: Mapping[str, DocumentDecisions]) -> dict[str, EffectiveEvent]:
    """The events of documents: a person's choice, where that event exists, else that of the rules."""
    said = (each.fields[MetadataField.EVENT].value for each in decided.values() if MetadataField.EVENT in each.fields)
    ruled = (each.rules.event.id for each in decided.values() if each.rules.event)
    named = {*said, *ruled} - {""}
    events = writing_reads.load_events(session, named) if named else {}
    return {id_: _choose_event(each, events) for id_, each in decided.items()}


def _choose_event(decided: DocumentDecisions, events: Mapping[str, Event]) -> EffectiveEvent:
    said, ruled = decided.fields.get(MetadataField.EVENT), decided.rules.event
    # An empty choice says that the document belongs to no event.
    if said is not None and (not said.value or said.value in events):
        return EffectiveEvent(events.get(said.value), by_hand=True)
    event = events.get(ruled.id) if ruled else None
    if event is None or ruled is None:
        return EffectiveEvent(None, by_hand=False)
    # Someone of higher authority, such as an animator, describes the event otherwise: its type and year win here too.
    return EffectiveEvent(event, by_hand=(event.type, event.date.year) != (ruled.type, ruled.date.year))


def read_areas(session: Session, decided: Collection[DocumentDecisions]) -> dict[str, tuple[Area, ...]]:
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


def read_qualification_page(
    session: Session, groups: frozenset[str], lacking: Facet | None, offset: int, limit: int
) -> QualificationPage:
    """A page of the documents that no one has looked at, the newest first.

    `lacking` (theme, territory or event) keeps only those that have none.
    """
    waiting = reading.select_visible(groups).where(
        ~exists().where(QualificationRow.document_id == DocumentRow.id).correlate(DocumentRow)
    )
    wanted = waiting.where(_lacks_facet(lacking)) if lacking else waiting
    newest = wanted.order_by(DocumentRow.added.desc(), DocumentRow.id).offset(offset).limit(limit)
    ids = session.scalars(newest).all()
    found = reading.load_documents(session, ids, groups)
    return QualificationPage(
        total=_count_rows(session, wanted),
        documents=tuple(found[id_] for id_ in ids),
        missing_facets={id_: _find_missing_facets(document) for id_, document in found.items()},
        # Counted over all that wait, whatever filter the page has: the filters show these numbers.
        counts_by_missing_facet={
            facet: _count_rows(session, waiting.where(_lacks_facet(facet))) for facet in EXPECTED_FACETS
        },
    )


def _lacks_facet(facet: Facet) -> ColumnElement[bool]:
    if facet is Facet.EVENT:
        return DocumentRow.event_id.is_(None)
    tagged = exists().where(TagRow.document_id == DocumentRow.id, TagRow.facet == facet.value)
    return ~tagged.correlate(DocumentRow)


def _find_missing_facets(document: Document) -> frozenset[Facet]:
    tagged = frozenset(facet for facet in EXPECTED_FACETS if document.facet_values(facet))
    # An event is a column of the document, not a tag.
    return frozenset(EXPECTED_FACETS) - tagged - ({Facet.EVENT} if document.event else set())


def _count_rows(session: Session, ids: Select[str]) -> int:
    return session.scalars(select(func.count()).select_from(ids.subquery())).one()
