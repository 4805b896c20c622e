"""The calendar: what it tells, how its mistakes are named, and how documents find their event by it."""

from __future__ import annotations

from datetime import time

import pytest

from index.catalogue.documents.writes import Content
from index.catalogue.metadata_layers import AnnouncedEvent, Description, EventSource
from index.model.documents import Event, PartialDate, TagSource
from index.model.facets import Facet
from indexer.describe.calendar_file import parse_calendar
from indexer.describe.tagging import Tagger
from tests.composition import load_vocabulary

VOCABULARY = load_vocabulary()

CALENDAR = """
- date: 2024-01-25
  type: webinaire
  titre: L'aller vers
  numéro: 1
  début: 14:00
  fin: 16h30
  lieu: En ligne
  lien: https://visio.example.org/1
  description: Premier webinaire.
- date: 2024-02-29
  type: webinaire
  titre: Communiquer sur les expérimentations
  numero: 2
- {date: 2024-03-14, type: mensuelle}
- {date: 2024-04-18, type: atelier, titre: Atelier du matin}
- {date: 2024-04-18, type: atelier, titre: Atelier du soir}
- {date: 2027-06-10, type: plénière, dossier: Grande réunion}
"""


def tagger(text: str = CALENDAR) -> Tagger:
    """A tagger that goes by a calendar."""
    return Tagger(VOCABULARY, parse_calendar(text, VOCABULARY)[0])


def describe(path: str, title: str = "") -> Description:
    """What a document of no text is taken for."""
    return tagger().describe_document([path], Content("d" * 64, "pdf", title, ()))


def test_all_that_can_be_told() -> None:
    """Each key is taken up; the same day may hold two events, each with its own id."""
    announced, problems = parse_calendar(CALENDAR, VOCABULARY)
    assert problems == ()
    event = Event(
        "webinaire-2024-01-25",
        "webinaire",
        "L'aller vers",
        PartialDate(2024, 1, 25),
        begins=time(14, 0),
        ends=time(16, 30),
        place="En ligne",
        link="https://visio.example.org/1",
        description="Premier webinaire.",
    )
    assert announced[0] == AnnouncedEvent(event, number=1)
    assert announced[2].event.title == "Mensuelle – 14 mars 2024"
    assert [each.event.id for each in announced[3:5]] == ["atelier-2024-04-18", "atelier-2024-04-18-2"]
    assert announced[5].folder == "Grande réunion"


def test_a_list_may_have_a_name() -> None:
    """« évènements : » before the list is as good as the list alone."""
    assert parse_calendar("événements:\n- {date: 2024-01, type: mensuelle}", VOCABULARY)[0][
        0
    ].event.date == PartialDate(2024, 1)


@pytest.mark.parametrize("written", ["14:05", "14h05", "14 h 05", '"14:05"'])
def test_times_as_people_write_them(written: str) -> None:
    """YAML takes 14:05 for a number in base sixty: it is a time all the same."""
    (only,), problems = parse_calendar(f"- {{date: 2024-01, type: mensuelle, debut: {written}}}", VOCABULARY)
    assert (only.event.begins, problems) == (time(14, 5), ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {date: 2024-01-25}", "rendez-vous n° 1 : il manque « type »"),
        ("- {titre: X}", "rendez-vous n° 1 : il manque « date » et « type »"),
        ("- {date: demain, type: webinaire}", "date incomprise « demain »"),
        ("- {date: 2024-01, type: webinnaire}", "vouliez-vous dire « Webinaire » ?"),
        ("- {date: 2024-01, type: webinaire, debut: 25h}", "heure incomprise « 25h » pour « début »"),
        ("- {date: 2024-01, type: webinaire, lien: 'javascript:alert(1)'}", "« lien » doit commencer par https://"),
        ("- {date: 2024-01, type: webinaire, numero: trois}", "« numéro » doit être un nombre entier"),
        # More than a column of a database holds.
        ("- {date: 2024-01, type: webinaire, numero: 99999999999}", "« numéro » doit être un nombre entier"),
        # A day after it could not be reckoned.
        ("- {date: 9999-12-31, type: webinaire}", "date incomprise « 9999-12-31 »"),
        ("- {date: 2024-01, type: webinaire, debut: [14]}", "heure incomprise"),
        ("- {date: 2024-01, type: webinaire, leiu: Paris}", "clé inconnue « leiu » ; vouliez-vous dire « lieu » ?"),
        ("rendez-vous: demain", "une liste de rendez-vous est attendue"),
        ("evenement:\n- {date: 2024-01, type: webinaire}", "vouliez-vous dire « evenements » ?"),
        ("- [", "pas du YAML correct"),
    ],
)
def test_mistakes_are_named(text: str, told: str) -> None:
    """Each mistake is told with the number of its event."""
    assert told in " | ".join(parse_calendar(text, VOCABULARY)[1])


def test_a_wrong_entry_costs_itself_alone() -> None:
    """The others of the calendar count."""
    announced, problems = parse_calendar("- {date: 2024-01}\n- {date: 2024-02, type: mensuelle}", VOCABULARY)
    assert ([each.event.id for each in announced], len(problems)) == (["mensuelle-2024-02"], 1)


@pytest.mark.parametrize(
    ("path", "title", "event", "reason"),
    [
        ("2024-01-25 - L'aller vers/deck.pptx", "", "webinaire-2024-01-25", "25 janvier 2024 dans le calendrier"),
        ("Divers/support 20240125.pptx", "", "webinaire-2024-01-25", "25 janvier 2024 dans le calendrier"),
        (
            "Divers/a.docx",
            "Compte rendu du 25 janvier 2024",
            "webinaire-2024-01-25",
            "25 janvier 2024 dans le calendrier",
        ),
        ("Mensuelle mars 2024/CR.docx", "", "mensuelle-2024-03-14", "14 mars 2024 dans le calendrier"),
        ("Webinaire n°2/CR.docx", "", "webinaire-2024-02-29", "webinaire n° 2 dans le calendrier"),
        ("Webinaires/L’aller vers/Replay.mp4", "", "webinaire-2024-01-25", "« L'aller vers » dans le calendrier"),
        ("Grande réunion/photos/a.pdf", "", "pleniere-2027-06-10", "dossier « Grande réunion » dans le calendrier"),
        ("Ateliers/2024-04-18/Atelier du soir.pptx", "", "atelier-2024-04-18-2", "18 avril 2024 dans le calendrier"),
    ],
)
def test_documents_find_their_gathering(path: str, title: str, event: str, reason: str) -> None:
    """By the day, the month and the kind, the number, the title, or the folder that the calendar names."""
    description = describe(path, title)
    assert description.event is not None
    assert (description.event.id, description.event_source) == (event, EventSource.CALENDAR)
    kind = next(tag for tag in description.tags if tag.facet is Facet.EVENT_TYPE)
    assert (kind.source, kind.reason) == (TagSource.CALENDAR, reason)


@pytest.mark.parametrize(
    "path",
    ["Divers/L'aller vers.pptx", "Notes/janvier 2024.txt", "Webinaires/aller.pptx", "Webinaire n°9/CR.docx"],
)
def test_no_event_is_guessed(path: str) -> None:
    """A title without a kind, a month without a kind, a part of a title, an unknown number: none is enough."""
    assert describe(path).event is None


def test_two_events_of_a_day_are_not_mixed_up() -> None:
    """Where nothing tells two events of one day apart, the document is left to names."""
    description = describe("Ateliers/2024-04-18/notes.txt")
    assert description.event is not None
    assert (description.event.id, description.event_source) == ("atelier-2024-04-18", EventSource.FILE_NAME)


def test_the_calendars_day_is_the_documents() -> None:
    """Minutes that only say « mars 2024 » have the day that the calendar knows."""
    description = describe("Mensuelle mars 2024/CR.docx")
    assert description.date == PartialDate(2024, 3, 14)


def test_another_calendar_is_another_fingerprint() -> None:
    """Documents are described anew when an event moves, not when its room changes."""
    known = tagger().fingerprint
    assert tagger(CALENDAR.replace("En ligne", "À Paris")).fingerprint == known
    assert tagger(CALENDAR.replace("2027-06-10", "2027-06-11")).fingerprint != known
