"""Writes syntheses as PDF, by reportlab; a section of some length begins a new page."""

from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Paragraph as Printed
from reportlab.platypus import Table as Grid

from indexer.demo.notation import Block, Bullets, DemoSection, PlainParagraph, Subheading, Table, block_texts
from indexer.demo.sources import DemoDocument
from indexer.demo.typesetting import DEMONSTRATION_MARK, typeset

# Vera comes with reportlab: the only accented fonts that are sure to be everywhere.
FONTS = Path(reportlab.__file__).parent / "fonts"

_NAVY, _HONEY, _GREY = HexColor("#1b2a5c"), HexColor("#f2a900"), HexColor("#555555")
_SHORT_SECTION = 520  # characters: under this, a section alone would leave its page almost empty
_WIDTH = A4[0] - 4.4 * cm
_BODY = ParagraphStyle("corps", fontName="Vera", fontSize=11, leading=17.5, spaceAfter=9)
_BULLET = ParagraphStyle("puce", _BODY, leftIndent=16, bulletIndent=3, spaceAfter=6)
_CELL = ParagraphStyle("cellule", _BODY, fontSize=10, leading=15, spaceAfter=0)
_TITLE = ParagraphStyle("titre", _BODY, fontName="VeraBd", fontSize=21, leading=27, textColor=_NAVY, spaceAfter=6)
_OCCASION = ParagraphStyle("occasion", _BODY, fontSize=12, textColor=_GREY, spaceAfter=18)
_HEADING = ParagraphStyle("rubrique", _TITLE, fontSize=16, leading=21, spaceBefore=12, spaceAfter=10)
_SUBHEADING = ParagraphStyle("intertitre", _TITLE, fontSize=12, leading=16, spaceBefore=10, spaceAfter=6)


def write_synthesis(document: DemoDocument) -> bytes:
    """Give the PDF, the same bytes on every run."""
    _register_fonts()
    stream = BytesIO()
    template = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=2.2 * cm,
        rightMargin=2.2 * cm,
        topMargin=2 * cm,
        bottomMargin=2.2 * cm,
        title=typeset(document.title),
        subject=typeset(document.occasion),
        author="Équipe d’animation (démonstration)",
        keywords=[DEMONSTRATION_MARK],
        lang="fr-FR",
        invariant=1,
    )

    def draw_first_page(canvas: Canvas, page: Any) -> None:
        # With `invariant`, reportlab dates every file of the year 2000.
        canvas._doc._timeStamp.YMDhms = document.timestamp.timetuple()[:6]  # type: ignore[attr-defined]  # noqa: SLF001 -- the only way to a date
        _draw_footer(canvas, page)

    template.build(_build_story(document), onFirstPage=draw_first_page, onLaterPages=_draw_footer)
    return stream.getvalue()


def _register_fonts() -> None:
    for name in ("Vera", "VeraBd"):
        registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    registerFontFamily("Vera", normal="Vera", bold="VeraBd", italic="Vera", boldItalic="VeraBd")


def _build_story(document: DemoDocument) -> list[Flowable]:
    story = [_make_paragraph(document.title, _TITLE), _make_paragraph(document.occasion, _OCCASION)]
    first, *others = document.sections
    story.extend(_make_section(first))
    for section in others:
        story.extend([CondPageBreak(_least_height(section)), *_make_section(section)])
    return story


def _least_height(section: DemoSection) -> float:
    """The height that must remain on a page for this section to begin there."""
    words = sum(len(line) for block in section.blocks for line in block_texts(block))
    return 6 * cm if words < _SHORT_SECTION else 20 * cm


def _make_section(section: DemoSection) -> list[Flowable]:
    return [
        _make_paragraph(section.title, _HEADING),
        *(part for block in section.blocks for part in _make_flowables(block)),
    ]


def _make_flowables(block: Block) -> list[Flowable]:
    match block:
        case PlainParagraph(text):
            return [_make_paragraph(text, _BODY)]
        case Subheading(text):
            return [_make_paragraph(text, _SUBHEADING)]
        case Bullets(items):
            return [_make_paragraph(item, _BULLET, bullet="•") for item in items]
        case Table(rows):
            return [_make_table(rows), Spacer(1, 10)]


def _make_paragraph(text: str, style: ParagraphStyle, bullet: str | None = None) -> Flowable:
    return Printed(escape(typeset(text)), style, bulletText=bullet)


def _make_table(rows: tuple[tuple[str, ...], ...]) -> Flowable:
    cells = [[_make_paragraph(text, _CELL) for text in row] for row in rows]
    style = TableStyle()
    style.add("GRID", (0, 0), (-1, -1), 0.5, _GREY)
    style.add("BACKGROUND", (0, 0), (-1, 0), HexColor("#eef1fa"))
    style.add("VALIGN", (0, 0), (-1, -1), "TOP")
    style.add("BOTTOMPADDING", (0, 0), (-1, -1), 5)
    return Grid(cells, colWidths=[_WIDTH / len(rows[0])] * len(rows[0]), style=style, repeatRows=1)


def _draw_footer(canvas: Canvas, template: Any) -> None:
    canvas.saveState()
    canvas.setStrokeColor(_HONEY)
    canvas.line(2.2 * cm, 1.6 * cm, A4[0] - 2.2 * cm, 1.6 * cm)
    canvas.setFont("Vera", 8)
    canvas.setFillColor(_GREY)
    canvas.drawString(2.2 * cm, 1.1 * cm, f"{DEMONSTRATION_MARK} – Communauté apprenante TZNR")
    canvas.drawRightString(A4[0] - 2.2 * cm, 1.1 * cm, f"Page {template.page}")
    canvas.restoreState()
