"""What the names of folders and files say: dates and gatherings, from names like « 2024-01-25 - L'aller vers »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from index.analysis import fold
from index.model import Event, PartialDate

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.vocabulary import Entry, Vocabulary

T = TypeVar("T")

_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_YEAR = r"(?P<year>20\d\d)(?!\d)"
_DATES = (
    # 2024-01-25, 2024_01_25, 20240125
    re.compile(
        r"(?<!\d)(?P<year>20\d\d)(?P<sep>[-_. ]?)(?P<month>0[1-9]|1[0-2])(?P=sep)(?P<day>0[1-9]|[12]\d|3[01])(?!\d)"
    ),
    # 25-01-2024, 25.1.2024
    re.compile(rf"(?<!\d){_DAY}(?P<sep>[-_. ])(?P<month>0?[1-9]|1[0-2])(?P=sep){_YEAR}"),
    # 25 janvier 2024, janvier 2024
    re.compile(rf"(?:(?<!\d){_DAY}(?:er)?[-_. ])?(?P<name>{'|'.join(_MONTHS)})[-_. ]+{_YEAR}"),
    # 2024-01
    re.compile(r"(?<!\d)(?P<year>20\d\d)[-_](?P<month>0[1-9]|1[0-2])(?!\d)"),
)
_EDGES = " -–—_.,:"


@dataclass(frozen=True, slots=True)
class NamedDate:
    """A date read in a name, with the name it stands in and what is left of the name without it."""

    date: PartialDate
    name: str
    rest: str


@dataclass(frozen=True, slots=True)
class Named:
    """What a path's names say, with the names that say it."""

    date: NamedDate | None
    type: Entry | None
    type_name: str
    event: Event | None


def read(path: str, vocabulary: Vocabulary) -> Named:
    """What a document's path says. Its folder tells a gathering first: it holds the deck, the minutes, the replay."""
    own, folders = PurePosixPath(path).stem, [parent.name for parent in PurePosixPath(path).parents if parent.name]
    typed = _first(lambda name: _event_type(name, vocabulary), [own, *folders])
    entry, type_name = typed or (None, "")
    dated = _first(find_date, [*folders, own] if entry else [own, *folders])
    date = dated[0] if dated else None
    return Named(date, entry, type_name, _event(own, date, entry) if date and entry else None)


def find_date(name: str) -> NamedDate | None:
    """The first date of a name; a month where no day is said."""
    plain = _same_length_fold(name)
    for pattern in _DATES:
        if found := pattern.search(plain):
            parts = found.groupdict()
            month = _MONTHS.index(parts["name"]) + 1 if parts.get("name") else int(parts["month"])
            rest = f"{name[: found.start()].strip(_EDGES)} {name[found.end() :].strip(_EDGES)}".strip(_EDGES)
            return NamedDate(PartialDate(int(parts["year"]), month, int(parts.get("day") or 0)), name, rest)
    return None


def _same_length_fold(name: str) -> str:
    """Letters without accents, one for one, so that offsets in the result are offsets in the name."""
    return "".join(folded if len(folded := fold(letter)) == 1 else letter for letter in name)


def _first(find: Callable[[str], T | None], names: list[str]) -> tuple[T, str] | None:
    """What is found in the first name that has it, with that name."""
    return next(((found, name) for name in names if (found := find(name))), None)


def _event_type(name: str, vocabulary: Vocabulary) -> Entry | None:
    plain = fold(name)
    for entry in vocabulary.event_types.values():
        if any(re.search(rf"\b{re.escape(fold(motif))}s?\b", plain) for motif in entry.aliases):
            return entry
    return None


def _event(own: str, dated: NamedDate, entry: Entry) -> Event:
    # A file's own name says more than its gathering: « 2024-01 - Mensuelle - compte rendu ».
    title = dated.rest if dated.rest and dated.name != own else f"{entry.label} – {dated.date.label}"
    return Event(f"{entry.slug}-{dated.date.isoformat()}", entry.slug, title, dated.date)
