"""Reads the library's calendar, `evenements.yaml`: events past and to come, with what one needs to attend them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from index.catalogue import Announced
from index.model import Event
from indexer.notices import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from index.vocabulary import Vocabulary

# Keys are folded before they are looked up: « Début » is read as « debut ».
_KEYS = {
    name: name for name in ("date", "type", "titre", "lieu", "lien", "description", "debut", "fin", "dossier", "numero")
} | {"rendez-vous": "type"}
_LISTS = {"evenements": "evenements", "rendez-vous": "evenements"}


def parse(text: str, vocabulary: Vocabulary) -> tuple[tuple[Announced, ...], tuple[str, ...]]:
    """Parse a calendar: gives its events and what is wrong in it; an entry without a date or a type is left out."""
    reader = Reader(vocabulary)
    content = reader.load(text)
    # People write a list at the top of the file, or below a key that names it: both are understood.
    if isinstance(content, dict):
        content = reader.keys(content, _LISTS, "").get("evenements")
    if content is None:
        return (), tuple(reader.problems)
    if not isinstance(content, list):
        reader.tell("", "une liste de rendez-vous est attendue, chacun précédé d’un tiret")
        return (), tuple(reader.problems)
    read = [_announced(reader, each, f"rendez-vous n° {number} : ") for number, each in enumerate(content, 1)]
    return tuple(_told_apart(filter(None, read))), tuple(reader.problems)


def _announced(reader: Reader, content: Any, where: str) -> Announced | None:
    keys = reader.keys(content, _KEYS, where)
    date, type_ = reader.date(keys.get("date"), where), reader.event_type(keys.get("type"), where)
    # Only what is absent is reported here: a value that is not understood has been reported by its own reader.
    missing = [name for name in ("date", "type") if isinstance(content, dict) and name not in keys]
    if missing:
        reader.tell(where, f"il manque {' et '.join(f'« {name} »' for name in missing)}")
    if date is None or not type_:
        return None
    title = reader.text(keys.get("titre"), "titre", where)
    event = Event(
        # The same form as the ids of events that names alone make: both are one event.
        id=f"{type_}-{date.isoformat()}",
        type=type_,
        title=title or f"{reader.vocabulary.event_types[type_].label} – {date.label}",
        date=date,
        begins=reader.time(keys.get("debut"), "début", where),
        ends=reader.time(keys.get("fin"), "fin", where),
        place=reader.text(keys.get("lieu"), "lieu", where),
        link=_link(reader, keys.get("lien"), where),
        description=reader.text(keys.get("description"), "description", where),
    )
    return Announced(event, _folder(reader, keys.get("dossier"), where), _number(reader, keys.get("numero"), where))


def _link(reader: Reader, value: Any, where: str) -> str:
    link = reader.text(value, "lien", where)
    # Members will click on it: no other scheme, such as « javascript: », may get in.
    if link and not link.startswith(("https://", "http://")):
        reader.tell(where, "« lien » doit commencer par https:// ou http://")
        return ""
    return link


def _folder(reader: Reader, value: Any, where: str) -> str:
    # People on Windows copy paths with backslashes.
    folder = reader.text(value, "dossier", where).replace("\\", "/").strip("/")
    return str(PurePosixPath(folder)) if folder else ""


def _number(reader: Reader, value: Any, where: str) -> int | None:
    # To Python a boolean is a number, and YAML reads « yes » as one.
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    reader.tell(where, f"« numéro » doit être un nombre entier, et non « {value} »")
    return None


def _told_apart(announced: Iterable[Announced]) -> Iterable[Announced]:
    """Give each event an id of its own: two webinars of one day have the same date and type."""
    met: dict[str, int] = {}
    for each in announced:
        times = met[each.event.id] = met.get(each.event.id, 0) + 1
        yield each if times == 1 else replace(each, event=replace(each.event, id=f"{each.event.id}-{times}"))
