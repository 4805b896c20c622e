"""OpenDocument files made by odfdo, the constructs that it has no class for given as XML."""

from __future__ import annotations

import io
from typing import Any

from odfdo import Document, DrawPage, Element, Frame, Header, Note, Paragraph

TEXT_WORDS = {
    **dict.fromkeys(("liminaire", "entete", "piedpage"), 1),
    **dict.fromkeys(("paragraphe", "lienvers", "insere", "noteune", "notefin", "remarque", "champ", "listee"), 2),
    **dict.fromkeys(("cellule", "imbriquee", "encadre", "bulle", "groupee", "zonee"), 3),
}
TEXT_ABSENT = ("supprime", "auteurcommentaire")
# The template numbers its headings.
TEXT_TITLES = {2: "1. Titreun", 3: "1.1. Titredeux"}
SLIDE_WORDS = {**dict.fromkeys(("corps", "cellule", "groupee", "bulle", "remarque"), 1), "reserve": 2}
SLIDE_NOTES = {"aparte": 1}
SLIDE_TITLES = {1: "Titreun", 2: "Titredeux"}
SHEET_WORDS = {**dict.fromkeys(("nombre", "repetee | repetee", "remarque", "12,5 %", "07/02/2024"), 1), "reserve": 2}
SHEET_TITLES = {1: "Effectifs", 2: "Caches"}

_NOTE_OF_READER = (
    "<office:annotation><dc:creator>auteurcommentaire</dc:creator><text:p>remarque</text:p></office:annotation>"
)
_TRACKED = (
    "<text:tracked-changes><text:changed-region text:id='c1'><text:deletion><text:p>supprime</text:p></text:deletion>"
    "</text:changed-region></text:tracked-changes>"
)
_RUNS = (
    "<text:p>paragraphe<text:s text:c='2'/><text:a>lienvers</text:a><text:change text:change-id='c1'/>"
    "<text:change-start text:change-id='c2'/> insere<text:change-end text:change-id='c2'/>"
    f" <text:user-defined>champ</text:user-defined>{_NOTE_OF_READER}</text:p>"
)
_SHAPES = (
    "<text:p><draw:frame><svg:desc>bulle</svg:desc><draw:text-box><text:p>encadre</text:p></draw:text-box></draw:frame>"
    "<draw:g><draw:custom-shape><text:p>groupee</text:p></draw:custom-shape></draw:g></text:p>"
)
_MARGINS = (
    "<style:header><text:p>entete</text:p></style:header>",
    "<style:footer><text:p>piedpage</text:p></style:footer>",
)


def odf_text() -> bytes:
    """A text, in three Sections."""
    document = Document("text")
    body: Any = document.body
    body.clear()
    body.append(_element(_TRACKED))
    body.append(Paragraph("liminaire"))
    body.append(Header(1, "Titreun"))
    paragraph: Any = _element(_RUNS)
    paragraph.append(Note("footnote", "n1", "1", body="noteune"))
    paragraph.append(Note("endnote", "n2", "i", body="notefin"))
    body.append(paragraph)
    body.append(_element("<text:list><text:list-item><text:p>listee</text:p></text:list-item></text:list>"))
    body.append(Header(2, "Titredeux"))
    body.append(_element("<text:section><text:p>zonee</text:p></text:section>"))
    body.append(_nested_tables())
    body.append(_element(_SHAPES))
    master: Any = document.styles.root.get_elements("//style:master-page")[0]
    for margin in _MARGINS:
        master.append(_element(margin))
    return _saved(document)


def odf_slides() -> bytes:
    """A presentation, in two slides, the second one hidden."""
    document = Document("presentation")
    body: Any = document.body
    body.clear()
    first: Any = DrawPage("p1", "Page 1")
    first.append(Frame.text_frame("corps", position=("1cm", "9cm")))
    first.append(Frame.text_frame("Titreun", presentation_class="title", position=("1cm", "1cm")))
    first.append(_element(f"<draw:frame svg:x='1cm' svg:y='12cm'>{_table('cellule')}</draw:frame>"))
    first.append(
        _element(
            "<draw:g><draw:custom-shape><svg:title>bulle</svg:title><text:p>groupee</text:p></draw:custom-shape></draw:g>"
        )
    )
    first.append(_element(_NOTE_OF_READER))
    first.append(
        _element(
            "<presentation:notes><draw:frame presentation:class='notes'><draw:text-box><text:p>aparte</text:p>"
            "</draw:text-box></draw:frame></presentation:notes>"
        )
    )
    second: Any = DrawPage("p2", "Page 2", style="masquee")
    second.append(Frame.text_frame("Titredeux", presentation_class="title"))
    second.append(Frame.text_frame("reserve"))
    hidden = "<style:drawing-page-properties presentation:visibility='hidden'/>"
    _style(document, f"<style:style style:name='masquee' style:family='drawing-page'>{hidden}</style:style>")
    body.append(first)
    body.append(second)
    return _saved(document)


def odf_sheets() -> bytes:
    """A spreadsheet of two sheets, the second one hidden."""
    document = Document("spreadsheet")
    body: Any = document.body
    body.clear()
    cells = (
        "<table:table-cell><text:p>nombre</text:p></table:table-cell>"
        "<table:table-cell table:number-columns-repeated='2'><text:p>repetee</text:p></table:table-cell>"
        "<table:table-cell office:value-type='percentage'><text:p>12,5 %</text:p></table:table-cell>"
        "<table:table-cell office:value-type='date' office:date-value='2024-02-07'><text:p>07/02/2024</text:p>"
        f"{_NOTE_OF_READER}</table:table-cell><table:table-cell table:number-columns-repeated='16000'/>"
    )
    rows = f"<table:table-row>{cells}</table:table-row><table:table-row table:number-rows-repeated='1048000'/>"
    body.append(_element(f"<table:table table:name='Effectifs'>{rows}</table:table>"))
    row = "<table:table-row><table:table-cell><text:p>reserve</text:p></table:table-cell></table:table-row>"
    body.append(_element(f"<table:table table:name='Caches' table:style-name='masquee'>{row}</table:table>"))
    hidden = "<style:table-properties table:display='false'/>"
    _style(document, f"<style:style style:name='masquee' style:family='table'>{hidden}</style:style>")
    return _saved(document)


def _element(xml: str) -> Any:
    return Element.from_tag(xml)


def _nested_tables() -> Any:
    return _element(_table("cellule", _table("imbriquee")))


def _table(text: str, inside: str = "") -> str:
    cell = f"<table:table-cell><text:p>{text}</text:p>{inside}</table:table-cell>"
    return f"<table:table><table:table-row>{cell}</table:table-row></table:table>"


def _style(document: Document, xml: str) -> None:
    styles: Any = document.content.root.get_element("//office:automatic-styles")
    styles.append(_element(xml))


def _saved(document: Document) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
