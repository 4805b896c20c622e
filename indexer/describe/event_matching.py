"""Finds the event to which a document belongs: by the calendar, its folders, its date. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalogue import EventSource
from index.model import Event
from index.text import tokenise
from indexer.describe.sidecars import is_in_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from index.catalogue import AnnouncedEvent
    from index.model import PartialDate
    from index.vocabulary import Vocabulary, VocabularyEntry
    from indexer.describe.naming import DocumentNames
    from indexer.describe.sidecars import SidecarMetadata

# « Webinaire du 25 janvier » leaves « Webinaire du » once the date is taken out.
_TRAILING_ARTICLE = re.compile(r"[\s,:–-]*\b(?:du|de|des|le|la|d['’])\s*$", re.IGNORECASE)
_LEAST_TITLE_WORDS = 2
"""An event's title of fewer words, such as « Santé », stands in too many names to tell the event."""


@dataclass(frozen=True, slots=True)
class EventMatch:
    """A document's event, where that comes from, and why it is this one, in French.

    `label` names it by its type and date alone.
    """

    event: Event
    source: EventSource
    reason: str = ""
    label: str = ""


def find_event(
    path: str,
    names: DocumentNames,
    metadata: SidecarMetadata,
    announced: Sequence[AnnouncedEvent],
    vocabulary: Vocabulary,
) -> EventMatch | None:
    """Find the event of a document: one of the calendar, else the one that its names and its sidecar describe."""
    type_ = metadata.type or (names.type.entry.slug if names.type else "")
    date = metadata.date or (names.date.date if names.date else None)
    # From the surest clue to the weakest. Where two events fit, none is chosen by chance: the next clue may tell.
    for find_matches in (_match_by_folder, _match_by_date, _match_by_number, _match_by_title):
        found = list(find_matches(_EventClues(path, names, type_, date), announced))
        if len(found) == 1:
            each, reason = found[0]
            return EventMatch(each.event, EventSource.CALENDAR, reason)
    entry = vocabulary.event_types.get(type_)
    return _make_event(names, metadata, entry, date) if entry and date else None


@dataclass(frozen=True, slots=True)
class _EventClues:
    path: str
    names: DocumentNames
    type: str
    date: PartialDate | None


def _match_by_folder(clues: _EventClues, announced: Sequence[AnnouncedEvent]) -> Iterator[tuple[AnnouncedEvent, str]]:
    """The events of the nearest folder that the calendar names."""
    holding = [each for each in announced if each.folder and is_in_folder(clues.path, each.folder)]
    # All these folders contain the path, so the longest is the nearest.
    deepest = max((len(each.folder) for each in holding), default=0)
    for each in holding:
        if len(each.folder) == deepest:
            yield each, f"dossier « {each.folder} » dans le calendrier"


def _match_by_date(clues: _EventClues, announced: Sequence[AnnouncedEvent]) -> Iterator[tuple[AnnouncedEvent, str]]:
    """The events of that day, or of that month and type; of several, those whose title stands in a name."""
    date = clues.date
    if date is None:
        return
    same = [
        each
        for each in announced
        if (each.event.date == date or (clues.type and _is_same_month(each.event.date, date)))
        and clues.type in {"", each.event.type}
    ]
    # An event of the very day is preferred to one of which only the month is known.
    exact = [each for each in same if each.event.date == date] or same
    titled = [each for each in exact if _has_title(clues.names, each.event.title)] if len(exact) > 1 else exact
    for each in titled:
        yield each, f"{each.event.date.label} dans le calendrier"


def _is_same_month(one: PartialDate, other: PartialDate) -> bool:
    """Whether one of two dates is only a month, and the other lies in it."""
    return 0 in {one.day, other.day} and (one.year, one.month) == (other.year, other.month)


def _match_by_number(clues: _EventClues, announced: Sequence[AnnouncedEvent]) -> Iterator[tuple[AnnouncedEvent, str]]:
    typed = clues.names.type
    # Where there is a date, it says more than a number.
    if clues.date or typed is None or typed.number is None:
        return
    for each in announced:
        if (each.event.type, each.number) == (typed.entry.slug, typed.number):
            yield each, f"{typed.entry.label.lower()} n° {typed.number} dans le calendrier"


def _match_by_title(clues: _EventClues, announced: Sequence[AnnouncedEvent]) -> Iterator[tuple[AnnouncedEvent, str]]:
    if clues.date or not clues.type:
        return
    for each in announced:
        if each.event.type == clues.type and _has_title(clues.names, each.event.title):
            yield each, f"« {each.event.title} » dans le calendrier"


def _has_title(names: DocumentNames, title: str) -> bool:
    """Whether an event's title stands, whole, in the name of a document or of one of its folders."""
    wanted = _stems_of(title)
    return len(wanted) >= _LEAST_TITLE_WORDS and any(
        _contains_sequence(_stems_of(name), wanted) for name in (names.stem, *names.folders)
    )


def _stems_of(text: str) -> list[str]:
    # Stems, so that plurals and accents do not matter.
    return [token.word.stem for token in tokenise(text.lower())]


def _contains_sequence(words: list[str], wanted: list[str]) -> bool:
    return any(words[at : at + len(wanted)] == wanted for at in range(len(words) - len(wanted) + 1))


def _make_event(
    names: DocumentNames, metadata: SidecarMetadata, entry: VocabularyEntry, date: PartialDate
) -> EventMatch:
    """Make the event of a type and a date, titled by its sidecar, else by its folder."""
    given_title = metadata.event_title or _find_folder_title(names, entry, date)
    label = f"{entry.label} – {date.label}"
    source = EventSource.FOLDER if given_title else EventSource.FILE_NAME
    if metadata.type or metadata.date or metadata.event_title:
        source = EventSource.SIDECAR
    event = Event(f"{entry.slug}-{date.isoformat()}", entry.slug, given_title or label, date)
    return EventMatch(event, source, label=label)


def _find_folder_title(names: DocumentNames, entry: VocabularyEntry, date: PartialDate) -> str:
    """What the dated folder says beside date and type; a file's own name says more than its event's."""
    dated = names.date
    if dated is None or dated.date != date or dated.name not in names.folders:
        return ""
    title = _TRAILING_ARTICLE.sub("", dated.rest)
    # « Webinaires » alone is the type, not a title.
    return "" if _stems_of(title) in [_stems_of(name) for name in (entry.label, *entry.aliases)] else title
