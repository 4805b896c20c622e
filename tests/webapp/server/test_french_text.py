"""French as it is printed."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from index.model.documents import PartialDate
from webapp.server import french_text


@pytest.mark.parametrize(
    ("date", "written"),
    [
        (PartialDate(2024, 1, 25), "du 25 janvier 2024"),
        (PartialDate(2024, 3), "de mars 2024"),
        (PartialDate(2024, 4), "d’avril 2024"),
        (PartialDate(2024, 10), "d’octobre 2024"),
    ],
)
def test_what_a_date_dates(date: PartialDate, written: str) -> None:
    """« Webinaire du 25 janvier », « mensuelle d’avril »: a month alone has no « du », and elides."""
    assert french_text.format_of_day(date).replace(french_text.NBSP, " ") == written


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0 document"), (1, "1 document"), (2, "2 documents"), (12_345, "12\u202f345 documents")]
)
def test_numbers_agree(value: int, written: str) -> None:
    """Zero is singular in French; thousands are set apart by a narrow space."""
    assert french_text.format_count(value, "document") == written.replace(" ", french_text.NBSP)


def test_a_plural_may_be_its_own() -> None:
    """Two words agree together."""
    assert french_text.format_count(2, "fichier illisible", "fichiers illisibles") == "2\u00a0fichiers illisibles"


def test_a_moment_has_its_hour() -> None:
    """Hours as French writes them, with spaces that do not break."""
    local = datetime(2025, 5, 7, 9, 5, tzinfo=UTC).astimezone()
    assert french_text.format_datetime(local).endswith(f"à {local.hour}\u00a0h\u00a005")


def test_titles_do_not_break_at_their_signs() -> None:
    """What people type with plain spaces is shown with those that hold."""
    assert french_text.typeset("Bilan « un an » : et après ?") == "Bilan «\u00a0un an\u00a0»\u00a0: et après\u00a0?"


def test_titles_have_printers_apostrophes() -> None:
    """A typed apostrophe between letters is printed; a quote or a foot mark stays as it is."""
    assert french_text.typeset("L'aller vers, ou l'art d'écouter") == "L’aller vers, ou l’art d’écouter"
    assert french_text.typeset("alert('titre') 5' 'mot'") == "alert('titre') 5' 'mot'"


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0 o"), (999, "999 o"), (1_000, "1 Ko"), (340_200, "340 Ko"), (1_240_000, "1,2 Mo"), (3 * 10**9, "3 Go")],
)
def test_sizes(value: int, written: str) -> None:
    """Bytes are told in the unit that people use, with a comma."""
    assert french_text.format_bytes(value) == written.replace(" ", french_text.NBSP)


@pytest.mark.parametrize(("hour", "minute", "written"), [(9, 5, "9 h 05"), (14, 0, "14 h")])
def test_times_of_day(hour: int, minute: int, written: str) -> None:
    """A round hour has no minutes."""
    assert french_text.format_time(time(hour, minute)) == written.replace(" ", french_text.NBSP)


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("aller vers", "«\u00a0aller vers\u00a0»"),
        ("« aller vers »", "«\u00a0“aller vers”\u00a0»"),
        ("Replay «\u00a0Aller vers\u00a0», suite", "«\u00a0Replay “Aller vers”, suite\u00a0»"),
        ("«", "«\u00a0“\u00a0»"),
    ],
)
def test_quotes_within_quotes_are_others(text: str, quoted: str) -> None:
    """As French typography has it: no guillemet stands within guillemets."""
    assert french_text.quote_text(text) == quoted
