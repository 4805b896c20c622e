"""What prevails of documents and events, from what the rules and persons say."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, case, delete, exists, insert, select, update
from sqlalchemy.orm import aliased

from index.accounts import is_within, unite_audiences
from index.catalogue.documents import load_documents, load_groups, load_tags
from index.catalogue.metadata_layers import (
    Area,
    Attribution,
    Description,
    DocumentDecisions,
    EffectiveEvent,
    EventSource,
    FieldDecision,
    MetadataField,
    TagDecision,
    compute_effective_description,
    merge_decisions,
    to_announced,
    to_description,
)
from index.catalogue.tables import (
    AreaRow,
    AudienceRow,
    DescriptionRow,
    DocumentRow,
    EventClaimRow,
    EventRow,
    FieldDecisionRow,
    TagDecisionRow,
    TagRow,
)
from index.catalogue.writing import read_memo, write_memo
from index.model import MEMBERS, Event, Facet, TagSource

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from typing import Any

    from sqlalchemy import BindParameter, ColumnElement, Row, Select
    from sqlalchemy.orm import Session

    from index.catalogue.metadata_layers import DecisionConflict
    from index.catalogue.writing import WriteContext
    from index.model import Tag


CALENDAR_REVISION_MEMO = "calendar"
"""The memo that counts the changes of announced events."""

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_TAG_DECISIONS = (
    select(*TagDecisionRow.__table__.columns)
    .where(TagDecisionRow.document_id.in_(_IDS))
    .order_by(TagDecisionRow.facet, TagDecisionRow.at, TagDecisionRow.value)
)
_FIELD_DECISIONS = select(*FieldDecisionRow.__table__.columns).where(FieldDecisionRow.document_id.in_(_IDS))
_DESCRIPTIONS = select(DescriptionRow.document_id, DescriptionRow.content).where(DescriptionRow.document_id.in_(_IDS))
_AREAS = (
    select(*AreaRow.__table__.columns)
    .where(AreaRow.territory.in_(bindparam("territories", expanding=True)))
    .order_by(AreaRow.territory, AreaRow.facet)
)
_MAIN = aliased(DocumentRow)
_PARTS = (
    select(
        *(DocumentRow.id, DocumentRow.part_of, DocumentRow.removed, DocumentRow.place_groups),
        _MAIN.place_groups.label("seen_by"),
    )
    .join(_MAIN, _MAIN.id == DocumentRow.part_of)
    .where(DocumentRow.part_of.in_(_IDS))
    .order_by(DocumentRow.part_rank, DocumentRow.id)
)
_PART_OF = (
    select(_MAIN.id)
    .join(DocumentRow, DocumentRow.part_of == _MAIN.id)
    .where(DocumentRow.id.in_(_IDS), _MAIN.removed.is_(None))
    .distinct()
)
_EVENTS = select(*EventRow.__table__.columns).where(EventRow.id.in_(_IDS))


_D = DocumentRow.__table__.c
_EFFECTIVE_COLUMNS = select(_D.id, _D.own_authors, _D.title, _D.date, _D.event_id, _D.authors, _D.summary).where(
    DocumentRow.id.in_(bindparam("ids", expanding=True))
)

_AUTHORITY = {source.value: rank for rank, source in enumerate(EventSource)}


def read_decisions(session: Session, ids: Sequence[str]) -> dict[str, DocumentDecisions]:
    """What persons decided about some documents, living or removed, and what the rules say of them."""
    return {id_: decided for id_, (decided, _) in _read_merged(session, ids).items()}


def find_conflicts(session: Session, ids: Sequence[str]) -> dict[str, tuple[DecisionConflict, ...]]:
    """Where persons said of a part of these documents otherwise than what prevails."""
    return {id_: conflicts for id_, (_, conflicts) in _read_merged(session, ids).items()}


def _read_merged(
    session: Session, ids: Sequence[str]
) -> dict[str, tuple[DocumentDecisions, tuple[DecisionConflict, ...]]]:
    parts: defaultdict[str, list[tuple[str, bool]]] = defaultdict(list)
    for row in session.execute(_PARTS, {"ids": ids}):
        # What was said of a part that is gone was said for those who saw it.
        if row.removed is None or row.place_groups == row.seen_by:
            parts[row.part_of].append((row.id, row.removed is None))
    own = _read_own_decisions(session, [*ids, *(part for those in parts.values() for part, _ in those)])
    return {id_: merge_decisions(own[id_], [(own[part], living) for part, living in parts[id_]]) for id_ in ids}


def _read_own_decisions(session: Session, ids: Sequence[str]) -> dict[str, DocumentDecisions]:
    asked = {"ids": ids}
    rules = _read_descriptions(session, ids)
    tags: defaultdict[str, list[TagDecision]] = defaultdict(list)
    for row in session.execute(_TAG_DECISIONS, asked):
        decision = TagDecision(Facet(row.facet), row.value, row.chosen, row.reason, Attribution(row.who, row.at))
        tags[row.document_id].append(decision)
    fields: defaultdict[str, dict[MetadataField, FieldDecision]] = defaultdict(dict)
    for row in session.execute(_FIELD_DECISIONS, asked):
        fields[row.document_id][MetadataField(row.field)] = FieldDecision(row.value, Attribution(row.who, row.at))
    return {id_: DocumentDecisions(rules[id_], tuple(tags[id_]), fields[id_]) for id_ in ids}


def _read_descriptions(session: Session, ids: Sequence[str]) -> dict[str, Description]:
    rows = session.execute(_DESCRIPTIONS, {"ids": ids})
    rules = {row.document_id: to_description(row.content) for row in rows}
    if lacking := [id_ for id_ in ids if id_ not in rules]:
        # Described by a version of Ruche that stored the effective metadata only; the indexer is about to describe them
        # anew.
        for id_, document in load_documents(session, lacking).items():
            tags = tuple(tag for tag in document.tags if tag.source is not TagSource.ANIMATOR)
            rules[id_] = Description(document.title, document.date, document.event, tags)
    return rules


def read_effective_events(session: Session, decided: Mapping[str, DocumentDecisions]) -> dict[str, EffectiveEvent]:
    """The events of documents: a person's choice, where that event exists, else that of the rules."""
    said = (each.fields[MetadataField.EVENT].value for each in decided.values() if MetadataField.EVENT in each.fields)
    ruled = (each.rules.event.id for each in decided.values() if each.rules.event)
    named = {*said, *ruled} - {""}
    events = _load_events(session, named) if named else {}
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


def _load_events(session: Session, ids: Collection[str]) -> dict[str, Event]:
    """Events by id, with or without documents."""
    return {row[0]: Event(*row) for row in session.execute(_EVENTS, {"ids": list(ids)}).all()}


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


class EffectiveMetadata:
    """Writes what prevails. `compute_effective_description` and the order of `EventSource` decide what that is."""

    def __init__(self, context: WriteContext) -> None:
        self._context, self._session = context, context.session

    def write(self, document_ids: Iterable[str]) -> None:
        """Write the effective metadata of documents; one takes a revision only where something differs from before."""
        # What this transaction added as objects must be in the tables before they are read.
        self._session.flush()
        ids = list(document_ids)
        # What is said of a part is said of its document.
        ids = [*dict.fromkeys((*ids, *self._session.scalars(_PART_OF, {"ids": ids})))]
        holds = self._compute_effective(ids)
        before = {row.id: row for row in self._session.execute(_EFFECTIVE_COLUMNS, {"ids": ids})}
        tags = load_tags(self._session, ids)
        fields = {id_: _to_columns(each, before[id_].own_authors) for id_, each in holds.items()}
        # As sets: the order of tags means nothing.
        retagged = [id_ for id_ in ids if frozenset(tags[id_]) != frozenset(holds[id_].tags)]
        others = (id_ for id_ in ids if any(getattr(before[id_], name) != value for name, value in fields[id_].items()))
        changed = list(dict.fromkeys((*retagged, *others)))
        self._replace_tags({id_: holds[id_].tags for id_ in retagged}, tags)
        if changed:
            revisions = self._context.next_revisions(len(changed))
            self._session.execute(
                update(DocumentRow),
                [{"id": id_, **fields[id_], "revision": each} for each, id_ in zip(revisions, changed, strict=True)],
            )

    def write_event(self, event_id: str) -> None:
        """Write an event as it prevails, and then its documents, which its date and its type reach."""
        event, row = self.find_event(event_id), self._session.get(EventRow, event_id)
        if event is None:
            self._delete_orphan_event(event_id)
            return
        # Nothing has changed: describing a library again must not write each of its documents.
        if row and to_event(row) == event:
            return
        self._session.merge(
            EventRow(
                id=event.id,
                type=event.type,
                title=event.title,
                date=event.date,
                begins=event.begins,
                ends=event.ends,
                place=event.place,
                link=event.link,
                description=event.description,
            )
        )
        self._session.flush()
        self.write(self.find_documents_of(event_id))

    def find_event(self, event_id: str) -> Event | None:
        """The event as the highest authority describes it; None where nobody does."""
        # An event has two claims at most: the calendar's and an animator's.
        claims = select(EventClaimRow).where(EventClaimRow.event_id == event_id)
        claim = min(self._session.scalars(claims), key=lambda each: _AUTHORITY[each.source], default=None)
        if claim:
            return to_announced(claim.content).event
        # Among documents of the same authority the lowest id decides, so that the answer is always the same.
        described = (
            select(DescriptionRow.document_id, DescriptionRow.content)
            .join(DocumentRow, DocumentRow.id == DescriptionRow.document_id)
            .where(DescriptionRow.event_id == event_id, DocumentRow.removed.is_(None))
            .order_by(case(_AUTHORITY, value=DescriptionRow.event_source), DescriptionRow.document_id)
        )
        # What a document says that everybody sees may be said to everybody.
        open_to_all = exists().where(AudienceRow.document_id == DocumentRow.id, AudienceRow.group == MEMBERS)
        row = self._session.execute(described.where(open_to_all).limit(1)).first()
        return to_description(row.content).event if row else self._find_reserved_event(event_id, described)

    def _find_reserved_event(self, event_id: str, described: Select[str, dict[str, Any]]) -> Event | None:
        """The event that only reserved documents describe.

        It is told as the first one does whose readers are all who see the event; else by its type and date alone.
        """
        rows = self._session.execute(described).all()
        if not rows:
            return None
        present = select(DocumentRow.id).where(DocumentRow.event_id == event_id, DocumentRow.removed.is_(None))
        # Those that a person put there count when removed, too: they may come back without being described anew.
        attached = select(FieldDecisionRow.document_id).where(_is_put_in_event(event_id))
        ids = {*self._session.scalars(present), *self._session.scalars(attached), *(row.document_id for row in rows)}
        groups = load_groups(self._session, sorted(ids))
        seen_by = unite_audiences(frozenset(each) for each in groups.values())
        for id_, content in rows:
            if is_within(seen_by, frozenset(groups[id_])):
                return to_description(content).event
        return to_description(rows[0].content).neutral_event

    def find_documents_of(self, event_id: str) -> set[str]:
        """The documents that an event has, or is about to have."""
        described = select(DescriptionRow.document_id).where(DescriptionRow.event_id == event_id)
        attached = select(FieldDecisionRow.document_id).where(_is_put_in_event(event_id))
        return {*self._session.scalars(described), *self._session.scalars(attached)}

    def delete_choices_of(self, event_id: str) -> None:
        """Forget that persons put documents in an event."""
        self._session.execute(delete(FieldDecisionRow).where(_is_put_in_event(event_id)))

    def is_announced(self, event_id: str) -> bool:
        """Whether the calendar or an animator speaks of an event."""
        return self._session.scalars(select(exists().where(EventClaimRow.event_id == event_id))).one()

    def raise_calendar_revision(self) -> None:
        """Let who shows announced events know that one has changed."""
        # There is no memo before the first change.
        number = int(read_memo(self._session, CALENDAR_REVISION_MEMO) or 0) + 1
        write_memo(self._session, CALENDAR_REVISION_MEMO, str(number))

    def _compute_effective(self, ids: Sequence[str]) -> dict[str, Description]:
        decided = read_decisions(self._session, ids)
        events = read_effective_events(self._session, decided)
        areas = read_areas(self._session, decided.values())
        return {id_: compute_effective_description(each, events[id_], areas) for id_, each in decided.items()}

    def _replace_tags(self, tags: Mapping[str, Iterable[Tag]], before: Mapping[str, object]) -> None:
        # New documents, which come in batches, have no tags to delete.
        if any(before.get(id_) for id_ in tags):
            self._session.execute(delete(TagRow).where(TagRow.document_id.in_(list(tags))))
        rows = [
            {
                "document_id": document_id,
                "facet": tag.facet.value,
                "value": tag.value,
                "source": tag.source.value,
                "reason": tag.reason,
            }
            for document_id, each in tags.items()
            for tag in each
        ]
        if rows:
            self._session.execute(insert(TagRow), rows)

    def _delete_orphan_event(self, event_id: str) -> None:
        """Delete an event that nobody describes, unless a person put a document in it."""
        if self._session.scalars(select(exists().where(_is_put_in_event(event_id)))).one():
            return
        # Where a person chose event type and year, nothing else of a document changes, and the index must follow.
        for id_ in self._session.scalars(select(DocumentRow.id).where(DocumentRow.event_id == event_id)).all():
            self._session.execute(
                update(DocumentRow)
                .where(DocumentRow.id == id_)
                .values(event_id=None, revision=self._context.next_revision())
            )
        self._session.execute(delete(EventRow).where(EventRow.id == event_id))


def _to_columns(holds: Description, own_authors: list[str]) -> dict[str, object]:
    """The columns of a document that its effective metadata fills."""
    return {
        "title": holds.title,
        "date": holds.date,
        "event_id": holds.event.id if holds.event else None,
        "authors": list(holds.authors) or own_authors,
        "summary": holds.summary,
    }


def _is_put_in_event(event_id: str) -> ColumnElement[bool]:
    return and_(FieldDecisionRow.field == MetadataField.EVENT.value, FieldDecisionRow.value == event_id)
