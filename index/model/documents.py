"""The domain objects: documents, passages, tags, events. All are immutable, and depend on no library."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import os
    from datetime import datetime, time

    from index.model.facets import Facet

MEMBERS = "membres"
"""The group of all members; it may see every document that no rule restricts."""

ANIMATORS = "animateurs"
"""The group of animators; it alone may see a document that may hold personal data."""


MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """A day, or a month where the day is not known, in which case `day` is 0."""

    year: int
    month: int
    day: int = 0

    @classmethod
    def parse(cls, iso: str) -> Self:
        """Parse an ISO 8601 date, `2024-01-25` or `2024-01`. Whether such a day exists is not checked."""
        return cls(*map(int, iso.split("-")))

    def isoformat(self) -> str:
        """Return `2024-01-25`, or `2024-01` where the day is not known."""
        month = f"{self.year:04d}-{self.month:02d}"
        return f"{month}-{self.day:02d}" if self.day else month

    @property
    def label(self) -> str:
        """The date as a member reads it: « 1er janvier 2024 », « 25 janvier 2024 », « janvier 2024 »."""
        month = f"{MONTHS[self.month - 1]} {self.year}"
        if not self.day:
            return month
        return f"{'1er' if self.day == 1 else self.day} {month}"


class TagSource(Enum):
    """Who or what put a tag on a document, in falling order of authority."""

    ANIMATOR = "animateur"
    SIDECAR = "fiche"
    CALENDAR = "calendrier"
    FOLDER = "dossier"
    FILE_NAME = "nom"
    CONTENT = "contenu"


# 0 is the highest authority.
_AUTHORITY = {source: rank for rank, source in enumerate(TagSource)}


@dataclass(frozen=True, slots=True)
class Tag:
    """One facet value on one document: `value` is a slug, a year or a format, `reason` a French sentence."""

    facet: Facet
    value: str
    source: TagSource
    reason: str


class Unit(Enum):
    """What a locator counts."""

    PAGE = "page"
    SLIDE = "diapositive"
    HEADING = "section"
    TIME = "minute"
    SHEET = "feuille"
    DESCRIPTION = "description"


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a passage stands in its document: `number` counts from 1 in its unit; TIME has `start`, `end` in seconds.

    DESCRIPTION is no place in the file: such a passage holds what a sidecar says of the whole document.
    """

    unit: Unit
    number: int
    start: float | None = None
    end: float | None = None

    @property
    def label(self) -> str:
        """The place as a member reads it: « diapositive 12 », « page 3 », « 34:10 »."""
        if self.unit is Unit.TIME:
            return timecode(self.start or 0.0)
        return self.unit.value if self.unit is Unit.DESCRIPTION else f"{self.unit.value} {self.number}"

    @property
    def anchor(self) -> str:
        """The fragment of a web address: `diapositive-12`, `page-3`, `t-2050`. Passages of one section share it."""
        if self.unit is Unit.TIME:
            return f"t-{int(self.start or 0.0)}"
        return self.unit.value if self.unit is Unit.DESCRIPTION else f"{self.unit.value}-{self.number}"


_TIMECODE = re.compile(r"(?:(\d{1,2}):)?([0-5]?\d):([0-5]\d)")


def duration_label(seconds: float) -> str:
    """Return how long something lasts or will take, in words: « 45 s », « 34 min 10 s », « 1 h 02 min »."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def timecode(seconds: float) -> str:
    """Return a second of a recording as players write it: « 4:07 », « 1:02:34 »."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def parse_timecode(text: str) -> float | None:
    """Return the seconds of « 4:07 » or « 1:02:34 »; None for any other text."""
    found = _TIMECODE.fullmatch(text.strip()) if text.isascii() else None
    if found is None:
        return None
    hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return float(3600 * hours + 60 * minutes + seconds)


@dataclass(frozen=True, slots=True)
class Passage:
    """The part of a document that a search finds. `ordinal` counts from 0 in reading order; texts are in NFC.

    `title` is the heading or the slide's title, `notes` are the speaker's notes of a slide.
    `doubtful` is true where a program that wrote down what is said is unsure of some of it.
    """

    ordinal: int
    locator: Locator
    text: str
    title: str = ""
    notes: str = ""
    doubtful: bool = False


_LONGEST_NIGHT_HOURS = 12


@dataclass(frozen=True, slots=True)
class Event:
    """A rendez-vous of the community; `id` is stable and fit for a web address, `type` is a slug of the vocabulary.

    `begins` and `ends` are local times of its day, `ends` of the next one where `ends_next_day` says so; `place` is its
    venue, `link` a web address.
    """

    id: str
    type: str
    title: str
    date: PartialDate
    begins: time | None = None
    ends: time | None = None
    place: str = ""
    link: str = ""
    description: str = ""

    @property
    def ends_next_day(self) -> bool:
        """Whether it goes on past midnight. An end that would be later than the next noon or so is a slip."""
        if self.begins is None or self.ends is None or self.ends >= self.begins:
            return False
        hours = 24 + self.ends.hour - self.begins.hour + (self.ends.minute - self.begins.minute) / 60
        return hours <= _LONGEST_NIGHT_HOURS


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file's size in bytes, and when its content and its entry last changed, in nanoseconds since 1970.

    `ctime_ns` is 0 where a catalogue was written before it was stored.
    """

    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def from_os(cls, found: os.stat_result) -> Self:
        """Take the size and the times from what the system says of a file."""
        return cls(found.st_size, _bound_time(found.st_mtime_ns), _bound_time(found.st_ctime_ns))

    def matches(self, seen: FileStat) -> bool:
        """Whether a file that is `seen` now is as it was when this was stored."""
        # Two files of one size that swap their names may have one date: only their entries' times tell.
        return self.ctime_ns in {0, seen.ctime_ns} and (self.size, self.mtime_ns) == (seen.size, seen.mtime_ns)


# A file system may give a file any date, up to the year 292 billion; catalogues keep 64 bits.
_LATEST = 2**63 - 1


def _bound_time(nanoseconds: int) -> int:
    return max(-_LATEST, min(_LATEST, nanoseconds))


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that a member can open; it keeps its identity when its file moves or its content changes.

    `paths` are where its content lies in the library: POSIX, relative, sorted. `digest` is the SHA-256 of the content
    in hexadecimal. `date` is that of its event, else its own. `duration` is in seconds. `groups` may see it.
    `signature` is its MinHash signature, for near-duplicates. `summary` is what a sidecar says of it, in a sentence.
    `transcribed` names the program that wrote its text down from sound, "" where its text is its own.
    """

    id: str
    title: str
    format: str
    digest: str
    paths: tuple[str, ...]
    tags: tuple[Tag, ...]
    date: PartialDate | None
    added: datetime
    updated: datetime
    authors: tuple[str, ...] = ()
    duration: float | None = None
    event: Event | None = None
    warnings: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset({MEMBERS})
    signature: tuple[int, ...] = ()
    summary: str = ""
    transcribed: str = ""

    def facet_values(self, facet: Facet) -> tuple[str, ...]:
        """Return the document's values of one facet, without repeats, those of highest authority first."""
        # One value may have been given by several sources: it stands where the highest one puts it.
        ranked = sorted((tag for tag in self.tags if tag.facet is facet), key=lambda tag: _AUTHORITY[tag.source])
        return tuple(dict.fromkeys(tag.value for tag in ranked))


@dataclass(frozen=True, slots=True)
class SampledPassage:
    """A passage's text, with the themes of its document."""

    text: str
    themes: tuple[str, ...]
