"""Plain texts, and what all formats' texts have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from extractors import Extraction, Format, Limits, Reason, SectionUnit, UnreadableFileError, extract
from extractors.text.cleaning import clean_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Read = Callable[[str, bytes], Extraction]

SENTENCE = "L’accès aux droits : 34 % n’y recourent pas, à Œuilly."


@pytest.mark.parametrize(
    "content",
    [
        SENTENCE.encode(),
        SENTENCE.encode("utf-8-sig"),
        SENTENCE.encode("utf-16"),
        SENTENCE.encode("utf-16-be"),
        SENTENCE.encode("utf-16-le"),
        SENTENCE.encode("cp1252"),
    ],
)
def test_encodings(content: bytes, read: Read) -> None:
    """A text is read in whatever encoding it comes."""
    extraction = read("a.txt", content)
    assert extraction.format is Format.TEXT
    assert [(s.unit, s.number, s.text) for s in extraction.sections] == [(SectionUnit.HEADING, 1, SENTENCE)]


def test_one_damaged_character(read: Read) -> None:
    """A UTF-8 text with one bad byte stays a UTF-8 text."""
    content = "Évaluer, ".encode() + b"\xff" + " repérer, accompagner à côté".encode()
    assert "repérer, accompagner à côté" in read("a.txt", content).sections[0].text


def test_form_feeds(read: Read) -> None:
    """A form feed starts a new sheet of paper."""
    extraction = read("a.txt", b"Un\f\fTrois")
    assert [(section.number, section.text) for section in extraction.sections] == [(1, "Un"), (3, "Trois")]


def test_too_large(tmp_path: Path) -> None:
    """A text beyond the limit is refused before it is decoded."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"mot " * 100)
    with pytest.raises(UnreadableFileError) as refused:
        extract(path, Limits(text_bytes=99))
    assert refused.value.reason is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("e\u0301te\u0301", "été"),
        ("\ufb01n de l\u2019e\ufb00et", "fin de l’effet"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("mot\u00adcoupé\u200b", "motcoupé"),
        ("\uf0b7 puce \ud800", "puce"),
        ("a\n\n\n\n\nb  \n", "a\n\nb"),
        ("15\u00a0m² n°\u00a04", "15\u00a0m² n°\u00a04"),
    ],
)
def test_clean(written: str, cleaned: str) -> None:
    """Text is composed, visible and storable, and says what it said."""
    assert clean_text(written) == cleaned


@pytest.mark.parametrize("content", [b" " * 1_000_000 + b".", b"a" * 1_000_000, b"\n" * 1_000_000 + b"."])
@pytest.mark.timeout(5)
def test_monotonous(content: bytes, read: Read) -> None:
    """A text of a single character takes no longer than another."""
    assert len(read("a.txt", content).sections) == 1
