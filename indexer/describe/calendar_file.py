"""Reads the library's calendar, `evenements.yaml`: events past and to come, with what one needs to attend them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from index.catalogue import AnnouncedEvent
from index.model import Event, shorten_text
from indexer.describe.metadata_files import MetadataReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.vocabulary import Vocabulary

# Keys are folded before they are looked up: « Début » is read as « debut ».
_EVENT_KEYS = {
    name: name for name in ("date", "type", "titre", "lieu", "lien", "description", "debut", "fin", "dossier", "numero")
} | {"rendez-vous": "type"}
# No event is the ten-thousandth of its kind.
_NUMBER_PATTERN = re.compile(r"0*[1-9][0-9]{0,3}")
_TOP_KEYS = {"evenements": "evenements", "rendez-vous": "evenements"}


def parse_calendar(text: str, vocabulary: Vocabulary) -> tuple[tuple[AnnouncedEvent, ...], tuple[str, ...]]:
    """Parse a calendar: gives its events and what is wrong in it; an entry without a date or a type is left out."""
    reader = MetadataReader(vocabulary)
    content = reader.load_yaml(text)
    # People write a list at the top of the file, or below a key that names it: both are understood.
    if isinstance(content, dict):
        content = reader.read_keys(content, _TOP_KEYS, "").get("evenements")
    if content is None:
        return (), tuple(reader.problems)
    if not isinstance(content, list):
        reader.add_problem("", "une liste de rendez-vous est attendue, chacun précédé d’un tiret")
        return (), tuple(reader.problems)
    events = [_read_event(reader, each, f"rendez-vous n° {number} : ") for number, each in enumerate(content, 1)]
    return tuple(_number_repeated_ids(filter(None, events))), tuple(reader.problems)


def _read_event(reader: MetadataReader, content: Any, where: str) -> AnnouncedEvent | None:
    keys = reader.read_keys(content, _EVENT_KEYS, where)
    date, type_ = reader.read_date(keys.get("date"), where), reader.read_event_type(keys.get("type"), where)
    # Only what is absent is reported here: a value that is not understood has been reported by its own reader.
    missing = [name for name in ("date", "type") if isinstance(content, dict) and name not in keys]
    if missing:
        reader.add_problem(where, f"il manque {' et '.join(f'« {name} »' for name in missing)}")
    if date is None or not type_:
        return None
    title = reader.read_text(keys.get("titre"), "titre", where)
    event = Event(
        # The same form as the ids of events that names alone make: both are one event.
        id=f"{type_}-{date.isoformat()}",
        type=type_,
        title=title or f"{reader.vocabulary.event_types[type_].label} – {date.label}",
        date=date,
        begins=reader.read_time(keys.get("debut"), "début", where),
        ends=reader.read_time(keys.get("fin"), "fin", where),
        place=reader.read_text(keys.get("lieu"), "lieu", where),
        link=_read_link(reader, keys.get("lien"), where),
        description=reader.read_text(keys.get("description"), "description", where),
    )
    return AnnouncedEvent(
        event, _read_folder(reader, keys.get("dossier"), where), _read_number(reader, keys.get("numero"), where)
    )


def _read_link(reader: MetadataReader, value: Any, where: str) -> str:
    link = reader.read_text(value, "lien", where)
    # Members will click on it: no other scheme, such as « javascript: », may get in.
    if link and not link.startswith(("https://", "http://")):
        reader.add_problem(where, "« lien » doit commencer par https:// ou http://")
        return ""
    return link


def _read_folder(reader: MetadataReader, value: Any, where: str) -> str:
    # People on Windows copy paths with backslashes.
    folder = reader.read_text(value, "dossier", where).replace("\\", "/").strip("/")
    return str(PurePosixPath(folder)) if folder else ""


def _read_number(reader: MetadataReader, value: Any, where: str) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and _NUMBER_PATTERN.fullmatch(value):
        return int(value)
    reader.add_problem(where, f"« numéro » doit être un nombre entier, et non « {shorten_text(value)} »")
    return None


def _number_repeated_ids(announced: Iterable[AnnouncedEvent]) -> Iterable[AnnouncedEvent]:
    """Give each event an id of its own: two webinars of one day have the same date and type."""
    counts: dict[str, int] = {}
    for each in announced:
        times = counts[each.event.id] = counts.get(each.event.id, 0) + 1
        yield each if times == 1 else replace(each, event=replace(each.event, id=f"{each.event.id}-{times}"))
