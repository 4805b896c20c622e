"""Spreadsheets: Excel workbooks, OpenDocument ones and CSV files."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from extractors import Limits, SectionUnit, extract
from tests.extractors.features.opendocument import odf_sheets
from tests.extractors.features.others import excel_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]
    Edited = Callable[..., bytes]


def cell(value: Any, number_format: str = "General", **options: Any) -> bytes:
    """A workbook of a single cell."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, options) as workbook:
        workbook.add_worksheet().write(0, 0, value, workbook.add_format({"num_format": number_format}))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (12.5, "General", "12,5"),
        (3, "General", "3"),
        (0.1 + 0.2, "General", "0,3"),
        (1234.567, "#,##0.00", "1234,57"),
        (0.347, "0%", "35 %"),
        (12.3, '0.0 "j/mois"', "12,3"),
        (5, '[Red]0 "dossiers"', "5"),
        (45329, "d mmmm yyyy", "07/02/2024"),
        (45329, "mmm-yy", "07/02/2024"),
        (0.604166, "hh:mm", "14:29"),
        (datetime(2024, 2, 7, 14, 30), "dd/mm/yy hh:mm", "07/02/2024 14:30"),  # noqa: DTZ001  as sheets hold them
        (-2, "dd/mm/yyyy", "-2"),
        ("001", "@", "001"),
    ],
)
def test_values_as_shown(value: Any, number_format: str, shown: str, read: Read) -> None:
    """A number is read as a French reader sees it: a date, a share, or a number with a comma."""
    assert read("a.xlsx", cell(value, number_format)).sections[0].text == shown


def test_dates_from_1904(read: Read) -> None:
    """Old Macintosh workbooks count their days from 1904."""
    day = datetime(2024, 2, 7)  # noqa: DTZ001  idem
    assert read("a.xlsx", cell(day, "dd/mm/yyyy", date_1904=True)).sections[0].text == "07/02/2024"


def test_sheets_are_sections(read: Read) -> None:
    """A sheet is a Section under its own name, and every sheet counts."""
    extraction = read("a.xlsx", excel_workbook())
    assert [(section.unit, section.number, section.title) for section in extraction.sections] == [
        (SectionUnit.SHEET, 1, "Effectifs"),
        (SectionUnit.SHEET, 2, "Caches"),
    ]
    assert extraction.units == 2


def test_long_sheet(tmp_path: Path) -> None:
    """Only the beginning of an immense sheet is kept, up to the end of a row, and the animator is told."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as workbook:
        for name in ("Export", "Notes"):
            sheet = workbook.add_worksheet(name)
            for row in range(100 if name == "Export" else 2):
                sheet.write_row(row, 0, [row, "Grigny"])
    path = tmp_path / "a.xlsx"
    path.write_bytes(stream.getvalue())
    extraction = extract(path, Limits(sheet_characters=100))
    assert [len(section.text.split("\n")) for section in extraction.sections] == [9, 2]
    assert extraction.warnings == ("Trop de lignes : seul le début a été lu pour « Export ».",)


@pytest.mark.parametrize(
    ("make", "part"), [(excel_workbook, "xl/worksheets/sheet1.xml"), (odf_sheets, "content.xml")], ids=["xlsx", "ods"]
)
def test_broken_sheet(make: Callable[[], bytes], part: str, read: Read, edited: Edited) -> None:
    """A sheet whose XML breaks off is read as far as it goes, and the animator is told."""
    suffix = "xlsx" if part.startswith("xl") else "ods"
    extraction = read(f"a.{suffix}", edited(make(), {part: lambda xml: xml[: xml.rindex(b"</") - 40]}))
    assert any("abîmé" in warning for warning in extraction.warnings)
    assert "nombre" in extraction.sections[0].text


@pytest.mark.parametrize(
    "written",
    [
        "Ville;Taux\nLille;34,5\n",
        "Ville,Taux\nLille,34.5\n".replace(".", ";").replace("34;5", '"34,5"'),
        "Ville\tTaux\nLille\t34,5\n",
        "sep=;\r\nVille;Taux\r\nLille;34,5\r\n",
        "Ville;Taux\rLille;34,5\r",
        '"Ville";"Taux"\n"Lille";"34,5"\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters(written: str, encoding: str, read: Read) -> None:
    """A table is cut at its own sign, whatever its encoding."""
    assert read("a.csv", written.encode(encoding)).sections[0].text == "Ville | Taux\nLille | 34,5"


def test_line_ends_in_cells(read: Read) -> None:
    """A cell of several lines stays in its row."""
    assert read("a.csv", b'Nom;Note\nA;"un\ndeux"\n').sections[0].text == "Nom | Note\nA | un deux"
