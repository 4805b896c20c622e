"""The reader of Word: opened by python-docx, then read as XML, since the library's API loses much of the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from docx.opc import part as library
from docx.opc.package import OpcPackage, Unmarshaller
from docx.opc.pkgreader import PackageReader

from extractors.formats import Format
from extractors.model import Extraction
from extractors.ooxml import (
    A,
    LazyPart,
    M,
    R,
    W,
    alternative_text,
    find_related,
    find_related_by_type,
    graphic_text,
    open_package,
    paragraph_text,
    read_core_properties,
    root_of,
    verify_part,
    visible_children,
)
from extractors.readers.html import read_saved_page
from extractors.readers.word.styles import NO_STYLES, ParagraphStyles, read_styles
from extractors.text import TextLine, clean_text, find_title, split_at_headings, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import IO, Self

    from lxml.etree import _Element as Element

    from extractors.model import Limits

_PARAGRAPH, _TABLE, _ALT_CHUNK, _TEXT_BOX = f"{W}p", f"{W}tbl", f"{W}altChunk", f"{W}txbxContent"
_BLOCKS = frozenset({_PARAGRAPH, _TABLE})
_TEXT_TAGS = frozenset({f"{W}t", f"{M}t"})
# Deleted and moved text, phonetic guides, properties; and text boxes, whose lines are read after their paragraph.
_SKIPPED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}rt", _TEXT_BOX, f"{W}pPr", f"{W}rPr"})
_TEXT_BY_TAG = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "-",
}
_DRAWING_PROPERTIES = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
# WordArt, such as « BROUILLON » across the page (ECMA-376 part 4, 14.1.2.22).
_TEXT_PATH = "{urn:schemas-microsoft-com:vml}textpath"
_DRAWING_TAGS = frozenset({_TEXT_BOX, f"{W}drawing", _TEXT_PATH})
_PAGE_TYPES = frozenset({"text/html", "application/xhtml+xml", "message/rfc822"})
# Kinds of notes, with the endings of the relationship types that lead to their parts.
_NOTE_RELATIONS = {"footnote": "/footnotes", "endnote": "/endnotes", "comment": "/comments"}


@dataclass(frozen=True, slots=True)
class _WordDocument:
    """The context that reading a line needs: its part, the styles, and the notes by kind and identifier."""

    part: Any
    styles: ParagraphStyles
    notes: Mapping[str, str] = field(default_factory=dict)


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading with the text below it; what precedes the first heading is an untitled Section."""
    package, warnings = open_package(path, limits, WordPackage.open)
    stated = read_core_properties(package)
    main = package.main_document_part
    lines = list(_document_lines(main))
    stated["title"] = stated.get("title") or find_title(lines)
    return Extraction(Format.WORD, split_at_headings(lines, _read_margins(main)), warnings=warnings, **stated)


def _document_lines(main: Any) -> Iterator[TextLine]:
    body = root_of(main).find(f"{W}body")
    styles = next(map(read_styles, find_related_by_type(main, "/styles")), NO_STYLES)
    notes = {key: text for kind, ending in _NOTE_RELATIONS.items() for key, text in _read_notes(main, kind, ending)}
    return iter(()) if body is None else _read_lines(body, _WordDocument(main, styles, notes))


def _read_lines(container: Element, document: _WordDocument) -> Iterator[TextLine]:
    """The lines of a body, cell, note or text box, through content controls and other containers of blocks."""
    for block in visible_children(container):
        if block.tag == _PARAGRAPH:
            yield from _paragraph_lines(block, document)
        elif block.tag == _TABLE:
            yield from _table_lines(block, document)
        elif block.tag == _ALT_CHUNK:
            yield from _read_imported_page(block, document)
        elif block.tag not in _SKIPPED:
            yield from _read_lines(block, document)


def _read_imported_page(block: Element, document: _WordDocument) -> Iterator[TextLine]:
    """The lines of an embedded web page (altChunk), which some programs write for Word to import on opening."""
    part = find_related(document.part, block.get(f"{R}id", ""))
    if part is not None and part.content_type in _PAGE_TYPES:
        yield from read_saved_page(part.blob)[0].lines


def _paragraph_lines(paragraph: Element, document: _WordDocument) -> Iterator[TextLine]:
    """A paragraph with its notes, then the lines of its text boxes, drawings and WordArt."""
    text = "".join(_iterate_text(paragraph)).strip()
    notes = tuple(_find_notes(paragraph, document))
    if text:
        styles = document.styles
        yield TextLine(
            text,
            notes,
            styles.is_heading(paragraph),
            is_title=styles.is_title(paragraph),
            size=styles.font_size(paragraph),
        )
    elif notes:
        yield TextLine("", notes)
    # A fast path: most paragraphs have no drawing, and `iter` finds that out at the speed of C.
    for drawing in _find_drawings(paragraph) if next(paragraph.iter(*_DRAWING_TAGS), None) is not None else ():
        if drawing.tag == _TEXT_PATH:
            yield TextLine(to_single_line(drawing.get("string", "")))
        elif drawing.tag == _TEXT_BOX:
            # Built anew, since a heading inside a text box is none of the document.
            yield from (TextLine(line.text, line.notes) for line in _read_lines(drawing, document))
        elif said := "\n".join(filter(None, _drawing_texts(drawing, document))):
            yield TextLine(said)


def _table_lines(table: Element, document: _WordDocument) -> Iterator[TextLine]:
    """One line for each row, its cells separated by bars; a nested table becomes part of its cell."""
    for row in _find_nearest(table, f"{W}tr"):
        cells = [list(_read_lines(cell, document)) for cell in _find_nearest(row, f"{W}tc")]
        texts = (" ".join(filter(None, (line.text for line in cell))) for cell in cells)
        yield TextLine(
            " | ".join(filter(None, texts)), tuple(note for cell in cells for line in cell for note in line.notes)
        )


def _find_nearest(element: Element, tag: str) -> Iterator[Element]:
    """The nearest descendants of this tag, through content controls and tracked insertions."""
    for child in visible_children(element):
        if child.tag == tag:
            yield child
        elif child.tag not in _SKIPPED and child.tag not in _BLOCKS:
            yield from _find_nearest(child, tag)


def _iterate_text(element: Element) -> Iterator[str]:
    """The pieces of a paragraph's text, tracked insertions included, deletions left out."""
    for child in visible_children(element):
        if child.tag in _TEXT_TAGS:
            yield child.text or ""
        elif child.tag in _TEXT_BY_TAG:
            yield _TEXT_BY_TAG[str(child.tag)]
        elif child.tag not in _SKIPPED:
            yield from _iterate_text(child)


def _find_drawings(element: Element) -> Iterator[Element]:
    """The text boxes, drawings and WordArt of a paragraph, outermost first, each once."""
    for child in visible_children(element):
        if child.tag in _DRAWING_TAGS:
            yield child
        if child.tag not in _SKIPPED:
            yield from _find_drawings(child)


def _drawing_texts(drawing: Element, document: _WordDocument) -> Iterator[str]:
    """The alternative text, shapes, charts and SmartArt of a drawing."""
    for properties in drawing.iter(_DRAWING_PROPERTIES):
        yield alternative_text(properties)
    yield from (paragraph_text(paragraph).strip() for paragraph in drawing.iter(f"{A}p"))
    yield graphic_text(drawing, document.part)


def _find_notes(paragraph: Element, document: _WordDocument) -> Iterator[str]:
    """The texts of the footnotes, endnotes and comments that a paragraph refers to."""
    for kind in _NOTE_RELATIONS if document.notes else ():
        for reference in paragraph.iter(f"{W}{kind}Reference"):
            if text := document.notes.get(f"{kind} {reference.get(f'{W}id')}"):
                yield text


def _read_notes(main: Any, kind: str, ending: str) -> Iterator[tuple[str, str]]:
    """The notes of one kind as (« kind identifier », text); separators are notes too, without any text."""
    for part in find_related_by_type(main, ending):
        document = _WordDocument(part, NO_STYLES)
        for note in root_of(part).iterchildren(f"{W}{kind}"):
            text = "\n".join(line.text for line in _read_lines(note, document))
            yield f"{kind} {note.get(f'{W}id')}", clean_text(text)


def _read_margins(main: Any) -> str:
    """The text of headers and footers, each line once, however many sections repeat it."""
    parts = (part for ending in ("/header", "/footer") for part in find_related_by_type(main, ending))
    lines = (line.text.strip() for part in parts for line in _read_lines(root_of(part), _WordDocument(part, NO_STYLES)))
    return clean_text("\n".join(dict.fromkeys(filter(None, lines))))


class WordPackage(OpcPackage):
    """A python-docx package whose parts are LazyParts."""

    @classmethod
    def open(cls, pkg_file: str | IO[bytes]) -> Self:
        """Open a file; parts are found by their relationships, as python-docx finds them."""
        # The library's own `open`, but for the factory that makes parts.
        package = cls()
        reader, unmarshaller = cast("Any", PackageReader), cast("Any", Unmarshaller)
        unmarshaller.unmarshal(reader.from_file(pkg_file), package, _create_part)
        return package


class _WordPart(LazyPart, library.Part):
    pass


def _create_part(name: Any, content_type: str, _: str, blob: bytes, package: Any) -> _WordPart:
    return verify_part(_WordPart(name, content_type, blob, package), library)
