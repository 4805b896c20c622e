"""Spreadsheets of any format as Sections: one a sheet, one line a row, within limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError
from extractors.model import PARTIAL_WARNING, Section, SectionUnit
from extractors.text import clean_text, to_single_line
from extractors.zips import DAMAGED_ZIP_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors.model import Limits


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook; `rows` are its displayed values, and may be a generator that reads the file."""

    title: str
    rows: Iterable[Iterable[str]]
    hidden: bool = False


class TruncatedXmlError(ValueError):
    """The XML of a part breaks off; everything before was read."""

    # A ValueError, so that it is one of DAMAGED_ZIP_ERRORS and ends a workbook as any damage does.


def build_sheet_sections(sheets: Iterable[Sheet], limits: Limits) -> tuple[tuple[Section, ...], int, tuple[str, ...]]:
    """One Section for each sheet that has text, the number of all sheets, and warnings.

    UnreadableFileError where the workbook is damaged and nothing could be read.
    """
    # Half of what `extract` allows: a workbook that is too long is cut, not refused.
    read = _SheetCollector(limits.output_characters // 2)
    try:
        for sheet in sheets:
            read.add_sheet(sheet, limits.sheet_characters)
    except DAMAGED_ZIP_ERRORS:
        read.is_truncated = True
    if read.is_truncated and not read.sections:
        raise UnreadableFileError(Reason.DAMAGED, "classeur illisible")
    warnings = (
        ((PARTIAL_WARNING,) if read.is_truncated else ())
        + tuple(_warnings_for_cut_sheets(read.cut_titles))
        + tuple(warnings_for_hidden_sheets(read.sections))
    )
    return tuple(read.sections), read.sheet_count, warnings


@dataclass(slots=True)
class _SheetCollector:
    """The Sections read so far; `characters_left` is how many characters of the workbook may still be kept."""

    characters_left: int
    sections: list[Section] = field(default_factory=list)
    cut_titles: list[str] = field(default_factory=list)
    sheet_count: int = 0
    is_truncated: bool = False

    def add_sheet(self, sheet: Sheet, most: int) -> None:
        """Read a sheet up to `most` characters, or to where its XML breaks off."""
        self.sheet_count += 1
        kept, size, most = list[str](), 0, min(most, self.characters_left)
        try:
            for line in filter(None, map(join_cells, sheet.rows)):
                size += len(line) + 1
                if size > most:
                    self.cut_titles.append(f"« {to_single_line(sheet.title)} »" if sheet.title else "ce tableau")
                    break
                kept.append(line)
        except DAMAGED_ZIP_ERRORS:
            self.is_truncated = True
        if text := clean_text("\n".join(kept)):
            title = to_single_line(sheet.title)
            self.sections.append(Section(SectionUnit.SHEET, self.sheet_count, text, title=title, hidden=sheet.hidden))
        self.characters_left -= len(text)


def join_cells(values: Iterable[str]) -> str:
    """The values of a row that are not empty, separated by bars."""
    return " | ".join(filter(None, (" ".join(value.split()) for value in values)))


def _warnings_for_cut_sheets(names: list[str]) -> Iterator[str]:
    if names:
        yield f"Trop de lignes : seul le début a été lu pour {', '.join(names[:10])}."


_MOST_NAMED = 10


def warnings_for_hidden_slides(sections: Iterable[Section]) -> Iterator[str]:
    """A warning that names the hidden slides; none where no slide is hidden."""
    numbers = [str(section.number) for section in sections if section.hidden]
    if len(numbers) == 1:
        yield f"La diapositive {numbers[0]} est masquée ; elle se trouve pourtant dans les résultats."
    elif numbers:
        yield f"Diapositives masquées, qui se trouvent pourtant dans les résultats : {_join_names(numbers)}."


def warnings_for_hidden_sheets(sections: Iterable[Section]) -> Iterator[str]:
    """A warning that names the hidden sheets; none where no sheet is hidden."""
    titles = [f"« {section.title} »" for section in sections if section.hidden]
    if len(titles) == 1:
        yield f"La feuille {titles[0]} est masquée ; elle se trouve pourtant dans les résultats."
    elif titles:
        yield f"Feuilles masquées, qui se trouvent pourtant dans les résultats : {_join_names(titles)}."


def _join_names(names: list[str]) -> str:
    return ", ".join(names[:_MOST_NAMED]) + ("…" if len(names) > _MOST_NAMED else "")
