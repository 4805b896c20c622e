"""PDF files."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader, PdfWriter

from extractors import Format, Limits, Reason, SectionUnit, extract
from extractors.readers.pdf.pages import DocumentWords, mark_line_ends, rejoin_words
from extractors.text.dates import parse_pdf_date

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from extractors import Extraction


def encrypted(content: bytes, user: str, algorithm: str) -> bytes:
    """The PDF protected by pypdf: an empty user password lets anybody read and forbids, say, printing."""
    writer = PdfWriter(PdfReader(io.BytesIO(content)))
    writer.encrypt(user, owner_password=f"{user}+", algorithm=algorithm)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def test_one_section_a_page(read: Callable[[str, bytes], Extraction], pdf: Callable[..., bytes]) -> None:
    """A page keeps its number when the ones before it are blank: it is cited by it."""
    extraction = read("actes.pdf", pdf(["Aller vers les personnes"], [], ["Guichet unique"]))
    assert extraction.format is Format.PDF
    assert [(section.unit, section.number, section.text) for section in extraction.sections] == [
        (SectionUnit.PAGE, 1, "Aller vers les personnes"),
        (SectionUnit.PAGE, 3, "Guichet unique"),
    ]


def test_metadata(read: Callable[[str, bytes], Extraction], pdf: Callable[..., bytes]) -> None:
    """Title, authors and date come from the file; the date always has a time zone."""
    extraction = read("a.pdf", pdf(["Texte"], title="Le non-recours à Grigny", author="Ana Rey; Bo Lin"))
    assert extraction.title == "Le non-recours à Grigny"
    assert extraction.authors == ("Ana Rey", "Bo Lin")
    assert extraction.created is not None
    assert extraction.created.tzinfo is not None


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - CR.docx", "Présentation PowerPoint", "Sans titre 2"])
def test_title_of_a_program(title: str, read: Callable[[str, bytes], Extraction], pdf: Callable[..., bytes]) -> None:
    """A title that a program wrote is not worth showing."""
    assert read("a.pdf", pdf(["Texte"], title=title)).title == ""


def test_hyphenated_line_ends(read: Callable[[str, bytes], Extraction], pdf: Callable[..., bytes]) -> None:
    """Words cut at a line end become whole again, and compounds keep their hyphen."""
    lines = ["La lutte contre le non-", "recours et l'accompagne-", "ment en Seine-", "Saint-Denis, 2023-", "2024"]
    assert read("a.pdf", pdf(lines)).sections[0].text == (
        "La lutte contre le non-recours et l'accompagnement en Seine-Saint-Denis, 2023-2024"
    )


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("accompagne-\nment", "accompagnement"),
        ("non-\nrecours", "non-recours"),
        ("est-\nce", "est-ce"),
        ("celle-\nci", "celle-ci"),
        ("au-\ndelà", "au-delà"),
        ("va-\nt-il", "va-t-il"),
        ("Châlons-\nen-Champagne", "Châlons-en-Champagne"),
        ("Aix-\nMarseille", "Aix-Marseille"),
        ("2023-\n2024", "2023-2024"),
        ("https://a.fr/droits-\nsociaux", "https://a.fr/droits-sociaux"),
        ("inter\x02communal", "intercommunal"),
        ("puce -\nsuite", "puce -\nsuite"),
    ],
)
def test_rejoin(cut: str, whole: str) -> None:
    """French spelling tells a typesetter's hyphen from one that belongs to the word."""
    marked = mark_line_ends(cut)
    assert rejoin_words(marked, DocumentWords(marked)) == whole


@pytest.mark.parametrize("written", ["co-construction", "coconstruction"])
def test_rejoin_as_the_document_writes_it(written: str) -> None:
    """Where spelling allows both, the document's own way of writing the word elsewhere decides."""
    marked = mark_line_ends(f"Une {written} de plus, et encore une co-\nconstruction.")
    assert rejoin_words(marked, DocumentWords(marked)) == f"Une {written} de plus, et encore une {written}."


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_password(algorithm: str, refusal: Callable[[str, bytes], Reason], pdf: Callable[..., bytes]) -> None:
    """A PDF that asks for a password is refused as protected."""
    assert refusal("a.pdf", encrypted(pdf(["Secret"]), "sésame", algorithm)) is Reason.ENCRYPTED


def test_damaged_after_protected(refusal: Callable[[str, bytes], Reason], pdf: Callable[..., bytes]) -> None:
    """A file is refused for what it is itself, whatever the same process read before it."""
    nested = b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R/X " + b"[" * 60_000 + b"]" * 60_000 + b">>\nendobj\n"
    pages, start = len(nested), len(nested) + len(_NO_PAGES)
    table = f"xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n{pages:010} 00000 n \n"
    nested += _NO_PAGES + f"{table}trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    assert refusal("a.pdf", encrypted(pdf(["Secret"]), "sésame", "AES-128")) is Reason.ENCRYPTED
    assert refusal("b.pdf", nested) is Reason.DAMAGED


_NO_PAGES = b"2 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n"


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_empty_password(algorithm: str, read: Callable[[str, bytes], Extraction], pdf: Callable[..., bytes]) -> None:
    """A PDF that is protected against changes only opens without a password, and is read."""
    assert read("a.pdf", encrypted(pdf(["Lisible"]), "", algorithm)).sections[0].text == "Lisible"


def test_no_text(read: Callable[[str, bytes], Extraction], pdf: Callable[..., bytes]) -> None:
    """A scanned PDF is no failure, but the animator is told why nothing will be found in it."""
    extraction = read("scan.pdf", pdf([], []))
    assert extraction.sections == ()
    assert "images numérisées" in extraction.warnings[0]


def test_second_try(tmp_path: Path, pdf: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """What PDFium cannot load is tried again by pypdf."""
    import pypdfium2  # noqa: PLC0415

    def fail(*_: object, **__: object) -> None:
        raise pypdfium2.PdfiumError("Failed to load document.")

    monkeypatch.setattr(pypdfium2, "PdfDocument", fail)
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(["Deux fois vaut"], [], ["mieux"], title="Essai"))
    extraction = extract(path, Limits())
    assert [(section.number, section.text) for section in extraction.sections] == [(1, "Deux fois vaut"), (3, "mieux")]
    assert extraction.title == "Essai"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("D:20240207130405Z", datetime(2024, 2, 7, 13, 4, 5, tzinfo=UTC)),
        ("D:20240207130405+01'00'", datetime(2024, 2, 7, 12, 4, 5, tzinfo=UTC)),
        ("D:2024", datetime(2024, 1, 1, tzinfo=UTC)),
        ("D:20249999", None),
        ("hier", None),
        ("", None),
    ],
)
def test_dates(written: str, moment: datetime | None) -> None:
    """A PDF's dates may stop after the year; one that cannot be is no date."""
    assert parse_pdf_date(written) == moment
