"""What the rules and persons say of a document, how one is applied over the other, how both are stored. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import time
from enum import Enum
from typing import TYPE_CHECKING

from index.model import Event, Facet, PartialDate, Tag, TagSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any


ANIMATOR_REASON = "choix de l’équipe d’animation"
"""The reason of a tag that a person chose, as members read it: who it was is the team's own business."""


class EventSource(Enum):
    """Who or what describes an event. Members are in falling order of authority."""

    ANIMATOR = "animateur"
    CALENDAR = "calendrier"
    SIDECAR = "fiche"
    FOLDER = "dossier"
    FILE_NAME = "nom"


@dataclass(frozen=True, slots=True)
class Description:
    """What the rules make of a document: it also depends on its paths and on the vocabulary, and may be made anew.

    `authors` are those that a metadata file names; without any, the file's own stand. `event_label` names the event by
    its type and date alone, for who may see nothing else of it. `sources` are the places that all of this comes from:
    paths of the document and of sidecars.
    """

    title: str
    date: PartialDate | None
    event: Event | None
    tags: tuple[Tag, ...]
    event_source: EventSource = EventSource.FILE_NAME
    authors: tuple[str, ...] = ()
    summary: str = ""
    event_label: str = ""
    sources: tuple[str, ...] = ()

    @property
    def neutral_event(self) -> Event | None:
        """The event without anything but its type and its date."""
        if self.event is None:
            return None
        label = self.event_label or f"{self.event.type.capitalize()} – {self.event.date.label}"
        return Event(self.event.id, self.event.type, label, self.event.date)


@dataclass(frozen=True, slots=True)
class AnnouncedEvent:
    """An event of the calendar or of an animator: `folder` holds its documents, `number` is its « n° 3 »."""

    event: Event
    folder: str = ""
    number: int | None = None


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


@dataclass(frozen=True, slots=True)
class DecisionConflict:
    """What a person said of a part of a replay and does not prevail: `what` is a field or a tag's facet.

    `said` is the value, empty where there is to be none; a tag that was `declined` is not to stand.
    """

    what: MetadataField | Facet
    said: str
    declined: bool
    by: Attribution


@dataclass(frozen=True, slots=True)
class Area:
    """A region or a department, and the label of the territory that lies in it."""

    facet: Facet
    value: str
    territory: str


@dataclass(frozen=True, slots=True)
class EffectiveEvent:
    """The event that a document belongs to, and whether a person had a hand in it."""

    event: Event | None
    by_hand: bool


def merge_decisions(
    own: DocumentDecisions, parts: Iterable[tuple[DocumentDecisions, bool]]
) -> tuple[DocumentDecisions, tuple[DecisionConflict, ...]]:
    """Merge what is said of a document with what is said of its parts, in their order, and give the conflicts.

    Each part comes with whether it is there: of one that is gone, only what persons decided counts.
    """
    rules, tags, fields = own.rules, list(own.tags), dict(own.fields)
    conflicts: list[DecisionConflict] = []
    for part, is_there in parts:
        rules = _merge_rules(rules, part.rules) if is_there else rules
        for name, said in part.fields.items():
            prevailing = fields.setdefault(name, said)
            if prevailing.value != said.value:
                conflicts.append(DecisionConflict(name, said.value, declined=False, by=said.by))
        for tag in part.tags:
            rival = next((each for each in tags if _is_rival(each, tag)), None)
            if rival is None:
                tags.append(tag)
            elif (rival.value, rival.chosen) != (tag.value, tag.chosen):
                conflicts.append(DecisionConflict(tag.facet, tag.value, declined=not tag.chosen, by=tag.by))
    return DocumentDecisions(rules, tuple(tags), fields), tuple(conflicts)


def _is_rival(decision: TagDecision, other: TagDecision) -> bool:
    """Whether only one of two decisions can be in force."""
    if decision.facet is not other.facet:
        return False
    return decision.value == other.value or (decision.facet.spec.single and decision.chosen and other.chosen)


def _merge_rules(rules: Description, part: Description) -> Description:
    """What the rules say of a replay: of its document first, and what its part adds to it."""
    filled = {tag.facet for tag in rules.tags if tag.facet.spec.single and tag.facet is not Facet.FORMAT}
    added = tuple(tag for tag in part.tags if tag.facet not in filled)
    event = rules if rules.event else part
    return replace(
        rules,
        date=rules.date or part.date,
        event=event.event,
        event_source=event.event_source,
        event_label=event.event_label,
        authors=rules.authors or part.authors,
        summary=rules.summary or part.summary,
        tags=_drop_duplicates((*rules.tags, *added)),
    )


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


def _derive_event_tags(
    decided: DocumentDecisions, effective: EffectiveEvent, date: PartialDate | None
) -> Iterator[Tag]:
    """The event type and the year that follow from a person's choice of the event or the date."""
    chosen = {each.facet for each in decided.tags if each.chosen}
    if effective.event and effective.by_hand and Facet.EVENT_TYPE not in chosen:
        yield Tag(Facet.EVENT_TYPE, effective.event.type, TagSource.ANIMATOR, ANIMATOR_REASON)
    dated = MetadataField.DATE in decided.fields or (effective.event is not None and effective.by_hand)
    if date and dated and Facet.YEAR not in chosen:
        yield Tag(Facet.YEAR, str(date.year), TagSource.ANIMATOR, ANIMATOR_REASON)


def _find_empty_facets(decided: DocumentDecisions, effective: EffectiveEvent, date: PartialDate | None) -> set[Facet]:
    """Facets that the rules no longer fill: a person said that there is no event, or no date."""
    emptied = set()
    if effective.by_hand and effective.event is None:
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


def from_description(description: Description) -> dict[str, Any]:
    """A description as JSON."""
    return {
        "title": description.title,
        "date": description.date.isoformat() if description.date else None,
        "event": _from_event(description.event) if description.event else None,
        "event_source": description.event_source.value,
        "authors": list(description.authors),
        "summary": description.summary,
        "event_label": description.event_label,
        "sources": list(description.sources),
        "tags": _from_tags(description.tags),
    }


def to_description(content: dict[str, Any]) -> Description:
    """The description of its JSON."""
    return Description(
        title=content["title"],
        date=_parse_date(content["date"] or ""),
        event=_to_event(content["event"]) if content["event"] else None,
        tags=_to_tags(content["tags"]),
        event_source=EventSource(content["event_source"]),
        authors=tuple(content["authors"]),
        summary=content["summary"],
        # Not stored before version 3 of the tagger.
        event_label=content.get("event_label", ""),
        sources=tuple(content.get("sources", ())),
    )


def from_announced(announced: AnnouncedEvent) -> dict[str, Any]:
    """An announced event as JSON."""
    return {"event": _from_event(announced.event), "folder": announced.folder, "number": announced.number}


def to_announced(content: dict[str, Any]) -> AnnouncedEvent:
    """The announced event of its JSON."""
    return AnnouncedEvent(_to_event(content["event"]), content["folder"], content["number"])


def _from_event(event: Event) -> dict[str, Any]:
    """An event as JSON."""
    return {
        # Dates and times have no JSON form of their own. Keys are stored: a new name needs a migration.
        **asdict(event),
        "date": event.date.isoformat(),
        "begins": event.begins.isoformat("minutes") if event.begins else None,
        "ends": event.ends.isoformat("minutes") if event.ends else None,
    }


def _to_event(content: dict[str, Any]) -> Event:
    """The event of its JSON."""
    times = {name: time.fromisoformat(content[name]) if content[name] else None for name in ("begins", "ends")}
    return Event(**content | {"date": PartialDate.parse(content["date"])} | times)


def from_decisions(decisions: Decisions) -> dict[str, Any]:
    """Decisions as JSON."""
    return {
        "choose": _from_tags(decisions.choose),
        "decline": [[facet.value, value] for facet, value in decisions.decline],
        "undecide": [[facet.value, value] for facet, value in decisions.undecide],
        "fields": {field.value: value for field, value in decisions.fields.items()},
    }


def to_decisions(content: dict[str, Any]) -> Decisions:
    """The decisions of their JSON."""
    return Decisions(
        choose=_to_tags(content["choose"]),
        decline=tuple((Facet(facet), value) for facet, value in content["decline"]),
        undecide=tuple((Facet(facet), value) for facet, value in content["undecide"]),
        fields={MetadataField(field): value for field, value in content["fields"].items()},
    )


def _from_tags(tags: Iterable[Tag]) -> list[list[str]]:
    return [[tag.facet.value, tag.value, tag.source.value, tag.reason] for tag in tags]


def _to_tags(content: Iterable[list[str]]) -> tuple[Tag, ...]:
    return tuple(Tag(Facet(facet), value, TagSource(source), reason) for facet, value, source, reason in content)
