"""Reading what persons decided of documents, and which documents wait for a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, exists, func, select

from index.catalogue import as_json, reading
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
    EventRow,
    FieldDecisionRow,
    QualificationRow,
    TagDecisionRow,
    TagRow,
)
from index.model import Facet, TagSource

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

    from index.model import Document

_LACKED = (Facet.THEME, Facet.TERRITORY, Facet.EVENT)


_TAG_DECISIONS = (
    select(TagDecisionRow)
    .where(TagDecisionRow.document_id == bindparam("document"))
    .order_by(TagDecisionRow.facet, TagDecisionRow.at, TagDecisionRow.value)
)
_FIELD_DECISIONS = select(FieldDecisionRow).where(FieldDecisionRow.document_id == bindparam("document"))


def decided(session: Session, document_id: str) -> Decided:
    """All that persons decided of a document, living or removed, and what the rules say of it."""
    tags = session.scalars(_TAG_DECISIONS, {"document": document_id})
    fields = session.scalars(_FIELD_DECISIONS, {"document": document_id})
    mark = session.get(QualificationRow, document_id)
    return Decided(
        rules=_rules(session, document_id),
        tags=tuple(
            TagDecision(Facet(row.facet), row.value, row.chosen, row.reason, Mark(row.who, row.at)) for row in tags
        ),
        fields={Field(row.field): FieldDecision(row.value, Mark(row.who, row.at)) for row in fields},
        qualified=Mark(mark.who, mark.at) if mark else None,
    )


def _rules(session: Session, document_id: str) -> Description:
    if row := session.get(DescriptionRow, document_id):
        return as_json.to_description(row.content)
    # Described by a version of Ruche that kept no more than what holds: the indexer is about to describe it anew.
    document = session.get_one(DocumentRow, document_id)
    event = session.get(EventRow, document.event_id) if document.event_id else None
    tags = (tag for tag in reading.tags_of(session, document_id) if tag.source is not TagSource.ANIMATOR)
    return Description(document.title, document.date, reading.event(event) if event else None, tuple(tags))


def gathered(session: Session, decided: Decided) -> Gathered:
    """A document's gathering: a person's word, as far as that gathering exists, else the rules'."""
    said, ruled = decided.fields.get(Field.EVENT), decided.rules.event
    if said is not None:
        row = session.get(EventRow, said.value) if said.value else None
        if row or not said.value:
            return Gathered(reading.event(row) if row else None, by_hand=True)
    row = session.get(EventRow, ruled.id) if ruled else None
    if row is None or ruled is None:
        return Gathered(None, by_hand=False)
    event = reading.event(row)
    return Gathered(event, by_hand=(event.type, event.date.year) != (ruled.type, ruled.date.year))


def territories(decided: Decided) -> frozenset[str]:
    """The territories that the rules or persons name."""
    ruled = (tag.value for tag in decided.rules.tags if tag.facet is Facet.TERRITORY)
    return frozenset((*ruled, *(each.value for each in decided.tags if each.facet is Facet.TERRITORY)))


def areas(session: Session, territories: Collection[str]) -> dict[str, tuple[Area, ...]]:
    """The areas that territories are in."""
    found: dict[str, tuple[Area, ...]] = {}
    rows = session.scalars(
        select(AreaRow).where(AreaRow.territory.in_(territories)).order_by(AreaRow.territory, AreaRow.facet)
    )
    for row in rows:
        found[row.territory] = (*found.get(row.territory, ()), Area(Facet(row.facet), row.value, row.label))
    return found


def to_qualify(session: Session, groups: frozenset[str], lacking: Facet | None, offset: int, limit: int) -> ToQualify:
    """Documents that no one has looked at, the newest first; of those, only the ones that lack something."""
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
        lacking={facet: _count(session, waiting.where(_lacks(facet))) for facet in _LACKED},
    )


def _lacks(facet: Facet) -> ColumnElement[bool]:
    if facet is Facet.EVENT:
        return DocumentRow.event_id.is_(None)
    tagged = exists().where(TagRow.document_id == DocumentRow.id, TagRow.facet == facet.value)
    return ~tagged.correlate(DocumentRow)


def _lacked(document: Document) -> frozenset[Facet]:
    tagged = frozenset(facet for facet in _LACKED if document.values(facet))
    return frozenset(_LACKED) - tagged - ({Facet.EVENT} if document.event else set())


def _count(session: Session, ids: Select[str]) -> int:
    return session.scalars(select(func.count()).select_from(ids.subquery())).one()
