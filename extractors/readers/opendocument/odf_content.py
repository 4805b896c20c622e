"""What OpenDocument files share: opening, properties, and the text of paragraphs, tables and drawings.

Format: OASIS OpenDocument 1.3, part 3 (https://docs.oasis-open.org/office/OpenDocument/v1.3/).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any, cast

from lxml import etree

from extractors.errors import Reason, UnreadableFileError
from extractors.flat_packages import open_flat_odf
from extractors.model import PARTIAL_WARNING
from extractors.readers.opendocument.odf_numbering import OdfNumbering
from extractors.readers.opendocument.odf_styles import ParagraphStyles
from extractors.text import TextLine, clean_title, parse_authors, parse_iso_date, to_single_line
from extractors.zip_directory import open_archive
from extractors.zips import DAMAGED_ZIP_ERRORS, parse_xml, read_entry, read_part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.model import Limits
    from extractors.readers.opendocument.odf_numbering import OdfList

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE = f"{_OASIS}office:1.0}}"
TEXT = f"{_OASIS}text:1.0}}"
TABLE = f"{_OASIS}table:1.0}}"
DRAW = f"{_OASIS}drawing:1.0}}"
STYLE = f"{_OASIS}style:1.0}}"
PRESENTATION = f"{_OASIS}presentation:1.0}}"
SVG = f"{_OASIS}svg-compatible:1.0}}"
_META = f"{_OASIS}meta:1.0}}"
_MANIFEST = f"{_OASIS}manifest:1.0}}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_MATH = "{http://www.w3.org/1998/Math/MathML}"
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_FORM, _FIELD = f"{_OASIS}form:1.0}}", "{urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0}"

_PARAGRAPHS = frozenset({f"{TEXT}p", f"{TEXT}h"})
_NOTES = frozenset({f"{TEXT}note", f"{OFFICE}annotation"})
# Deleted text, ruby, and fields that state something about the document (page numbers, authors and dates of comments).
_SKIPPED = frozenset(
    {
        *(f"{TEXT}tracked-changes", f"{TEXT}ruby-text", f"{TEXT}note-citation", f"{TEXT}page-number"),
        *(f"{_DC}creator", f"{_DC}date", f"{_META}creator-initials", f"{TEXT}sender-initials"),
        *(f"{OFFICE}scripts", f"{OFFICE}forms", f"{OFFICE}event-listeners", f"{DRAW}glue-point", f"{TEXT}page-count"),
        f"{TEXT}sheet-name",
    }
)
_STYLE_NAME = f"{TEXT}style-name"
# At the speed of C: a document has hundreds of styles, and seldom one of these.
_HIDDEN_STYLES = etree.XPath(
    "*/style:style[style:text-properties/@text:display='none']",
    namespaces={"style": STYLE.strip("{}"), "text": TEXT.strip("{}")},
)
_FIELD_MARK = f"{_FIELD}fieldmark"
_CHECKED = frozenset({f"{_FORM}checkbox", f"{_FORM}radio", f"{_FORM}button"})
_CONTROLS = (
    *_CHECKED,
    *(f"{_FORM}{kind}" for kind in ("text", "textarea", "fixed-text", "listbox", "combobox", "frame", "number")),
    *(f"{_FORM}{kind}" for kind in ("formatted-text", "date", "time", "generic-control")),
)
_MATH_TAGS = tuple(f"{_MATH}{kind}" for kind in ("mi", "mn", "mo", "mtext"))
# `text:s` states a number of spaces, which a hostile file may exaggerate.
_MOST_SPACES = 100


@contextmanager
def open_odf(path: Path, limits: Limits) -> Iterator[ZipFile]:
    """The open archive; what a damaged one raises, inside the block too, becomes UnreadableFileError."""
    try:
        with open_flat_odf(path, limits) as packed, open_archive(packed, limits) as archive:
            manifest = read_part(archive, "META-INF/manifest.xml")
            # OpenDocument encrypts entries by itself: the zip's own flag is not set.
            if manifest is not None and next(manifest.iter(f"{_MANIFEST}encryption-data"), None) is not None:
                raise UnreadableFileError(Reason.ENCRYPTED)
            yield archive
    except DAMAGED_ZIP_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error


def read_content(archive: ZipFile) -> tuple[Element, tuple[str, ...]]:
    """The root element of content.xml, and a warning if only a part of it could be read."""
    written, is_whole = read_entry(archive, "content.xml")
    try:
        return parse_xml(written), () if is_whole else (PARTIAL_WARNING,)
    except DAMAGED_ZIP_ERRORS:
        return parse_xml(written, recover=True), (PARTIAL_WARNING,)


def read_properties(archive: ZipFile) -> dict[str, Any]:
    """Title, authors and dates, by the names of Extraction's fields."""
    meta = read_part(archive, "meta.xml")
    if meta is None:
        return {}
    found = {str(element.tag): element.text or "" for element in meta.iter("*")}
    authors = found.get(f"{_META}initial-creator") or found.get(f"{_DC}creator", "")
    return {
        "title": clean_title(found.get(f"{_DC}title", "")),
        "authors": parse_authors(authors),
        "created": parse_iso_date(found.get(f"{_META}creation-date", "")),
    }


@dataclass(frozen=True, slots=True)
class OdfDocument:
    """The context that reading a line needs: the archive, its styles, and where its lists stand.

    `read_styles` gives the root of styles.xml, parsed once, None where there is none. `paragraphs` is None where nobody
    asks which lines are titles. `controls` are the values of form controls by identifier; what is read in its place
    leaves it. `numbering` counts. Text in `hidden_styles` is on no page.
    """

    archive: ZipFile
    read_styles: Callable[[], Element | None]
    numbering: OdfNumbering
    paragraphs: ParagraphStyles | None = None
    controls: dict[str, str] = field(default_factory=dict)
    hidden_styles: frozenset[str] = frozenset()


def open_document(archive: ZipFile, content: Element | None = None, *, has_titles: bool = False) -> OdfDocument:
    """The context of a document, from its styles, those of its content included, and its forms."""
    read_styles = cache(partial(read_part, archive, "styles.xml"))
    numbering = OdfNumbering(content, read_styles)
    if content is None:
        return OdfDocument(archive, read_styles, numbering)
    paragraphs = ParagraphStyles([read_styles(), content]) if has_titles else None
    controls, hidden = dict(read_controls(content)), _list_hidden_styles(content)
    return OdfDocument(archive, read_styles, numbering, paragraphs, controls, hidden)


def read_controls(content: Element) -> Iterator[tuple[str, str]]:
    """The words of each form control: its label, and the value that somebody typed or chose."""
    for number, control in enumerate(content.iter(*_CONTROLS)):
        stated = [control.get(f"{_FORM}label", "")]
        stated.append(control.get(f"{_FORM}current-value") or control.get(f"{_FORM}value") or "")
        if control.tag in _CHECKED:
            # The value of a box is what a form sends, not what it shows.
            stated = stated[:1]
        options = control.iterchildren(f"{_FORM}option")
        chosen = (option.get(f"{_FORM}label", "") for option in options if _is_chosen(option))
        typed = (to_single_line("".join(map(str, text.itertext()))) for text in control.iterchildren(f"{TEXT}p"))
        names = (control.get(name) for name in (_XML_ID, f"{_FORM}id"))
        if said := " ".join(dict.fromkeys(filter(None, (*stated, *chosen, *typed)))):
            yield next(filter(None, names), f"sans nom {number}"), said


def _is_chosen(option: Element) -> bool:
    return (option.get(f"{_FORM}current-selected") or option.get(f"{_FORM}selected")) == "true"


def list_embedded(content: Element, archive: ZipFile) -> list[tuple[str, bytes]]:
    """The documents of other programs that a document embeds, as (name of the entry, content)."""
    names = (each.get(_HREF, "").removeprefix("./") for each in content.iter(f"{DRAW}object-ole"))
    return [(name, archive.read(name)) for name in dict.fromkeys(names) if name in archive.NameToInfo]


def _list_hidden_styles(content: Element) -> frozenset[str]:
    """The styles of texts that no page shows (OpenDocument 1.3 part 3, 20.400)."""
    return frozenset(style.get(f"{STYLE}name", "") for style in cast("list[Element]", _HIDDEN_STYLES(content)))


_MARGIN_KINDS = ("header", "header-left", "header-first", "footer", "footer-left", "footer-first")


def read_margins(document: OdfDocument) -> list[str]:
    """The lines of headers and footers, each once, however many page styles repeat them."""
    styles = document.read_styles()
    margins = () if styles is None else styles.iter(*(f"{STYLE}{name}" for name in _MARGIN_KINDS))
    texts = (line.text.strip() for margin in margins for line in read_lines(margin.iterchildren("*"), document))
    return list(dict.fromkeys(filter(None, texts)))


def read_lines(blocks: Iterable[Element], document: OdfDocument) -> Iterator[TextLine]:
    """The lines of these elements, through lists, sections and other containers of paragraphs."""
    for block in blocks:
        if block.tag in _PARAGRAPHS:
            yield from _paragraph_lines(block, document)
        elif block.tag == f"{TABLE}table":
            yield from _table_lines(block, document)
        elif block.tag == f"{OFFICE}annotation":
            yield TextLine("", (plain_text(block.iterchildren("*"), document),))
        elif block.tag == f"{TEXT}list":
            yield from _list_lines(block, document, block.get(f"{TEXT}style-name", ""))
        elif str(block.tag).startswith(DRAW):
            yield from _drawing_lines(block, document)
        elif block.tag not in _SKIPPED and not _is_hidden_section(block):
            yield from read_lines(block.iterchildren("*"), document)


def _is_hidden_section(block: Element) -> bool:
    shown = block.get(f"{TEXT}display")
    return shown == "none" or (shown == "condition" and block.get(f"{TEXT}is-hidden") == "true")


def _list_lines(
    element: Element, document: OdfDocument, style: str, within: tuple[OdfList, int] | None = None
) -> Iterator[TextLine]:
    """The lines of a list, the first of each item with its number; `within` is the list around it, and its level."""
    counted, level = (document.numbering.open_list(element, style), 0) if within is None else within
    for item in element.iterchildren("*"):
        label = ""
        if item.tag == f"{TEXT}list-item":
            label = counted.count(level, item.get(f"{TEXT}start-value", ""))
        for block in item.iterchildren("*"):
            if block.tag == f"{TEXT}list":
                yield from _list_lines(block, document, style, (counted, level + 1))
                continue
            if block.tag in _PARAGRAPHS:
                yield from _paragraph_lines(block, document, label)
            else:
                yield from read_lines([block], document)
            label = ""


def plain_text(blocks: Iterable[Element], document: OdfDocument) -> str:
    """The lines of these elements and their notes, as one text."""
    return "\n".join(filter(None, (text for line in read_lines(blocks, document) for text in (line.text, *line.notes))))


def _paragraph_lines(paragraph: Element, document: OdfDocument, label: str | None = None) -> Iterator[TextLine]:
    """A paragraph with its notes, then the lines of the drawings that are anchored in it.

    `label` is what a list writes before it, None where it is in no list.
    """
    # Most paragraphs are plain.
    has_children = len(paragraph) > 0
    hidden = document.hidden_styles
    if hidden and paragraph.get(_STYLE_NAME) in hidden:
        return
    text = "".join(_iterate_text(paragraph, hidden)).strip() if has_children else (paragraph.text or "").strip()
    notes = tuple(_read_notes(paragraph, document)) if has_children else ()
    if text or notes:
        is_heading = paragraph.tag == f"{TEXT}h"
        # A file may state the number itself, for programs that cannot count.
        if paragraph.find(f"{TEXT}number") is not None:
            label = ""
        elif label is None:
            label = document.numbering.count_heading(paragraph) if is_heading else ""
        is_title, size = (False, 0.0) if document.paragraphs is None else document.paragraphs.measure(paragraph)
        yield TextLine(label + text if text else "", notes, is_heading, is_title, size)
    for drawing in _outermost_drawings(paragraph) if has_children else ():
        yield from _drawing_lines(drawing, document)


def _read_notes(paragraph: Element, document: OdfDocument) -> Iterator[str]:
    for note in paragraph.iter(*_NOTES):
        if _is_own_note(note, paragraph):
            yield plain_text(note.iterchildren("*"), document)


def _is_own_note(note: Element, paragraph: Element) -> bool:
    """Whether the note belongs to this paragraph itself, not to a text box or a note inside it."""
    above = note.getparent()
    while above is not None and above is not paragraph:
        if above.tag in _NOTES or above.tag in _PARAGRAPHS:
            return False
        above = above.getparent()
    return True


def _iterate_text(element: Element, hidden: Collection[str] = ()) -> Iterator[str]:
    """The pieces of a paragraph's text, without its notes and drawings, and without what has a style that is hidden."""
    yield element.text or ""
    for child in element.iterchildren():
        # XML comments and processing instructions have no tag that is a string, but their tail is text.
        if child.tag == f"{TEXT}number":
            yield f"{''.join(_iterate_text(child))} "
        elif child.tag == _FIELD_MARK:
            yield _read_choice(child)
        elif child.tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c", "1")
            yield " " * (min(int(count), _MOST_SPACES) if count.isdecimal() else 1)
        elif child.tag == f"{TEXT}tab":
            yield "\t"
        elif child.tag == f"{TEXT}line-break":
            yield "\n"
        elif str(child.tag).startswith("{") and not _is_read_apart(child) and child.get(_STYLE_NAME) not in hidden:
            yield from _iterate_text(child, hidden)
        yield child.tail or ""


def _read_choice(mark: Element) -> str:
    """The entry chosen in a drop-down list of an old form, which is written nowhere else; "" for any other field."""
    stated = [
        (each.get(f"{_FIELD}name", ""), each.get(f"{_FIELD}value", "")) for each in mark.iterchildren(f"{_FIELD}param")
    ]
    entries = [value for name, value in stated if name == "Dropdown_ListEntry"]
    chosen = next((value for name, value in stated if name == "Dropdown_Selected"), "0")
    return entries[int(chosen)] if chosen.isdecimal() and int(chosen) < len(entries) else ""


def _is_read_apart(child: Element) -> bool:
    """Whether a child is left out of its paragraph's text, or read elsewhere. `draw:a` is a mere link around text."""
    return child.tag in _NOTES or child.tag in _SKIPPED or (str(child.tag).startswith(DRAW) and child.tag != f"{DRAW}a")


def _outermost_drawings(element: Element) -> Iterator[Element]:
    """The drawings of a paragraph that are not inside another drawing or a note."""
    for child in element.iterchildren("*"):
        # Most children are spans that hold nothing but text.
        if str(child.tag).startswith(DRAW):
            yield child
        elif len(child) and child.tag not in _NOTES:
            yield from _outermost_drawings(child)


def _drawing_lines(drawing: Element, document: OdfDocument) -> Iterator[TextLine]:
    """The lines of a frame, shape or group, with its alternative text. None of them is a heading of the document."""
    if drawing.tag == f"{DRAW}control":
        yield TextLine(document.controls.pop(drawing.get(f"{DRAW}control", ""), ""))
        return
    if drawing.tag == f"{DRAW}object":
        yield TextLine(_object_text(drawing, document))
        return
    for child in drawing.iterchildren("*"):
        if child.tag in {f"{SVG}title", f"{SVG}desc"}:
            yield TextLine(to_single_line(child.text or ""))
    for line in read_lines(drawing.iterchildren("*"), document):
        yield TextLine(line.text, line.notes)


def _table_lines(table: Element, document: OdfDocument) -> Iterator[TextLine]:
    """One line for each row, its cells separated by bars; a nested table becomes part of its cell."""
    for row in _table_rows(table):
        cells = [list(read_lines(cell.iterchildren("*"), document)) for cell in row.iterchildren(f"{TABLE}table-cell")]
        texts = (" ".join(filter(None, (line.text for line in cell))) for cell in cells)
        notes = tuple(note for cell in cells for line in cell for note in line.notes)
        yield TextLine(" | ".join(filter(None, texts)), notes)


def _table_rows(table: Element) -> Iterator[Element]:
    """The rows of a table, header rows and groups included, but not those of nested tables."""
    for child in table.iterchildren("*"):
        if child.tag == f"{TABLE}table-row":
            yield child
        elif str(child.tag).startswith(f"{TABLE}table-"):
            yield from _table_rows(child)


def _object_text(reference: Element, document: OdfDocument) -> str:
    """The text of an embedded formula, or the titles, categories and series of a chart, without its figures."""
    name = reference.get(_HREF, "").removeprefix("./").rstrip("/")
    # An object is a document of its own inside the package, or stands inline.
    root = read_part(document.archive, f"{name}/content.xml") if name else next(reference.iterchildren("*"), None)
    if root is None:
        return ""
    if str(root.tag).startswith(_MATH):
        return " ".join(filter(None, (leaf.text for leaf in root.iter(*_MATH_TAGS))))
    labels = (
        "".join(_iterate_text(paragraph)).strip()
        for paragraph in root.iter(f"{TEXT}p")
        if (cell := paragraph.getparent()) is None or cell.get(f"{OFFICE}value-type", "string") == "string"
    )
    return "\n".join(dict.fromkeys(filter(None, labels)))
