"""The reader of CSV: values separated by semicolons, commas, tabs or bars, in any common encoding."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.sheets import Sheet, build_sheet_sections
from extractors.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.model import Limits

# The semicolon first: where two delimiters are equally regular it wins, as French programs write it.
_DELIMITERS = ";,\t|"
_DECLARED = re.compile(r'(?P<quote>"?)sep=(?P<sign>[^\n])(?P=quote)[;,]*(?:\n|\Z)', re.IGNORECASE)
_SAMPLE_LINES = 50
# The csv module refuses fields of more than 131,072 characters by default; the size of the file is checked already.
_MOST_FIELD = 10_000_000


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section: a row is a line."""
    decoded = read_text(path, limits)
    sections, _, warnings = build_sheet_sections([Sheet("", _parse_rows(decoded.text))], limits)
    return Extraction(Format.CSV, sections, units=1, warnings=(*decoded.warnings, *warnings))


def _parse_rows(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(_MOST_FIELD)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    # Excel may declare its delimiter on a first line « sep=; », which is not a row.
    declared = _DECLARED.match(lines)
    body = lines[declared.end() :] if declared else lines
    delimiter = declared["sign"] if declared else _guess_delimiter(body)
    # A space before a quote would make it a part of the value, with the delimiters that it keeps.
    yield from csv.reader(body.splitlines(keepends=True), delimiter=delimiter, skipinitialspace=True)


def _guess_delimiter(text: str) -> str:
    """The delimiter that splits most of the first lines into the same number of columns, then into most columns."""
    sample = text.splitlines()[:_SAMPLE_LINES]
    return max(_DELIMITERS, key=lambda sign: _measure_regularity(sample, sign))


def _measure_regularity(lines: list[str], sign: str) -> tuple[int, int]:
    """How many lines have the most frequent number of columns, and that number; 0 lines if it is a single column."""
    counts = [len(row) for row in csv.reader(lines, delimiter=sign, skipinitialspace=True) if row]
    usual = max(set(counts), key=counts.count, default=1)
    return (counts.count(usual) if usual > 1 else 0, usual)
