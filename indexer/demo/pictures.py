"""Writes what holds words as an image only: the photograph of a flip chart, the page that was scanned."""

from __future__ import annotations

import textwrap
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from indexer.demo.notation import block_texts
from indexer.demo.synthesis import FONTS
from indexer.demo.typesetting import DEMONSTRATION_MARK, NBSP, typeset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from indexer.demo.notation import DemoSection
    from indexer.demo.sources import DemoDocument


def load_font(name: str, size: int) -> ImageFont.FreeTypeFont:
    """The font of this name, one of those that come with reportlab, at a size in pixels."""
    return ImageFont.truetype(FONTS / f"{name}.ttf", size)


def write_picture(document: DemoDocument) -> bytes:
    """Give a PNG image of a flip chart: its words are read by recognition of characters, or not at all."""
    stream = BytesIO()
    _draw_page(document, document.sections, 34).save(stream, "PNG")
    return stream.getvalue()


def write_scan(document: DemoDocument) -> bytes:
    """Give a PDF whose first section is text, and the others a page that was scanned: an image without text."""
    stream = BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas.setTitle(typeset(document.title))
    registerFont(TTFont("Vera", str(FONTS / "Vera.ttf")))
    first, *others = document.sections
    lines = [
        document.title,
        DEMONSTRATION_MARK,
        first.title,
        *(text for each in first.blocks for text in block_texts(each)),
    ]
    written = canvas.beginText(60, A4[1] - 80)
    written.setFont("Vera", 12, 20)
    for line in lines:
        written.textLines(textwrap.fill(typeset(line), 60))
    canvas.drawText(written)
    canvas.showPage()
    # A little askew and grey, as what comes out of a copier.
    page = _draw_page(document, others, 30).rotate(0.6, fillcolor="#f4f4f4").convert("L")
    canvas.drawImage(ImageReader(page), 0, 0, *A4)
    canvas.save()
    return stream.getvalue()


def _draw_page(document: DemoDocument, sections: Iterable[DemoSection], size: int) -> Image.Image:
    picture = Image.new("RGB", (1240, 1754), "#f4f4f4")
    pen, height = ImageDraw.Draw(picture), 120
    lines = [(typeset(document.title), "VeraBd"), (DEMONSTRATION_MARK, "Vera")]
    for section in sections:
        lines.append((typeset(section.title), "VeraBd"))
        lines += [(typeset(text), "Vera") for block in section.blocks for text in block_texts(block)]
    for text, font in lines:
        for line in textwrap.wrap(text.replace(NBSP, " "), 52):
            pen.text((110, height), line, fill="#222222", font=load_font(font, size))
            height += size + 18
        height += 24
    return picture
