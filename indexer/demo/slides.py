"""Writes slide decks by python-pptx, in a wide format with real title, body, footer and notes."""

from copy import deepcopy
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Length, Pt

from indexer.demo.notation import Bullets, DemoSection, PlainParagraph, Subheading, Table
from indexer.demo.sources import DemoDocument
from indexer.demo.timeless_zip import remove_dates
from indexer.demo.typesetting import DEMONSTRATION_MARK, typeset


def _to_colour(code: str) -> RGBColor:
    colour: RGBColor = RGBColor.from_string(code)  # type: ignore[no-untyped-call]  # python-pptx publishes no type here
    return colour


_WIDTH, _HEIGHT = Inches(13.333), Inches(7.5)
_MARGIN = Inches(0.7)
_BODY_TOP, _BODY_BOTTOM = Inches(1.7), Inches(6.75)
_ROW_HEIGHT = Inches(0.5)
_NAVY = _to_colour("1B2A5C")
_HONEY = _to_colour("F2A900")
# Layouts of the default template of python-pptx, by position.
_COVER, _CONTENT, _TITLE_ONLY = 0, 1, 5
# Far above the numbers of a slide's own shapes.
_FIRST_FOOTER_ID = 100
_FOOTER_KINDS = frozenset({"ftr", "sldNum"})


def write_slides(document: DemoDocument) -> bytes:
    """Give the deck: a cover, then one slide for each section."""
    # python-pptx publishes no useful types for the parts of a presentation: Any marks that border.
    deck: Any = Presentation()
    deck.slide_width, deck.slide_height = _WIDTH, _HEIGHT
    for layout in deck.slide_layouts:
        _widen_layout(layout)
    _add_cover(deck, document)
    for section in document.sections:
        _add_slide(deck, section)
    _set_properties(deck.core_properties, document)
    stream = BytesIO()
    deck.save(stream)
    return remove_dates(stream.getvalue())


def _set_properties(properties: Any, document: DemoDocument) -> None:
    properties.title = typeset(document.title)
    properties.subject = typeset(document.occasion)
    properties.author = properties.last_modified_by = "Équipe d’animation (démonstration)"
    properties.keywords = DEMONSTRATION_MARK
    properties.language = "fr-FR"
    properties.created = properties.modified = document.timestamp.replace(tzinfo=None)
    properties.revision = 1


def _widen_layout(layout: Any) -> None:
    """Fit a layout of the 4:3 default template to the wide page."""
    for holder in layout.placeholders:
        kind = holder.element.xpath("string(.//p:ph/@type)")
        if kind == "title":
            _position_shape(holder, Inches(0.45), Inches(1.0))
        elif kind == "ftr":
            _position_shape(holder, Inches(6.95), Inches(0.35))
            holder.text_frame.text = f"{DEMONSTRATION_MARK} – Communauté apprenante TZNR"
        elif kind == "sldNum":
            holder.left, holder.top, holder.width, holder.height = Inches(12), Inches(6.95), Inches(0.8), Inches(0.35)
        elif holder.placeholder_format.idx == 1:
            _position_shape(holder, _BODY_TOP, Emu(_BODY_BOTTOM - _BODY_TOP))


def _position_shape(holder: Any, top: Length, height: Length) -> None:
    holder.left, holder.top, holder.width, holder.height = _MARGIN, top, Emu(_WIDTH - 2 * _MARGIN), height


def _add_cover(deck: Any, document: DemoDocument) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[_COVER])
    _position_shape(slide.shapes.title, Inches(2.2), Inches(1.8))
    _write_title(slide.shapes.title, document.title, Pt(44))
    subtitle = slide.placeholders[1]
    _position_shape(subtitle, Inches(4.2), Inches(1.6))
    subtitle.text_frame.text = typeset(f"{document.occasion}\nCommunauté apprenante Territoires zéro non-recours")
    for paragraph in subtitle.text_frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
    _add_stripe(slide, Inches(3.98))
    _add_footer(slide)


def _add_slide(deck: Any, section: DemoSection) -> None:
    words = section.blocks_of_kind(PlainParagraph, Subheading, Bullets)
    tables = [block for block in section.blocks if isinstance(block, Table)]
    slide = deck.slides.add_slide(deck.slide_layouts[_CONTENT if words else _TITLE_ONLY])
    _write_title(slide.shapes.title, section.title, Pt(32))
    _add_stripe(slide, Inches(1.42))
    table_height = sum(len(table.rows) for table in tables) * _ROW_HEIGHT
    if words:
        _position_shape(slide.placeholders[1], _BODY_TOP, Emu(_BODY_BOTTOM - _BODY_TOP - table_height))
        _write_body(slide.placeholders[1].text_frame, section)
    # Tables stand at the foot of the slide when there are words above them.
    top: Length = Emu(_BODY_BOTTOM - table_height) if words else _BODY_TOP
    for table in tables:
        _write_table(slide, table, top)
    _add_footer(slide)
    if section.notes:
        slide.notes_slide.notes_text_frame.text = typeset(section.notes)


def _write_title(shape: Any, text: str, size: Pt) -> None:
    shape.text_frame.text = typeset(text)
    shape.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    paragraph = shape.text_frame.paragraphs[0]
    paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = size, True, _NAVY
    paragraph.alignment = PP_ALIGN.LEFT


def _write_body(frame: Any, section: DemoSection) -> None:
    lines = [line for block in section.blocks for line in _list_lines(block)]
    size = Pt(24 if len(section.blocks) == 1 else 20)
    frame.text = "\n".join(typeset(text) for text, _ in lines)
    for paragraph, (_, bulleted) in zip(frame.paragraphs, lines, strict=True):
        paragraph.font.size, paragraph.space_after = size, Pt(10)
        if not bulleted:
            paragraph._p.get_or_add_pPr().insert(0, paragraph._p.makeelement(_NO_BULLET, {}))  # noqa: SLF001 -- python-pptx has no call to remove a bullet


_NO_BULLET = "{http://schemas.openxmlformats.org/drawingml/2006/main}buNone"


def _list_lines(block: object) -> list[tuple[str, bool]]:
    match block:
        case Bullets(items):
            return [(item, True) for item in items]
        case PlainParagraph(text) | Subheading(text):
            return [(text, False)]
        case _:
            return []


def _write_table(slide: Any, table: Table, top: Length) -> None:
    rows, columns = len(table.rows), len(table.rows[0])
    height = Emu(rows * _ROW_HEIGHT)
    grid = slide.shapes.add_table(rows, columns, _MARGIN, top, Emu(_WIDTH - 2 * _MARGIN), height).table
    for row, texts in enumerate(table.rows):
        for column, text in enumerate(texts):
            cell = grid.cell(row, column)
            cell.text = typeset(text)
            cell.text_frame.paragraphs[0].font.size = Pt(16)


def _add_stripe(slide: Any, top: Length) -> None:
    line = slide.shapes.add_connector(1, _MARGIN, top, Inches(3.2), top)
    line.line.color.rgb, line.line.width = _HONEY, Pt(4)


def _add_footer(slide: Any) -> None:
    """Copy the layout's footer: python-pptx leaves it in the layout, where no reader of the slide would find it."""
    for holder in slide.slide_layout.placeholders:
        if holder.element.xpath("string(.//p:ph/@type)") in _FOOTER_KINDS:
            footer = deepcopy(holder.element)
            # Two shapes of a slide must not share a number: PowerPoint would offer to repair the file.
            for number in footer.xpath(".//a:fld/a:t"):
                number.text = str(len(slide.part.package.presentation_part.presentation.slides))
            footer.xpath(".//p:cNvPr")[0].set("id", str(_FIRST_FOOTER_ID + holder.shape_id))
            slide.shapes._spTree.append(footer)  # noqa: SLF001 -- the only way to a real footer
