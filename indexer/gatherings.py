"""Finds the event to which a document belongs: by the calendar, its folders, its date. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.analysis import tokens
from index.catalogue import EventSource
from index.model import Event
from indexer.sidecars import is_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.catalogue import Announced
    from index.model import PartialDate
    from index.vocabulary import Entry, Vocabulary
    from indexer.naming import Named
    from indexer.sidecars import Statement

# « Webinaire du 25 janvier » leaves « Webinaire du » once the date is taken out.
_TRAILING = re.compile(r"[\s,:–-]*\b(?:du|de|des|le|la|d['’])\s*$", re.IGNORECASE)
_LEAST_TITLE = 2
"""An event's title of fewer words, such as « Santé », stands in too many names to tell the event."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """A document's event, where that comes from, and why it is this one, in French."""

    event: Event
    source: EventSource
    reason: str = ""


def find(
    path: str, named: Named, said: Statement, announced: Sequence[Announced], vocabulary: Vocabulary
) -> Belonging | None:
    """Find the event of a document: one of the calendar, else the one that its names and its sidecar describe."""
    type_ = said.type or (named.type.entry.slug if named.type else "")
    date = said.date or (named.date.date if named.date else None)
    # From the surest clue to the weakest. Where two events fit, none is chosen by chance: the next clue may tell.
    for look in (_by_folder, _by_date, _by_number, _by_title):
        found = list(look(_Clues(path, named, type_, date), announced))
        if len(found) == 1:
            each, reason = found[0]
            return Belonging(each.event, EventSource.CALENDAR, reason)
    entry = vocabulary.event_types.get(type_)
    return _made(named, said, entry, date) if entry and date else None


@dataclass(frozen=True, slots=True)
class _Clues:
    path: str
    named: Named
    type: str
    date: PartialDate | None


def _by_folder(clues: _Clues, announced: Sequence[Announced]) -> Iterator[tuple[Announced, str]]:
    """The events of the nearest folder that the calendar names."""
    holding = [each for each in announced if each.folder and is_in(clues.path, each.folder)]
    # All these folders contain the path, so the longest is the nearest.
    deepest = max((len(each.folder) for each in holding), default=0)
    for each in holding:
        if len(each.folder) == deepest:
            yield each, f"dossier « {each.folder} » dans le calendrier"


def _by_date(clues: _Clues, announced: Sequence[Announced]) -> Iterator[tuple[Announced, str]]:
    """The events of that day, or of that month and type; of several, those whose title stands in a name."""
    date = clues.date
    if date is None:
        return
    same = [
        each
        for each in announced
        if (each.event.date == date or (clues.type and _same_month(each.event.date, date)))
        and clues.type in {"", each.event.type}
    ]
    # An event of the very day is preferred to one of which only the month is known.
    exact = [each for each in same if each.event.date == date] or same
    titled = [each for each in exact if _is_titled(clues.named, each.event.title)] if len(exact) > 1 else exact
    for each in titled:
        yield each, f"{each.event.date.label} dans le calendrier"


def _same_month(one: PartialDate, other: PartialDate) -> bool:
    """Whether one of two dates is only a month, and the other lies in it."""
    return 0 in {one.day, other.day} and (one.year, one.month) == (other.year, other.month)


def _by_number(clues: _Clues, announced: Sequence[Announced]) -> Iterator[tuple[Announced, str]]:
    typed = clues.named.type
    # Where there is a date, it says more than a number.
    if clues.date or typed is None or typed.number is None:
        return
    for each in announced:
        if (each.event.type, each.number) == (typed.entry.slug, typed.number):
            yield each, f"{typed.entry.label.lower()} n° {typed.number} dans le calendrier"


def _by_title(clues: _Clues, announced: Sequence[Announced]) -> Iterator[tuple[Announced, str]]:
    if clues.date or not clues.type:
        return
    for each in announced:
        if each.event.type == clues.type and _is_titled(clues.named, each.event.title):
            yield each, f"« {each.event.title} » dans le calendrier"


def _is_titled(named: Named, title: str) -> bool:
    """Whether an event's title stands, whole, in the name of a document or of one of its folders."""
    wanted = _words(title)
    return len(wanted) >= _LEAST_TITLE and any(_holds(_words(name), wanted) for name in (named.own, *named.folders))


def _words(text: str) -> list[str]:
    # Stems, so that plurals and accents do not matter.
    return [token.word.stem for token in tokens(text)]


def _holds(words: list[str], wanted: list[str]) -> bool:
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


def _made(named: Named, said: Statement, entry: Entry, date: PartialDate) -> Belonging:
    """Make the event of a type and a date, titled by its sidecar, else by its folder."""
    told = said.event_title or _title_of(named, entry, date)
    title = told or f"{entry.label} – {date.label}"
    source = EventSource.FOLDER if told else EventSource.FILE_NAME
    if said.type or said.date or said.event_title:
        source = EventSource.SIDECAR
    return Belonging(Event(f"{entry.slug}-{date.isoformat()}", entry.slug, title, date), source)


def _title_of(named: Named, entry: Entry, date: PartialDate) -> str:
    """What the dated folder says beside date and type; a file's own name says more than its event's."""
    dated = named.date
    if dated is None or dated.date != date or dated.name not in named.folders:
        return ""
    title = _TRAILING.sub("", dated.rest)
    # « Webinaires » alone is the type, not a title.
    return "" if _words(title) in [_words(name) for name in (entry.label, *entry.aliases)] else title
