"""Dates, events, territories and formats in questions: what is understood, what is left to search, and what is not."""

from __future__ import annotations

import random

import pytest

from index.model.documents import Event, PartialDate
from index.query.dates import find_dates
from index.query.names import WishKind
from index.query.syntax import And
from index.query.wishes import Understanding, WishReader, score_wishes
from tests.composition import load_vocabulary

READER = WishReader(load_vocabulary())
TODAY = PartialDate(2025, 6, 1)
EVENTS = tuple(
    Event(f"{kind}-{date}", kind, title, PartialDate.parse(date))
    for kind, title, date in (
        ("pleniere", "Plénière 1 - Lancement de la communauté", "2023-12-20"),
        ("webinaire", "L'aller vers", "2024-01-25"),
        ("webinaire", "Communiquer sur les expérimentations", "2024-02-29"),
        ("pleniere", "Plénière 2 - Avancement des projets", "2024-03-21"),
        ("webinaire", "Les outils", "2024-04-18"),
        ("mensuelle", "Mensuelle 5", "2024-06"),
        ("pleniere", "Plénière 3", "2024-06-10"),
        ("webinaire", "Échanges de données", "2024-11-07"),
        ("webinaire", "La suite", "2025-09-04"),
    )
)


def read(text: str, events: tuple[Event, ...] = EVENTS) -> Understanding:
    """What a question is understood to wish."""
    return READER.read(text, lambda: events, lambda _: True, TODAY)


def labels(text: str) -> list[str]:
    """What a member reads of it."""
    return [wish.label for wish in read(text).wishes]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("21/03/2024", (2024, 3, 21)),
        ("29/02/24", (2024, 2, 29)),
        ("2024-04-18", (2024, 4, 18)),
        ("27/09", (0, 9, 27)),
        ("7 novembre 2024", (2024, 11, 7)),
        ("1er mars", (0, 3, 1)),
        ("decembre 2023", (2023, 12, 0)),
        ("nov. 2024", (2024, 11, 0)),
        ("novembre 24", (2024, 11, 0)),
        ("7 nov. 24", (2024, 11, 7)),
        ("09/2024", (2024, 9, 0)),
        ("2024", (2024, 0, 0)),
    ],
)
def test_dates(text: str, date: tuple[int, int, int]) -> None:
    """Each way to write a date is one date, whole."""
    (found,) = find_dates(text)
    assert (found.year, found.month, found.day, found.end) == (*date, len(text))


@pytest.mark.parametrize("text", ["12345", "45/99", "2024/2025/2026", "1/2/3/4", "12/2024-3", "32/13/2024", "a2024"])
def test_what_is_no_date(text: str) -> None:
    """Numbers that are written like a date, but are none, are left alone."""
    assert find_dates(text) == ()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("webinaire novembre 2024", "Échanges de données"),
        ("WEBINAIRES NOV. 2024", "Échanges de données"),
        ("plénière de juin", "Plénière 3"),
        ("compte rendu 21/03/2024", "Plénière 2 - Avancement des projets"),
        # On that day there was no webinar.
        ("webinaire 21/03/2024", "Plénière 2 - Avancement des projets"),
        ("29/02/24", "Communiquer sur les expérimentations"),
        ("2024-04-18", "Les outils"),
        ("dernier webinaire", "Échanges de données"),
        ("le prochain webinaire", "La suite"),
        ("première plénière", "Plénière 1 - Lancement de la communauté"),
        ("webinaire n°3", "Les outils"),
        ("plénière 2", "Plénière 2 - Avancement des projets"),
        ("3e webinaire", "Les outils"),
        ("replay aller-vers", "L'aller vers"),
        ("synthèse de la plénière de lancement", "Plénière 1 - Lancement de la communauté"),
        ("mensuelle du 12 juin 2024", "Mensuelle 5"),
    ],
)
def test_events(text: str, title: str) -> None:
    """An event is understood by its type and date, its number, or the words of its title."""
    meant = [wish for wish in read(text).wishes if wish.kind is WishKind.EVENT]
    assert [event.title for wish in meant for event in wish.events] == [title]


@pytest.mark.parametrize("text", ["compte rendu 14/07/2024", "replay juillet 2021", "Lille 14/07/2024"])
def test_beside_a_date_that_finds_nothing_words_stay(text: str) -> None:
    """Where nothing was held on a day, what else was asked is looked for as words too, and not the day alone."""
    understood = read(text)
    assert understood.wishes
    assert understood.rest == text


def test_the_replay_of_an_event_gains_twice() -> None:
    """What is of the event and of the kind that is named beside it gains more than what is one of both."""
    scores = score_wishes(read("replay aller-vers").wishes)
    (both,) = [score for match, score in scores if isinstance(match, And)]
    assert both > 0
    assert not [match for match, _ in score_wishes(read("replay Lille").wishes) if isinstance(match, And)]


def test_several_events() -> None:
    """A month is that of all its events."""
    (wish,) = read("juin 2024").wishes
    assert [event.title for event in wish.events] == ["Mensuelle 5", "Plénière 3"]
    assert wish.label == "rendez-vous de juin 2024"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Ain", "département Ain (Bourg-en-Bresse)"),
        ("l’Ain", "département Ain (Bourg-en-Bresse)"),
        ("pays basque", "territoire Pyrénées-Atlantiques"),
        ("bordeaux", "territoire Gironde"),
        ("nord pas de calais", "territoires Wattrelos, Lille"),
        ("meurthe et moselle", "territoire Meurthe-et-Moselle"),
        ("territoires de Bretagne", "région Bretagne (Rennes, Vannes)"),
        ("pays de la loire", "région Pays de la Loire (Pays de La Châtaigneraie)"),
        ("974", "département La Réunion"),
        ("dept 974", "département La Réunion"),
        ("La Réunion", "département La Réunion (Saint-Louis)"),
        ("diapos", "diaporamas"),
        ("ppt", "diaporamas"),
        ("vidéo", "replays et vidéos"),
        ("webinaires", "webinaires"),
    ],
)
def test_names(text: str, label: str) -> None:
    """Territories, départements, régions, formats and types are understood, and leave nothing to search."""
    assert labels(text) == [label]
    assert read(text).rest == ""


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("rsa meurthe et moselle", "rsa"),
        ("diaporama évaluation", "évaluation"),
        ("maraude dans l’Ain", "maraude"),
        ("webinaire sur les partenariats", "sur les partenariats"),
        ("La CAF et le webinaire de novembre 2024", "La CAF et"),
    ],
)
def test_the_rest(text: str, rest: str) -> None:
    """What was understood is no longer required of the text, nor is what leads to it; the rest is as typed."""
    assert read(text).rest == rest


@pytest.mark.parametrize(
    "text",
    [
        "non-recours",
        "",
        "?",
        "compte de la réunion",
        "Où retrouver l’enregistrement d’un webinaire ?",
        "est-ce que les mensuelles sont enregistrées",
        "« webinaire novembre 2024 »",
        "webinaire OU mensuelle",
        "type:webinaire données",
        "données -webinaire",
        "12 mars 2019",
        "atelier cuisine",
        "permanence mars",
        " ".join(["webinaire"] * 30),
    ],
)
def test_what_is_not_understood(text: str) -> None:
    """Operators, sentences about events, dates and types of no event, and pasted texts stay words."""
    assert read(text) == Understanding(text)


def test_rights() -> None:
    """An event that the asker may not see is not understood: neither its date, nor its type, nor its number."""
    seen = tuple(each for each in EVENTS if each.type == "pleniere")
    for text in ("webinaire novembre 2024", "7 novembre 2024", "dernier webinaire", "webinaires"):
        assert read(text, seen) == Understanding(text)


def test_a_territory_without_documents_is_a_word() -> None:
    """Where the asker may see no document of a territory or a format, its name is searched like other words."""
    for text in ("taxe en Île-de-France", "bordeaux", "vidéo"):
        assert READER.read(text, lambda: EVENTS, lambda _: False, TODAY) == Understanding(text)


def test_events_are_read_only_where_needed() -> None:
    """Most questions name no event: the catalogue is not asked."""
    asked: list[str] = []

    def list_events() -> tuple[Event, ...]:
        asked.append("events")
        return EVENTS

    for text in ("non-recours", "bordeaux", "Comment demander le RSA ?"):
        READER.read(text, list_events, lambda _: True, TODAY)
    assert asked == []


def test_whatever_is_typed_is_read() -> None:
    """Pieces of dates, numbers and names in any order raise nothing; what is left to search was typed."""
    pieces = "webinaire n° 3 0 99e 31/02/2024 31/12 dernier prochain de Ain 974 juin 1er ² œuvre É́ novembre replay cr"
    others = ("2024", "La", "Réunion", "plénière", "🐝", "-", "/", "l’")
    draw = random.Random(7)  # noqa: S311 - a seed, so that a failure comes again
    for _ in range(3_000):
        text = " ".join(draw.choices([*pieces.split(), *others], k=draw.randint(1, 7)))
        assert set(read(text).rest.split()) <= set(text.split())
