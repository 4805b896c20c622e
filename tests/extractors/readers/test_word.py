"""Word documents."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt

from extractors import Format, SectionUnit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from docx.document import Document

    from extractors import Extraction

    Read = Callable[[str, bytes | Document], Extraction]
    Edited = Callable[[Document, Mapping[str, Callable[[bytes], bytes]]], bytes]

W = nsdecls("w")
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MHTML = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\nSubject: page\r\n\r\n--b\r\n"
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "<html><body><p>Texte importé</p></body></html>\r\n--b--\r\n"
)


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


def test_damaged_properties_cost_no_text(read: Read, document: Document, edited: Edited) -> None:
    """A prefix that the properties do not declare loses these, and the title is looked for in the text."""
    document.core_properties.title = "Actes"
    document.add_heading("Synthèse du 7 février", level=0)
    undeclared = b' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    content = edited(document, {"docProps/core.xml": lambda written: written.replace(undeclared, b"")})
    assert read("a.docx", content).title == "Synthèse du 7 février"


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


def relate(document: Document, name: str, kind: str, content: bytes, content_type: str = "application/xml") -> str:
    """A new part of the document, and how the document names it."""
    part = Part(PackURI(f"/word/{name}"), content_type, content, document.part.package)
    return document.part.relate_to(part, f"{RELATIONSHIPS}/{kind}")


def saved(document: Document) -> bytes:
    """The document as a file."""
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def inner_document() -> bytes:
    """A document to be imported by another."""
    document = docx.Document()
    document.add_heading("Annexe", 1)
    document.add_paragraph("Texte importé")
    return saved(document)


MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


@pytest.mark.parametrize(
    ("name", "content_type", "content"),
    [
        ("a.docx", MAIN, inner_document()),
        ("a.dat", MAIN, inner_document()),
        ("a.rtf", "application/rtf", rb"{\rtf1\ansi Texte import\'e9\par}"),
        ("a.htm", "text/html", "<p>Texte importé</p>".encode()),
        ("a.xml", "application/xhtml+xml", "<p>Texte importé</p>".encode()),
        ("a.txt", "text/plain", "Texte importé".encode("cp1252")),
        ("a.mht", "message/rfc822", MHTML.encode()),
    ],
)
def test_imported_content(name: str, content_type: str, content: bytes, read: Read, document: Document) -> None:
    """What Word imports on opening (altChunk) is read in its place, whatever its format."""
    document.add_paragraph("Avant")
    append(
        document, f"<w:altChunk {nsdecls('w', 'r')} r:id='{relate(document, name, 'aFChunk', content, content_type)}'/>"
    )
    document.add_paragraph("Après")
    lines = [line for section in read("a.docx", document).sections for line in section.text.split("\n")]
    assert lines == ["Avant", "Texte importé", "Après"]


def test_unreadable_import(read: Read, document: Document) -> None:
    """Imported content that cannot be read is named."""
    document.add_paragraph("Avant")
    relation = relate(document, "a.docx", "aFChunk", b"PK\x03\x04 rien", MAIN)
    append(document, f"<w:altChunk {nsdecls('w', 'r')} r:id='{relation}'/>")
    assert read("a.docx", document).warnings == (
        "Le contenu inséré « a.docx » n’a pas été lu : fichier abîmé ou incomplet.",
    )


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("<w:result w:val='1'/>", "Viry"),
        ("<w:default w:val='2'/>", "Évry"),
        ("", "Grigny"),
        ("<w:result w:val='9'/>", ""),
    ],
)
def test_form_choices(chosen: str, shown: str, read: Read, document: Document) -> None:
    """The entry chosen in a drop-down list of an old form is read, else the one that it begins with."""
    entries = "".join(f"<w:listEntry w:val='{name}'/>" for name in ("Grigny", "Viry", "Évry"))
    data = f"<w:ffData><w:ddList>{chosen}{entries}</w:ddList></w:ffData>"
    append(
        document,
        f"<w:p {W}><w:r><w:t xml:space='preserve'>Commune : </w:t></w:r>"
        f"<w:r><w:fldChar w:fldCharType='begin'>{data}</w:fldChar></w:r>"
        "<w:r><w:instrText> FORMDROPDOWN </w:instrText></w:r><w:r><w:fldChar w:fldCharType='end'/></w:r></w:p>",
    )
    assert text_of(read, document) == f"Commune : {shown}".strip()


def paragraph(text: str, mark: str = "") -> str:
    """A paragraph, its mark deleted, moved away, or neither."""
    marked = f"<w:pPr><w:rPr><w:{mark} w:id='8' w:author='A'/></w:rPr></w:pPr>" if mark else ""
    return f"<w:p {W}>{marked}<w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize("mark", ["del", "moveFrom"])
def test_deleted_paragraph_marks(mark: str, read: Read, document: Document) -> None:
    """Paragraphs between which the mark was deleted are one; the last of a cell has none to be joined to."""
    append(document, paragraph("domi", mark))
    append(document, paragraph("cilia", mark))
    append(document, paragraph("tion"))
    append(document, f"<w:tbl {W}><w:tr><w:tc>{paragraph('seul', mark)}</w:tc></w:tr></w:tbl>")
    assert text_of(read, document) == "domiciliation\nseul"


def test_notes_of_deleted_text(read: Read, document: Document) -> None:
    """A note that only deleted text refers to is deleted too, and one in a text box is read once."""
    add_footnote(document, "Note")
    reference = "<w:r><w:footnoteReference w:id='2'/></w:r>"
    append(document, f"<w:p {W}><w:r><w:t>Gardé</w:t></w:r><w:del>{reference}</w:del></w:p>")
    assert text_of(read, document) == "Gardé"
    append(
        document, f"<w:p {W}><w:r><w:pict><w:txbxContent><w:p>{reference}</w:p></w:txbxContent></w:pict></w:r></w:p>"
    )
    assert text_of(read, document).split() == ["Gardé", "Note"]


@pytest.mark.parametrize(
    ("required", "namespace", "read_"),
    [
        ("wps", "http://schemas.microsoft.com/office/word/2010/wordprocessingShape", "Choix"),
        ("v", "urn:schemas-microsoft-com:vml", "Choix"),
        ("zz", "http://example.org/demain", "Repli"),
        ("w2", "http://schemas.microsoft.com/office/word/2091/wordml", "Repli"),
        ("se", "http://schemas.microsoft.com/office/word/2015/wordml/symex", "Repli"),
        ("", "", "Repli"),
    ],
)
def test_alternatives(required: str, namespace: str, read_: str, read: Read, document: Document) -> None:
    """Of alternatives, the one that Office would show is read: the first of which it knows all that is required."""
    declared = f" xmlns:{required}='{namespace}'" if required else ""
    append(
        document,
        f"<w:p {W} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'{declared}><w:r>"
        f"<mc:AlternateContent><mc:Choice Requires='{required}'><w:t>Choix</w:t></mc:Choice>"
        "<mc:Fallback><w:t>Repli</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    )
    assert text_of(read, document) == read_


def number_paragraphs(document: Document, levels: str, paragraphs: Sequence[tuple[str, int]], num: str = "") -> None:
    """Give the document lists, and paragraphs in them: (list, level) for each."""
    numbering = (
        f"<w:numbering {W}><w:abstractNum w:abstractNumId='7'>{levels}</w:abstractNum>"
        f"<w:num w:numId='1'><w:abstractNumId w:val='7'/></w:num>{num}</w:numbering>"
    )
    for relation in [key for key, link in document.part.rels.items() if link.reltype.endswith("/numbering")]:
        document.part.drop_rel(relation)
    relate(document, "listes.xml", "numbering", numbering.encode())
    for list_, level in paragraphs:
        append(
            document,
            f"<w:p {W}><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{list_}'/></w:numPr></w:pPr>"
            "<w:r><w:t>x</w:t></w:r></w:p>",
        )


def level(place: int, text: str, format_: str = "decimal", start: int = 1, more: str = "") -> str:
    """A level of a list."""
    return (
        f"<w:lvl w:ilvl='{place}'><w:start w:val='{start}'/><w:numFmt w:val='{format_}'/><w:lvlText w:val='{text}'/>"
        f"{more}</w:lvl>"
    )


@pytest.mark.parametrize(
    ("format_", "start", "shown"),
    [
        ("decimal", 1, "Article 1 x"),
        ("upperRoman", 4, "Article IV x"),
        ("lowerRoman", 1999, "Article mcmxcix x"),
        ("upperLetter", 28, "Article BB x"),
        ("lowerLetter", 2, "Article b x"),
        ("decimalZero", 3, "Article 03 x"),
        ("ordinal", 1, "Article 1er x"),
        ("none", 1, "Article x"),
        ("bullet", 1, "x"),
        ("chicago", 2, "Article 2 x"),
    ],
)
def test_numbers_of_lists(format_: str, start: int, shown: str, read: Read, document: Document) -> None:
    """A number that Word writes itself is read before its paragraph; a bullet is none."""
    number_paragraphs(document, level(0, "Article %1", format_, start), [("1", 0)])
    assert text_of(read, document) == shown


def test_numbers_in_levels(read: Read, document: Document) -> None:
    """Deeper levels begin again below each number, and lists of one kind count on, unless they say where to begin."""
    levels = level(0, "%1.", "upperRoman") + level(1, "%1.%2", more="<w:isLgl/>") + level(2, "%3)", "lowerLetter")
    again = "<w:num w:numId='2'><w:abstractNumId w:val='7'/></w:num>"
    other = (
        "<w:num w:numId='3'><w:abstractNumId w:val='7'/>"
        "<w:lvlOverride w:ilvl='0'><w:startOverride w:val='5'/></w:lvlOverride></w:num>"
    )
    places = [("1", 0), ("1", 1), ("1", 2), ("1", 2), ("1", 1), ("1", 2), ("2", 0), ("2", 1), ("3", 0), ("3", 0)]
    number_paragraphs(document, levels, places, again + other)
    labels = ["I.", "1.1", "a)", "b)", "1.2", "a)", "II.", "2.1", "V.", "VI."]
    assert text_of(read, document).split("\n") == [f"{label} x" for label in labels]


def test_numbers_of_styles(read: Read, document: Document) -> None:
    """A style gives its paragraphs their list, and the list the level that it keeps for the style."""
    number_paragraphs(document, level(0, "%1.") + level(1, "%1.%2", more="<w:pStyle w:val='Heading2'/>"), [("1", 0)])
    style = document.styles["Heading 2"].element.get_or_add_pPr()
    style.append(parse_xml(f"<w:numPr {W}><w:numId w:val='1'/></w:numPr>"))
    document.add_heading("Public", 2)
    document.add_heading("Durée", 2)
    document.add_heading("Sans numéro", 2)._p.get_or_add_pPr().append(  # noqa: SLF001  python-docx writes no lists
        parse_xml(f"<w:numPr {W}><w:numId w:val='0'/></w:numPr>")
    )
    titles = [section.title for section in read("a.docx", document).sections]
    assert titles == ["", "1.1 Public", "1.2 Durée", "Sans numéro"]


def test_headings_in_layout_tables(read: Read, document: Document) -> None:
    """A table that sets out a page is read as its page; a row of headings over figures stays a row."""
    table = document.add_table(2, 2)
    table.cell(0, 0).paragraphs[0].text = "Objet"
    table.cell(0, 0).paragraphs[0].style = document.styles["Heading 1"]
    table.cell(0, 0).add_paragraph("La domiciliation")
    table.cell(0, 1).paragraphs[0].text = "À côté"
    for place, words in enumerate(("Commune", "Places")):
        table.cell(1, place).paragraphs[0].text = words
        table.cell(1, place).paragraphs[0].style = document.styles["Heading 2"]
    assert [(section.title, section.text) for section in read("a.docx", document).sections] == [
        ("Objet", "La domiciliation\nÀ côté\nCommune | Places")
    ]


def test_title_in_table(read: Read, document: Document) -> None:
    """The largest letters of the first page are the title, in a table too."""
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "Logo"
    table.cell(0, 1).paragraphs[0].add_run("Compte rendu de la plénière").font.size = Pt(26)
    document.add_heading("Présents", 1)
    document.add_paragraph("Ana Rey")
    assert read("a.docx", document).title == "Compte rendu de la plénière"
    styled = document.tables[0].cell(0, 0).paragraphs[0]
    styled.text, styled.style = "Plénière", document.styles["Title"]
    assert read("b.docx", document).title == "Plénière"


def test_embedded_documents(read: Read, document: Document) -> None:
    """A document or a file that is embedded in another is read as attachments are."""
    document.add_paragraph("Hôte")
    relate(document, "embeddings/Annexe.docx", "package", inner_document())
    extraction = read("a.docx", document)
    assert [(section.title, section.text) for section in extraction.sections] == [
        ("", "Hôte"),
        ("Annexe.docx – Annexe", "Texte importé"),
    ]


@pytest.mark.parametrize(("value", "shown"), [("", "avant après"), ("w:val='0'", "avant caché après")])
def test_hidden_text(value: str, shown: str, read: Read, document: Document) -> None:
    """Text that no page shows is not read."""
    runs = f"<w:r><w:t xml:space='preserve'>avant </w:t></w:r><w:r><w:rPr><w:vanish {value}/></w:rPr>"
    append(document, f"<w:p {W}>{runs}<w:t xml:space='preserve'>caché </w:t></w:r><w:r><w:t>après</w:t></w:r></w:p>")
    assert text_of(read, document) == shown


def test_pictures_of_old_documents(read: Read, document: Document) -> None:
    """A picture that stands in VML states its description itself."""
    vml = "xmlns:v='urn:schemas-microsoft-com:vml'"
    append(document, f"<w:p {W} {vml}><w:r><w:pict><v:shape alt='Carte des accueils'/></w:pict></w:r></w:p>")
    assert text_of(read, document) == "Carte des accueils"


def test_buttons(read: Read, document: Document) -> None:
    """The words of a button that runs a macro stand in its instruction, which may be cut; those of others are none."""
    mark = "<w:r><w:fldChar w:fldCharType='{}'/></w:r>"
    said = "<w:r><w:instrText xml:space='preserve'>{}</w:instrText></w:r>"
    cut = said.format(" MACROBUTTON AucuneMacro Nom de la ") + said.format("commune ")
    link = mark.format("begin") + said.format(" PAGEREF x ") + mark.format("end")
    simple = "<w:fldSimple w:instr='MACROBUTTON Rien Date'/>"
    append(document, f"<w:p {W}>{mark.format('begin')}{cut}{mark.format('end')}{link}{simple}</w:p>")
    assert text_of(read, document) == "Nom de la commune Date"


def test_hidden_mark_in_a_box(read: Read, document: Document) -> None:
    """A hidden mark of a paragraph, in a box too, hides no text around it."""
    box = "<w:pict><w:txbxContent><w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>boîte</w:t></w:r></w:p>"
    append(document, f"<w:p {W}><w:r><w:t>autour</w:t>{box}</w:txbxContent></w:pict></w:r></w:p>")
    assert text_of(read, document) == "autour\nboîte"
