"""Word documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from extractors import Format, SectionUnit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from docx.document import Document

    from extractors import Extraction

    Read = Callable[[str, bytes | Document], Extraction]
    Edited = Callable[[Document, Mapping[str, Callable[[bytes], bytes]]], bytes]

W = nsdecls("w")


def append(document: Document, xml: str) -> None:
    """Add this XML as the last block of the document's body."""
    document.element.body.insert(len(document.element.body) - 1, parse_xml(xml))


def text_of(read: Read, document: Document) -> str:
    """All the text that the document gives."""
    return "\n".join(section.text for section in read("a.docx", document).sections)


def test_headings_cut_sections(read: Read, document: Document) -> None:
    """Each heading opens a Section; what precedes the first one has no title."""
    document.add_paragraph("Avant-propos")
    document.add_heading("Aller vers", level=1)
    document.add_paragraph("Des maraudes.")
    document.add_heading("À domicile", level=2)
    document.add_paragraph("Des visites.")
    extraction = read("a.docx", document)
    assert extraction.format is Format.WORD
    assert [(section.unit, section.number, section.title, section.text) for section in extraction.sections] == [
        (SectionUnit.HEADING, 1, "", "Avant-propos"),
        (SectionUnit.HEADING, 2, "Aller vers", "Des maraudes."),
        (SectionUnit.HEADING, 3, "À domicile", "Des visites."),
    ]


def test_heading_by_inheritance(read: Read, document: Document) -> None:
    """A style based on a heading's is a heading, whatever its name."""
    style = document.styles.add_style("Grand intertitre", WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Heading 2"]
    document.add_paragraph("Guichet unique", style="Grand intertitre")
    document.add_paragraph("Texte")
    assert read("a.docx", document).sections[0].title == "Guichet unique"


def test_heading_by_outline_level(read: Read, document: Document) -> None:
    """A paragraph's own outline level makes it a heading, and level 9 makes it body text."""
    append(document, f'<w:p {W}><w:pPr><w:outlineLvl w:val="0"/></w:pPr><w:r><w:t>Titre</w:t></w:r></w:p>')
    append(
        document,
        f'<w:p {W}><w:pPr><w:pStyle w:val="Heading1"/><w:outlineLvl w:val="9"/></w:pPr>'
        "<w:r><w:t>Texte</w:t></w:r></w:p>",
    )
    assert [(section.title, section.text) for section in read("a.docx", document).sections] == [("Titre", "Texte")]


def test_title(read: Read, document: Document) -> None:
    """The title is the property, else the paragraph of style Title; an author that a library wrote is nobody."""
    document.add_heading("Synthèse du 7 février", level=0)
    extraction = read("a.docx", document)
    assert extraction.title == "Synthèse du 7 février"
    assert extraction.authors == ()
    document.core_properties.title = "Actes de la journée"
    document.core_properties.author = "Ana Rey"
    extraction = read("b.docx", document)
    assert (extraction.title, extraction.authors) == ("Actes de la journée", ("Ana Rey",))


def test_tables(read: Read, document: Document) -> None:
    """A table keeps its place, a row is a line, and a nested table stays in its cell."""
    document.add_paragraph("Avant")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "Commune"
    inner = table.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text = "Grigny"
    inner.cell(0, 1).text = "Viry"
    document.add_paragraph("Après")
    assert text_of(read, document) == "Avant\nCommune | Grigny | Viry\nAprès"


def test_text_box_once(read: Read, document: Document) -> None:
    """Word writes a text box twice, for itself and for old readers: it is read once."""
    box = "<w:txbxContent><w:p><w:r><w:t>Encadré</w:t></w:r></w:p></w:txbxContent>"
    append(
        document,
        f"<w:p {W} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
        " xmlns:v='urn:schemas-microsoft-com:vml'"
        " xmlns:wps='http://schemas.microsoft.com/office/word/2010/wordprocessingShape'>"
        "<w:r><w:t>Autour</w:t></w:r><w:r><mc:AlternateContent>"
        f"<mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>",
    )
    assert text_of(read, document) == "Autour\nEncadré"


def test_tracked_changes(read: Read, document: Document) -> None:
    """What was inserted is read, what was deleted or moved away is not."""
    append(
        document,
        f"<w:p {W}><w:r><w:t xml:space='preserve'>Le </w:t></w:r>"
        "<w:del><w:r><w:delText>vieux </w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>lointain </w:t></w:r></w:moveFrom>"
        "<w:ins><w:r><w:t>nouveau</w:t></w:r></w:ins></w:p>",
    )
    assert text_of(read, document) == "Le nouveau"


def test_content_controls(read: Read, document: Document) -> None:
    """Content controls are read wherever they stand: around blocks, words or table rows."""
    append(
        document,
        f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t xml:space='preserve'>Nom : </w:t></w:r>"
        "<w:sdt><w:sdtContent><w:r><w:t>Rey</w:t></w:r></w:sdtContent></w:sdt></w:p></w:sdtContent></w:sdt>",
    )
    append(
        document,
        f"<w:tbl {W}><w:sdt><w:sdtContent><w:tr><w:tc><w:p><w:r><w:t>Cellule</w:t></w:r></w:p></w:tc></w:tr>"
        "</w:sdtContent></w:sdt></w:tbl>",
    )
    assert text_of(read, document) == "Nom : Rey\nCellule"


def test_footnotes(read: Read, document: Document) -> None:
    """A footnote is read in the section that refers to it, even from a heading or a table."""
    add_footnote(document, "Loi du 21 février 2022.")
    document.add_heading("Cadre", level=1)
    append(document, f"<w:p {W}><w:r><w:t>Loi 3DS</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r></w:p>")
    document.add_heading("Suite", level=1)
    document.add_paragraph("Rien")
    assert [section.text for section in read("a.docx", document).sections] == [
        "Loi 3DS\nLoi du 21 février 2022.",
        "Rien",
    ]


def add_footnote(document: Document, text: str) -> None:
    """Give the document a part of footnotes, which python-docx cannot make."""
    xml = f"<w:footnotes {W}><w:footnote w:id='2'><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote></w:footnotes>"
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), content_type, xml.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def test_comments(read: Read, document: Document) -> None:
    """A comment is read with the section that it comments."""
    paragraph = document.add_paragraph("Chiffre")
    document.add_comment(paragraph.runs, text="À vérifier avec la CAF")
    assert text_of(read, document) == "Chiffre\nÀ vérifier avec la CAF"


def test_headers_once(read: Read, document: Document) -> None:
    """Headers and footers are read once, however many parts of the document repeat them."""
    document.add_paragraph("Texte")
    document.sections[0].header.paragraphs[0].text = "TZNR"
    document.add_section()
    document.sections[1].header.is_linked_to_previous = False
    document.sections[1].header.paragraphs[0].text = "TZNR"
    assert text_of(read, document) == "Texte\nTZNR"


def test_alternative_text(read: Read, document: Document) -> None:
    """A picture's description is read when a person wrote it, not when a program guessed it."""
    for words in ("Carte des vingt territoires", "Une image générée automatiquement", "logo.png"):
        append(
            document,
            f"<w:p {W} {nsdecls('wp')}><w:r><w:drawing><wp:inline>"
            f"<wp:docPr id='1' name='Image' descr='{words}'/></wp:inline></w:drawing></w:r></w:p>",
        )
    assert text_of(read, document) == "Carte des vingt territoires"


def test_tabs_breaks_and_hyphens(read: Read, document: Document) -> None:
    """What separates words in Word separates them here."""
    append(
        document,
        f"<w:p {W}><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t>"
        "<w:noBreakHyphen/><w:t>d</w:t><w:softHyphen/><w:t>e</w:t></w:r></w:p>",
    )
    assert text_of(read, document) == "a\tb\nc-de"


@pytest.mark.parametrize(
    ("suffix", "declared"),
    [
        (".docm", b"application/vnd.ms-word.document.macroEnabled.main+xml"),
        (".dotx", b"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"),
    ],
)
def test_macros_and_templates(suffix: str, declared: bytes, read: Read, document: Document, edited: Edited) -> None:
    """Documents with macros and templates are read like others, without a warning."""
    document.add_paragraph("Modèle")
    plain = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    content = edited(document, {"[Content_Types].xml": lambda types: types.replace(plain, declared)})
    extraction = read(f"a{suffix}", content)
    assert extraction.sections[0].text == "Modèle"
    assert extraction.warnings == ()


def test_strict_form(read: Read, document: Document, edited: Edited) -> None:
    """A document saved as « Strict Open XML » names its elements otherwise and is read like others."""
    document.add_heading("Strict", level=1)
    parts = ("_rels/.rels", "word/_rels/document.xml.rels", "word/document.xml", "word/styles.xml")
    extraction = read("a.docx", edited(document, dict.fromkeys(parts, strict)))
    assert extraction.sections[0].title == "Strict"
    assert extraction.warnings == ()


def strict(xml: bytes) -> bytes:
    """The part with the addresses of the strict form."""
    for subject in (b"wordprocessingml", b"officeDocument"):
        usual = b"http://schemas.openxmlformats.org/" + subject + b"/2006/"
        xml = xml.replace(usual, b"http://purl.oclc.org/ooxml/" + subject + b"/")
    return xml


def test_damaged_body(read: Read, document: Document, edited: Edited) -> None:
    """A document whose XML breaks off is read as far as it goes, and the animator is told."""
    for number in range(50):
        document.add_paragraph(f"Paragraphe {number}")
    extraction = read("a.docx", edited(document, {"word/document.xml": lambda xml: xml[: len(xml) // 2]}))
    assert extraction.sections[0].text.startswith("Paragraphe 0\n")
    assert "abîmé" in extraction.warnings[0]
