"""The reader of Word: a walk of the XML parts of a document, as Word shows it with all changes accepted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from docx.oxml import parse_xml

from extractors.errors import UnreadableFileError
from extractors.formats import Format
from extractors.model import Extraction, Limits
from extractors.ooxml import (
    A,
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
    visible_children,
)
from extractors.readers.embedded_objects import EMBEDDED_KINDS, read_embedded_objects
from extractors.readers.word.imported_content import read_imported_content
from extractors.readers.word.numbering import Numbering, read_numbering
from extractors.readers.word.styles import NO_STYLES, ParagraphProperties, ParagraphStyles, read_properties, read_styles
from extractors.text import TextLine, clean_description, clean_text, find_title, split_at_headings, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lxml.etree import _Element as Element

    from extractors.ooxml import OfficePart

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
_VML = "{urn:schemas-microsoft-com:vml}"
_TEXT_PATH = f"{_VML}textpath"
# Pictures of documents that were older ones, and of other programs, which state their descriptions themselves.
_VML_SHAPES = frozenset(f"{_VML}{kind}" for kind in ("shape", "group", "rect", "roundrect", "oval", "line", "image"))
_PICTURE = f"{W}pict"
_DRAWING_TAGS = frozenset({_TEXT_BOX, f"{W}drawing", _TEXT_PATH, _PICTURE})
_RUN, _HIDDEN, _OFF = f"{W}r", f"{W}vanish", frozenset({"0", "false", "off"})
_INSTRUCTION, _SIMPLE_FIELD = f"{W}instrText", f"{W}fldSimple"
_BUTTON = re.compile(r"\s*MACROBUTTON\s+\S+\s(.*)", re.IGNORECASE | re.DOTALL)
_FIELD_START = f"{W}fldChar"
# A table further down is none that a title stands in: its headings may be of the style of titles.
_FIRST_LINES = 6
# Kinds of notes, with the endings of the relationship types that lead to their parts.
_NOTE_RELATIONS = {"footnote": "/footnotes", "endnote": "/endnotes", "comment": "/comments"}
_REFERENCES = {f"{W}{kind}Reference": kind for kind in _NOTE_RELATIONS}


@dataclass(frozen=True, slots=True)
class _WordDocument:
    """The context that reading a line needs: its part, the styles, the notes by kind and identifier, the lists.

    `warnings` collects what could not be read.
    """

    part: OfficePart
    limits: Limits
    styles: ParagraphStyles = NO_STYLES
    notes: Mapping[str, str] = field(default_factory=dict)
    numbering: Numbering = field(default_factory=Numbering)
    warnings: list[str] = field(default_factory=list)


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading with the text below it; what precedes the first heading is an untitled Section.

    Embedded documents follow, as attachments do.
    """
    with open_package(path, limits) as package:
        main = package.main_part
        document = _open_document(main, limits)
        body = main.root.find(f"{W}body")
        lines = [] if body is None else list(_read_lines(body, document))
        sections = split_at_headings(lines, _read_margins(main, limits))
        stated = read_core_properties(package, parse_xml)
        embedded = [link.part for link in main.links.values() if link.kind.rpartition("/")[2] in EMBEDDED_KINDS]
        package.check_parts("word")
        further, unread = read_embedded_objects(((part.name, part.blob) for part in embedded), len(sections), limits)
        warnings = (*package.warnings, *document.warnings, *unread)
    stated["title"] = stated.get("title") or find_title(list(_title_candidates(lines)))
    return Extraction(Format.WORD, sections + further, warnings=warnings, **stated)


def _title_candidates(lines: Iterable[TextLine]) -> Iterator[TextLine]:
    """The lines, those of cells apart: a table at the top may hold the title, but no heading of the document."""
    for place, line in enumerate(lines):
        is_first = place < _FIRST_LINES
        yield from (
            (replace(part, is_heading=False, is_title=part.is_title and is_first) for part in line.cells)
            if line.cells
            else (line,)
        )


def _open_document(main: OfficePart, limits: Limits) -> _WordDocument:
    styles = next(map(read_styles, find_related_by_type(main, "/styles")), NO_STYLES)
    notes = {
        key: text for kind, ending in _NOTE_RELATIONS.items() for key, text in _read_notes(main, kind, ending, limits)
    }
    numbering = next(map(read_numbering, find_related_by_type(main, "/numbering")), Numbering())
    return _WordDocument(main, limits, styles, notes, numbering)


def _read_lines(container: Element, document: _WordDocument) -> Iterator[TextLine]:
    """The lines of a body, cell, note or text box, through content controls and other containers of blocks."""
    joined: list[Element] = []
    properties = ParagraphProperties()
    for block in visible_children(container):
        if block.tag == _PARAGRAPH:
            joined.append(block)
            properties = read_properties(block)
            if properties.joins_next:
                continue
        if joined:
            yield from _joined_lines(joined, properties, document)
            joined = []
        if block.tag == _TABLE:
            yield from _table_lines(block, document)
        elif block.tag == _ALT_CHUNK:
            yield from _imported_lines(block, document)
        elif block.tag != _PARAGRAPH and block.tag not in _SKIPPED:
            yield from _read_lines(block, document)
    if joined:
        yield from _joined_lines(joined, properties, document)


def _imported_lines(block: Element, document: _WordDocument) -> Iterator[TextLine]:
    """The lines of embedded content of any format (altChunk), which some programs write for Word to import."""
    part = find_related(document.part, block.get(f"{R}id", ""))
    if part is None or not document.limits.nesting:
        return
    try:
        yield from read_imported_content(part, document.limits)
    except UnreadableFileError as error:
        document.warnings.append(f"Le contenu inséré « {part.file_name} » n’a pas été lu : {error.reason.message}.")


def _joined_lines(
    paragraphs: Sequence[Element], properties: ParagraphProperties, document: _WordDocument
) -> Iterator[TextLine]:
    """The lines of paragraphs that Word shows as one, the last one's properties for all; mostly there is only one."""
    text = "".join(map(_paragraph_text, paragraphs)).strip()
    notes = tuple(note for paragraph in paragraphs for note in _find_notes(paragraph, document))
    styles = document.styles
    label = document.numbering.count_paragraph(*styles.find_list(properties)) if document.numbering.declared else ""
    if text:
        yield TextLine(
            label + text,
            notes,
            styles.is_heading(properties),
            is_title=styles.is_title(properties),
            size=styles.font_size(paragraphs[-1], properties),
        )
    elif notes:
        yield TextLine("", notes)
    for paragraph in paragraphs:
        # A fast path: most paragraphs have no drawing, and `iter` finds that out at the speed of C.
        if next(paragraph.iter(*_DRAWING_TAGS), None) is not None:
            yield from _drawing_lines(paragraph, document)


def _paragraph_text(paragraph: Element) -> str:
    # A fast path too: hardly any paragraph says something else than its runs do.
    return "".join(_iterate_text(paragraph, dict(_find_replaced(paragraph))))


def _find_replaced(paragraph: Element) -> Iterator[tuple[Element, str]]:
    """The elements instead of which Word shows another text: "" for hidden runs, the words of buttons that run macros.

    These stand in the instruction of a field, which may be cut in pieces (ECMA-376 part 1, 17.16.5.33).
    """
    is_button = False
    for each in paragraph.iter(_HIDDEN, _INSTRUCTION, _SIMPLE_FIELD, _FIELD_START):
        if each.tag == _HIDDEN:
            # Those of a paragraph's mark are no run's.
            run = next(islice(each.iterancestors(), 1, None), None)
            if run is not None and run.tag == _RUN and each.get(f"{W}val") not in _OFF:
                yield run, ""
        elif each.tag == _FIELD_START:
            is_button = False
        else:
            instruction = each.get(f"{W}instr", "") if each.tag == _SIMPLE_FIELD else each.text or ""
            if button := _BUTTON.fullmatch(instruction):
                yield each, button[1]
            elif is_button:
                yield each, instruction
            is_button = is_button or (button is not None and each.tag == _INSTRUCTION)


def _drawing_lines(paragraph: Element, document: _WordDocument) -> Iterator[TextLine]:
    """The lines of a paragraph's text boxes, drawings and WordArt."""
    for drawing in _find_drawings(paragraph):
        if drawing.tag == _TEXT_PATH:
            yield TextLine(to_single_line(drawing.get("string", "")))
        elif drawing.tag == _TEXT_BOX:
            # Built anew, since a heading inside a text box is none of the document.
            yield from (TextLine(line.text, line.notes) for line in _read_lines(drawing, document))
        elif drawing.tag == _PICTURE:
            yield from (TextLine(clean_description(shape.get("alt", ""))) for shape in drawing.iter(*_VML_SHAPES))
        elif said := "\n".join(filter(None, _drawing_texts(drawing, document))):
            yield TextLine(said)


def _table_lines(table: Element, document: _WordDocument) -> Iterator[TextLine]:
    """One line for each row, its cells separated by bars; a nested table becomes part of its cell.

    A row that sets out a page, with a heading over other text, is read as its page is.
    """
    for row in _find_nearest(table, f"{W}tr"):
        cells = [list(_read_lines(cell, document)) for cell in _find_nearest(row, f"{W}tc")]
        lines = [line for cell in cells for line in cell]
        if _is_layout([[line for line in cell if line.text] for cell in cells]):
            yield from lines
        else:
            texts = (" ".join(filter(None, (line.text for line in cell))) for cell in cells)
            yield TextLine(
                " | ".join(filter(None, texts)),
                tuple(note for line in lines for note in line.notes),
                cells=tuple(lines),
            )


def _is_layout(cells: Sequence[Sequence[TextLine]]) -> bool:
    """Whether the cells of a row have a heading that is not one of a row of headings, as tables of figures have."""
    filled = [cell for cell in cells if cell]
    if not any(line.is_heading for cell in filled for line in cell):
        return False
    return len(filled) == 1 or not all(line.is_heading for cell in filled for line in cell)


def _find_nearest(element: Element, tag: str) -> Iterator[Element]:
    """The nearest descendants of this tag, through content controls and tracked insertions."""
    for child in visible_children(element):
        if child.tag == tag:
            yield child
        elif child.tag not in _SKIPPED and child.tag not in _BLOCKS:
            yield from _find_nearest(child, tag)


def _iterate_text(element: Element, replaced: Mapping[Element, str]) -> Iterator[str]:
    """The pieces of a paragraph's text, tracked insertions included, deletions left out, elements replaced by texts."""
    for child in visible_children(element):
        if child in replaced:
            yield replaced[child]
        elif child.tag in _TEXT_TAGS:
            yield child.text or ""
        elif child.tag in _TEXT_BY_TAG:
            yield _TEXT_BY_TAG[str(child.tag)]
        elif child.tag == _FIELD_START:
            yield _read_choice(child)
        elif child.tag not in _SKIPPED:
            yield from _iterate_text(child, replaced)


def _read_choice(field_start: Element) -> str:
    """The entry chosen in a drop-down list of an old form, which is written nowhere else; "" for any other field."""
    choices = field_start.find(f"{W}ffData/{W}ddList")
    if choices is None:
        return ""
    entries = [entry.get(f"{W}val", "") for entry in choices.iterchildren(f"{W}listEntry")]
    stated = (choices.find(f"{W}{kind}") for kind in ("result", "default"))
    chosen = next(
        (value for kept in stated if kept is not None and (value := kept.get(f"{W}val", "")).isdecimal()), "0"
    )
    return entries[int(chosen)] if int(chosen) < len(entries) else ""


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
    """The texts of the footnotes, endnotes and comments that a paragraph refers to, but for what was deleted."""
    # The same fast path as for drawings.
    if document.notes and next(paragraph.iter(*_REFERENCES), None) is not None:
        for reference in _find_references(paragraph):
            if text := document.notes.get(f"{_REFERENCES[str(reference.tag)]} {reference.get(f'{W}id')}"):
                yield text


def _find_references(element: Element) -> Iterator[Element]:
    for child in visible_children(element):
        if child.tag in _REFERENCES:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _find_references(child)


def _read_notes(main: OfficePart, kind: str, ending: str, limits: Limits) -> Iterator[tuple[str, str]]:
    """The notes of one kind as (« kind identifier », text); separators are notes too, without any text."""
    for part in find_related_by_type(main, ending):
        document = _WordDocument(part, limits)
        for note in part.root.iterchildren(f"{W}{kind}"):
            text = "\n".join(line.text for line in _read_lines(note, document))
            yield f"{kind} {note.get(f'{W}id')}", clean_text(text)


def _read_margins(main: OfficePart, limits: Limits) -> str:
    """The text of headers and footers, each line once, however many sections repeat it."""
    parts = (part for ending in ("/header", "/footer") for part in find_related_by_type(main, ending))
    lines = (line.text.strip() for part in parts for line in _read_lines(part.root, _WordDocument(part, limits)))
    return clean_text("\n".join(dict.fromkeys(filter(None, lines))))
