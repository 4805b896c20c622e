"""The reader of Excel workbooks (ECMA-376 part 1, clause 18), row by row, since a sheet may be immense."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from lxml import etree

from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format
from extractors.model import Extraction
from extractors.ooxml import (
    alternative_text,
    body_text,
    chart_lines,
    diagram_lines,
    iterate_visible,
    parse_core_properties,
)
from extractors.readers.embedded_objects import EMBEDDED_KINDS, read_embedded_objects
from extractors.readers.excel.cell_values import CellFormatter, read_cell_formats, read_string, unescape
from extractors.readers.excel.margins import read_margin
from extractors.readers.sheets import Sheet, TruncatedXmlError, build_sheet_sections
from extractors.text import to_single_line
from extractors.zip_directory import open_archive
from extractors.zips import DAMAGED_ZIP_ERRORS, read_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.model import Limits


# What a cell shows while it is being filled in, and when it refuses an entry.
_HELP_ATTRIBUTES = ("promptTitle", "prompt", "errorTitle", "error")


@dataclass(frozen=True, slots=True)
class _ExcelRelationship:
    """A relationship of a part: `kind` is the last word of its type, `target` the name of an entry of the archive."""

    kind: str
    target: str


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each sheet, hidden ones included: its displayed rows as lines, then what lies around them.

    That is help of cells, drawings, comments, headers and footers. Embedded documents follow, as attachments do.
    """
    try:
        with open_archive(path, limits) as archive:
            embedded = dict[str, bytes]()
            sections, units, warnings = build_sheet_sections(_read_sheets(archive, embedded), limits)
            stated = parse_core_properties(read_part(archive, "docProps/core.xml"))
    except DAMAGED_ZIP_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
    further, unread = read_embedded_objects(embedded.items(), units, limits)
    return Extraction(Format.EXCEL, sections + further, units=units, warnings=warnings + unread, **stated)


def _read_sheets(archive: ZipFile, embedded: dict[str, bytes]) -> Iterator[Sheet]:
    """The sheets in the workbook's order; their rows are read from the archive as they are consumed.

    Objects that they embed are added to `embedded`, by the name of their part.
    """
    main = next(
        (link.target for link in _read_relationships(archive, "").values() if link.kind == "officeDocument"), ""
    )
    workbook = read_part(archive, main)
    if workbook is None:
        raise UnreadableFileError(Reason.DAMAGED, "sans classeur")
    links = _read_relationships(archive, main)
    values = _build_formatter(archive, links, workbook)
    for sheet in workbook.iter("{*}sheet"):
        # By local name: the attribute's namespace differs in « Strict » files.
        link = next(
            (links[value] for name, value in sheet.items() if str(name).endswith("}id") and value in links), None
        )
        if link is not None:
            rows = _read_rows(archive, link.target, values, embedded)
            yield Sheet(unescape(sheet.get("name", "")), rows, hidden=sheet.get("state", "visible") != "visible")


def _read_relationships(archive: ZipFile, part: str) -> dict[str, _ExcelRelationship]:
    """The relationships of a part by identifier, external ones left out; part "" stands for the package itself."""
    folder, name = dirname(part), part.rpartition("/")[2]
    root = read_part(archive, join(folder, "_rels", f"{name}.rels"))
    return {
        link.get("Id", ""): _ExcelRelationship(
            link.get("Type", "").rpartition("/")[2], normpath(join(folder, link.get("Target", ""))).lstrip("/")
        )
        for link in (() if root is None else root.iter("{*}Relationship"))
        if link.get("TargetMode") != "External"
    }


def _build_formatter(archive: ZipFile, links: dict[str, _ExcelRelationship], workbook: Element) -> CellFormatter:
    """The formatter of the workbook's cells: its shared strings, its formats, and the epoch of its dates."""
    targets = {link.kind: link.target for link in links.values()}
    from_1904 = any(book.get("date1904") in {"1", "true"} for book in workbook.iter("{*}workbookPr"))
    formats = read_cell_formats(read_part(archive, targets.get("styles", "")))
    return CellFormatter(
        list(_read_shared_strings(archive, targets.get("sharedStrings", ""))), formats, from_1904=from_1904
    )


def _read_shared_strings(archive: ZipFile, part: str) -> Iterator[str]:
    for string in _stream_elements(archive, part, "si"):
        yield read_string(string)


def _read_rows(
    archive: ZipFile, part: str, values: CellFormatter, embedded: dict[str, bytes]
) -> Iterator[Iterable[str]]:
    """The rows of a sheet, then the help of its cells, its margins, drawings and comments as rows of one cell."""
    around = list[str]()
    for element in _stream_elements(archive, part, "row", "dataValidation", "headerFooter"):
        if element.tag.endswith("}row"):
            yield values.format_row(element)
        elif element.tag.endswith("}headerFooter"):
            around += (read_margin(unescape(margin.text or "")) for margin in element.iterchildren("{*}*"))
        else:
            around += (unescape(element.get(name, "")) for name in _HELP_ATTRIBUTES)
    links = _read_relationships(archive, part).values()
    for link in links:
        around += _read_around(archive, link)
        if link.kind in EMBEDDED_KINDS and link.target in archive.NameToInfo:
            embedded.setdefault(link.target, archive.read(link.target))
    # Help is the same for all cells of a column, a margin for odd and even pages.
    yield from ([text] for text in dict.fromkeys(around))


def _read_around(archive: ZipFile, link: _ExcelRelationship) -> Iterator[str]:
    """The texts of a part that a sheet refers to: its drawings, its comments, its form controls."""
    if link.kind == "drawing":
        yield from _read_drawing(archive, link.target)
    elif link.kind in {"comments", "threadedComment"}:
        yield from _read_comments(archive, link)
    elif link.kind == "vmlDrawing":
        yield from _read_controls(archive, link.target)


def _stream_elements(archive: ZipFile, part: str, *names: str) -> Iterator[Element]:
    """The elements of these names in a part, each freed once it is read; none if the part is missing.

    TruncatedXmlError after the last element if the XML is damaged.
    """
    if part not in archive.NameToInfo:
        return
    with archive.open(part) as file:
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


def _read_drawing(archive: ZipFile, part: str) -> Iterator[str]:
    """The text boxes and alternative texts of a drawing, then its charts and SmartArt, which are parts of their own."""
    root = read_part(archive, part)
    for element in () if root is None else iterate_visible(root, "txBody", "cNvPr"):
        yield alternative_text(element) if element.tag.endswith("}cNvPr") else body_text(element)
    for link in _read_relationships(archive, part).values():
        if link.kind.startswith("chart") and (chart := read_part(archive, link.target)) is not None:
            yield from chart_lines(chart)
            for shapes in _read_relationships(archive, link.target).values():
                if shapes.kind == "chartUserShapes":
                    yield from _read_drawing(archive, shapes.target)
        elif link.kind == "diagramData" and (diagram := read_part(archive, link.target)) is not None:
            yield from diagram_lines(diagram)


def _read_controls(archive: ZipFile, part: str) -> Iterator[str]:
    """The labels of form controls, such as check boxes and buttons: the boxes of a VML drawing that are no comments."""
    root = read_part(archive, part)
    for shape in () if root is None else root.iter("{urn:schemas-microsoft-com:vml}shape"):
        data = shape.find("{urn:schemas-microsoft-com:office:excel}ClientData")
        if data is None or data.get("ObjectType") != "Note":
            for box in shape.iter("{urn:schemas-microsoft-com:vml}textbox"):
                yield to_single_line("".join(map(str, box.itertext())))


def _read_comments(archive: ZipFile, link: _ExcelRelationship) -> Iterator[str]:
    """The comments of a part, without the copies of threaded comments that Excel adds for its older versions."""
    root = read_part(archive, link.target)
    for comment in () if root is None else root.iter("{*}comment", "{*}threadedComment"):
        text = read_string(comment) if link.kind == "comments" else comment.findtext("{*}text") or ""
        if link.kind != "comments" or not comment.get("authorId") or not _is_legacy_copy(text):
            yield text


def _is_legacy_copy(text: str) -> bool:
    # « [Threaded comment] » in the language of the author's Excel, an explanation with a link, then the comment.
    return text.startswith("[") and "]" in text[:40] and "http" in text[:600]
