"""Real files of several formats, each with words of its own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from docx import Document
from pptx import Presentation
from reportlab.pdfgen.canvas import Canvas

if TYPE_CHECKING:
    from collections.abc import Callable


def text(*words: str) -> bytes:
    """A text file, a paragraph a word."""
    return "".join(f"Une note au sujet de {word}.\n\n" for word in words).encode()


def page(*words: str) -> bytes:
    """A web page."""
    paragraphs = "".join(f"<p>Une page au sujet de {word}.</p>" for word in words)
    return f"<!DOCTYPE html><html lang='fr'><head><title>Page</title></head><body>{paragraphs}</body></html>".encode()


def pdf(*words: str) -> bytes:
    """A PDF, a page a word."""
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=True)
    for word in words:
        canvas.drawString(60, 780, f"Une page au sujet de {word}.")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def docx(*words: str) -> bytes:
    """A Word document, a paragraph a word."""
    stream, document = io.BytesIO(), Document()
    for word in words:
        document.add_paragraph(f"Un compte rendu au sujet de {word}.")
    document.save(stream)
    return stream.getvalue()


def pptx(*words: str) -> bytes:
    """A deck, a slide a word."""
    stream, deck = io.BytesIO(), Presentation()
    for word in words:
        deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = f"Au sujet de {word}"
    deck.save(stream)
    return stream.getvalue()


MAKERS: dict[str, Callable[..., bytes]] = {
    ".txt": text,
    ".html": page,
    ".pdf": pdf,
    ".md": text,
    ".docx": docx,
}
"""By suffix, what is quickly made: bursts are of these."""
