"""The order in which the pages of a PDF are read, and what surrounds them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from extractors import Limits, extract
from tests.extractors.features.others import pdf_pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]

LEFT = [f"gauche{row} le droit commun concerne" for row in range(20)]
RIGHT = [f"droite{row} chacun peut y recourir" for row in range(20)]


def page(rows: list[tuple[float, float, str]]) -> bytes:
    """A page of words, each with its place, in this order."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for left, bottom, text in rows:
        canvas.drawString(left, bottom, text)
    canvas.save()
    return stream.getvalue()


@pytest.mark.parametrize("across", [True, False], ids=["across", "down"])
def test_two_columns(across: bool, read: Read) -> None:  # noqa: FBT001  a parameter of the test
    """Columns are read one after the other, whatever order the file is written in, and titles where they stand."""
    left = [(60.0, 700.0 - 14 * row, text) for row, text in enumerate(LEFT)]
    right = [(320.0, 700.0 - 14 * row, text) for row, text in enumerate(RIGHT)]
    columns = [cell for pair in zip(left, right, strict=True) for cell in pair] if across else left + right
    title = "Une phrase qui traverse toute la page, de sa marge de gauche à celle de droite, sans aucune coupure"
    lines = read("a.pdf", page([(60, 740, title), *columns])).sections[0].text.split("\n")
    assert lines == [title, *LEFT, *RIGHT]


def test_tables_are_read_across(read: Read) -> None:
    """A table of short values keeps its rows, though they stand in columns too."""
    rows = [
        cell
        for row in range(20)
        for cell in ((60.0, 700.0 - 14 * row, f"Ville {row}"), (320.0, 700.0 - 14 * row, "34"))
    ]
    rows.append((60.0, 300.0, "Source : " + "enquête de la communauté auprès de ses membres en 2024 " * 2))
    assert read("a.pdf", page(rows)).sections[0].text.startswith("Ville 0 34\nVille 1 34")


def test_outline(read: Read) -> None:
    """A page without a heading of its own stands under the last one before it."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for number in range(1, 5):
        if number in {2, 4}:
            canvas.bookmarkPage(str(number))
            canvas.addOutlineEntry(f"Partie {number}", str(number))
        canvas.drawString(60, 700, f"texte {number}")
        canvas.showPage()
    canvas.save()
    titles = [section.title for section in read("a.pdf", stream.getvalue()).sections]
    assert titles == ["", "Partie 2", "Partie 2", "Partie 4"]


def test_attachments_of_attachments(tmp_path: Path) -> None:
    """Files attached to files are read as deep as the limits allow, and no deeper."""
    content = pdf_pages()
    for _ in range(4):
        writer = PdfWriter(PdfReader(io.BytesIO(pdf_pages())))
        writer.add_attachment("dedans.pdf", content)
        stream = io.BytesIO()
        writer.write(stream)
        content = stream.getvalue()
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    depths = [
        sum(section.text == "versement" for section in extract(path, Limits(nesting=nesting)).sections)
        for nesting in range(4)
    ]
    assert depths == [0, 1, 2, 3]


def test_unreadable_attachment(read: Read) -> None:
    """An attachment that cannot be read is named, and takes nothing else along."""
    writer = PdfWriter(PdfReader(io.BytesIO(pdf_pages())))
    writer.add_attachment("image.bin", bytes(range(256)))
    stream = io.BytesIO()
    writer.write(stream)
    extraction = read("a.pdf", stream.getvalue())
    assert extraction.warnings == ("La pièce jointe « image.bin » n’a pas été lue : format non pris en charge.",)
    assert "image.bin" in extraction.sections[1].text
