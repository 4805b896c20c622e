"""The reader of calendars (iCalendar, RFC 5545) and of address cards (vCard, RFC 6350), which are written alike."""

from __future__ import annotations

import quopri
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.text import clean_text, decode_bytes, read_bytes, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.model import Limits

_FOLD = re.compile(rb"\r?\n[ \t]")
# Lines are folded by bytes (3.1): a fold may part the bytes of a letter.
_FOLDED_LETTER = re.compile(rb"(?<=[\x80-\xf4])\r?\n[ \t](?=[\x80-\xbf])")
# In vCard 2.1 such a line goes on after « = ».
_QUOTED = re.compile(rb"[^:]*;(?:ENCODING=)?QUOTED-PRINTABLE", re.IGNORECASE)
_LINE = re.compile(rb"(?:[\w-]+\.)?([\w-]+)((?:;(?:[^\":;]|\"[^\"]*\")*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(rb';([\w-]+)(?:=(?:"([^"]*)"|([^;]*)))?')
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_MOMENT = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?\d\d)?(Z?))?")
# What is shown of an entry or a card, in this order, with its label.
_SHOWN = {
    "DTSTART": "Début", "DUE": "Échéance", "DTEND": "Fin", "LOCATION": "Lieu", "ORGANIZER": "Organisation",
    "ATTENDEE": "Avec", "ORG": "Organisme", "TITLE": "Fonction", "ROLE": "Rôle", "EMAIL": "Courriel",
    "TEL": "Téléphone", "ADR": "Adresse", "URL": "Lien", "CATEGORIES": "Catégories", "DESCRIPTION": "", "COMMENT": "",
    "NOTE": "",
}  # fmt: skip
_MOMENTS = frozenset({"DTSTART", "DTEND", "DUE"})
_ENTRIES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VCARD"})


@dataclass(slots=True)
class _Entry:
    """An entry of a calendar, or a card: its values by the names of its properties."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def find(self, *names: str) -> str:
        """The first value of the first of these properties that is there, else ""."""
        return next((self.values[name][0] for name in names if name in self.values), "")


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each entry or card, titled by what it is called."""
    decoded = decode_bytes(_FOLDED_LETTER.sub(b"", read_bytes(path, limits)))
    entries, name = _read_entries(decoded.text.encode(errors="replace"))
    sections = tuple(_build_section(number, entry) for number, entry in enumerate(entries, 1))
    kept = tuple(section for section in sections if section.title or section.text)
    return Extraction(
        Format.CONTACTS if _is_card(decoded.text) else Format.CALENDAR,
        kept,
        title=name or (kept[0].title if len(kept) == 1 else ""),
        warnings=decoded.warnings,
    )


def _is_card(text: str) -> bool:
    return "BEGIN:VCARD" in text[:200].upper()


def _read_entries(content: bytes) -> tuple[list[_Entry], str]:
    """The entries in the order of the file, and the name of the calendar."""
    entries, open_parts, name = list[_Entry](), list[str](), ""
    for key, value in _list_properties(content):
        if key == "BEGIN":
            open_parts.append(value.upper())
            if open_parts[-1] in _ENTRIES:
                entries.append(_Entry())
        elif key == "END":
            del open_parts[-1:]
        # An alarm inside an entry repeats it.
        elif open_parts and open_parts[-1] in _ENTRIES:
            entries[-1].values.setdefault(key, []).append(value)
        elif key == "X-WR-CALNAME":
            name = to_single_line(value)
    return entries, name


def _list_properties(content: bytes) -> Iterator[tuple[str, str]]:
    """Each line with its name in capitals, and its value as plain text."""
    content = _FOLD.sub(b"", content.replace(b"\r\n", b"\n"))
    lines = iter(content.split(b"\n"))
    for first in lines:
        pieces = [first]
        while _QUOTED.match(first) and pieces[-1].endswith(b"="):
            pieces[-1:] = [pieces[-1][:-1], next(lines, b"")]
        line = b"".join(pieces)
        if match := _LINE.fullmatch(line.strip()):
            parameters = {name.upper(): quoted or plain for name, quoted, plain in _PARAMETER.findall(match[2])}
            name = match[1].decode().upper()
            yield name, _read_value(name, match[3], parameters)


def _read_value(name: str, raw: bytes, parameters: dict[bytes, bytes]) -> str:
    encoding = parameters.get(b"ENCODING", b"QUOTED-PRINTABLE" if b"QUOTED-PRINTABLE" in parameters else b"").upper()
    charset = parameters.get(b"CHARSET", b"").decode("ascii", errors="replace")
    if encoding == b"QUOTED-PRINTABLE":
        raw = quopri.decodestring(raw)
    elif encoding in {b"B", b"BASE64"}:
        return ""
    value = decode_bytes(raw, charset).text
    if name in _MOMENTS:
        return _format_moment(value)
    if name in {"ORGANIZER", "ATTENDEE"}:
        called = decode_bytes(parameters.get(b"CN", b"")).text
        address = re.sub("(?i)^mailto:", "", value)
        return f"{called} <{address}>" if called and "@" in address and called != address else called or address
    if name in {"N", "ADR", "ORG", "CATEGORIES"}:
        value = ", ".join(filter(None, (each.strip() for each in re.split(r"(?<!\\)[;,]", value))))
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value).strip()


def _format_moment(value: str) -> str:
    """« 03/12/2024 09:00 », as a French reader writes it; the value itself where it is no date."""
    match = _MOMENT.match(value.strip())
    if match is None:
        return value
    year, month, day, hour, minute, universal = match.groups()
    clock = f" {hour}:{minute}{' UTC' if universal else ''}" if hour else ""
    return f"{day}/{month}/{year}{clock}"


def _build_section(number: int, entry: _Entry) -> Section:
    lines = [
        f"{label} : {value}" if label else value
        for name, label in _SHOWN.items()
        for value in entry.values.get(name, ())
        if value
    ]
    title = to_single_line(entry.find("SUMMARY", "FN", "N", "NICKNAME"))
    return Section(SectionUnit.HEADING, number, clean_text("\n".join(lines)), title=title)
