"""Dates, times and durations as a format code displays them, in French or in English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from extractors.readers.excel.format_codes import count_second_decimals, follows_seconds, literal_text
from extractors.readers.excel.number_digits import PRECISION, format_general

if TYPE_CHECKING:
    from extractors.readers.excel.format_codes import FormatSection

_FRENCH_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre"),
    "décembre",
)
_FRENCH_SHORT_MONTHS = ("janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc")
_FRENCH_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November"),
    "December",
)
_ENGLISH_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# 31 December 9999 is day 2,958,465, or earlier by these days where they count from 1904: what is greater is no date.
_LAST_DAY, _DAYS_BEFORE_1904 = 2_958_465, 1_462
_DAY_SECONDS = 86_400
# Excel displays no more of a second.
_MOST_DECIMALS = 3
# The last day that Excel takes for the 29 February of 1900, which no calendar has.
_DAY_THAT_NEVER_WAS = 60


def format_moment(section: FormatSection, number: float, from_1904: bool) -> str:  # noqa: FBT001  of one file, never a choice
    """A date, a time or a duration; the number itself where it is none."""
    has_elapsed = any(token.kind == "elapsed" for token in section.tokens)
    if not -_LAST_DAY < number < _LAST_DAY - _DAYS_BEFORE_1904 or (number < 0 and not has_elapsed):
        return format_general(number)
    after_seconds = min(count_second_decimals(section.tokens), _MOST_DECIMALS)
    # Excel rounds to the last part of a second that it displays, or 9:00 would be displayed as 8:59.
    parts = 10**after_seconds
    units = int(Decimal(format(abs(number) * _DAY_SECONDS, PRECISION)) * parts + Decimal("0.5"))
    seconds, fraction = divmod(units, parts)
    writer = _MomentWriter(section, seconds, f"{fraction:0{after_seconds}d}" if after_seconds else "", from_1904)
    return ("-" if number < 0 and units else "") + writer.write()


@dataclass(frozen=True, slots=True)
class _MomentWriter:
    """Writes one moment: `seconds` since the first day, and the digits of their `fraction`."""

    section: FormatSection
    seconds: int
    fraction: str
    from_1904: bool

    def write(self) -> str:
        tokens, is_half_day = self.section.tokens, any(token.kind == "half" for token in self.section.tokens)
        written = list[str]()
        for place, token in enumerate(tokens):
            if token.kind == "date":
                written.append(self._write_date(token.text.lower(), is_half_day=is_half_day))
            elif token.kind == "elapsed":
                size = {"h": 3600, "m": 60, "s": 1}[token.text[0].lower()]
                written.append(f"{self.seconds // size:0{len(token.text)}d}")
            elif token.kind == "half":
                names = token.text.split("/")
                written.append(names[self.seconds % _DAY_SECONDS >= _DAY_SECONDS // 2])
            elif follows_seconds(tokens, place):
                written.append(f",{self.fraction}" if self.fraction else "")
            else:
                written.append(literal_text(token))
        return "".join(written)

    def _write_date(self, letters: str, *, is_half_day: bool) -> str:
        kind, width = letters[0], len(letters)
        time = self.seconds % _DAY_SECONDS
        if kind in "hns":
            value = {"h": time // 3600, "n": time // 60 % 60, "s": time % 60}[kind]
            if kind == "h" and is_half_day:
                value = value % 12 or 12
            return f"{value:0{min(width, 2)}d}"
        year, month, day, weekday = _find_day(self.seconds // _DAY_SECONDS, self.from_1904)
        english = self.section.is_english
        if kind == "m":
            months = _ENGLISH_MONTHS if english else _FRENCH_MONTHS
            short = months[month - 1][:3] if english else _FRENCH_SHORT_MONTHS[month - 1]
            return (f"{month}", f"{month:02d}", short, months[month - 1], months[month - 1][0])[min(width, 5) - 1]
        if kind == "d":
            name = (_ENGLISH_DAYS if english else _FRENCH_DAYS)[weekday]
            return (f"{day}", f"{day:02d}", name[:3], name)[min(width, 4) - 1]
        return f"{year % 100:02d}" if kind == "y" and width < 3 else f"{year:04d}" if kind in "ye" else ""  # noqa: PLR2004


class _Day(NamedTuple):
    """A day; `weekday` is 0 for Monday."""

    year: int
    month: int
    day: int
    weekday: int


@lru_cache(maxsize=4096)
def _find_day(days: int, from_1904: bool) -> _Day:  # noqa: FBT001  of one file, never a choice
    """The day of which a sheet gives the number."""
    if days == _DAY_THAT_NEVER_WAS and not from_1904:
        return _Day(1900, 2, 29, 2)
    # Excel takes 1900 for a leap year: from March 1900 on its days count from 30 December 1899.
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30 if days > _DAY_THAT_NEVER_WAS else 31)
    moment = first + timedelta(days=days)
    return _Day(moment.year, moment.month, moment.day, moment.weekday())
