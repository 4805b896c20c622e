"""The values of Excel cells as French Excel displays them: 07/02/2024, 12,5 %, VRAI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element as Element

# Formats that files use by number without declaring them (ECMA-376 part 1, 18.8.30), dates in French order.
_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "0",
    4: "0.00",
    9: "0%",
    10: "0.00%",
    37: "0",
    38: "0",
    39: "0.00",
    40: "0.00",
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)), "dd/mm/yyyy"),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47), "hh:mm"),
    22: "dd/mm/yyyy hh:mm",
}
# What a format code only displays: quoted words, colours and conditions, escaped signs, padding. Elapsed time ([h],
# [m], [s]) is kept, since it makes a number a time.
_LITERAL_PARTS = re.compile(r'"[^"]*"|\[(?!h+\]|m+\]|s+\])[^\]]*\]|\\.|_.|\*.', re.IGNORECASE)
# 31 December 9999 is day 2,958,465: a greater number is no date.
_LAST_DAY = 2_958_466


class _NumberKind(Enum):
    """What a number stands for, by its format."""

    NUMBER = "number"
    PERCENTAGE = "percentage"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class CellFormat:
    """How a number is displayed; `decimals` is None where all its decimals are."""

    kind: _NumberKind = _NumberKind.NUMBER
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class CellFormatter:
    """Formats the cells of one workbook, from its shared strings, its cell formats and its epoch (1900 or 1904)."""

    strings: Sequence[str]
    formats: Sequence[CellFormat]
    from_1904: bool = False

    def format_row(self, row: Element) -> Iterator[str]:
        """The displayed values of a row's cells, from left to right."""
        return map(self._format_cell, row.iterchildren("{*}c"))

    def _format_cell(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return read_string(cell)
        written = next((child.text or "" for child in cell.iterchildren("{*}v")), "")
        if kind == "s":
            return self.strings[int(written)] if written.isdigit() and int(written) < len(self.strings) else ""
        if kind == "b":
            return "VRAI" if written == "1" else "FAUX"
        # Errors such as « #N/A » are worth nothing to a search.
        return {"e": "", "n": self._format_number(written, cell)}.get(kind, written)

    def _format_number(self, written: str, cell: Element) -> str:
        try:
            number, style = float(written), int(cell.get("s", "0"))
        except ValueError:
            return written
        return _apply_format(number, self.formats[style] if style < len(self.formats) else CellFormat(), self.from_1904)


def read_string(element: Element) -> str:
    """The text of a string item, plain or in runs, without phonetic guides for Asian scripts."""
    texts = element.iter("{*}t")
    return "".join(text.text or "" for text in texts if not _is_phonetic(text))


def read_cell_formats(styles: Element | None) -> list[CellFormat]:
    """The cell formats of a workbook's styles; cells refer to them by their place in this list."""
    if styles is None:
        return []
    declared = {number.get("numFmtId", ""): number.get("formatCode", "") for number in styles.iter("{*}numFmt")}
    used = (style.get("numFmtId", "0") for list_ in styles.iter("{*}cellXfs") for style in list_.iterchildren("{*}xf"))
    return [
        _parse_format_code(declared.get(number) or _BUILT_IN.get(int(number) if number.isdigit() else 0, ""))
        for number in used
    ]


def _is_phonetic(text: Element) -> bool:
    above = text.getparent()
    return above is not None and str(above.tag).endswith("}rPh")


def _parse_format_code(code: str) -> CellFormat:
    r"""Parse a format code such as « #,##0.00 \\€ » or « dd/mm/yyyy »."""
    # The first section is that of positive numbers.
    plain = _LITERAL_PARTS.sub("", code).split(";")[0].lower()
    # « m » is months or minutes: « mmm » is a month, « mm » alone too, and « mm » beside hours or seconds is minutes.
    has_day, has_time = bool(re.search("[yd]|(?<![h:])m{3}", plain)), bool(re.search("[hs]", plain))
    if has_day or has_time or plain.strip() in {"mm", "m"}:
        return CellFormat(
            _NumberKind.MOMENT if has_day and has_time else _NumberKind.TIME if has_time else _NumberKind.DATE
        )
    kind = _NumberKind.PERCENTAGE if "%" in plain else _NumberKind.NUMBER
    # « General », scientific notation and fractions: the number is given as it is.
    if not re.search("[0#?]", plain) or "e" in plain or "/" in plain:
        return CellFormat(kind)
    return CellFormat(kind, len(re.findall("[0#?]", plain.partition(".")[2])))


def _apply_format(number: float, format_: CellFormat, from_1904: bool) -> str:  # noqa: FBT001  of one file, never a choice
    if format_.kind is _NumberKind.PERCENTAGE:
        return f"{_format_decimal(number * 100, format_.decimals)} %"
    if format_.kind is _NumberKind.NUMBER or not 0 <= number < _LAST_DAY:
        return _format_decimal(number, format_.decimals)
    # Excel takes 1900 for a leap year, so that from March 1900 on its days count from 30 December 1899.
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001  a sheet knows no time zone
    # A time is a fraction of a day: half a millisecond makes up for rounding, or 9:00 would be displayed as 8:59.
    moment = first + timedelta(days=number, microseconds=500)
    shape = {_NumberKind.DATE: "%d/%m/%Y", _NumberKind.TIME: "%H:%M", _NumberKind.MOMENT: "%d/%m/%Y %H:%M"}[
        format_.kind
    ]
    return moment.strftime(shape)


def _format_decimal(number: float, decimals: int | None) -> str:
    # Excel keeps 15 significant digits. The bound on decimals is for hostile formats.
    written = format(number, ".15g") if decimals is None else f"{number:.{min(decimals, 30)}f}"
    return written.replace(".", ",")
