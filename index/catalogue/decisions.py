"""What persons decide about a document, and how it is applied over what the rules say. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from index.model import Facet, PartialDate, Tag, TagSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from index.catalogue.records import Description
    from index.model import Document, Event

ANIMATOR_REASON = "choix de l’équipe d’animation"
"""The reason of a tag that a person chose, as members read it: who it was is the team's own business."""


class MetadataField(Enum):
    """What a person may decide beside tags."""

    TITLE = "titre"
    DATE = "date"
    EVENT = "rendez-vous"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a person says of documents, at once; what it does not name stays as it was.

    `undecide` leaves a tag to the rules again. `fields` are texts: a title, a date in ISO 8601, an event's id. An empty
    text says that there is none, None leaves the field to the rules again.
    """

    choose: tuple[Tag, ...] = ()
    decline: tuple[tuple[Facet, str], ...] = ()
    undecide: tuple[tuple[Facet, str], ...] = ()
    fields: Mapping[MetadataField, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who did something, and when; `who` may be empty."""

    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TagDecision:
    """A person's decision on one tag: chosen or declined."""

    facet: Facet
    value: str
    chosen: bool
    reason: str
    by: Attribution


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """A person's decision on a field, as in `Decisions.fields`."""

    value: str
    by: Attribution


@dataclass(frozen=True, slots=True)
class DocumentDecisions:
    """All that persons decided about a document, and what the rules alone say of it."""

    rules: Description
    tags: tuple[TagDecision, ...] = ()
    fields: Mapping[MetadataField, FieldDecision] = field(default_factory=dict)
    qualification: Attribution | None = None


@dataclass(frozen=True, slots=True)
class QualificationPage:
    """A page of the documents that no one has looked at yet; `total` counts all of them.

    `lacking` counts those without a theme, a territory or an event; `lacks` says what each document of the page is
    without.
    """

    total: int
    documents: tuple[Document, ...]
    missing_facets: Mapping[str, frozenset[Facet]]
    counts_by_missing_facet: Mapping[Facet, int]


@dataclass(frozen=True, slots=True)
class Area:
    """A region or a department, and the label of the territory that lies in it."""

    facet: Facet
    value: str
    territory: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """What a person says of a file that is about to come at `path` (POSIX, relative to the library)."""

    path: str
    decisions: Decisions
    who: str = ""


@dataclass(frozen=True, slots=True)
class EffectiveEvent:
    """The event that a document belongs to, and whether a person had a hand in it."""

    event: Event | None
    by_hand: bool


def compute_effective_description(
    decided: DocumentDecisions, effective_event: EffectiveEvent, areas: Mapping[str, tuple[Area, ...]]
) -> Description:
    """Compute a document's effective metadata: what persons decided prevails over the rules. `areas` are by territory.

    The date is the person's, else the event's, else the rules'. Territories bring the areas that they lie in.
    """
    rules = decided.rules
    event, day = effective_event.event, decided.fields.get(MetadataField.DATE)
    # A decision with an empty value says that there is no date: what counts is whether there is one.
    date = _parse_date(day.value) if day else event.date if event else rules.date
    titled = decided.fields.get(MetadataField.TITLE)
    declined = {(each.facet, each.value) for each in decided.tags if not each.chosen}
    tags = [*_list_chosen_tags(decided), *_derive_event_tags(decided, effective_event, date)]
    # A single-valued facet that a person filled or emptied takes nothing from the rules.
    replaced = {tag.facet for tag in tags if tag.facet.spec.single} | _find_empty_facets(decided, effective_event, date)
    tags += [tag for tag in rules.tags if tag.facet not in replaced]
    tags = [tag for tag in tags if (tag.facet, tag.value) not in declined]
    # After the tags that were declined are gone: an area must not outlive its territory.
    around = [tag for tag in _list_area_tags(tags, areas) if (tag.facet, tag.value) not in declined]
    return replace(
        rules,
        # An empty title is no title: the rules always have one.
        title=(titled.value if titled else "") or rules.title,
        date=date,
        event=event,
        tags=_drop_duplicates((*tags, *around)),
    )


def _parse_date(iso: str) -> PartialDate | None:
    return PartialDate.parse(iso) if iso else None


def _list_chosen_tags(decided: DocumentDecisions) -> Iterator[Tag]:
    for each in decided.tags:
        if each.chosen:
            yield Tag(each.facet, each.value, TagSource.ANIMATOR, each.reason)


def _derive_event_tags(decided: DocumentDecisions, gathered: EffectiveEvent, date: PartialDate | None) -> Iterator[Tag]:
    """The event type and the year that follow from a person's choice of the event or the date."""
    chosen = {each.facet for each in decided.tags if each.chosen}
    if gathered.event and gathered.by_hand and Facet.EVENT_TYPE not in chosen:
        yield Tag(Facet.EVENT_TYPE, gathered.event.type, TagSource.ANIMATOR, ANIMATOR_REASON)
    dated = MetadataField.DATE in decided.fields or (gathered.event is not None and gathered.by_hand)
    if date and dated and Facet.YEAR not in chosen:
        yield Tag(Facet.YEAR, str(date.year), TagSource.ANIMATOR, ANIMATOR_REASON)


def _find_empty_facets(decided: DocumentDecisions, gathered: EffectiveEvent, date: PartialDate | None) -> set[Facet]:
    """Facets that the rules no longer fill: a person said that there is no event, or no date."""
    emptied = set()
    if gathered.by_hand and gathered.event is None:
        emptied.add(Facet.EVENT_TYPE)
    if MetadataField.DATE in decided.fields and date is None:
        emptied.add(Facet.YEAR)
    return emptied


def _list_area_tags(tags: list[Tag], areas: Mapping[str, tuple[Area, ...]]) -> Iterator[Tag]:
    for tag in tags:
        if tag.facet is Facet.TERRITORY:
            for area in areas.get(tag.value, ()):
                # With the source of its territory: an area must not outweigh what brought it.
                yield Tag(area.facet, area.value, tag.source, f"{area.territory} en fait partie ({tag.reason})")


def _drop_duplicates(tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
    # A dict keeps the last of equal keys: reversed, so that the first stays, in its place.
    return tuple({(tag.facet, tag.value, tag.source): tag for tag in reversed(tags)}.values())[::-1]
