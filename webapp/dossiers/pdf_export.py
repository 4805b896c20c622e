"""A dossier as PDF, by reportlab: the same as in Word, page by page."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from webapp.dossiers.contents import GONE_TEXT, load_picture
from webapp.server import services, split_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportlab.platypus import Flowable

    from webapp.dossiers.contents import DossierContents, ShownItem

_PICTURE_POINTS = 380
_FONT, _BOLD = "Vera", "VeraBd"
_NAVY, _GREY = "#1b2a5c", "#555555"


def render_pdf(contents: DossierContents) -> bytes:
    """Return a dossier as PDF."""
    # The title and the language are what screen readers announce first.
    stream = BytesIO()
    template = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=2.2 * cm,
        rightMargin=2.2 * cm,
        topMargin=2 * cm,
        bottomMargin=2.2 * cm,
        title=contents.dossier.title,
        author=services().settings.site_name,
        lang="fr-FR",
    )
    template.build(_build_story(contents), onFirstPage=_draw_footer, onLaterPages=_draw_footer)
    return stream.getvalue()


def _build_story(contents: DossierContents) -> list[Flowable]:
    story = [_paragraph(contents.dossier.title, "title"), *_lines(contents.dossier.introduction, "body")]
    for rank, each in enumerate(contents.shown, 1):
        story += _build_item(rank, each)
    return story + [_paragraph(GONE_TEXT, "body") for _ in contents.gone]


def _build_item(rank: int, shown: ShownItem) -> list[Flowable]:

    head = [_paragraph(f"{rank}. {shown.title}", "heading")]
    if shown.place:
        head.append(_link(shown.place.label.capitalize(), shown.permanent_link, "place"))
    if shown.notice:
        head.append(_paragraph(shown.notice, "reference"))
    if picture := load_picture(shown):
        # The longer side is the same for all: a portrait must not take a whole page.
        size = _PICTURE_POINTS / max(picture.width, picture.height)
        head += [Image(picture.stream, picture.width * size, picture.height * size), Spacer(1, 8)]
    before, _, after = shown.reference.partition(shown.permanent_link)
    reference = f"{_escape(before)}{_anchor(shown.permanent_link, shown.permanent_link)}{_escape(after)}"
    first, *others = [
        *([_markup(f"<b>{_escape(shown.headline)}</b>", "quotation")] if shown.headline else []),
        *_quote(shown.text),
        *_lines(f"Note\u00a0: {shown.item.note}" if shown.item.note else "", "body"),
        _markup(reference, "reference"),
    ]
    # A heading at the foot of a page, with its image or its first line on the next one, would be read as another's.
    return [KeepTogether([*head, first]), *others]


def _quote(text: str) -> Iterator[Flowable]:
    for block in split_text(text):
        if isinstance(block, str):
            yield _paragraph(block, "quotation")
            continue
        cells = [[_paragraph(words, "cell") for words in row] for row in block]
        style = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, HexColor(_GREY)), ("VALIGN", (0, 0), (-1, -1), "TOP")])
        # Its first row is said again where a page ends within it; a row may be longer than a page.
        yield Table(cells, style=style, repeatRows=1, splitInRow=1, spaceAfter=8)


def _lines(text: str, style: str) -> list[Flowable]:
    return [_paragraph(line, style) for line in filter(None, map(str.strip, text.splitlines()))]


def _paragraph(text: str, style: str) -> Flowable:
    return _markup(_escape(text), style)


def _link(text: str, address: str, style: str) -> Flowable:
    return _markup(_anchor(text, address), style)


def _anchor(text: str, address: str) -> str:
    return f"<a href={quoteattr(address)}><u>{_escape(text)}</u></a>"


def _markup(text: str, style: str) -> Flowable:

    return Paragraph(text, _styles()[style])


def _escape(text: str) -> str:
    # A sign that the font lacks would be drawn as a black square.
    known = _known_signs()
    return escape("".join(each if ord(each) in known else "?" for each in " ".join(text.split(" "))))


@cache
def _known_signs() -> frozenset[int]:
    """Return the signs that the font draws; it comes with reportlab, the only one that is sure to be everywhere."""
    fonts = Path(reportlab.__file__).parent / "fonts"
    # Bold has the same signs.
    regular = TTFont(_FONT, str(fonts / "Vera.ttf"))
    registerFont(regular)
    registerFont(TTFont(_BOLD, str(fonts / "VeraBd.ttf")))
    registerFontFamily(_FONT, normal=_FONT, bold=_BOLD, italic=_FONT, boldItalic=_BOLD)
    return frozenset(regular.face.charToGlyph)


@cache
def _styles() -> dict[str, ParagraphStyle]:

    # Styles name fonts, which must be registered first.
    _known_signs()
    body = ParagraphStyle("body", fontName=_FONT, fontSize=10.5, leading=16, spaceAfter=7, splitLongWords=True)
    grey = HexColor(_GREY)
    title = ParagraphStyle("title", body, fontName=_BOLD, fontSize=20, leading=26, textColor=HexColor(_NAVY))
    return {
        "body": body,
        "title": title,
        "heading": ParagraphStyle("heading", title, fontSize=13, leading=18, spaceBefore=14, spaceAfter=4),
        "place": ParagraphStyle("place", body, textColor=HexColor(_NAVY)),
        "quotation": ParagraphStyle("quotation", body, leftIndent=16, textColor=grey, spaceAfter=4),
        "cell": ParagraphStyle("cell", body, fontSize=9, leading=12, textColor=grey, spaceAfter=0),
        "reference": ParagraphStyle("reference", body, fontSize=8.5, leading=13, textColor=grey),
    }


def _draw_footer(canvas: Any, template: Any) -> None:
    # What is drawn around the text must not change how it is drawn.
    canvas.saveState()
    canvas.setFont(_FONT, 8)
    canvas.setFillColor(_GREY)
    canvas.drawString(62, 31, services().settings.site_name)
    canvas.drawRightString(533, 31, f"Page {template.page}")
    canvas.restoreState()
