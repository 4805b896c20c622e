"""The reader of Excel workbooks (ECMA-376 part 1, clause 18), row by row, since a sheet may be immense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from extractors.formats import Format
from extractors.model import Extraction
from extractors.ooxml import (
    alternative_text,
    body_text,
    chart_lines,
    diagram_lines,
    find_related_by_type,
    iterate_visible,
    open_package,
    read_core_properties,
)
from extractors.readers.embedded_objects import EMBEDDED_KINDS, read_embedded_objects
from extractors.readers.excel.cell_values import CellFormatter, read_cell_formats, read_string, unescape
from extractors.readers.excel.margins import read_margin
from extractors.readers.sheets import Sheet, TruncatedXmlError, build_sheet_sections
from extractors.text import to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lxml.etree import _Element as Element

    from extractors.model import Limits
    from extractors.ooxml import OfficePackage, OfficePart, PartLink

# Where Excel keeps them, for workbooks that have lost the link.
_SHARED_STRINGS = "xl/sharedStrings.xml"
_VML, _EXCEL_VML = "{urn:schemas-microsoft-com:vml}", "{urn:schemas-microsoft-com:office:excel}"
# What a cell shows while it is being filled in, and when it refuses an entry.
_HELP_ATTRIBUTES = ("promptTitle", "prompt", "errorTitle", "error")


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each sheet, hidden ones included: its displayed rows as lines, then what lies around them.

    That is help of cells, drawings, comments, headers and footers. Embedded documents follow, as attachments do.
    """
    with open_package(path, limits) as package:
        embedded = dict[str, bytes]()
        sections, units, warnings = build_sheet_sections(_read_sheets(package, embedded), limits)
        stated = read_core_properties(package)
        further, unread = read_embedded_objects(embedded.items(), units, limits)
        warnings = tuple(dict.fromkeys((*package.warnings, *warnings, *unread)))
    return Extraction(Format.EXCEL, sections + further, units=units, warnings=warnings, **stated)


def _read_sheets(package: OfficePackage, embedded: dict[str, bytes]) -> Iterator[Sheet]:
    """The sheets in the workbook's order; their rows are read from the archive as they are consumed.

    Objects that they embed are added to `embedded`, by the name of their part.
    """
    workbook = package.main_part
    values = _build_formatter(workbook)
    for sheet in workbook.root.iter("{*}sheet"):
        # By local name: the attribute's namespace differs in « Strict » files, and a prefix may be undeclared.
        names = (str(value) for name, value in sheet.items() if str(name).endswith(("}id", ":id")))
        link = next(filter(None, map(workbook.links.get, names)), None)
        if link is not None:
            rows = _read_rows(link.part, values, embedded)
            yield Sheet(unescape(sheet.get("name", "")), rows, hidden=sheet.get("state", "visible") != "visible")


def _build_formatter(workbook: OfficePart) -> CellFormatter:
    """The formatter of the workbook's cells: its shared strings, its formats, and the epoch of its dates."""
    from_1904 = any(book.get("date1904") in {"1", "true"} for book in workbook.root.iter("{*}workbookPr"))
    formats = read_cell_formats(next((part.root for part in find_related_by_type(workbook, "/styles")), None))
    shared = next(find_related_by_type(workbook, "/sharedStrings"), None)
    shared = shared or workbook.package.find_part(_SHARED_STRINGS)
    strings = [] if shared is None else _read_shared_strings(shared)
    return CellFormatter(strings, formats, from_1904=from_1904)


def _read_shared_strings(part: OfficePart) -> list[str]:
    """The shared strings, as far as they go: what follows damage is lost, and the workbook is damaged."""
    strings = list[str]()
    try:
        strings += map(read_string, _stream_elements(part, "si"))
    except TruncatedXmlError:
        part.package.is_damaged = True
        # A stream ends at the first odd sign, such as those of a wrong declaration; a tree is mended.
        strings = strings or list(map(read_string, part.root.iter("{*}si")))
    return strings


def _read_rows(part: OfficePart, values: CellFormatter, embedded: dict[str, bytes]) -> Iterator[Iterable[str]]:
    """The rows of a sheet, then the help of its cells, its margins, drawings and comments as rows of one cell."""
    around = list[str]()
    for element in _stream_elements(part, "row", "dataValidation", "headerFooter"):
        if element.tag.endswith("}row"):
            yield values.format_row(element)
        elif element.tag.endswith("}headerFooter"):
            around += (read_margin(unescape(margin.text or "")) for margin in element.iterchildren("{*}*"))
        else:
            around += (unescape(element.get(name, "")) for name in _HELP_ATTRIBUTES)
    for link in part.links.values():
        around += _read_around(link)
        if link.kind.rpartition("/")[2] in EMBEDDED_KINDS:
            embedded.setdefault(link.part.name, link.part.blob)
    # Help is the same for all cells of a column, a margin for odd and even pages.
    yield from ([text] for text in dict.fromkeys(around))


def _read_around(link: PartLink) -> Iterator[str]:
    """The texts of a part that a sheet refers to: its drawings, its comments, its form controls."""
    kind = link.kind.rpartition("/")[2]
    if kind == "drawing":
        yield from _read_drawing(link.part)
    elif kind in {"comments", "threadedComment"}:
        yield from _read_comments(link.part, is_threaded=kind == "threadedComment")
    elif kind == "vmlDrawing":
        yield from _read_controls(link.part)


def _stream_elements(part: OfficePart, *names: str) -> Iterator[Element]:
    """The elements of these names in a part, each freed once it is read.

    TruncatedXmlError after the last element if the XML is damaged.
    """
    with part.package.open_part(part) as file:
        events = etree.iterparse(
            file,
            tag=[f"{{*}}{name}" for name in names],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            recover=True,
        )
        for _, element in events:
            yield element
            # Clearing frees the content; the empty elements before this one still hang on the parent, by the million.
            element.clear()
            while (parent := element.getparent()) is not None and element.getprevious() is not None:
                del parent[0]
        if len(events.error_log):
            raise TruncatedXmlError(str(events.error_log[0]))


def _read_drawing(drawing: OfficePart) -> Iterator[str]:
    """The text boxes and alternative texts of a drawing, then its charts and SmartArt, which are parts of their own."""
    for element in iterate_visible(drawing.root, "txBody", "cNvPr"):
        yield alternative_text(element) if element.tag.endswith("}cNvPr") else body_text(element)
    for link in drawing.links.values():
        kind = link.kind.rpartition("/")[2]
        if kind.startswith("chart"):
            yield from chart_lines(link.part)
        elif kind == "diagramData":
            yield from diagram_lines(link.part)


def _read_controls(part: OfficePart) -> Iterator[str]:
    """The labels of form controls, such as check boxes and buttons: the boxes of a VML drawing that are no comments."""
    for shape in part.root.iter(f"{_VML}shape"):
        data = shape.find(f"{_EXCEL_VML}ClientData")
        if data is None or data.get("ObjectType") != "Note":
            for box in shape.iter(f"{_VML}textbox"):
                yield to_single_line("".join(map(str, box.itertext())))


def _read_comments(part: OfficePart, *, is_threaded: bool) -> Iterator[str]:
    """The comments of a part, without the copies of threaded comments that Excel adds for its older versions."""
    for comment in part.root.iter("{*}comment", "{*}threadedComment"):
        text = unescape(comment.findtext("{*}text") or "") if is_threaded else read_string(comment)
        if is_threaded or not comment.get("authorId") or not _is_legacy_copy(text):
            yield text


def _is_legacy_copy(text: str) -> bool:
    # « [Threaded comment] » in the language of the author's Excel, an explanation with a link, then the comment.
    return text.startswith("[") and "]" in text[:40] and "http" in text[:600]
