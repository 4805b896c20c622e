"""The reader of OpenDocument spreadsheets, row by row, since a sheet may be immense."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import repeat
from typing import TYPE_CHECKING, TypeVar

from lxml import etree

from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.opendocument.odf_content import (
    OFFICE,
    STYLE,
    TABLE,
    TEXT,
    open_document,
    open_odf,
    plain_text,
    read_controls,
    read_margins,
    read_properties,
)
from extractors.readers.sheets import Sheet, TruncatedXmlError, build_sheet_sections

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.model import Limits
    from extractors.readers.opendocument.odf_content import OdfDocument

Content = TypeVar("Content", str, list[str])

_PARAGRAPH = f"{TEXT}p"
_CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
# Where a cell has its value, by the type of that; elsewhere in « value ».
_VALUES = {"string": "string-value", "date": "date-value", "time": "time-value", "boolean": "boolean-value"}
_NUMBERS = frozenset({"float", "currency", "percentage"})
_GENERATED_MARGIN = re.compile(r"\W*(page)?[\W\d]*", re.IGNORECASE)
# Equal neighbours are stored once with a count, blank rows up to the end of the sheet: more repeats are of no use.
_MOST_REPEATS = 50


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each sheet, hidden ones included: its rows as displayed, a line each, comments with their row.

    Help of cells and form controls follow, and, in the first sheet, headers and footers.
    """
    with open_odf(path, limits) as archive:
        sections, units, warnings = build_sheet_sections(_read_sheets(archive), limits)
        stated = read_properties(archive)
    return Extraction(Format.ODF_SHEETS, sections, units=units, warnings=warnings, **stated)


def _read_sheets(archive: ZipFile) -> Iterator[Sheet]:
    """The sheets in order, from one stream: the rows of a sheet must be consumed before the next sheet."""
    masked, book = set[str](), _Workbook(open_document(archive))
    book.around += filter(_is_written, read_margins(book.document))
    with archive.open("content.xml") as file:
        events = etree.iterparse(
            file, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, recover=True
        )
        for event, element in events:
            # Styles and help come before the sheets in the file.
            if event == "end" and element.tag == f"{STYLE}style" and _is_hidden_style(element):
                masked.add(element.get(f"{STYLE}name", ""))
            elif event == "end" and element.tag == f"{TABLE}content-validation":
                book.help[element.get(f"{TABLE}name", "")] = list(_read_help(element, book.document))
            elif event == "start" and element.tag == f"{TABLE}table":
                hidden = element.get(f"{TABLE}style-name") in masked
                yield Sheet(element.get(f"{TABLE}name", ""), _read_rows(events, book), hidden=hidden)
            elif event == "end" and element.tag == f"{TABLE}table-row":
                # A row of a sheet that the consumer gave up as too long: freed unread.
                element.clear()
        if len(events.error_log):
            raise TruncatedXmlError(str(events.error_log[0]))


@dataclass(slots=True)
class _Workbook:
    """What reading a sheet needs: the file's context, the help of cells by name, and what lies around the sheet."""

    document: OdfDocument
    help: dict[str, list[str]] = field(default_factory=dict)
    around: list[str] = field(default_factory=list)


def _is_written(margin: str) -> bool:
    """Whether somebody wrote a header or a footer: a new spreadsheet has numbers of pages and marks for fields."""
    return _GENERATED_MARGIN.fullmatch(margin) is None


def _read_help(validation: Element, document: OdfDocument) -> Iterator[str]:
    """What a cell shows while it is being filled in, and when it refuses an entry."""
    for message in validation.iterchildren(f"{TABLE}help-message", f"{TABLE}error-message"):
        yield message.get(f"{TABLE}title", "")
        yield plain_text(message.iterchildren("*"), document)


def _is_hidden_style(style: Element) -> bool:
    return any(shown.get(f"{TABLE}display") == "false" for shown in style.iterchildren("*"))


def _read_rows(events: Iterator[tuple[str, Element]], book: _Workbook) -> Iterator[list[str]]:
    """The rows up to the end of the sheet, and what lies around them; each row is freed once it is read."""
    for event, element in events:
        if event == "start":
            continue
        if element.tag == f"{TABLE}table":
            break
        if element.tag == f"{OFFICE}forms":
            book.document.controls.update(read_controls(element))
        elif element.tag == f"{TABLE}shapes":
            yield [plain_text(element.iterchildren("*"), book.document)]
        elif element.tag == f"{TABLE}table-row":
            yield from _repeat_content(element, "rows", list(_read_values(element, book)))
            element.clear()
    around = (*book.around, *book.document.controls.values())
    book.around.clear()
    book.document.controls.clear()
    yield from ([text] for text in dict.fromkeys(around))


def _read_values(row: Element, book: _Workbook) -> Iterator[str]:
    for cell in row.iterchildren(*_CELLS):
        if helped := cell.get(f"{TABLE}content-validation-name"):
            book.around += book.help.get(helped, ())
        yield from _repeat_content(cell, "columns", _read_text(cell, book.document) or _read_value(cell))


def _read_text(cell: Element, document: OdfDocument) -> str:
    # Nearly all cells hold nothing, or one paragraph without any mark-up.
    if not len(cell):
        return ""
    first = cell[0]
    if len(cell) == 1 and first.tag == _PARAGRAPH and not len(first):
        return (first.text or "").strip()
    return plain_text(cell.iterchildren("*"), document)


def _read_value(cell: Element) -> str:
    """The value of a cell of which a program wrote no text to display."""
    kind = cell.get(f"{OFFICE}value-type", "")
    value = cell.get(f"{OFFICE}{_VALUES.get(kind, 'value')}", "")
    return value.replace(".", ",") if kind in _NUMBERS else value


def _repeat_content(element: Element, kind: str, content: Content) -> Iterator[Content]:
    """The content as many times as the element is repeated; once if it is blank."""
    times = element.get(f"{TABLE}number-{kind}-repeated", "1")
    yield from repeat(content, min(int(times), _MOST_REPEATS) if times.isdecimal() and any(content) else 1)
