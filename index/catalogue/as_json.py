"""Nouns that the catalogue stores in JSON columns: to JSON, and back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import time
from typing import TYPE_CHECKING, Any

from index.catalogue.decisions import Decisions, MetadataField
from index.catalogue.records import AnnouncedEvent, Description, EventSource
from index.model import Event, Facet, PartialDate, Tag, TagSource
from index.vocabulary import Acronym, EntryKind, Territory, VocabularyEntry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.vocabulary import AnyEntry


def from_description(description: Description) -> dict[str, Any]:
    """A description as JSON."""
    return {
        "title": description.title,
        "date": _from_date(description.date),
        "event": from_event(description.event) if description.event else None,
        "event_source": description.event_source.value,
        "authors": list(description.authors),
        "summary": description.summary,
        "tags": _from_tags(description.tags),
    }


def to_description(content: dict[str, Any]) -> Description:
    """The description of its JSON."""
    return Description(
        title=content["title"],
        date=_to_date(content["date"]),
        event=to_event(content["event"]) if content["event"] else None,
        tags=_to_tags(content["tags"]),
        event_source=EventSource(content["event_source"]),
        authors=tuple(content["authors"]),
        summary=content["summary"],
    )


def from_announced(announced: AnnouncedEvent) -> dict[str, Any]:
    """An announced event as JSON."""
    return {"event": from_event(announced.event), "folder": announced.folder, "number": announced.number}


def to_announced(content: dict[str, Any]) -> AnnouncedEvent:
    """The announced event of its JSON."""
    return AnnouncedEvent(to_event(content["event"]), content["folder"], content["number"])


def from_event(event: Event) -> dict[str, Any]:
    """An event as JSON."""
    return {
        # Dates and times have no JSON form of their own. Keys are stored: a new name needs a migration.
        **asdict(event),
        "date": event.date.isoformat(),
        "begins": event.begins.isoformat("minutes") if event.begins else None,
        "ends": event.ends.isoformat("minutes") if event.ends else None,
    }


def to_event(content: dict[str, Any]) -> Event:
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


def from_entry(entry: AnyEntry) -> dict[str, Any]:
    """An entry of the vocabulary as JSON."""
    # The column holds an object whatever the kind.
    return {"synonyms": list(entry)} if isinstance(entry, tuple) else asdict(entry)


def to_entry(kind: EntryKind, content: dict[str, Any]) -> AnyEntry:
    """The entry of its JSON."""
    match kind:
        case EntryKind.SYNONYMS:
            return tuple(content["synonyms"])
        case EntryKind.TERRITORY:
            # JSON has lists only, where the nouns are frozen and have tuples.
            return Territory(**content | {"aliases": tuple(content["aliases"])})
        case EntryKind.ACRONYM:
            return Acronym(**content | {"aliases": tuple(content["aliases"])})
        case _:
            return VocabularyEntry(**content | {"aliases": tuple(content["aliases"])})


def _from_tags(tags: Iterable[Tag]) -> list[list[str]]:
    return [[tag.facet.value, tag.value, tag.source.value, tag.reason] for tag in tags]


def _to_tags(content: Iterable[list[str]]) -> tuple[Tag, ...]:
    return tuple(Tag(Facet(facet), value, TagSource(source), reason) for facet, value, source, reason in content)


def _from_date(date: PartialDate | None) -> str | None:
    return date.isoformat() if date else None


def _to_date(iso: str | None) -> PartialDate | None:
    return PartialDate.parse(iso) if iso else None
