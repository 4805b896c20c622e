"""What spreadsheets have in common, whatever software wrote them: a sheet is a Section, a row a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.hidden import hidden_sheets
from extractors.plain import clean, one_line
from extractors.sections import Section, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors.limits import Limits


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as its file gives it: rows of shown values, read as they are needed."""

    title: str
    rows: Iterable[Iterable[str]]
    hidden: bool = False


def sheet_sections(sheets: Iterable[Sheet], limits: Limits) -> tuple[tuple[Section, ...], int, tuple[str, ...]]:
    """The sheets that say something, how many there are, and warnings about what was left out or is hidden."""
    sections, cut, number = list[Section](), list[str](), 0
    left = limits.output_characters // 2
    for number, sheet in enumerate(sheets, 1):
        text, is_whole = _text(sheet.rows, min(limits.sheet_characters, left))
        left -= len(text)
        if text:
            sections.append(Section(Unit.SHEET, number, text, title=one_line(sheet.title), hidden=sheet.hidden))
        if not is_whole:
            cut.append(f"« {one_line(sheet.title)} »" if sheet.title else "ce tableau")
    return tuple(sections), number, (*_cut(cut), *hidden_sheets(sections))


def row(values: Iterable[str]) -> str:
    """The values of a row that say something, parted by bars."""
    return " | ".join(filter(None, (" ".join(value.split()) for value in values)))


def _text(rows: Iterable[Iterable[str]], most: int) -> tuple[str, bool]:
    """The rows, one a line, and whether they all fit."""
    kept, size = list[str](), 0
    for line in filter(None, map(row, rows)):
        size += len(line) + 1
        if size > most:
            return clean("\n".join(kept)), False
        kept.append(line)
    return clean("\n".join(kept)), True


def _cut(names: list[str]) -> Iterator[str]:
    if names:
        yield f"Trop de lignes : seul le début a été lu pour {', '.join(names[:10])}."
