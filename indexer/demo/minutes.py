"""Minutes and tool sheets, written by python-docx with real headings, lists and tables."""

from io import BytesIO
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

from indexer.demo.archives import timeless
from indexer.demo.documents import Document
from indexer.demo.markup import Block, Bullets, Paragraph, Subheading, Table
from indexer.demo.typography import DEMONSTRATION_MARK, typeset

_NAVY = RGBColor(0x1B, 0x2A, 0x5C)


def write_minutes(document: Document) -> bytes:
    """Give the text: a title, then one heading a section."""
    text: Any = docx.Document()
    _dress(text)
    text.add_heading(typeset(document.title), level=0)
    text.add_paragraph(typeset(document.occasion), style="Subtitle")
    for section in document.sections:
        text.add_heading(typeset(section.title), level=1)
        for block in section.blocks:
            _add(text, block)
    _describe(text.core_properties, document)
    stream = BytesIO()
    text.save(stream)
    return timeless(stream.getvalue())


def _dress(text: Any) -> None:
    text.styles["Normal"].font.name, text.styles["Normal"].font.size = "Calibri", Pt(11)
    text.styles["Heading 1"].font.color.rgb = _NAVY
    # The default template is American: Word would underline every French word in red.
    for language in text.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "fr-FR")
    text.sections[0].footer.paragraphs[0].text = f"{DEMONSTRATION_MARK} – Communauté apprenante TZNR"


def _describe(properties: Any, document: Document) -> None:
    properties.title = typeset(document.title)
    properties.subject = typeset(document.occasion)
    properties.author = properties.last_modified_by = "Équipe d’animation (démonstration)"
    properties.keywords = DEMONSTRATION_MARK
    properties.comments = ""
    properties.language = "fr-FR"
    properties.created = properties.modified = document.moment
    properties.revision = 1


def _add(text: Any, block: Block) -> None:
    match block:
        case Paragraph(words):
            text.add_paragraph(typeset(words))
        case Subheading(words):
            text.add_heading(typeset(words), level=2)
        case Bullets(items):
            for item in items:
                text.add_paragraph(typeset(item), style="List Bullet")
        case Table(rows):
            _add_table(text, rows)


def _add_table(text: Any, rows: tuple[tuple[str, ...], ...]) -> None:
    grid = text.add_table(len(rows), len(rows[0]), style="Light Grid Accent 1")
    for row, words in zip(grid.rows, rows, strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = typeset(word)
    text.add_paragraph()
