"""Choices of the animators' forms (themes, territories, events), and the parsing of what the forms send back."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import TYPE_CHECKING

from index.analysis import fold
from index.catalogue import CHOICE
from index.errors import ExplainedError
from index.model import Facet, PartialDate, Tag, TagSource
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from collections.abc import Iterable

TAGGED = (Facet.THEME, Facet.TERRITORY)
"""Facets that animators set by hand; the others follow from these, from the date and from the event."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_FRENCH = re.compile(r"(?:(\d{1,2})[/.])?(\d{1,2})[/.](\d{4})")


class WrongDateError(ExplainedError):
    """A date that cannot be parsed; the message says how to write one."""


def entries(facet: Facet) -> list[tuple[str, str]]:
    """Return the vocabulary's values for a facet as (slug, label), sorted by label."""
    words = hive().vocabulary
    named = words.themes if facet is Facet.THEME else words.territories
    # Accents folded: « Écoute » sorts under E.
    return sorted(((slug, entry.label) for slug, entry in named.items()), key=lambda each: fold(each[1]))


def events() -> list[tuple[str, str]]:
    """Return the events that the person may see as (id, label), the latest first."""
    # The catalogue gives them by date, the earliest first.
    told = reversed(hive().catalogue.agenda(groups()))
    return [(each.id, f"{each.title} ({each.date.label})") for each in told]


def tags(facet: Facet, values: Iterable[str]) -> tuple[Tag, ...]:
    """Return the tags that an animator chooses, for those values that the vocabulary knows."""
    known = dict(entries(facet))
    return tuple(Tag(facet, value, TagSource.ANIMATOR, CHOICE) for value in values if value in known)


def date(text: str) -> PartialDate | None:
    """Parse a typed date: 2024-01-25, 2024-01, 25/01/2024 or 01/2024; an empty text gives None.

    Raises WrongDateError.
    """
    typed = text.strip()
    if not typed:
        return None
    if found := _ISO.fullmatch(typed):
        year, month, day = found.groups()
    elif found := _FRENCH.fullmatch(typed):
        day, month, year = found.groups()
    else:
        raise WrongDateError(f"« {typed[:40]} » n’est pas une date : écrivez 25/01/2024, ou 01/2024 pour un mois.")
    # Day 0 stands for an unknown day.
    return _existing(PartialDate(int(year), int(month), int(day or 0)), typed)


def typed(read: PartialDate | None) -> str:
    """Format a date as people type it here: 25/01/2024, or 01/2024 for a month."""
    if read is None:
        return ""
    month = f"{read.month:02d}/{read.year:04d}"
    return f"{read.day:02d}/{month}" if read.day else month


def _existing(read: PartialDate, typed: str) -> PartialDate:
    if not 1 <= read.month <= 12 or read.day > _days(read.year, read.month) or read.year < 1900:  # noqa: PLR2004 - a calendar's own numbers
        raise WrongDateError(f"« {typed} » n’existe pas dans le calendrier : vérifiez le jour, le mois et l’année.")
    return read


def _days(year: int, month: int) -> int:
    # `monthrange` raises for year 0, which the caller is about to refuse in words.
    return monthrange(max(year, 1), month)[1]
