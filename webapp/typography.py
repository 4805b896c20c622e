"""French as it is printed: dates, numbers, plurals, quotes, with the spaces that must not break."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup

from index.model import PartialDate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, time

    from index.highlight import Fragment

NBSP = "\u00a0"
_THOUSANDS = "\u202f"

_THOUSAND, _TEN = 1000, 10

_LOOSE = re.compile(r"(?<=«) | (?=[»:;?!])")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_VOWELS = "ao"
"""First letters of the months that elide « de »: avril, août, octobre."""


def day(value: PartialDate | datetime) -> str:
    """A date in full: « 1er mars 2024 », or « mars 2024 »; a time is told in the time zone of the server."""
    return value.label if isinstance(value, PartialDate) else _date(value).label


def of_day(value: PartialDate) -> str:
    """A date after what it dates: « du 25 janvier 2024 », « de janvier 2024 », « d’avril 2024 »."""
    if value.day:
        return f"du {value.label}"
    return f"d’{value.label}" if value.label[0] in _VOWELS else f"de {value.label}"


def moment(value: datetime) -> str:
    """An aware time, told in the time zone of the server: « 7 mai 2025 à 9 h 05 »."""
    local = value.astimezone()
    return f"{_date(local).label} à {local.hour}{NBSP}h{NBSP}{local.minute:02d}"


def machine(value: PartialDate | datetime) -> str:
    """A date or a time as the attribute « datetime » wants it: to the second at most."""
    return value.isoformat() if isinstance(value, PartialDate) else value.isoformat(timespec="seconds")


def clock(value: time) -> str:
    """A time of the day as one says it: « 9 h 05 », « 14 h »."""
    minutes = f"{NBSP}{value.minute:02d}" if value.minute else ""
    return f"{value.hour}{NBSP}h{minutes}"


def _date(value: datetime) -> PartialDate:
    local = value.astimezone()
    return PartialDate(local.year, local.month, local.day)


def number(value: int) -> str:
    """A number with its thousands apart: « 12 345 »."""
    return f"{value:,}".replace(",", _THOUSANDS)


def size(value: int) -> str:
    """A number of bytes as one says it: « 340 Ko », « 1,2 Mo »."""
    amount, unit = float(value), "o"
    for larger in ("Ko", "Mo", "Go"):
        if amount < _THOUSAND:
            break
        amount, unit = amount / _THOUSAND, larger
    digits = f"{amount:.1f}".removesuffix(".0") if amount < _TEN and unit != "o" else f"{amount:.0f}"
    return f"{digits.replace('.', ',')}{NBSP}{unit}"


def count(value: int, singular: str, plural: str = "") -> str:
    """A number of things: « 0 document », « 1 document », « 2 documents »; the plural adds an s unless given."""
    return f"{number(value)}{NBSP}{singular if value < 2 else plural or singular + 's'}"  # noqa: PLR2004  # French says « 1,9 document »


def quoted(text: str) -> str:
    """A text between guillemets."""
    return f"«{NBSP}{text}{NBSP}»"


def typeset(text: str) -> str:
    """A title as people type it, with a printer's apostrophe and the spaces that must not break.

    Those are inside guillemets, and before two-part signs.
    """
    return _LOOSE.sub(NBSP, _APOSTROPHE.sub("’", text))


_MARK = Markup("<mark>{}</mark>")


def marked(fragments: Iterable[Fragment]) -> Markup:
    """A text in fragments, the found ones marked. A page of results has hundreds, too many for a template."""
    return Markup().join(_MARK.format(each.text) if each.marked else each.text for each in fragments)


def capital(text: str) -> str:
    """A text with its first letter in upper case, the others as they are."""
    return text[:1].upper() + text[1:]
