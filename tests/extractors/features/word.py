"""A Word document made by python-docx, with what that library cannot write added as XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

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
    from docx.document import Document as WordDocument

WORDS = {
    **dict.fromkeys(("liminaire", "entete", "piedpage", "filigrane"), 1),
    **dict.fromkeys(
        (
            *("paragraphe", "cellule", "imbriquee", "encadre", "controle", "insere", "noteune", "notefin"),
            *("remarque", "lienvers", "resultat", "formule", "groupee", "bulle"),
        ),
        2,
    ),
    **dict.fromkeys(("intitule", "categorie", "serie", "schema", "legende", "listee", "importee"), 3),
}
"""Each word, and the number of the Section that must hold it."""

ABSENT = ("supprime", "instruction", "deplace")
TITLES = {2: "Titreun", 3: "Titredeux"}

_W = nsdecls("w")
_SHAPES = (
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)
_RUNS = (
    "<w:sdt><w:sdtContent><w:r><w:t>controle</w:t></w:r></w:sdtContent></w:sdt>",
    "<w:ins w:id='1' w:author='A'><w:r><w:t> insere </w:t></w:r></w:ins>",
    "<w:del w:id='2' w:author='A'><w:r><w:delText>supprime</w:delText></w:r></w:del>",
    "<w:moveFrom w:id='3' w:author='A'><w:r><w:t>deplace</w:t></w:r></w:moveFrom>",
    "<w:hyperlink w:anchor='x'><w:r><w:t> lienvers </w:t></w:r></w:hyperlink>",
    "<w:r><w:fldChar w:fldCharType='begin'/></w:r><w:r><w:instrText>instruction</w:instrText></w:r>",
    "<w:r><w:fldChar w:fldCharType='separate'/></w:r><w:r><w:t> resultat </w:t></w:r>",
    "<w:r><w:fldChar w:fldCharType='end'/></w:r>",
    "<m:oMath xmlns:m='http://schemas.openxmlformats.org/officeDocument/2006/math'><m:r><m:t>formule</m:t></m:r></m:oMath>",
    "<w:r><w:footnoteReference w:id='2'/></w:r><w:r><w:endnoteReference w:id='2'/></w:r>",
)


def word_document() -> WordDocument:
    """The document, in three Sections."""
    document = Document()
    document.add_paragraph("liminaire")
    _margins(document)
    document.add_heading("Titreun", level=1)
    _first_section(document)
    document.add_heading("Titredeux", level=2)
    document.add_paragraph("listee", style="List Bullet")
    imported = linked(document, "<html><body><p>importee</p></body></html>", "aFChunk", "text/html")
    append(document, f"<w:altChunk {_W} xmlns:r='{RELATIONSHIPS}' r:id='{imported}'/>")
    append(document, _inline(linked(document, chart(), "chart", CHART_TYPE), CHART, "c:chart r:id", "legende"))
    append(
        document,
        _inline(linked(document, smart_art("schema"), "diagramData", SMART_ART_TYPE), SMART_ART, "dgm:relIds r:dm"),
    )
    return document


def _first_section(document: WordDocument) -> None:
    commented = document.add_paragraph("paragraphe")
    document.add_comment(commented.runs, text="remarque")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "cellule"
    table.cell(0, 1).add_table(1, 1).cell(0, 0).text = "imbriquee"
    append(document, f"<w:p {_W}>{''.join(_RUNS)}</w:p>")
    for kind, text in (("footnote", "noteune"), ("endnote", "notefin")):
        add_notes(document, kind, text)
    append(document, drawing(f"<wps:wsp>{box('encadre')}</wps:wsp>", "bulle"))
    append(document, drawing(f"<wpg:wgp><wpg:grpSp><wps:wsp>{box('groupee')}</wps:wsp></wpg:grpSp></wpg:wgp>", ""))


def add_notes(document: WordDocument, kind: str, text: str) -> None:
    """The part of footnotes, or of endnotes, with note 2, which says this."""
    notes = f"<w:{kind}s {_W}><w:{kind} w:id='2'><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}></w:{kind}s>"
    linked(document, notes, f"{kind}s", f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml")


def _margins(document: WordDocument) -> None:
    section = document.sections[0]
    section.header.paragraphs[0].text = "entete"
    section.footer.paragraphs[0].text = "piedpage"
    watermark = f"<w:r {_W}{_SHAPES}><w:pict><v:shape><v:textpath string='filigrane'/></v:shape></w:pict></w:r>"
    section.header.paragraphs[0]._p.append(parse_xml(watermark))  # noqa: SLF001  python-docx writes no watermark


def append(document: WordDocument, xml: str) -> None:
    """Add a paragraph, or what stands for one, at the end."""
    body = document.element.body
    body.insert(len(body) - 1, parse_xml(xml))


def linked(document: WordDocument, xml: str, kind: str, content_type: str) -> str:
    """A new part of the document, and how the document names it."""
    part = Part(PackURI(f"/word/{kind}.xml"), content_type, xml.encode(), document.part.package)
    return str(document.part.relate_to(part, f"{RELATIONSHIPS}/{kind}"))


def box(text: str) -> str:
    """A text box as Word has written them since 2010."""
    return f"<wps:txbx><w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent></wps:txbx>"


def drawing(inside: str, description: str, copy: str = "") -> str:
    """A paragraph of a drawing as Word writes it, with a copy for old readers that must not be read twice."""
    choice = f"<mc:Choice Requires='wps'>{_graphic(inside, description)}</mc:Choice>"
    fallback = (
        "<mc:Fallback><w:pict><v:textbox><w:txbxContent>"
        f"<w:p><w:r><w:t>{copy}</w:t></w:r></w:p></w:txbxContent></v:textbox></w:pict></mc:Fallback>"
    )
    run = f"<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>"
    return f"<w:p {_W}{_SHAPES} {nsdecls('wp', 'a')}>{run}</w:p>"


def _graphic(inside: str, description: str) -> str:
    return (
        f"<w:drawing><wp:inline><wp:docPr id='1' name='Forme' descr='{description}'/>"
        f"<a:graphic><a:graphicData>{inside}</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


def _inline(relation: str, namespace: str, reference: str, description: str = "") -> str:
    """A chart or a SmartArt in a paragraph."""
    prefix = reference.partition(":")[0]
    inside = f"<{reference}='{relation}' xmlns:{prefix}='{namespace}' xmlns:r='{RELATIONSHIPS}'/>"
    return f"<w:p {_W} {nsdecls('wp', 'a')}><w:r>{_graphic(inside, description)}</w:r></w:p>"
