"""What OpenDocument files share: opening, properties, and the text of paragraphs, tables and drawings.

Format: OASIS OpenDocument 1.3, part 3 (https://docs.oasis-open.org/office/OpenDocument/v1.3/).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from extractors.errors import Reason, UnreadableFileError
from extractors.model import PARTIAL_WARNING
from extractors.text import TextLine, clean_title, parse_authors, parse_iso_date, to_single_line
from extractors.zip_directory import open_archive
from extractors.zips import DAMAGED_ZIP_ERRORS, parse_xml, read_entry, read_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.model import Limits

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

_PARAGRAPHS = frozenset({f"{TEXT}p", f"{TEXT}h"})
_NOTES = frozenset({f"{TEXT}note", f"{OFFICE}annotation"})
# Deleted text, ruby, and fields that state something about the document (page numbers, authors and dates of comments).
_SKIPPED = frozenset(
    {
        *(f"{TEXT}tracked-changes", f"{TEXT}ruby-text", f"{TEXT}note-citation", f"{TEXT}page-number"),
        *(f"{_DC}creator", f"{_DC}date", f"{_META}creator-initials", f"{TEXT}sender-initials"),
        *(f"{OFFICE}scripts", f"{OFFICE}event-listeners", f"{DRAW}glue-point", f"{TEXT}page-count"),
    }
)
_MATH_TAGS = tuple(f"{_MATH}{kind}" for kind in ("mi", "mn", "mo", "mtext"))
# `text:s` states a number of spaces, which a hostile file may exaggerate.
_MOST_SPACES = 100


@contextmanager
def open_odf(path: Path, limits: Limits) -> Iterator[ZipFile]:
    """The open archive; what a damaged one raises, inside the block too, becomes UnreadableFileError."""
    try:
        with open_archive(path, limits) as archive:
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


def read_lines(blocks: Iterable[Element], archive: ZipFile) -> Iterator[TextLine]:
    """The lines of these elements, through lists, sections and other containers of paragraphs."""
    for block in blocks:
        if block.tag in _PARAGRAPHS:
            yield from _paragraph_lines(block, archive)
        elif block.tag == f"{TABLE}table":
            yield from _table_lines(block, archive)
        elif block.tag == f"{OFFICE}annotation":
            yield TextLine("", (plain_text(block.iterchildren("*"), archive),))
        elif str(block.tag).startswith(DRAW):
            yield from _drawing_lines(block, archive)
        elif block.tag not in _SKIPPED:
            yield from read_lines(block.iterchildren("*"), archive)


def plain_text(blocks: Iterable[Element], archive: ZipFile) -> str:
    """The lines of these elements and their notes, as one text."""
    return "\n".join(filter(None, (text for line in read_lines(blocks, archive) for text in (line.text, *line.notes))))


def _paragraph_lines(paragraph: Element, archive: ZipFile) -> Iterator[TextLine]:
    """A paragraph with its notes, then the lines of the drawings that are anchored in it."""
    notes = tuple(
        plain_text(note.iterchildren("*"), archive) for note in paragraph.iter(*_NOTES) if _is_own_note(note, paragraph)
    )
    text = "".join(_iterate_text(paragraph)).strip()
    if text or notes:
        style = paragraph.get(f"{TEXT}style-name", "")
        yield TextLine(text, notes, is_heading=paragraph.tag == f"{TEXT}h", is_title=style == "Title")
    for drawing in _outermost_drawings(paragraph):
        yield from _drawing_lines(drawing, archive)


def _is_own_note(note: Element, paragraph: Element) -> bool:
    """Whether the note belongs to this paragraph itself, not to a text box or a note inside it."""
    above = note.getparent()
    while above is not None and above is not paragraph:
        if above.tag in _NOTES or above.tag in _PARAGRAPHS:
            return False
        above = above.getparent()
    return True


def _iterate_text(element: Element) -> Iterator[str]:
    """The pieces of a paragraph's text, without its notes and drawings."""
    yield element.text or ""
    for child in element.iterchildren():
        # XML comments and processing instructions have no tag that is a string, but their tail is text.
        if child.tag == f"{TEXT}s":
            yield " " * min(int(child.get(f"{TEXT}c", "1")), _MOST_SPACES)
        elif child.tag == f"{TEXT}tab":
            yield "\t"
        elif child.tag == f"{TEXT}line-break":
            yield "\n"
        elif str(child.tag).startswith("{") and not _is_read_apart(child):
            yield from _iterate_text(child)
        yield child.tail or ""


def _is_read_apart(child: Element) -> bool:
    """Whether a child is left out of its paragraph's text, or read elsewhere. `draw:a` is a mere link around text."""
    return child.tag in _NOTES or child.tag in _SKIPPED or (str(child.tag).startswith(DRAW) and child.tag != f"{DRAW}a")


def _outermost_drawings(element: Element) -> Iterator[Element]:
    """The drawings of a paragraph that are not inside another drawing or a note."""
    for child in element.iterchildren("*"):
        if str(child.tag).startswith(DRAW):
            yield child
        elif child.tag not in _NOTES:
            yield from _outermost_drawings(child)


def _drawing_lines(drawing: Element, archive: ZipFile) -> Iterator[TextLine]:
    """The lines of a frame, shape or group, with its alternative text. None of them is a heading of the document."""
    if drawing.tag == f"{DRAW}object":
        yield TextLine(_object_text(drawing, archive))
        return
    for child in drawing.iterchildren("*"):
        if child.tag in {f"{SVG}title", f"{SVG}desc"}:
            yield TextLine(to_single_line(child.text or ""))
    for line in read_lines(drawing.iterchildren("*"), archive):
        yield TextLine(line.text, line.notes)


def _table_lines(table: Element, archive: ZipFile) -> Iterator[TextLine]:
    """One line for each row, its cells separated by bars; a nested table becomes part of its cell."""
    for row in _table_rows(table):
        cells = [list(read_lines(cell.iterchildren("*"), archive)) for cell in row.iterchildren(f"{TABLE}table-cell")]
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


def _object_text(reference: Element, archive: ZipFile) -> str:
    """The text of an embedded formula, or the titles, categories and series of a chart, without its figures."""
    name = reference.get(_HREF, "").removeprefix("./").rstrip("/")
    # An object is a document of its own inside the package, or stands inline.
    root = read_part(archive, f"{name}/content.xml") if name else next(reference.iterchildren("*"), None)
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
