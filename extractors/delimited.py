"""Tables of values parted by semicolons, commas or tabs (CSV), in whatever encoding they come."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from extractors.sections import Extraction, Format
from extractors.sheets import Sheet, sheet_sections
from extractors.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.limits import Limits

_DELIMITERS = ";,\t|"
_SAMPLE_LINES = 50
# csv's own limit is for the untrusting; the file's size has been checked already.
_MOST_FIELD = 10_000_000


def extract(path: Path, limits: Limits) -> Extraction:
    """A single sheet, a row a line."""
    text = read_text(path, limits)
    sections, _, warnings = sheet_sections([Sheet("", _rows(text))], limits)
    return Extraction(Format.CSV, sections, units=1, warnings=warnings)


def _rows(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(_MOST_FIELD)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    declared = lines[:4].lower() == "sep=" and lines[4:5]
    # Excel may say which sign it chose, on a line that is no row.
    body = lines.split("\n", 1)[-1] if declared else lines
    yield from csv.reader(body.splitlines(keepends=True), delimiter=declared or _delimiter(body))


def _delimiter(text: str) -> str:
    """The sign that cuts most of the first lines in equally many columns, and in most columns."""
    sample = text.splitlines()[:_SAMPLE_LINES]
    return max(_DELIMITERS, key=lambda sign: _regularity(sample, sign))


def _regularity(lines: list[str], sign: str) -> tuple[int, int]:
    """How many lines have as many columns as the most usual line, and how many columns that is."""
    counts = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
    usual = max(set(counts), key=counts.count, default=1)
    return (counts.count(usual) if usual > 1 else 0, usual)
