"""What a file says of itself, and what is better believed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from docx.shared import Pt
from pptx.util import Cm
from pptx.util import Pt as Points
from reportlab.pdfgen.canvas import Canvas

from extractors.text.cleaning import clean_title

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document
    from pptx.presentation import Presentation

    from extractors import Extraction

    Read = Callable[[str, Any], Extraction]

FRENCH = "Le non-recours aux droits est un sujet que les personnes et leur entourage ne connaissent pas dans le détail."


@pytest.mark.parametrize(
    "written",
    [
        *("Présentation PowerPoint", "PowerPoint Presentation", "Microsoft Word - CR.docx", "C:\\Users\\a\\b.pptx"),
        *(
            "/home/ana/essai",
            "file:///tmp/a.html",
            "Sans titre 1",
            "Untitled",
            "Diapositive 1",
            "Document1",
            "Classeur1",
        ),
        *("rapport final.docx", "", "  ", "- - -", "2024-02-07", "Sommaire", "Nouvelle présentation"),
    ],
)
def test_titles_of_programs(written: str) -> None:
    """A title that a program wrote, a path or a date is worth less than the file's name."""
    assert clean_title(written) == ""


@pytest.mark.parametrize(
    "written", ["Le guide du document unique", "Présentation de la démarche", "Page d’accueil", "TZNR"]
)
def test_titles_of_people(written: str) -> None:
    """A title that a person wrote is kept, though it begins like another."""
    assert clean_title(written) == written


def test_largest_words_of_a_document(read: Read, document: Document) -> None:
    """A document without title or Title style is called by its largest first words."""
    for text, size in (
        ("Ville de Grigny", 11),
        ("Compte rendu", 24),
        ("de la mensuelle", 24),
        (FRENCH, 11),
        (FRENCH, 11),
    ):
        document.add_paragraph().add_run(text).font.size = Pt(size)
    assert read("a.docx", document).title == "Compte rendu de la mensuelle"


def test_first_heading(read: Read, document: Document) -> None:
    """A document whose letters are all alike is called by its first heading."""
    document.add_paragraph(FRENCH)
    document.add_heading("Aller vers", level=1)
    assert read("a.docx", document).title == "Aller vers"


def test_largest_words_of_a_slide(read: Read, deck: Presentation) -> None:
    """A deck whose first slide has no title is called by the largest words on it."""
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    for text, size in (("Réseau des territoires", 14), ("Plénière de printemps", 40), ("7 février 2024", 14)):
        run = slide.shapes.add_textbox(Cm(1), Cm(1), Cm(9), Cm(2)).text_frame.paragraphs[0].add_run()
        run.text, run.font.size = text, Points(size)
    assert read("a.pptx", deck).title == "Plénière de printemps"


def test_largest_words_of_a_page(read: Read) -> None:
    """A PDF without a title is called by the largest line of its first page."""
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(60, 800, "Ville de Grigny")
    canvas.setFont("Helvetica-Bold", 24)
    canvas.drawString(60, 750, "Bilan de l'accueil inconditionnel")
    canvas.setFont("Helvetica", 11)
    for row in range(20):
        canvas.drawString(60, 700 - 14 * row, FRENCH[:70])
    canvas.save()
    extraction = read("a.pdf", stream.getvalue())
    assert (extraction.title, extraction.units) == ("Bilan de l'accueil inconditionnel", 1)
