"""A dossier as a Word document: headings, images of slides, quotations, notes, references with links."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.hyperlink import Hyperlink

from webapp.dossiers.contents import GONE_TEXT, load_picture
from webapp.server import services, split_text, to_xml_text

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

    from webapp.dossiers.contents import DossierContents, ShownItem

_PICTURE_CENTIMETRES = 14
_REFERENCE_POINTS = 9


def render_word(contents: DossierContents) -> bytes:
    """Return a dossier as a .docx file."""
    # The library's own template: its styles are those that people know, and change.
    word = Document()
    _describe(word, contents)
    word.add_heading(_clean(contents.dossier.title), 0)
    _add_lines(word, contents.dossier.introduction)
    for rank, each in enumerate(contents.shown, 1):
        _add_item(word, rank, each)
    for _ in contents.gone:
        word.add_paragraph(GONE_TEXT)
    stream = BytesIO()
    word.save(stream)
    return stream.getvalue()


def _describe(word: WordDocument, contents: DossierContents) -> None:

    properties = word.core_properties
    properties.title, properties.language = _clean(contents.dossier.title), "fr-FR"
    # The library's template names its own author, and is written in English.
    properties.author = properties.last_modified_by = services().settings.site_name
    properties.comments = ""
    run = word.styles["Normal"].element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "fr-FR")
    run.append(language)


def _add_item(word: WordDocument, rank: int, shown: ShownItem) -> None:

    word.add_heading(_clean(f"{rank}. {shown.title}"), 1)
    if shown.place:
        place = word.add_paragraph(style="Subtitle")
        _add_link(place, shown.place.label.capitalize(), shown.permanent_link)
        # As headings do: at the foot of a page, they would be read with what stands above.
        place.paragraph_format.keep_with_next = True
    if shown.notice:
        word.add_paragraph().add_run(_clean(shown.notice)).italic = True
    if picture := load_picture(shown):
        word.add_picture(picture.stream, width=Cm(_PICTURE_CENTIMETRES))
        word.paragraphs[-1].paragraph_format.keep_with_next = True
        # What a reader who does not see it is told.
        shape = word.inline_shapes[-1]._inline.docPr  # noqa: SLF001 - the library has no other way to a description
        shape.set("descr", _clean(f"Image\u00a0: {shown.place.label}, {shown.title}" if shown.place else shown.title))
    if shown.headline:
        word.add_paragraph(style="Quote").add_run(_clean(shown.headline)).bold = True
    _add_quotation(word, shown.text)
    _add_note(word, shown.item.note)
    before, _, after = shown.reference.partition(shown.permanent_link)
    reference = word.add_paragraph(_clean(before))
    _add_link(reference, shown.permanent_link, shown.permanent_link)
    reference.add_run(_clean(after))
    for run in reference.iter_inner_content():
        for each in run.runs if isinstance(run, Hyperlink) else [run]:
            each.font.size = Pt(_REFERENCE_POINTS)


def _add_quotation(word: WordDocument, text: str) -> None:
    """Add the text of a place: a paragraph a line, as slides have them, and its tables."""
    for block in split_text(text):
        if isinstance(block, str):
            word.add_paragraph(_clean(block), style="Quote")
            continue
        table = word.add_table(len(block), len(block[0]), style="Table Grid")
        for row, cells in zip(table.rows, block, strict=True):
            for cell, words in zip(row.cells, cells, strict=True):
                cell.text = _clean(words)
        # Said again at the top of the next page where the table is cut.
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - the library has no call
        # Two tables without a line between them would be one.
        word.add_paragraph()


def _add_note(word: WordDocument, note: str) -> None:
    # The word « Note » tells the member's own words from those that are cited.
    first, *others = [line for line in map(str.strip, note.splitlines()) if line] or [""]
    if first:
        paragraph = word.add_paragraph()
        paragraph.add_run("Note\u00a0: ").bold = True
        paragraph.add_run(_clean(first))
    _add_lines(word, "\n".join(others))


def _add_lines(word: WordDocument, text: str) -> None:
    for line in filter(None, map(str.strip, text.splitlines())):
        word.add_paragraph(_clean(line))


def _add_link(paragraph: Paragraph, text: str, address: str) -> None:
    """Add a link to a paragraph; the library reads links and has no call that writes one (ECMA-376, 17.16.22)."""
    run = paragraph.add_run(_clean(text))
    run.underline = True
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    # The run has been added to the paragraph: it moves from there.
    link.append(run._r)  # noqa: SLF001 - moved into the link
    paragraph._p.append(link)  # noqa: SLF001 - the paragraph's own element


def _clean(text: str) -> str:
    """Return a text on one line without what XML does not allow."""
    return to_xml_text(text.replace("\n", " ").replace("\t", " "))
