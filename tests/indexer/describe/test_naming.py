"""What names say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from indexer.describe import event_matching
from indexer.describe.naming import find_date, parse_names
from indexer.describe.sidecars import NO_METADATA
from tests.composition import load_vocabulary

if TYPE_CHECKING:
    from index.model.documents import Event

VOCABULARY = load_vocabulary()


def event_of(path: str) -> Event | None:
    """The event that names alone make of a path."""
    belonging = event_matching.find_event(path, parse_names(path, VOCABULARY), NO_METADATA, (), VOCABULARY)
    return belonging.event if belonging else None


@pytest.mark.parametrize(
    ("name", "iso", "rest"),
    [
        ("2024-01-25 - L'aller vers", "2024-01-25", "L'aller vers"),
        ("20240125_aller-vers", "2024-01-25", "aller-vers"),
        ("CR 25-01-2024", "2024-01-25", "CR"),
        ("Webinaire du 1er février 2024", "2024-02-01", "Webinaire du"),
        ("Réunion 7 août 2024 (v2)", "2024-08-07", "Réunion (v2)"),
        ("Mensuelle 1 - janvier 2024", "2024-01", "Mensuelle 1"),
        ("2024-03 - Mensuelle", "2024-03", "Mensuelle"),
        ("DÉCEMBRE 2023", "2023-12", ""),
    ],
)
def test_dates(name: str, iso: str, rest: str) -> None:
    """Dates as people write them; a month without a day is not given one."""
    found = find_date(name)
    assert found is not None
    assert (found.date.isoformat(), found.rest) == (iso, rest)


@pytest.mark.parametrize("name", ["Fiche 2024", "version 12.3", "2024-13-45", "0123456789", "mardi 32 mars"])
def test_no_date(name: str) -> None:
    """Numbers that are no date are none."""
    assert find_date(name) is None


def test_an_event_is_told_by_its_folder() -> None:
    """Deck, minutes and replay of one folder belong to one event, whatever their own names say."""
    folder = "Webinaires/2024-01-25 - L'aller vers"
    events = {event_of(f"{folder}/{name}") for name in ("deck.pptx", "CR du 30-01-2024.docx", "Replay.mp4")}
    event = events.pop()
    assert not events
    assert event is not None
    assert (event.id, event.type, event.title) == ("webinaire-2024-01-25", "webinaire", "L'aller vers")


def test_an_event_told_by_the_file_alone() -> None:
    """A file outside any dated folder can name its event by itself."""
    event = event_of("Divers/2024-03 - Mensuelle TZNR - compte rendu.docx")
    assert event is not None
    assert (event.id, event.title) == ("mensuelle-2024-03", "Mensuelle – mars 2024")


def test_a_date_without_a_gathering() -> None:
    """A dated note is dated, and is no event."""
    named = parse_names("Notes/2024-03-21 - Idées.md", VOCABULARY)
    assert named.date is not None
    assert named.type is None
    assert event_of("Notes/2024-03-21 - Idées.md") is None


def test_accents_and_plurals_of_types() -> None:
    """« Plénières » and « plenieres » are folders of plenaries."""
    for folder in ("Plénières", "plenieres", "PLÉNIÈRE"):
        named = parse_names(f"{folder}/note.md", VOCABULARY)
        assert named.type is not None
        assert named.type.entry.slug == "pleniere"
