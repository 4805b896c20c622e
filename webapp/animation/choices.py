"""What the forms of the animators' space let one choose: themes, territories, gatherings; and what they send back."""

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
"""The facets that animators put by hand; the others follow from these, from the day and from the gathering."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_FRENCH = re.compile(r"(?:(\d{1,2})[/.])?(\d{1,2})[/.](\d{4})")


class WrongDateError(ExplainedError):
    """A date that nobody can read; the message says how to write one."""


def entries(facet: Facet) -> list[tuple[str, str]]:
    """All values that the vocabulary has for a facet, with their labels, in the order of these."""
    words = hive().vocabulary
    named = words.themes if facet is Facet.THEME else words.territories
    return sorted(((slug, entry.label) for slug, entry in named.items()), key=lambda each: fold(each[1]))


def events() -> list[tuple[str, str]]:
    """All gatherings, the latest first, as a list to choose from."""
    told = reversed(hive().catalogue.agenda(groups()))
    return [(each.id, f"{each.title} ({each.date.label})") for each in told]


def tags(facet: Facet, values: Iterable[str]) -> tuple[Tag, ...]:
    """A person's tags, of those values that the vocabulary knows."""
    known = dict(entries(facet))
    return tuple(Tag(facet, value, TagSource.ANIMATOR, CHOICE) for value in values if value in known)


def date(text: str) -> PartialDate | None:
    """A day or a month as people type them: 2024-01-25, 2024-01, 25/01/2024, 01/2024; None where nothing is typed.

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
    return _existing(PartialDate(int(year), int(month), int(day or 0)), typed)


def typed(read: PartialDate | None) -> str:
    """A day or a month as `date` reads it and as people here write it: 25/01/2024, 01/2024."""
    if read is None:
        return ""
    month = f"{read.month:02d}/{read.year:04d}"
    return f"{read.day:02d}/{month}" if read.day else month


def _existing(read: PartialDate, typed: str) -> PartialDate:
    if not 1 <= read.month <= 12 or read.day > _days(read.year, read.month) or read.year < 1900:  # noqa: PLR2004 - a calendar's own numbers
        raise WrongDateError(f"« {typed} » n’existe pas dans le calendrier : vérifiez le jour, le mois et l’année.")
    return read


def _days(year: int, month: int) -> int:
    return monthrange(max(year, 1), month)[1]
