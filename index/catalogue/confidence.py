"""How sure Ruche is of what it says of documents: what nobody need look at, and what waits for a person's eye.

Everything follows from the sources of tags. Names that a team gave on purpose weigh more than words of a text; ordinary
words, in which themes are found by their stems, weigh less than the proper names of places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, and_, exists, func, not_, or_, select, type_coerce
from sqlalchemy.orm import aliased

from index.catalogue.metadata_layers import MetadataField
from index.catalogue.tables import DocumentRow, EventRow, FieldDecisionRow, TagDecisionRow, TagRow
from index.model import EXPECTED_FACETS, Facet, TagSource

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

    from index.model import Document

_WRITTEN = frozenset({TagSource.ANIMATOR, TagSource.SIDECAR, TagSource.CALENDAR})
"""What a person wrote about documents on purpose: sure, whatever the facet."""

_NAMED = _WRITTEN | {TagSource.FOLDER}
_IN_NAMES = _NAMED | {TagSource.FILE_NAME}

_MONTH_LETTERS = len("2024-01")
_LEAST_SOURCES = 2


def is_sure(facet: Facet, sources: Collection[TagSource]) -> bool:
    """Whether a value of one facet that these sources give needs nobody's look.

    « Repères » in a file's name is no « Repérage »: a theme needs two sources that agree. « Grigny » in a name is a
    place; in a text it may be an example.
    """
    if facet is Facet.TERRITORY:
        return not _IN_NAMES.isdisjoint(sources)
    return not _WRITTEN.isdisjoint(sources) or len(set(sources)) >= _LEAST_SOURCES


def find_sure_values(document: Document, facet: Facet) -> frozenset[str]:
    """The values of a document's facet that need nobody's look."""
    # One value may have a tag of each source: they are judged together.
    sources: dict[str, set[TagSource]] = {}
    for tag in document.tags:
        if tag.facet is facet:
            sources.setdefault(tag.value, set()).add(tag.source)
    return frozenset(value for value, given in sources.items() if is_sure(facet, given))


def is_doubtful(facet: Facet) -> ColumnElement[bool]:
    """The condition that a document's theme, territory or event waits for someone to look at it."""
    if facet is Facet.EVENT:
        return not_(_has_sure_event())
    if facet is Facet.TERRITORY:
        # A gathering is everybody's unless it names a place; a document by itself is to be asked about.
        absent = and_(not_(_is_tagged(facet)), not_(_has_sure_event()))
        return or_(and_(_is_tagged(facet), not_(_is_tagged(facet, *_IN_NAMES))), absent)
    return not_(or_(_is_tagged(facet, *_WRITTEN), _has_agreeing_sources(facet)))


def has_doubts() -> ColumnElement[bool]:
    """The condition that something about a document waits for someone to look at it: a facet, or a contradiction."""
    return or_(*map(is_doubtful, EXPECTED_FACETS), _is_contradicted())


def lacks_facet(facet: Facet) -> ColumnElement[bool]:
    """The condition that a document has no value of a facet."""
    return DocumentRow.event_id.is_(None) if facet is Facet.EVENT else not_(_is_tagged(facet))


def _has_sure_event() -> ColumnElement[bool]:
    """Whether an event is said by more than a file's name, with its day; or a person said that there is none."""
    # « Aucun » is an answer, kept as an empty choice: without it a tool box would be asked about for ever.
    declined = exists().where(
        FieldDecisionRow.document_id == DocumentRow.id,
        FieldDecisionRow.field == MetadataField.EVENT.value,
        FieldDecisionRow.value == "",
    )
    # Two webinars of one month would be taken for one, unless a person wrote the event down.
    has_day = exists().where(
        EventRow.id == DocumentRow.event_id, func.length(type_coerce(EventRow.date, String)) > _MONTH_LETTERS
    )
    named = and_(
        _is_tagged(Facet.EVENT_TYPE, *_NAMED),
        _is_tagged(Facet.YEAR, *_IN_NAMES),
        or_(_is_tagged(Facet.EVENT_TYPE, *_WRITTEN), has_day.correlate(DocumentRow)),
    )
    return or_(declined.correlate(DocumentRow), and_(DocumentRow.event_id.is_not(None), named))


def _is_contradicted() -> ColumnElement[bool]:
    """Whether persons said different things of two files of one replay, of which one prevails for now."""
    # Of each pair, one order is enough: what differs this way differs that way too.
    field, other_field = aliased(FieldDecisionRow), aliased(FieldDecisionRow)
    tag, other_tag = aliased(TagDecisionRow), aliased(TagDecisionRow)
    fields = and_(field.field == other_field.field, field.value < other_field.value, _are_of_replay(field, other_field))
    tags = and_(
        *(tag.facet == other_tag.facet, tag.value == other_tag.value),
        *(tag.chosen.is_(True), other_tag.chosen.is_(False), _are_of_replay(tag, other_tag)),
    )
    return or_(*(exists().where(each).correlate(DocumentRow) for each in (fields, tags)))


def _are_of_replay(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether two decisions are on the document or on a part of it."""
    here, there = aliased(DocumentRow), aliased(DocumentRow)
    return and_(
        *(here.id == one.document_id, there.id == other.document_id),
        *(or_(each.id == DocumentRow.id, each.part_of == DocumentRow.id) for each in (here, there)),
    )


def _is_tagged(facet: Facet, *sources: TagSource) -> ColumnElement[bool]:
    tagged = exists().where(TagRow.document_id == DocumentRow.id, TagRow.facet == facet.value)
    if sources:
        tagged = tagged.where(TagRow.source.in_(sorted(each.value for each in sources)))
    return tagged.correlate(DocumentRow)


def _has_agreeing_sources(facet: Facet) -> ColumnElement[bool]:
    # A document's tags have each value once a source.
    agreeing = (
        select(TagRow.value)
        .where(TagRow.document_id == DocumentRow.id, TagRow.facet == facet.value)
        .group_by(TagRow.value)
        .having(func.count() >= _LEAST_SOURCES)
    )
    return agreeing.correlate(DocumentRow).exists()
