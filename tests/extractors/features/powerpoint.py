"""A presentation made by python-pptx, with what that library cannot write added as XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.util import Cm

from tests.extractors.features.drawings import (
    CHART,
    CHART_TYPE,
    RELATIONSHIPS,
    SMART_ART,
    SMART_ART_TYPE,
    chart,
    smart_art,
)

if TYPE_CHECKING:
    from pptx.presentation import Presentation as Deck

WORDS = {
    **dict.fromkeys(
        ("corps", "zone", "groupee", "profonde", "cellule", "remarque", "reponse", "bulle", "lienvers", "pied"), 1
    ),
    **dict.fromkeys(("intitule", "serie", "categorie", "schema", "formule", "champ"), 2),
    "reserve": 3,
}
NOTES = {"aparte": 1}
ABSENT = ("masque",)
TITLES = {1: "Titreun", 2: "Titredeux", 3: "Titretrois"}
HIDDEN = 3

_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_NAMESPACES = f'xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{RELATIONSHIPS}"'
_COMMENT = "application/vnd.openxmlformats-officedocument.presentationml.comments+xml"


def powerpoint_deck() -> Deck:
    """The presentation, in three slides, the last one hidden."""
    deck = Presentation()
    layout: Any = deck.slide_layouts[5]
    layout.placeholders[0].text_frame.text = "masque"
    _first_slide(deck)
    _second_slide(deck)
    third: Any = _slide(deck, 5, "Titretrois")
    _box(third.shapes, "reserve")
    third.element.set("show", "0")
    return deck


def _first_slide(deck: Deck) -> None:
    slide = _slide(deck, 1, "Titreun")
    slide.placeholders[1].text_frame.text = "corps"
    run = _box(slide.shapes, "zone").text_frame.paragraphs[0].add_run()
    run.text, run.hyperlink.address = " lienvers", "https://example.org"
    group = slide.shapes.add_group_shape()
    _box(group.shapes, "groupee")
    _box(group.shapes.add_group_shape().shapes, "profonde")
    slide.shapes.add_table(1, 1, Cm(1), Cm(12), Cm(9), Cm(1)).table.cell(0, 0).text = "cellule"
    _box(slide.shapes, "légende").element.nvSpPr.cNvPr.set("descr", "bulle")
    slide.notes_slide.notes_text_frame.text = "aparte"
    footer = _box(slide.shapes, "pied").element
    footer.nvSpPr.nvPr.append(parse_xml(f"<p:ph {_NAMESPACES} type='ftr' idx='11'/>"))
    old = f"<p:cmLst {_NAMESPACES}><p:cm><p:text>remarque</p:text></p:cm></p:cmLst>"
    new = (
        f"<p188:cmLst {_NAMESPACES} xmlns:p188='http://schemas.microsoft.com/office/powerpoint/2018/8/main'><p188:cm>"
        "<p188:txBody><a:p><a:r><a:t>reponse</a:t></a:r></a:p></p188:txBody></p188:cm></p188:cmLst>"
    )
    linked(slide, old, "comments", _COMMENT, "/ppt/comments/comment1.xml")
    linked(slide, new, "comments", "application/vnd.ms-powerpoint.comments+xml", "/ppt/comments/modern1.xml")


def _second_slide(deck: Deck) -> None:
    slide = _slide(deck, 5, "Titredeux")
    frame(slide, linked(slide, chart(), "chart", CHART_TYPE, "/ppt/charts/c.xml"), CHART, "c:chart r:id")
    frame(
        slide,
        linked(slide, smart_art("schema"), "diagramData", SMART_ART_TYPE, "/ppt/d.xml"),
        SMART_ART,
        "dgm:relIds r:dm",
    )
    paragraph = _box(slide.shapes, "").text_frame.paragraphs[0]._p  # noqa: SLF001  python-pptx writes no formula
    paragraph.append(parse_xml(f"<a:fld {_NAMESPACES} id='{{1}}' type='author'><a:t>champ </a:t></a:fld>"))
    paragraph.append(
        parse_xml(
            "<a14:m xmlns:a14='http://schemas.microsoft.com/office/drawing/2010/main'"
            " xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'>"
            "<m:oMath><m:r><m:t>formule</m:t></m:r></m:oMath></a14:m>"
        )
    )


def _slide(deck: Deck, layout: int, title: str) -> Any:
    slide: Any = deck.slides.add_slide(deck.slide_layouts[layout])
    slide.shapes.title.text = title
    return slide


def _box(shapes: Any, text: str) -> Any:
    box = shapes.add_textbox(Cm(1), Cm(8), Cm(5), Cm(1))
    box.text_frame.text = text
    return box


def linked(slide: Any, xml: str, kind: str, content_type: str, place: str) -> str:
    """A new part of the slide, and how the slide names it."""
    part = Part(PackURI(place), content_type, slide.part.package, xml.encode())
    return str(slide.part.relate_to(part, f"{RELATIONSHIPS}/{kind}"))


def frame(slide: Any, relation: str, namespace: str, reference: str) -> None:
    """Put a chart or a SmartArt on a slide."""
    prefix = reference.partition(":")[0]
    slide.shapes.element.append(
        parse_xml(
            f"<p:graphicFrame {_NAMESPACES}><p:nvGraphicFramePr><p:cNvPr id='99' name='S'/><p:cNvGraphicFramePr/>"
            "<p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x='0' y='0'/><a:ext cx='9' cy='9'/></p:xfrm><a:graphic>"
            f"<a:graphicData uri='{namespace}'><{reference}='{relation}' xmlns:{prefix}='{namespace}'/>"
            "</a:graphicData></a:graphic></p:graphicFrame>"
        )
    )
