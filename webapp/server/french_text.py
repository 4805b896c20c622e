"""French typography for pages and messages: dates, numbers, plurals, quotes, with their non-breaking spaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from index.model import PartialDate

if TYPE_CHECKING:
    from datetime import datetime, time

NBSP = "\u00a0"
# French groups digits by a narrow non-breaking space.
_THOUSANDS_SPACE = "\u202f"

# Units of the SI: a kilooctet is a thousand bytes.
_THOUSAND, _TEN = 1000, 10

_BREAKING_SPACE = re.compile(r"(?<=«) | (?=[»:;?!])")
# All white space but the no-break spaces of French typography.
_BREAKING_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_OPENING_GUILLEMET, _CLOSING_GUILLEMET = re.compile(r"«\s*"), re.compile(r"\s*»")
# Between letters only: a quote around a word is no apostrophe.
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_VOWELS = "ao"
"""First letters of the months before which « de » is elided: avril, août, octobre."""


def format_day(value: PartialDate | datetime) -> str:
    """Return a date in full: « 1er mars 2024 », or « mars 2024 ». A datetime is read in the server's time zone."""
    return value.label if isinstance(value, PartialDate) else _local_date(value).label


def format_of_day(value: PartialDate) -> str:
    """Return a date with its preposition: « du 25 janvier 2024 », « de janvier 2024 », « d’avril 2024 »."""
    if value.day:
        return f"du {value.label}"
    return f"d’{value.label}" if value.label[0] in _VOWELS else f"de {value.label}"


def format_datetime(value: datetime) -> str:
    """Return an aware datetime in the server's time zone: « 7 mai 2025 à 9 h 05 »."""
    local = value.astimezone()
    return f"{_local_date(local).label} à {local.hour}{NBSP}h{NBSP}{local.minute:02d}"


def format_iso(value: PartialDate | datetime) -> str:
    """Return a date or a datetime in ISO 8601, to the second, for the attribute « datetime » of HTML."""
    return value.isoformat() if isinstance(value, PartialDate) else value.isoformat(timespec="seconds")


def format_time(value: time) -> str:
    """Return a time of day: « 9 h 05 », « 14 h »."""
    minutes = f"{NBSP}{value.minute:02d}" if value.minute else ""
    return f"{value.hour}{NBSP}h{minutes}"


def _local_date(value: datetime) -> PartialDate:
    local = value.astimezone()
    return PartialDate(local.year, local.month, local.day)


def format_number(value: int) -> str:
    """Return a number with grouped digits: « 12 345 »."""
    return f"{value:,}".replace(",", _THOUSANDS_SPACE)


def format_bytes(value: int) -> str:
    """Return a number of bytes in a readable unit: « 340 Ko », « 1,2 Mo »."""
    amount, unit = float(value), "o"
    for larger in ("Ko", "Mo", "Go"):
        if amount < _THOUSAND:
            break
        amount, unit = amount / _THOUSAND, larger
    digits = f"{amount:.1f}".removesuffix(".0") if amount < _TEN and unit != "o" else f"{amount:.0f}"
    return f"{digits.replace('.', ',')}{NBSP}{unit}"


def format_count(value: int, singular: str, plural: str = "") -> str:
    """Return a number of things: « 0 document », « 1 document », « 2 documents ». The default plural adds an « s »."""
    return f"{format_number(value)}{NBSP}{singular if value < 2 else plural or singular + 's'}"  # noqa: PLR2004  # French says « 1,9 document »


def quote_text(text: str) -> str:
    """Return a text between guillemets: « texte »; those that it has become “ ”, as quotes within quotes are."""
    inner = _CLOSING_GUILLEMET.sub("”", _OPENING_GUILLEMET.sub("“", text))
    return f"«{NBSP}{inner}{NBSP}»"


def typeset(text: str) -> str:
    """Return a text as people type it with typographic apostrophes and non-breaking spaces.

    Existing spaces become non-breaking inside guillemets and before « : ; ? ! »; none is added.
    """
    return keep_signs_on_line(_APOSTROPHE.sub("’", text))


def keep_signs_on_line(text: str) -> str:
    """Return a text in which no line begins by « : » or « » »: such spaces become non-breaking, its length stays."""
    return _BREAKING_SPACE.sub(NBSP, text)


def capitalise(text: str) -> str:
    """Return a text with its first letter in upper case and the others unchanged."""
    return text[:1].upper() + text[1:]


def join_line(text: str, most: int) -> str:
    """Return a name that someone typed on one line, of at most so many characters; its no-break spaces stay."""
    return _BREAKING_SPACES.sub(" ", text).strip()[:most]
