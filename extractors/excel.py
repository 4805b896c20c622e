"""Excel workbooks, read part by part and row by row, since a sheet may be immense (ECMA-376 part 1, clause 18)."""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING
from zipfile import ZipFile

from lxml import etree

from extractors.drawing import body_text, chart_lines
from extractors.errors import Reason, UnreadableFileError
from extractors.excel_values import Values, cell_formats, string_of
from extractors.ooxml import core_properties_of, description
from extractors.sections import Extraction, Format
from extractors.sheets import BrokenOffError, Sheet, sheet_sections
from extractors.zipped import REFUSALS, check_archive, read_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from lxml.etree import _Element as Element

    from extractors.limits import Limits


@dataclass(frozen=True, slots=True)
class _Link:
    """Where a part leads: `kind` is the last word of the type of relationship."""

    kind: str
    target: str


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section a sheet, hidden ones included: a row is a line, values as they are shown; then drawings, comments."""
    try:
        check_archive(path, limits)
        with ZipFile(path) as archive:
            sections, units, warnings = sheet_sections(_sheets(archive), limits)
            stated = core_properties_of(read_part(archive, "docProps/core.xml"))
    except REFUSALS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
    return Extraction(Format.EXCEL, sections, units=units, warnings=warnings, **stated)


def _sheets(archive: ZipFile) -> Iterator[Sheet]:
    main = next((link.target for link in _links(archive, "").values() if link.kind == "officeDocument"), "")
    workbook = read_part(archive, main)
    if workbook is None:
        raise UnreadableFileError(Reason.DAMAGED, "sans classeur")
    links = _links(archive, main)
    values = _values(archive, links, workbook)
    for sheet in workbook.iter("{*}sheet"):
        # The attribute's namespace is not the same in strict files.
        link = next(
            (links[value] for name, value in sheet.items() if str(name).endswith("}id") and value in links), None
        )
        if link is not None:
            rows = _rows(archive, link.target, values)
            yield Sheet(sheet.get("name", ""), rows, hidden=sheet.get("state", "visible") != "visible")


def _links(archive: ZipFile, part: str) -> dict[str, _Link]:
    """The parts that this one leads to, by identifier; those of the package itself for an empty name."""
    folder, name = dirname(part), part.rpartition("/")[2]
    root = read_part(archive, join(folder, "_rels", f"{name}.rels"))
    return {
        link.get("Id", ""): _Link(
            link.get("Type", "").rpartition("/")[2], normpath(join(folder, link.get("Target", ""))).lstrip("/")
        )
        for link in (() if root is None else root.iter("{*}Relationship"))
        if link.get("TargetMode") != "External"
    }


def _values(archive: ZipFile, links: dict[str, _Link], workbook: Element) -> Values:
    """What cells need to be shown: the strings that sheets share, the formats, and the day from which dates count."""
    targets = {link.kind: link.target for link in links.values()}
    from_1904 = any(book.get("date1904") in {"1", "true"} for book in workbook.iter("{*}workbookPr"))
    formats = cell_formats(read_part(archive, targets.get("styles", "")))
    return Values(list(_shared_strings(archive, targets.get("sharedStrings", ""))), formats, from_1904=from_1904)


def _shared_strings(archive: ZipFile, part: str) -> Iterator[str]:
    for string in _elements(archive, part, "si"):
        yield string_of(string)


def _rows(archive: ZipFile, part: str, values: Values) -> Iterator[Iterable[str]]:
    for row in _elements(archive, part, "row"):
        yield values.shown(row)
    for link in _links(archive, part).values():
        if link.kind == "drawing":
            yield from ([text] for text in _drawing_texts(archive, link.target))
        elif link.kind in {"comments", "threadedComment"}:
            yield from ([text] for text in _comments(archive, link))


def _elements(archive: ZipFile, part: str, name: str) -> Iterator[Element]:
    """The elements of this name in a part, each forgotten once it is read; none where the part is missing."""
    if part not in archive.NameToInfo:
        return
    with archive.open(part) as file:
        events = etree.iterparse(
            file, tag=f"{{*}}{name}", resolve_entities=False, no_network=True, load_dtd=False, recover=True
        )
        for _, element in events:
            yield element
            element.clear()
            while (parent := element.getparent()) is not None and element.getprevious() is not None:
                del parent[0]
        if len(events.error_log):
            raise BrokenOffError(str(events.error_log[0]))


def _drawing_texts(archive: ZipFile, part: str) -> Iterator[str]:
    """Text boxes, alternative texts, and charts, which are parts of their own."""
    root = read_part(archive, part)
    for element in () if root is None else root.iter("{*}txBody", "{*}cNvPr"):
        yield description(element) if element.tag.endswith("}cNvPr") else body_text(element)
    for link in _links(archive, part).values():
        chart = read_part(archive, link.target) if link.kind.startswith("chart") else None
        yield from () if chart is None else chart_lines(chart)


def _comments(archive: ZipFile, link: _Link) -> Iterator[str]:
    """What readers wrote. A conversation is written twice, the first time for old versions after « [Threaded… »."""
    root = read_part(archive, link.target)
    for comment in () if root is None else root.iter("{*}comment", "{*}threadedComment"):
        text = string_of(comment) if link.kind == "comments" else comment.findtext("{*}text") or ""
        if link.kind != "comments" or not comment.get("authorId") or not _is_for_old_versions(text):
            yield text


def _is_for_old_versions(text: str) -> bool:
    return text.startswith("[") and "]" in text[:40] and "http" in text[:600]
