"""Spreadsheets of any format as Sections: one a sheet, one line a row, within limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError
from extractors.hidden import hidden_sheets
from extractors.plain import clean, one_line
from extractors.sections import MENDED, Section, Unit
from extractors.zipped import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors.limits import Limits


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook; `rows` are its displayed values, and may be a generator that reads the file."""

    title: str
    rows: Iterable[Iterable[str]]
    hidden: bool = False


class BrokenOffError(ValueError):
    """The XML of a part breaks off; everything before was read."""

    # A ValueError, so that it is one of DAMAGED_ZIP_ERRORS and ends a workbook as any damage does.


def sheet_sections(sheets: Iterable[Sheet], limits: Limits) -> tuple[tuple[Section, ...], int, tuple[str, ...]]:
    """One Section for each sheet that has text, the number of all sheets, and warnings.

    UnreadableFileError where the workbook is damaged and nothing could be read.
    """
    # Half of what `extract` allows: a workbook that is too long is cut, not refused.
    read = _Read(limits.output_characters // 2)
    try:
        for sheet in sheets:
            read.add(sheet, limits.sheet_characters)
    except REFUSALS:
        read.broken = True
    if read.broken and not read.sections:
        raise UnreadableFileError(Reason.DAMAGED, "classeur illisible")
    warnings = ((MENDED,) if read.broken else ()) + tuple(_cut(read.cut)) + tuple(hidden_sheets(read.sections))
    return tuple(read.sections), read.count, warnings


@dataclass(slots=True)
class _Read:
    """The Sections read so far; `characters_left` is how many characters of the workbook may still be kept."""

    left: int
    sections: list[Section] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    count: int = 0
    broken: bool = False

    def add(self, sheet: Sheet, most: int) -> None:
        """Read a sheet up to `most` characters, or to where its XML breaks off."""
        self.count += 1
        kept, size, most = list[str](), 0, min(most, self.left)
        try:
            for line in filter(None, map(row, sheet.rows)):
                size += len(line) + 1
                if size > most:
                    self.cut.append(f"« {one_line(sheet.title)} »" if sheet.title else "ce tableau")
                    break
                kept.append(line)
        except REFUSALS:
            self.broken = True
        if text := clean("\n".join(kept)):
            title = one_line(sheet.title)
            self.sections.append(Section(Unit.SHEET, self.count, text, title=title, hidden=sheet.hidden))
        self.left -= len(text)


def row(values: Iterable[str]) -> str:
    """The values of a row that are not empty, separated by bars."""
    return " | ".join(filter(None, (" ".join(value.split()) for value in values)))


def _cut(names: list[str]) -> Iterator[str]:
    if names:
        yield f"Trop de lignes : seul le début a été lu pour {', '.join(names[:10])}."
