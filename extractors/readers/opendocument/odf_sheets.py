"""The reader of OpenDocument spreadsheets, row by row, since a sheet may be immense."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, TypeVar

from lxml import etree

from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.opendocument.odf_content import STYLE, TABLE, open_odf, plain_text, read_properties
from extractors.readers.sheets import Sheet, TruncatedXmlError, build_sheet_sections

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.model import Limits

Content = TypeVar("Content", str, list[str])

_CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
# Equal neighbours are stored once with a count, blank rows up to the end of the sheet: more repeats are of no use.
_MOST_REPEATS = 50


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each sheet, hidden ones included: its rows as displayed, a line each, comments with their row."""
    with open_odf(path, limits) as archive:
        sections, units, warnings = build_sheet_sections(_read_sheets(archive), limits)
        stated = read_properties(archive)
    return Extraction(Format.ODF_SHEETS, sections, units=units, warnings=warnings, **stated)


def _read_sheets(archive: ZipFile) -> Iterator[Sheet]:
    """The sheets in order, from one stream: the rows of a sheet must be consumed before the next sheet."""
    masked = set[str]()
    with archive.open("content.xml") as file:
        events = etree.iterparse(
            file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, recover=True
        )
        for event, element in events:
            # Styles come before the sheets in the file.
            if event == "end" and element.tag == f"{STYLE}style" and _is_hidden_style(element):
                masked.add(element.get(f"{STYLE}name", ""))
            elif event == "start" and element.tag == f"{TABLE}table":
                hidden = element.get(f"{TABLE}style-name") in masked
                yield Sheet(element.get(f"{TABLE}name", ""), _read_rows(events, archive), hidden=hidden)
            elif event == "end" and element.tag == f"{TABLE}table-row":
                # A row of a sheet that the consumer gave up as too long: freed unread.
                element.clear()
        if len(events.error_log):
            raise TruncatedXmlError(str(events.error_log[0]))


def _is_hidden_style(style: Element) -> bool:
    return any(shown.get(f"{TABLE}display") == "false" for shown in style.iterchildren("*"))


def _read_rows(events: Iterator[tuple[str, Element]], archive: ZipFile) -> Iterator[list[str]]:
    """The rows up to the end of the sheet, and the text of its drawings; each row is freed once it is read."""
    for event, element in events:
        if event == "start":
            continue
        if element.tag == f"{TABLE}table":
            return
        if element.tag == f"{TABLE}shapes":
            yield [plain_text(element.iterchildren("*"), archive)]
        elif element.tag == f"{TABLE}table-row":
            yield from _repeat_content(element, "rows", list(_read_values(element, archive)))
            element.clear()


def _read_values(row: Element, archive: ZipFile) -> Iterator[str]:
    for cell in row.iterchildren(*_CELLS):
        yield from _repeat_content(cell, "columns", plain_text(cell.iterchildren("*"), archive))


def _repeat_content(element: Element, kind: str, content: Content) -> Iterator[Content]:
    """The content as many times as the element is repeated; once if it is blank."""
    times = element.get(f"{TABLE}number-{kind}-repeated", "1")
    yield from repeat(content, min(int(times), _MOST_REPEATS) if times.isdigit() and any(content) else 1)
