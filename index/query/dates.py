"""Dates as questions name them: « 21/03/2024 », « 29/02/24 », « 2024-04-18 », « 27/09 », « juin 2024 »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.model import MONTHS
from index.text import fold_accents

if TYPE_CHECKING:
    from index.model import PartialDate

_MONTH_NAMES = {
    **{fold_accents(name): number for number, name in enumerate(MONTHS, 1)},
    "janv": 1,
    "fevr": 2,
    "fev": 2,
    "avr": 4,
    "juil": 7,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_MONTH = rf"(?P<name>{'|'.join(sorted(_MONTH_NAMES, key=len, reverse=True))})\b\.?"
_DAY, _NUMBER, _YEAR = r"(?P<day>0?[1-9]|[12]\d|3[01])", r"(?P<month>0?[1-9]|1[0-2])", r"(?P<year>20\d\d)"

# « novembre 24 » is no day: it would stand before.
_YEAR_AFTER_MONTH = r"(?P<year>20\d\d|[12]\d)"

# The longest forms first: « 21/03/2024 » holds « 21/03 ».
_FORMS = tuple(
    re.compile(rf"(?<![\w/.-]){form}(?![\w/-])")
    for form in (
        rf"{_YEAR}[-/.]{_NUMBER}[-/.]{_DAY}",
        rf"{_DAY}(?P<sign>[-/.]){_NUMBER}(?P=sign)(?P<year>(?:20)?\d\d)",
        rf"{_DAY}(?:er)?\s+{_MONTH}(?:\s+{_YEAR_AFTER_MONTH})?",
        rf"{_MONTH}(?:\s+{_YEAR_AFTER_MONTH})?",
        rf"{_YEAR}[-/]{_NUMBER}",
        rf"{_NUMBER}[-/]{_YEAR}",
        rf"{_DAY}/{_NUMBER}",
        _YEAR,
    )
)


@dataclass(frozen=True, slots=True)
class AskedDate:
    """A date of a question, from `start` to `end` in its text; what it does not say of year, month and day is 0."""

    start: int
    end: int
    year: int = 0
    month: int = 0
    day: int = 0

    @property
    def label(self) -> str:
        """The date as a member reads it: « 7 novembre 2024 », « novembre 2024 », « 27 septembre », « 2024 »."""
        day = "1er" if self.day == 1 else str(self.day or "")
        month = MONTHS[self.month - 1] if self.month else ""
        return " ".join(filter(None, (day, month, str(self.year or ""))))

    def covers(self, date: PartialDate) -> bool:
        """Whether a date is this one, as far as this one says."""
        return all(
            asked in {0, given}
            for asked, given in ((self.year, date.year), (self.month, date.month), (self.day, date.day))
        )


def find_dates(folded: str) -> tuple[AskedDate, ...]:
    """Return the dates of a text in lower case without accents, in order; none overlaps another."""
    found: list[AskedDate] = []
    for form in _FORMS:
        for match in form.finditer(folded):
            if not any(match.start() < each.end and each.start < match.end() for each in found):
                found.append(_read_date(match))
    return tuple(sorted(found, key=lambda each: each.start))


def _read_date(match: re.Match[str]) -> AskedDate:
    parts = match.groupdict()
    year = int(parts.get("year") or 0)
    month = _MONTH_NAMES[parts["name"]] if parts.get("name") else int(parts.get("month") or 0)
    # « 29/02/24 » is of this century.
    century = 2000 if 0 < year < 100 else 0  # noqa: PLR2004
    return AskedDate(match.start(), match.end(), century + year, month, int(parts.get("day") or 0))
