"""The values of Excel cells as French Excel displays them: 01000, 07/02/2024, 12,5 %, VRAI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING

from extractors.readers.excel.number_formats import GENERAL, NumberFormat, parse_number_format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.etree import _Element as Element

# Formats that files use by number without declaring them (ECMA-376 part 1, 18.8.30), as French Excel has them.
_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    **dict.fromkeys((5, 6, 42), '#,##0 "€";-#,##0 "€"'),
    **dict.fromkeys((7, 8, 44), '#,##0.00 "€";-#,##0.00 "€"'),
    **dict.fromkeys((37, 38, 41), "#,##0;-#,##0"),
    **dict.fromkeys((39, 40, 43), "#,##0.00;-#,##0.00"),
    15: "dd-mmm-yy",
    16: "dd-mmm",
    17: "mmm-yy",
    48: "##0.0E+0",
    49: "@",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "hh:mm",
    21: "hh:mm:ss",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    # East Asian dates and times, which Excel displays as those of its own language.
    **dict.fromkeys((*range(27, 32), 36, *range(50, 59)), "dd/mm/yyyy"),
    **dict.fromkeys(range(32, 36), "hh:mm"),
}
# The dates of the system, whatever code a program declares for them.
_SYSTEM_DATES = {14: "dd/mm/yyyy", 22: "dd/mm/yyyy hh:mm"}
# Excel keeps as many significant digits.
_EXACT_DIGITS = 15
# Characters that XML or a spreadsheet cannot hold, and an underscore that could be taken for one (ECMA-376, 22.9.2.19).
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class CellFormatter:
    """Formats the cells of one workbook, from its shared strings, its formats and its epoch (1900 or 1904).

    `formats` are found by what cells name them by, a number as text, or None for the first one.
    """

    strings: Sequence[str]
    formats: Mapping[str | None, NumberFormat]
    from_1904: bool = False

    def format_row(self, row: Element) -> Iterator[str]:
        """The displayed values of a row's cells, from left to right."""
        return map(self._format_cell, row.iterchildren("{*}c"))

    def _format_cell(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        format_ = self.formats.get(cell.get("s"), GENERAL)
        written = _read_value(cell)
        # Some programs write the text in the cell, and say another type or none.
        if kind == "inlineStr" or (not written and cell.find("{*}is") is not None):
            return format_.format_text(read_string(cell))
        if kind == "n":
            return self._format_number(written, format_)
        if kind == "s":
            place = int(written) if written.strip().isdecimal() else len(self.strings)
            return format_.format_text(self.strings[place]) if place < len(self.strings) else ""
        if kind == "b":
            return "VRAI" if written == "1" else "FAUX"
        if kind == "d":
            return self._format_number(_to_serial_day(written, self.from_1904), format_)
        # Errors such as « #N/A » are worth nothing to a search.
        return "" if kind == "e" else format_.format_text(unescape(written))

    def _format_number(self, written: str, format_: NumberFormat) -> str:
        # Most cells: a whole number without a format is displayed as it is written.
        if format_ is GENERAL and written.isdecimal() and len(written) <= _EXACT_DIGITS:
            return written
        try:
            number = float(written)
        except ValueError:
            return unescape(written)
        return format_.format_number(number, from_1904=self.from_1904) if isfinite(number) else written


def _read_value(cell: Element) -> str:
    for child in cell:
        if str(child.tag).endswith("}v"):
            return child.text or ""
    return ""


def _to_serial_day(written: str, from_1904: bool) -> str:  # noqa: FBT001  of one file, never a choice
    """The number of a date that a « Strict » file writes as text (ISO 8601); the text itself where it is none."""
    try:
        moment = datetime.fromisoformat(written).replace(tzinfo=None)
    except ValueError:
        return written
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001  a sheet knows no time zone
    return str((moment - first) / timedelta(days=1))


def read_string(element: Element) -> str:
    """The text of a string item, plain or in runs, without phonetic guides for Asian scripts."""
    texts = element.iter("{*}t")
    return unescape("".join(text.text or "" for text in texts if not _is_phonetic(text)))


def unescape(text: str) -> str:
    """The text with the characters that a spreadsheet writes by their code, such as « _x000D_ »."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def read_cell_formats(styles: Element | None) -> dict[str | None, NumberFormat]:
    """The formats of a workbook's styles by their place, as cells refer to them; None stands for the first one."""
    if styles is None:
        return {}
    declared = {number.get("numFmtId", ""): number.get("formatCode", "") for number in styles.iter("{*}numFmt")}
    used = (style.get("numFmtId", "0") for list_ in styles.iter("{*}cellXfs") for style in list_.iterchildren("{*}xf"))
    codes = [_find_code(number, unescape(declared.get(number, ""))) for number in used]
    found: dict[str | None, NumberFormat] = {str(place): parse_number_format(code) for place, code in enumerate(codes)}
    return {None: found.get("0", GENERAL), **found}


def _find_code(written: str, declared: str) -> str:
    number = int(written) if written.isdecimal() else 0
    return _SYSTEM_DATES.get(number) or declared or _BUILT_IN.get(number, "")


def _is_phonetic(text: Element) -> bool:
    above = text.getparent()
    return above is not None and str(above.tag).endswith("}rPh")
