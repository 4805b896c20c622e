"""Reads what names of folders and files say: dates, event types, numbers, as in « 2024-01-25 - L'aller vers »."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from index.model import PartialDate, TagSource, find_stem
from index.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from index.vocabulary import Vocabulary, VocabularyEntry

T = TypeVar("T")

# Without accents: names are folded before they are searched.
_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_SHORT_MONTHS = {
    "janv": 1,
    "jan": 1,
    "fevr": 2,
    "fev": 2,
    "avr": 4,
    "juil": 7,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_MONTH_NUMBERS = {name: number for number, name in enumerate(_MONTHS, 1)} | _SHORT_MONTHS
# A regular expression takes the first alternative that fits: « janvier » must come before « janv » and « jan ».
_MONTH_NAME = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?P<year>20\d\d)(?!\d)"
_SEPARATOR = r"[-_./ ]"
# Tried in this order: whole dates come before months alone, which are part of them.
_DATE_PATTERNS = (
    # 2024-01-25, 2024_01_25, 20240125
    re.compile(
        r"(?<!\d)(?P<year>20\d\d)(?P<sep>[-_./ ]?)(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
    ),
    # 25-01-2024, 25.1.2024, 25/01/2024
    re.compile(rf"(?<!\d){_DAY}(?P<sep>{_SEPARATOR})(?P<month>0?[1-9]|1[0-2])(?P=sep){_YEAR}"),
    # 25012024
    re.compile(r"(?<!\d)(?P<day>0[1-9]|[12]\d|3[01])(?P<month>0[1-9]|1[0-2])(?P<year>20\d\d)(?!\d)"),
    # 25 janvier 2024, 1er févr. 2024, 25janvier2024, janvier 2024
    re.compile(rf"(?:(?<!\d){_DAY}(?:er)?{_SEPARATOR}?)?(?<![a-z])(?P<name>{_MONTH_NAME})\.?{_SEPARATOR}*{_YEAR}"),
    # 2024-01
    re.compile(r"(?<!\d)(?P<year>20\d\d)[-_.](?P<month>0[1-9]|1[0-2])(?!\d|[-_.]\d)"),
    # 01-2024
    re.compile(r"(?<!\d)(?<!\d[-_.])(?P<month>0[1-9]|1[0-2])[-_.](?P<year>20\d\d)(?!\d|[-_.]\d)"),
)
# « Webinaire n° 3 », « Mensuelle 8 », « Webinaire #2 »: two digits at most, so that a year is no number.
_NUMBER_AFTER = re.compile(r"[ _-]*(?:n[°ºo.]* *|# *)?0?(\d{1,2})(?!\d)")
# « 3e webinaire », « 1ère mensuelle », « 2nde journée ».
_NUMBER_BEFORE = re.compile(r"(?<![\d-])(\d{1,2}) ?(?:e|er|re|eme|ere|nde?)[ _-]+$")
_LONE_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_EDGES = " -–—_.,:"


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A date found in a name, with that name and what is left of it without the date."""

    date: PartialDate
    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class NamedType:
    """An event type found in a name, with that name, and its number where it says « n° 3 »."""

    entry: VocabularyEntry
    name: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentNames:
    """What a document's names say: its file's stem, its folders from the nearest, and its own title last."""

    stem: str
    folders: tuple[str, ...]
    title: str
    date: NamedDate | None
    type: NamedType | None

    def describe_source(self, name: str) -> tuple[TagSource, str]:
        """The source of a tag that this name gives, and how a person says it in French."""
        if name in self.folders:
            return TagSource.FOLDER, f"dossier « {name} »"
        if name == self.stem:
            return TagSource.FILE_NAME, f"nom du fichier « {name} »"
        return TagSource.CONTENT, f"titre « {name} »"


def parse_names(path: str, vocabulary: Vocabulary, title: str = "") -> DocumentNames:
    """Read what a document's names say; `title` counts for its date and type only where names say nothing."""
    stem, folders = find_stem(path), tuple(each.name for each in PurePosixPath(path).parents if each.name)
    typed = _find_first(lambda name: find_type(name, vocabulary), [stem, *folders])
    # A folder dates an event better than its files: it holds the deck, the minutes of a later day, the replay.
    dated = _find_first(find_date, [*folders, stem] if typed else [stem, *folders]) or find_date(title)
    if typed is None and dated and dated.name == title:
        # A title that only mentions a webinar is about it; one that also dates it belongs to it.
        typed = find_type(title, vocabulary)
    return DocumentNames(stem, folders, title, dated, typed)


# Files of one folder share its names.
@lru_cache(maxsize=1_024)
def find_date(name: str) -> NamedDate | None:
    """Find the first date of a name; a month where no day is said."""
    plain = _fold_same_length(name)
    for pattern in _DATE_PATTERNS:
        # A match may be no date (31 February): the next one is tried.
        for found in pattern.finditer(plain):
            if date := _to_date(found.groupdict()):
                rest = f"{name[: found.start()].strip(_EDGES)} {name[found.end() :].strip(_EDGES)}".strip(_EDGES)
                return NamedDate(date, name, rest)
    return None


def _to_date(parts: dict[str, str | None]) -> PartialDate | None:
    """Make the date of a pattern's groups; None for a 31 February."""
    name, year, day = parts.get("name"), int(parts["year"] or 0), int(parts.get("day") or 0)
    month = _MONTH_NUMBERS[name] if name else int(parts["month"] or 0)
    return PartialDate(year, month, day) if day <= monthrange(year, month)[1] else None


def find_year(names: Iterable[str]) -> tuple[int, str] | None:
    """Find the year that a name says alone, with that name; a name that says two years says none."""
    for name in names:
        years = set(_LONE_YEAR.findall(name))
        if len(years) == 1:
            return int(years.pop()), name
    return None


def find_type(name: str, vocabulary: Vocabulary) -> NamedType | None:
    """Find the event type that a name says, with its number where there is one."""
    plain = fold_accents(name)
    for entry in vocabulary.event_types.values():
        # The aliases of an event type are the words that names use; its label stands in for them where there are none.
        for word in entry.aliases or (entry.label,):
            if found := _word_pattern(word).search(plain):
                return NamedType(entry, name, _find_number(plain[: found.start()], plain[found.end() :]))
    return None


@lru_cache(maxsize=1_024)
def _word_pattern(word: str) -> re.Pattern[str]:
    return re.compile(rf"\b{re.escape(fold_accents(word))}s?\b")


def _find_number(before: str, after: str) -> int | None:
    """Find the number in « Webinaire n° 3 », « Mensuelle 1 - janvier 2024 », « 3e webinaire »; a date is no number."""
    dated = find_date(after)
    found = _NUMBER_AFTER.match(dated.rest if dated else after) or _NUMBER_BEFORE.search(before)
    return int(found[1]) if found else None


def _fold_same_length(name: str) -> str:
    """Letters without accents, one for one, so that offsets in the result are offsets in the name."""
    if name.isascii():
        return name.lower()
    # « œ » folds to two letters: it stays as it is.
    return "".join(folded if len(folded := fold_accents(letter)) == 1 else letter for letter in name)


def _find_first(find: Callable[[str], T | None], names: list[str]) -> T | None:
    """What is found in the first name that has it."""
    return next((found for name in names if (found := find(name))), None)
