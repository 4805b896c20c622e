"""What is personal in a text: found as people write it, told apart from what looks like it, shown masked."""

from __future__ import annotations

import pytest

from benchmarks.personal_texts import decoys, positives
from index.model.documents import Locator, Passage, Unit
from index.personal_data.doubts import WITHHOLDING_KINDS, Verdict, find_in_text, find_personal_data, is_withheld
from index.personal_data.findings import PersonalDataKind

NIR = "1 85 05 78 006 084 91"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
BY_CHANCE = "référence de 15 chiffres"
"""One in a hundred numbers of 15 digits has the key of a NIR: nothing can tell it apart."""


def kinds(text: str) -> list[PersonalDataKind]:
    """What is found in a text."""
    return [each.kind for each in find_in_text(text)]


@pytest.mark.parametrize("kind", [PersonalDataKind.NIR, PersonalDataKind.IBAN])
def test_numbers_are_found_as_people_write_them(kind: PersonalDataKind) -> None:
    """At least 99 in 100, however they are spaced, cut or misread."""
    samples = [each for each in positives(800) if each.kind is kind]
    found = [[each.value for each in find_in_text(one.text) if each.kind is kind] == [one.value] for one in samples]
    assert sum(found) >= 0.99 * len(samples)


def test_what_looks_like_them_is_left_alone() -> None:
    """Company numbers, invoices, dates, tables, hashes, addresses and numbers with a wrong key raise no alarm."""
    alarms = [
        one.text
        for one in decoys(1_900)
        if one.form != BY_CHANCE and any(each.kind in WITHHOLDING_KINDS for each in find_in_text(one.text))
    ]
    assert alarms == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NIR 185057800608491.", "185057800608491"),
        ("(1 85 05 78 006 084 clé 91)", "185057800608491"),
        ("2 53 07 2B 073 004 70", "253072B07300470"),
        ("2 53 07 2A 073 004 43", "253072A07300443"),
        ("I 85 O5 78 OO6 O84 91", "185057800608491"),
        ("Sécurité sociale : 1 85 05 78 006 084", "1850578006084"),
    ],
)
def test_social_security_numbers(text: str, value: str) -> None:
    """With its key in any dress; Corsican; misread; without key where the text says what it is."""
    (found,) = find_in_text(text)
    assert (found.kind, found.value) == (PersonalDataKind.NIR, value)


@pytest.mark.parametrize(
    "text",
    [
        "1 85 05 78 006 084 92",
        "réf. 1850578006084",
        "| 21250424500011 |",
        "https://exemple.fr/photo?id=185057800608491",
        "0,185057800608491",
        "a185057800608491f",
        "FR76 3000 6000 0112 3456 7890 188",
        "Dossier 59 808 914 969 71 3 144 07 5 9 19 26",
    ],
)
def test_near_misses(text: str) -> None:
    """A wrong key, a reference, a company, an address of a picture, a decimal, a hash."""
    assert find_in_text(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("06 12 34 56 78", [PersonalDataKind.MOBILE]),
        ("+33 (0)7.12.34.56.78", [PersonalDataKind.MOBILE]),
        ("0612345678 / 01 23 45 67 89", [PersonalDataKind.MOBILE, PersonalDataKind.LANDLINE]),
        ("0262 12 34 56", []),
        ("02 62 12 34 56", [PersonalDataKind.LANDLINE]),
        ("du 01-02-2023 10 participants", []),
        ("0 800 12 34 56, 08 20 12 34 56, 36 46", []),
        ("SIREN 012 345 678", []),
    ],
)
def test_phones(text: str, found: list[PersonalDataKind]) -> None:
    """Numbers of persons and offices; services and dates are none."""
    assert kinds(text) == found


@pytest.mark.parametrize(
    ("address", "personal"),
    [
        ("jeanne.martin@gmail.com", True),
        ("j-martin91@Wanadoo.fr", True),
        ("x@yahoo.co.uk", True),
        ("x@free.fr", True),
        ("jeanne.martin@ccas-grigny.fr", False),
        ("x@orange.com", False),
        ("x@gmail.example", False),
        ("x@outlook.office.com", False),
    ],
)
def test_mail_addresses(address: str, *, personal: bool) -> None:
    """At a provider of private persons, not at an organisation."""
    assert kinds(f"Écrire à {address}, merci.") == ([PersonalDataKind.MAIL] if personal else [])


def test_only_the_mask_is_shown() -> None:
    """What may be shown tells which value it is to who knows it, and gives it to nobody."""
    text = f"{NIR} – {IBAN} – 06 12 34 56 78 – jeanne.martin@gmail.com"
    assert [each.masked for each in find_in_text(text)] == [
        "1 85 •• •• ••• ••• ••",
        "FR76 •••• •••• •••• •••• •••• •••",
        "06 •• •• •• 78",
        "j•••@gmail.com",
    ]
    assert "006084" not in repr(find_in_text(text))
    assert [text[each.start : each.end] for each in find_in_text(text)][:2] == [NIR, IBAN]


def test_all_texts_of_a_passage_are_looked_at() -> None:
    """Title, text and notes; landlines, which belong to offices, are nobody's concern."""
    passage = Passage(3, Locator(Unit.SLIDE, 4), f"Tél. 01 23 45 67 89, {IBAN}", "Écrire à x@free.fr", f"dire {NIR}")
    assert [(each.ordinal, each.part, each.finding.kind) for each in find_personal_data([passage])] == [
        (3, "title", PersonalDataKind.MAIL),
        (3, "text", PersonalDataKind.IBAN),
        (3, "notes", PersonalDataKind.NIR),
    ]


@pytest.mark.parametrize(
    ("doubts", "held"),
    [
        ([], False),
        ([(PersonalDataKind.NIR, None)], True),
        ([(PersonalDataKind.IBAN, None)], True),
        ([(PersonalDataKind.NIR, Verdict.NOTHING)], False),
        ([(PersonalDataKind.NIR, Verdict.NOTHING), (PersonalDataKind.IBAN, None)], True),
        ([(PersonalDataKind.MOBILE, None), (PersonalDataKind.MAIL, None)], False),
        ([(PersonalDataKind.MOBILE, Verdict.RESERVED)], True),
        ([(PersonalDataKind.MOBILE, None)] * 6 + [(PersonalDataKind.MAIL, None)] * 4, True),
        ([(PersonalDataKind.MOBILE, None)] * 6 + [(PersonalDataKind.MAIL, Verdict.NOTHING)] * 4, False),
    ],
)
def test_what_keeps_a_document_from_members(
    doubts: list[tuple[PersonalDataKind, Verdict | None]], *, held: bool
) -> None:
    """A number with a key, a list of persons, or an animator's word; a dismissed doubt counts for nothing."""
    assert is_withheld(doubts) is held
