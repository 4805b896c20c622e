"""Choices of the animators' forms (tags, events), and the parsing of what the forms send back."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import TYPE_CHECKING

from index.catalogue import ANIMATOR_REASON
from index.model import MANUAL_FACETS, ExplainedError, Facet, PartialDate, Tag, TagSource
from index.text import fold_accents
from webapp.auth import current_groups
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_FRENCH_DATE = re.compile(r"(?:(\d{1,2})[/.])?(\d{1,2})[/.](\d{4})")


class WrongDateError(ExplainedError):
    """A date that cannot be parsed; the message says how to write one."""


def list_facet_choices(facet: Facet) -> list[tuple[str, str]]:
    """Return the vocabulary's values for a facet as (slug, label), sorted by label."""
    entries = services().vocabulary.entries_of(facet)
    # Accents folded: « Écoute » sorts under E.
    return sorted(((slug, entry.label) for slug, entry in entries.items()), key=lambda each: fold_accents(each[1]))


def list_manual_choices() -> list[tuple[Facet, list[tuple[str, str]]]]:
    """Return the facets that animators set by hand, each with its choices."""
    return [(facet, list_facet_choices(facet)) for facet in MANUAL_FACETS]


def list_event_choices() -> list[tuple[str, str]]:
    """Return the events that the person may see as (id, label), the latest first."""
    # The catalogue gives them by date, the earliest first.
    latest_first = reversed(services().catalogue.events.list_all(current_groups()))
    return [(each.id, f"{each.title} ({each.date.label})") for each in latest_first]


def build_animator_tags(facet: Facet, values: Iterable[str]) -> tuple[Tag, ...]:
    """Return the tags that an animator chooses, for those values that the vocabulary knows."""
    known = dict(list_facet_choices(facet))
    return tuple(Tag(facet, value, TagSource.ANIMATOR, ANIMATOR_REASON) for value in values if value in known)


def parse_typed_date(text: str) -> PartialDate | None:
    """Parse a typed date: 2024-01-25, 2024-01, 25/01/2024 or 01/2024; an empty text gives None.

    Raises WrongDateError.
    """
    stripped = text.strip()
    if not stripped:
        return None
    if found := _ISO_DATE.fullmatch(stripped):
        year, month, day = found.groups()
    elif found := _FRENCH_DATE.fullmatch(stripped):
        day, month, year = found.groups()
    else:
        raise WrongDateError(f"« {stripped[:40]} » n’est pas une date : écrivez 25/01/2024, ou 01/2024 pour un mois.")
    # Day 0 stands for an unknown day.
    return _check_calendar_date(PartialDate(int(year), int(month), int(day or 0)), stripped)


def format_typed_date(date: PartialDate | None) -> str:
    """Format a date as people type it here: 25/01/2024, or 01/2024 for a month."""
    if date is None:
        return ""
    month = f"{date.month:02d}/{date.year:04d}"
    return f"{date.day:02d}/{month}" if date.day else month


def _check_calendar_date(date: PartialDate, text: str) -> PartialDate:
    if not 1 <= date.month <= 12 or date.day > _days_in_month(date.year, date.month) or date.year < 1900:  # noqa: PLR2004 - a calendar's own numbers
        raise WrongDateError(f"« {text} » n’existe pas dans le calendrier : vérifiez le jour, le mois et l’année.")
    return date


def _days_in_month(year: int, month: int) -> int:
    # `monthrange` raises for year 0, which the caller is about to refuse in words.
    return monthrange(max(year, 1), month)[1]
