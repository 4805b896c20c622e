"""PowerPoint presentations."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml import parse_xml
from pptx.util import Cm

from extractors import Format, SectionUnit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pptx.presentation import Presentation
    from pptx.shapes.shapetree import GroupShapes, SlideShapes
    from pptx.slide import Slide

    from extractors import Extraction

    Read = Callable[[str, bytes | Presentation], Extraction]
    Edited = Callable[[Presentation, Mapping[str, Callable[[bytes], bytes | None]]], bytes]

TITLE_ONLY, TITLE_AND_CONTENT, BLANK = 5, 1, 6
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def add_slide(deck: Presentation, layout: int = BLANK, title: str = "") -> Slide:
    """A new slide of python-pptx's default layouts."""
    slide: Slide = deck.slides.add_slide(deck.slide_layouts[layout])
    if title and slide.shapes.title is not None:
        slide.shapes.title.text = title
    return slide


def add_box(shapes: SlideShapes | GroupShapes, text: str, top: float, left: float = 1) -> None:
    """A text box, its place in centimetres."""
    box = shapes.add_textbox(Cm(left), Cm(top), Cm(5), Cm(1))
    box.text_frame.text = text


def test_one_section_a_slide(read: Read, deck: Presentation) -> None:
    """A slide gives its title, its text and its notes, each apart; an empty one leaves its number unused."""
    slide = add_slide(deck, TITLE_AND_CONTENT, "Repérer les publics")
    body = slide.placeholders[1]
    body.text_frame.text = "Croiser les données"
    notes = slide.notes_slide.notes_text_frame
    assert notes is not None
    notes.text = "Citer Grigny"
    add_slide(deck)
    add_slide(deck, TITLE_ONLY, "Merci")
    extraction = read("a.pptx", deck)
    assert extraction.format is Format.POWERPOINT
    assert [(s.unit, s.number, s.title, s.text, s.notes) for s in extraction.sections] == [
        (SectionUnit.SLIDE, 1, "Repérer les publics", "Croiser les données", "Citer Grigny"),
        (SectionUnit.SLIDE, 3, "Merci", "", ""),
    ]


def test_title(read: Read, deck: Presentation) -> None:
    """« PowerPoint Presentation » is no title: the first slide's is taken instead."""
    add_slide(deck, TITLE_ONLY, "Plénière du 7 février")
    deck.core_properties.title = "PowerPoint Presentation"
    assert read("a.pptx", deck).title == "Plénière du 7 février"
    deck.core_properties.title = "Actes"
    assert read("b.pptx", deck).title == "Actes"


def test_visual_order(read: Read, deck: Presentation) -> None:
    """Shapes are read from top to bottom, then from left to right, whatever order they were drawn in."""
    slide = add_slide(deck)
    add_box(slide.shapes, "en bas", 10)
    add_box(slide.shapes, "à droite", 5, left=12)
    add_box(slide.shapes, "à gauche", 5.1)
    add_box(slide.shapes, "en haut", 1)
    assert read("a.pptx", deck).sections[0].text.split("\n") == ["en haut", "à gauche", "à droite", "en bas"]


def test_inherited_place(read: Read, deck: Presentation) -> None:
    """A placeholder that the slide does not move stands where its layout puts it."""
    slide = add_slide(deck, TITLE_AND_CONTENT)
    add_box(slide.shapes, "sous le titre", 4.5, left=0)
    slide.placeholders[1].text_frame.text = "corps"
    add_box(slide.shapes, "au-dessus", 1)
    lines = read("a.pptx", deck).sections[0].text.split("\n")
    assert lines.index("au-dessus") < lines.index("corps")


def test_groups(read: Read, deck: Presentation) -> None:
    """The shapes of a group are read together, in their own order, at any depth."""
    slide = add_slide(deck)
    add_box(slide.shapes, "après", 8)
    group = slide.shapes.add_group_shape()
    add_box(group.shapes, "deuxième", 5)
    add_box(group.shapes, "premier", 2)
    add_box(group.shapes.add_group_shape().shapes, "troisième", 7)
    assert read("a.pptx", deck).sections[0].text.split("\n") == ["premier", "deuxième", "troisième", "après"]


def test_tables(read: Read, deck: Presentation) -> None:
    """A row is a line, its cells parted by bars."""
    table = add_slide(deck).shapes.add_table(2, 2, Cm(1), Cm(1), Cm(9), Cm(3)).table
    for row, column, text in ((0, 0, "Ville"), (0, 1, "Taux"), (1, 0, "Lille"), (1, 1, "34 %")):
        table.cell(row, column).text = text
    assert read("a.pptx", deck).sections[0].text == "Ville | Taux\nLille | 34 %"


def test_charts(read: Read, deck: Presentation) -> None:
    """A chart gives its title, its series and its categories, each once, and not its figures."""
    figures: Any = CategoryChartData()  # type: ignore[no-untyped-call]  # python-pptx types it nowhere
    figures.categories = ["RSA", "Logement"]
    figures.add_series("2022", (12.5, 30))
    figures.add_series("2023", (10.5, 28))
    shapes: Any = add_slide(deck).shapes
    chart = shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(1), Cm(9), Cm(6), figures).chart
    chart.chart_title.text_frame.text = "Non-recours"
    assert read("a.pptx", deck).sections[0].text.split("\n") == ["Non-recours", "2022", "RSA", "Logement", "2023"]


def test_smart_art(read: Read, deck: Presentation) -> None:
    """A SmartArt keeps its words in a part of its own, which is read."""
    slide = add_slide(deck)
    namespaces = (
        'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
        ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
        ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
        f' xmlns:r="{RELATIONSHIPS}"'
    )
    points = "".join(
        f"<dgm:pt><dgm:t><a:bodyPr/><a:p><a:r><a:t>{word}</a:t></a:r></a:p></dgm:t></dgm:pt>"
        for word in ("Repérer", "Accompagner")
    )
    xml = f"<dgm:dataModel {namespaces}><dgm:ptLst>{points}</dgm:ptLst></dgm:dataModel>"
    content_type = "application/vnd.openxmlformats-officedocument.drawingml.diagramData+xml"
    part = Part(PackURI("/ppt/diagrams/data1.xml"), content_type, slide.part.package, xml.encode())
    relation = slide.part.relate_to(part, f"{RELATIONSHIPS}/diagramData")
    slide.shapes.element.append(
        parse_xml(
            f"<p:graphicFrame {namespaces}><p:nvGraphicFramePr><p:cNvPr id='9' name='S'/><p:cNvGraphicFramePr/>"
            "<p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x='0' y='0'/><a:ext cx='9' cy='9'/></p:xfrm><a:graphic>"
            "<a:graphicData uri='http://schemas.openxmlformats.org/drawingml/2006/diagram'>"
            f"<dgm:relIds r:dm='{relation}'/></a:graphicData></a:graphic></p:graphicFrame>"
        )
    )
    assert read("a.pptx", deck).sections[0].text == "Repérer\nAccompagner"


def test_alternative_text(read: Read, deck: Presentation) -> None:
    """What a person wrote to describe a shape is read."""
    slide = add_slide(deck)
    box: Any = slide.shapes.add_textbox(Cm(1), Cm(1), Cm(5), Cm(1))
    box.element.nvSpPr.cNvPr.set("descr", "Carte de la Seine-Saint-Denis")
    assert read("a.pptx", deck).sections[0].text == "Carte de la Seine-Saint-Denis"


def test_comments(read: Read, deck: Presentation) -> None:
    """What reviewers wrote about a slide is read with it."""
    slide = add_slide(deck, TITLE_ONLY, "Chiffres")
    namespace = "http://schemas.openxmlformats.org/presentationml/2006/main"
    xml = f"<p:cmLst xmlns:p='{namespace}'><p:cm><p:text>À vérifier avec la CAF</p:text></p:cm></p:cmLst>"
    content_type = "application/vnd.openxmlformats-officedocument.presentationml.comments+xml"
    part = Part(PackURI("/ppt/comments/comment1.xml"), content_type, slide.part.package, xml.encode())
    slide.part.relate_to(part, f"{RELATIONSHIPS}/comments")
    assert read("a.pptx", deck).sections[0].text == "À vérifier avec la CAF"


def test_footers_once(read: Read, deck: Presentation) -> None:
    """A footer is read on the first slide that bears it: it would make all slides look alike."""
    for title in ("Un", "Deux"):
        slide = add_slide(deck, TITLE_ONLY, title)
        box: Any = slide.shapes.add_textbox(Cm(1), Cm(15), Cm(5), Cm(1))
        box.text_frame.text = "Territoires zéro non-recours"
        namespace = "http://schemas.openxmlformats.org/presentationml/2006/main"
        box.element.nvSpPr.nvPr.append(parse_xml(f"<p:ph xmlns:p='{namespace}' type='ftr'/>"))
    assert [section.text for section in read("a.pptx", deck).sections] == ["Territoires zéro non-recours", ""]


def test_hidden_slide(read: Read, deck: Presentation) -> None:
    """A hidden slide is read and counted: whoever opens the file meets it."""
    slide = add_slide(deck, TITLE_ONLY, "Réserve")
    slide.element.set("show", "0")
    add_slide(deck, TITLE_ONLY, "Fin")
    assert [(section.number, section.title) for section in read("a.pptx", deck).sections] == [
        (1, "Réserve"),
        (2, "Fin"),
    ]


def test_layout_words_stay_out(read: Read, deck: Presentation) -> None:
    """« Click to edit Master title style » is nobody's text."""
    add_slide(deck, TITLE_AND_CONTENT)
    assert read("a.pptx", deck).sections == ()


def test_missing_slide(read: Read, deck: Presentation, edited: Edited) -> None:
    """A deck that lost a slide gives the others under their own numbers, and says which is missing."""
    for title in ("Un", "Deux", "Trois"):
        add_slide(deck, TITLE_ONLY, title)
    extraction = read("a.pptx", edited(deck, {"ppt/slides/slide2.xml": lambda _: None}))
    assert [(section.number, section.title) for section in extraction.sections] == [(1, "Un"), (3, "Trois")]
    assert "La diapositive 2 manque dans le fichier." in extraction.warnings


def test_unreadable_slide(read: Read, deck: Presentation, edited: Edited) -> None:
    """One slide that is no longer XML does not take the others along."""
    for title in ("Un", "Deux"):
        add_slide(deck, TITLE_ONLY, title)
    extraction = read("a.pptx", edited(deck, {"ppt/slides/slide1.xml": lambda _: b"\0\1\2"}))
    assert [(section.number, section.title) for section in extraction.sections] == [(2, "Deux")]
    assert extraction.warnings


@pytest.mark.parametrize("x", ["914400.5", "2.5cm", "1e6", "abc", "", "9" * 400, "-12pt", "NaN"])
def test_odd_places(x: str, read: Read, deck: Presentation, edited: Edited) -> None:
    """A place that is no whole number, has a unit or is none at all costs no slide."""
    for number in (1, 2):
        add_box(add_slide(deck).shapes, f"boîte {number}", 3)
    odd = {"ppt/slides/slide1.xml": lambda part: re.sub(rb'<a:off x="[^"]*"', f'<a:off x="{x}"'.encode(), part)}
    extraction = read("a.pptx", edited(deck, odd))
    assert [section.text for section in extraction.sections] == ["boîte 1", "boîte 2"]
    assert extraction.warnings == ()


def test_side_by_side(read: Read, deck: Presentation) -> None:
    """Boxes side by side are read from left to right though their tops differ, and columns of boxes one by one."""
    row = add_slide(deck)
    for text, top, left in (("deux", 5, 9), ("un", 5.6, 1), ("trois", 5.3, 17)):
        add_box(row.shapes, text, top, left)
    columns = add_slide(deck)
    for text, top, left in (("d", 6.5, 15), ("a", 5, 1), ("c", 5.2, 15), ("b", 6.4, 1), ("titre", 1, 8)):
        add_box(columns.shapes, text, top, left)
    texts = [section.text.split("\n") for section in read("a.pptx", deck).sections]
    assert texts == [["un", "deux", "trois"], ["titre", "a", "b", "c", "d"]]


def test_typed_labels_of_charts(read: Read, deck: Presentation, edited: Edited) -> None:
    """A series and categories that were typed rather than taken from cells are read, as is what is drawn on a chart."""
    figures: Any = CategoryChartData()  # type: ignore[no-untyped-call]  # idem
    figures.categories = ["Grigny", "Viry"]
    figures.add_series("Places", (1, 2))
    add_slide(deck).shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(2), Cm(9), Cm(9), figures)

    def type_labels(part: bytes) -> bytes:
        part = re.sub(
            rb"<c:tx>\s*<c:strRef>.*?(<c:v>Places</c:v>).*?</c:tx>", rb"<c:tx>\1</c:tx>", part, flags=re.DOTALL
        )
        part = re.sub(
            rb"<c:cat>\s*<c:strRef>.*?(<c:pt .*?)</c:strCache>\s*</c:strRef>",
            rb"<c:cat><c:strLit>\1</c:strLit>",
            part,
            flags=re.DOTALL,
        )
        assert b"strCache" not in part
        return part

    with zipfile.ZipFile(io.BytesIO(edited(deck, {}))) as archive:
        chart = next(name for name in archive.namelist() if re.fullmatch(r"ppt/charts/chart\w*\.xml", name))
    links = chart.replace("charts/", "charts/_rels/") + ".rels"
    link = f"<Relationship Id='r9' Type='{RELATIONSHIPS}/chartUserShapes' Target='../drawings/d.xml'/></Relationships>"
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    shapes = f"<c:userShapes xmlns:c='c' xmlns:a='{a}'><a:p><a:r><a:t>Annotation</a:t></a:r></a:p></c:userShapes>"
    edits = {
        chart: type_labels,
        links: lambda part: part.replace(b"</Relationships>", link.encode()),
        "ppt/drawings/d.xml": lambda _: shapes.encode(),
    }
    assert read("a.pptx", edited(deck, edits)).sections[0].text == "Places\nGrigny\nViry\nAnnotation"


def test_embedded_workbook(read: Read, deck: Presentation) -> None:
    """A workbook that is embedded in a slide is read as attachments are, and the one behind a chart is not."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("Budget").write(0, 0, "Incorporé")
    add_slide(deck, TITLE_ONLY, "Hôte").shapes.add_ole_object(
        io.BytesIO(stream.getvalue()), "Excel.Sheet.12", Cm(1), Cm(2)
    )
    figures: Any = CategoryChartData()  # type: ignore[no-untyped-call]  # idem
    figures.categories = ["Grigny"]
    figures.add_series("Places", (1,))
    add_slide(deck).shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Cm(1), Cm(2), Cm(9), Cm(9), figures)
    extraction = read("a.pptx", deck)
    assert [section.text for section in extraction.sections if section.unit is SectionUnit.HEADING] == ["Incorporé"]
    assert extraction.warnings == ()
