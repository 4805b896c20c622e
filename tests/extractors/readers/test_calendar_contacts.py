"""Calendars and address cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors import Format

if TYPE_CHECKING:
    from collections.abc import Callable

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]

CALENDAR = """BEGIN:VCALENDAR
X-WR-CALNAME:Agenda commun
BEGIN:VEVENT
DTSTART;TZID=Europe/Paris:20241203T090000
DTEND:20241203T110000Z
SUMMARY:Comité\\, à Clermoulin
LOCATION;LANGUAGE=fr:Salle Flombuzy
ORGANIZER;CN="Rey, Ana":mailto:ana@b.fr
DESCRIPTION:Ordre du jour\\n1. Tarpi
 nette
BEGIN:VALARM
DESCRIPTION:Rappel
END:VALARM
END:VEVENT
BEGIN:VTODO
ligne sans nom
DUE;VALUE=DATE:20241231
SUMMARY:Écrire
END:VTODO
END:VCALENDAR
"""
CARD = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Ray=E9;Ana;;;\r\n"
    b"FN;ENCODING=QUOTED-PRINTABLE:Ana Ray=\r\n=C3=A9\r\nORG:CCAS;Service\r\nitem1.EMAIL;TYPE=INTERNET:a@b.fr\r\n"
    b"PHOTO;ENCODING=BASE64:QUFB\r\n QUFB\r\nNOTE:Maraude\r\nEND:VCARD\r\nBEGIN:VCARD\r\nN:Lin;Bo\r\nEND:VCARD\r\n"
)


def test_calendar(read: Read) -> None:
    """An entry is a Section with what people read of it; folded lines are joined, alarms left out."""
    extraction = read("a.ics", CALENDAR.encode())
    assert (extraction.format, extraction.title, extraction.warnings) == (Format.CALENDAR, "Agenda commun", ())
    assert [(section.title, section.text) for section in extraction.sections] == [
        (
            "Comité, à Clermoulin",
            (
                "Début : 03/12/2024 09:00\nFin : 03/12/2024 11:00 UTC\nLieu : Salle Flombuzy\n"
                "Organisation : Rey, Ana <ana@b.fr>\nOrdre du jour\n1. Tarpinette"
            ),
        ),
        ("Écrire", "Échéance : 31/12/2024"),
    ]


def test_cards(read: Read) -> None:
    """A card is a Section, in the encodings of each of its lines; pictures are left out."""
    extraction = read("a.txt", CARD)
    assert extraction.format is Format.CONTACTS
    assert [(section.title, section.text) for section in extraction.sections] == [
        ("Ana Rayé", "Organisme : CCAS, Service\nCourriel : a@b.fr\nMaraude"),
        ("Lin, Bo", ""),
    ]


def test_invitation_in_a_message(read: Read) -> None:
    """An invitation is read beside the text of its message, whose other version it is."""
    content = (
        "From: a@b.fr\nTo: c@d.fr\nSubject: s\nContent-Type: multipart/alternative; boundary=B\n\n"
        f"--B\nContent-Type: text/plain\n\nle corps\n--B\nContent-Type: text/calendar\n\n{CALENDAR}--B--\n"
    )
    extraction = read("a.eml", content.encode())
    assert [section.title for section in extraction.sections[1:]] == [
        "invitation.ics – Comité, à Clermoulin",
        "invitation.ics – Écrire",
    ]


def test_folds_inside_a_letter(read: Read) -> None:
    """A line that is folded between the bytes of a letter is put together before it is decoded."""
    written = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Café œuvré\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n".encode()
    for letter in "éœ".encode(), "œuvré".encode():
        at = written.find(letter[:2]) + 1
        extraction = read("a.ics", written[:at] + b"\r\n " + written[at:])
        assert (extraction.sections[0].title, extraction.warnings) == ("Café œuvré", ())
