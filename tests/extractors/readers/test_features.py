"""Every construct of a format that may hold words is read, in the Section where a reader meets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from extractors import Format, Limits, extract
from tests.extractors.features import opendocument, others, powerpoint, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from extractors import Extraction


@dataclass(frozen=True)
class Sample:
    """A file, and each word that it must give, with the number of the Section that must hold it."""

    name: str
    format: Format
    make: Callable[[], Any]
    words: dict[str, int]
    absent: tuple[str, ...] = ()
    titles: dict[int, str] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    hidden: int = 0


SAMPLES = (
    Sample("a.docx", Format.WORD, word.word_document, word.WORDS, word.ABSENT, word.TITLES),
    Sample(
        "a.pptx",
        Format.POWERPOINT,
        powerpoint.powerpoint_deck,
        powerpoint.WORDS,
        powerpoint.ABSENT,
        powerpoint.TITLES,
        powerpoint.NOTES,
        powerpoint.HIDDEN,
    ),
    Sample(
        "a.odt",
        Format.ODF_TEXT,
        opendocument.odf_text,
        opendocument.TEXT_WORDS,
        opendocument.TEXT_ABSENT,
        opendocument.TEXT_TITLES,
    ),
    Sample(
        "a.odp",
        Format.ODF_SLIDES,
        opendocument.odf_slides,
        opendocument.SLIDE_WORDS,
        ("auteurcommentaire",),
        opendocument.SLIDE_TITLES,
        opendocument.SLIDE_NOTES,
        hidden=2,
    ),
    Sample(
        "a.ods",
        Format.ODF_SHEETS,
        opendocument.odf_sheets,
        opendocument.SHEET_WORDS,
        ("auteurcommentaire",),
        opendocument.SHEET_TITLES,
        hidden=2,
    ),
    Sample("a.xlsx", Format.EXCEL, others.excel_workbook, others.EXCEL_WORDS, (), others.EXCEL_TITLES, hidden=2),
    Sample("a.pdf", Format.PDF, others.pdf_pages, others.PDF_WORDS, (), others.PDF_TITLES),
    Sample("a.eml", Format.EMAIL, others.mail_message, others.MAIL_WORDS),
    Sample("a.rtf", Format.RTF, lambda: others.RTF, others.RTF_WORDS, others.RTF_ABSENT, {2: "Titreun"}),
    Sample("a.html", Format.HTML, others.HTML.encode, others.HTML_WORDS, others.HTML_ABSENT, {2: "Titreun"}),
    Sample("a.mhtml", Format.HTML, others.wrapped_page, others.HTML_WORDS, others.HTML_ABSENT, {2: "Titreun"}),
    Sample("a.epub", Format.EPUB, others.digital_book, {"début": 1, "suite": 2}, (), {1: "Titreun", 2: "Titredeux"}),
    Sample("a.csv", Format.CSV, lambda: "Ville;Taux\nLille;34\n".encode("cp1252"), {"Ville | Taux\nLille | 34": 1}),
)


@pytest.fixture(params=SAMPLES, ids=lambda sample: sample.name)
def sample(request: pytest.FixtureRequest) -> Sample:
    """Each file in turn."""
    chosen: Sample = request.param
    return chosen


@pytest.fixture
def extraction(sample: Sample, read: Callable[[str, Any], Extraction]) -> Extraction:
    """What the file gives."""
    return read(sample.name, sample.make())


def test_every_word_in_its_section(sample: Sample, extraction: Extraction) -> None:
    """A word is found once, in the Section where a reader of the file meets it."""
    places = {word: list(holding(extraction, word)) for word in sample.words}
    assert places == {word: [number] for word, number in sample.words.items()}
    assert extraction.format is sample.format
    assert not any("L’extension" in warning for warning in extraction.warnings)


def holding(extraction: Extraction, word: str) -> Iterator[int]:
    """The numbers of the Sections that hold a word, once for each time that they hold it."""
    for section in extraction.sections:
        yield from [section.number] * section.text.count(word)


def test_what_stays_out(sample: Sample, extraction: Extraction) -> None:
    """Deletions, instructions, menus and layouts are nobody's words."""
    said = "\n".join(f"{part.title}\n{part.text}\n{part.notes}" for part in extraction.sections)
    assert [word for word in sample.absent if word in said] == []


def test_titles_and_notes(sample: Sample, extraction: Extraction) -> None:
    """Titles and notes are apart from the text, and what is hidden is marked."""
    sections = {section.number: section for section in extraction.sections}
    assert {number: sections[number].title for number in sample.titles} == sample.titles
    assert {word: sections[number].notes for word, number in sample.notes.items()} == {w: w for w in sample.notes}
    assert [section.number for section in extraction.sections if section.hidden] == [sample.hidden] * bool(
        sample.hidden
    )
    assert any("masquée" in warning for warning in extraction.warnings) is bool(sample.hidden)


def test_known_password(tmp_path: Path) -> None:
    """A protected PDF is read with a password that is known."""
    path = tmp_path / "a.pdf"
    path.write_bytes(others.pdf_pages("sésame"))
    assert extract(path, Limits(passwords=("autre", "sésame"))).sections[1].text.startswith("suite")
