"""The reader of Word: opened by python-docx, then read as XML, since the library's API loses much of the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from extractors.drawing import graphic_text, paragraph_text
from extractors.lines import Line, heading_sections, title_among
from extractors.ooxml import (
    A,
    M,
    R,
    W,
    choices,
    core_properties,
    description,
    open_package,
    related,
    related_by_type,
    root_of,
)
from extractors.plain import clean, one_line
from extractors.sections import Extraction, Format
from extractors.web import read_saved
from extractors.word_package import WordPackage
from extractors.word_styles import NO_STYLES, Styles, styles_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lxml.etree import _Element as Element

    from extractors.limits import Limits

_PARAGRAPH, _TABLE, _IMPORTED, _BOX = f"{W}p", f"{W}tbl", f"{W}altChunk", f"{W}txbxContent"
_BLOCKS = frozenset({_PARAGRAPH, _TABLE})
_WORDS = frozenset({f"{W}t", f"{M}t"})
# Deleted and moved text, phonetic guides, properties; and text boxes, whose lines are read after their paragraph.
_SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}rt", _BOX, f"{W}pPr", f"{W}rPr"})
_SIGNS = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_DRAWING_PROPERTIES = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
# WordArt, such as « BROUILLON » across the page (ECMA-376 part 4, 14.1.2.22).
_LETTERING = "{urn:schemas-microsoft-com:vml}textpath"
_DRAWN = frozenset({_BOX, f"{W}drawing", _LETTERING})
_PAGES = frozenset({"text/html", "application/xhtml+xml", "message/rfc822"})
# Kinds of notes, with the endings of the relationship types that lead to their parts.
_NOTES = {"footnote": "/footnotes", "endnote": "/endnotes", "comment": "/comments"}


@dataclass(frozen=True, slots=True)
class _Document:
    """The context that reading a line needs: its part, the styles, and the notes by kind and identifier."""

    part: Any
    styles: Styles
    notes: Mapping[str, str] = field(default_factory=dict)


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading with the text below it; what precedes the first heading is an untitled Section."""
    package, warnings = open_package(path, limits, WordPackage.open)
    stated = core_properties(package)
    main = package.main_document_part
    lines = list(_document_lines(main))
    stated["title"] = stated.get("title") or title_among(lines)
    return Extraction(Format.WORD, heading_sections(lines, _margins(main)), warnings=warnings, **stated)


def _document_lines(main: Any) -> Iterator[Line]:
    body = root_of(main).find(f"{W}body")
    styles = next(map(styles_of, related_by_type(main, "/styles")), NO_STYLES)
    notes = {key: text for kind, ending in _NOTES.items() for key, text in _noted(main, kind, ending)}
    return iter(()) if body is None else _lines(body, _Document(main, styles, notes))


def _lines(container: Element, document: _Document) -> Iterator[Line]:
    """The lines of a body, cell, note or text box, through content controls and other containers of blocks."""
    for block in choices(container):
        if block.tag == _PARAGRAPH:
            yield from _paragraph_lines(block, document)
        elif block.tag == _TABLE:
            yield from _table_lines(block, document)
        elif block.tag == _IMPORTED:
            yield from _imported_lines(block, document)
        elif block.tag not in _SKIPPED:
            yield from _lines(block, document)


def _imported_lines(block: Element, document: _Document) -> Iterator[Line]:
    """The lines of an embedded web page (altChunk), which some programs write for Word to import on opening."""
    part = related(document.part, block.get(f"{R}id", ""))
    if part is not None and part.content_type in _PAGES:
        yield from read_saved(part.blob)[0].lines


def _paragraph_lines(paragraph: Element, document: _Document) -> Iterator[Line]:
    """A paragraph with its notes, then the lines of its text boxes, drawings and WordArt."""
    text = "".join(_pieces(paragraph)).strip()
    notes = tuple(_notes_of(paragraph, document))
    if text:
        styles = document.styles
        yield Line(
            text, notes, styles.is_heading(paragraph), is_title=styles.is_title(paragraph), size=styles.size(paragraph)
        )
    elif notes:
        yield Line("", notes)
    # A fast path: most paragraphs have no drawing, and `iter` finds that out at the speed of C.
    for drawing in _drawings(paragraph) if next(paragraph.iter(*_DRAWN), None) is not None else ():
        if drawing.tag == _LETTERING:
            yield Line(one_line(drawing.get("string", "")))
        elif drawing.tag == _BOX:
            # Built anew, since a heading inside a text box is none of the document.
            yield from (Line(line.text, line.notes) for line in _lines(drawing, document))
        elif said := "\n".join(filter(None, _drawing_texts(drawing, document))):
            yield Line(said)


def _table_lines(table: Element, document: _Document) -> Iterator[Line]:
    """One line for each row, its cells separated by bars; a nested table becomes part of its cell."""
    for row in _descend(table, f"{W}tr"):
        cells = [list(_lines(cell, document)) for cell in _descend(row, f"{W}tc")]
        texts = (" ".join(filter(None, (line.text for line in cell))) for cell in cells)
        yield Line(
            " | ".join(filter(None, texts)), tuple(note for cell in cells for line in cell for note in line.notes)
        )


def _descend(element: Element, tag: str) -> Iterator[Element]:
    """The nearest descendants of this tag, through content controls and tracked insertions."""
    for child in choices(element):
        if child.tag == tag:
            yield child
        elif child.tag not in _SKIPPED and child.tag not in _BLOCKS:
            yield from _descend(child, tag)


def _pieces(element: Element) -> Iterator[str]:
    """The pieces of a paragraph's text, tracked insertions included, deletions left out."""
    for child in choices(element):
        if child.tag in _WORDS:
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[str(child.tag)]
        elif child.tag not in _SKIPPED:
            yield from _pieces(child)


def _drawings(element: Element) -> Iterator[Element]:
    """The text boxes, drawings and WordArt of a paragraph, outermost first, each once."""
    for child in choices(element):
        if child.tag in _DRAWN:
            yield child
        if child.tag not in _SKIPPED:
            yield from _drawings(child)


def _drawing_texts(drawing: Element, document: _Document) -> Iterator[str]:
    """The alternative text, shapes, charts and SmartArt of a drawing."""
    for properties in drawing.iter(_DRAWING_PROPERTIES):
        yield description(properties)
    yield from (paragraph_text(paragraph).strip() for paragraph in drawing.iter(f"{A}p"))
    yield graphic_text(drawing, document.part)


def _notes_of(paragraph: Element, document: _Document) -> Iterator[str]:
    """The texts of the footnotes, endnotes and comments that a paragraph refers to."""
    for kind in _NOTES if document.notes else ():
        for reference in paragraph.iter(f"{W}{kind}Reference"):
            if text := document.notes.get(f"{kind} {reference.get(f'{W}id')}"):
                yield text


def _noted(main: Any, kind: str, ending: str) -> Iterator[tuple[str, str]]:
    """The notes of one kind as (« kind identifier », text); separators are notes too, without any text."""
    for part in related_by_type(main, ending):
        document = _Document(part, NO_STYLES)
        for note in root_of(part).iterchildren(f"{W}{kind}"):
            text = "\n".join(line.text for line in _lines(note, document))
            yield f"{kind} {note.get(f'{W}id')}", clean(text)


def _margins(main: Any) -> str:
    """The text of headers and footers, each line once, however many sections repeat it."""
    parts = (part for ending in ("/header", "/footer") for part in related_by_type(main, ending))
    lines = (line.text.strip() for part in parts for line in _lines(root_of(part), _Document(part, NO_STYLES)))
    return clean("\n".join(dict.fromkeys(filter(None, lines))))
