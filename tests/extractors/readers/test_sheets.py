"""Spreadsheets: Excel workbooks, OpenDocument ones and CSV files."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pytest
import xlsxwriter

from extractors import Limits, SectionUnit, extract
from tests.extractors.compound_files import build_compound_file
from tests.extractors.features.drawings import smart_art
from tests.extractors.features.opendocument import odf_sheets
from tests.extractors.features.others import excel_workbook

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from extractors import Extraction

    Read = Callable[[str, bytes], Extraction]
    Edited = Callable[..., bytes]


RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


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
        (12345678900012, "General", "12345678900012"),
        (1000, "00000", "01000"),
        (1, "00", "01"),
        (612345678, '0#" "##" "##" "##" "##', "06 12 34 56 78"),
        (12345678900012, '000" "000" "000" "00000', "123 456 789 00012"),
        (42, '"TAR-"0000', "TAR-0042"),
        (1234.567, "#,##0.00", "1 234,57"),
        (1234.5, '#,##0.00\\ "€"', "1 234,50 €"),
        (1234.5, "#,##0.00\\ [$€-40C]", "1 234,50 €"),
        (-1234.5, '#,##0.00\\ "€";[Red]\\-#,##0.00\\ "€"', "-1 234,50 €"),
        (0, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-', "- €"),
        (1.005, "0.00", "1,01"),
        (-0.001, "0.00", "0,00"),
        (-5, "0;(0)", "(5)"),
        (0.347, "0%", "35%"),
        (0.125, "0.0\\ %", "12,5 %"),
        (1234567, '0.0,,"M"', "1,2M"),
        (0.75, "# ?/?", "3/4"),
        (2.5, "# ?/8", "2 4/8"),
        (12345, "0.00E+00", "1,23E+04"),
        (12.3, '0.0 "j/mois"', "12,3 j/mois"),
        (12.3, "0.0 km", "12,3 km"),
        (5, '[Red]0 "dossiers"', "5 dossiers"),
        (1, '"Oui";;"Non"', "Oui"),
        (0, '"Oui";;"Non"', "Non"),
        (5, '[>10]0" gros";[<=10]0" petits"', "5 petits"),
        (45329, "d mmmm yyyy", "7 février 2024"),
        (45329, "dddd d mmmm", "mercredi 7 février"),
        (45329, "mmm-yy", "févr-24"),
        (45329, "yyyy", "2024"),
        (45329, "[$-40C]d mmmm yyyy;@", "7 février 2024"),
        (45329, "[$-409]mmmm d, yyyy", "February 7, 2024"),
        (45329, "[$-F800]dddd, mmmm dd, yyyy", "mercredi 7 février 2024"),
        (60, "dd/mm/yyyy", "29/02/1900"),
        (0.604166, "hh:mm", "14:30"),
        (0.375, "h\\hmm", "9h00"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (1.5, "[h]:mm", "36:00"),
        (0.01, "mm:ss", "14:24"),
        (datetime(2024, 2, 7, 14, 30), "dd/mm/yy hh:mm", "07/02/24 14:30"),  # noqa: DTZ001  as sheets hold them
        (-2, "dd/mm/yyyy", "-2"),
        (2958465.99999999, "dd/mm/yyyy", "2958465,99999999"),
        (1e300, "dd/mm/yyyy", "1E+300"),
        ("001", "@", "001"),
        ("A12", '"Réf. "@', "Réf. A12"),
        ("A12", '0;-0;0;"Réf. "@', "Réf. A12"),
        ("_x000D_", "General", "_x000D_"),
    ],
)
def test_values_as_shown(value: Any, number_format: str, shown: str, read: Read) -> None:
    """A cell is read as French Excel displays it: « 01000 », « 36:00 », « février 2024 », « 1 234,50 € »."""
    assert read("a.xlsx", cell(value, number_format)).sections[0].text == shown


@pytest.mark.parametrize(
    ("number", "declared", "shown"),
    [
        ("14", "", "07/02/2024"),
        ("14", "mm-dd-yy", "07/02/2024"),
        ("22", "m/d/yy h:mm", "07/02/2024 12:00"),
        ("17", "", "févr-24"),
        ("4", "", "45 329,50"),
        ("44", "", "45 329,50 €"),
        ("44", '0.0\\ "francs"', "45329,5 francs"),
        ("46", "", "1087908:00:00"),
        ("99", "", "45329,5"),
    ],
)
def test_numbered_formats(number: str, declared: str, shown: str, read: Read, edited: Edited) -> None:
    """A format that a file names by its number only is that of French Excel; dates of the system stay French."""
    format_ = f'<numFmts><numFmt numFmtId="{number}" formatCode="{escape(declared, {chr(34): "&quot;"})}"/></numFmts>'
    styles = f"<styleSheet xmlns='{SHEET}'>{format_}<cellXfs><xf/><xf numFmtId='{number}'/></cellXfs></styleSheet>"
    book = edited(cell(45329.5), {"xl/styles.xml": lambda _: styles.encode()})
    assert read("a.xlsx", book).sections[0].text == shown


def test_escaped_characters(read: Read, edited: Edited) -> None:
    """« _x000D_ » stands for a character, wherever a workbook has texts."""
    book = edited(cell("un, deux"), {"xl/sharedStrings.xml": lambda part: part.replace(b", ", b"_x000D_\n")})
    assert read("a.xlsx", book).sections[0].text == "un deux"


@pytest.mark.parametrize(
    "declaration", ['version="1.0" encoding="auto"', 'version="on"', 'version="1.0" standalone="12"']
)
@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])
def test_wrong_declarations(part: str, declaration: str, read: Read, edited: Edited) -> None:
    """A part whose declaration means nothing is read all the same."""
    wrong = f"<?xml {declaration}?>".encode()
    book = edited(cell("Grigny"), {part: lambda content: re.sub(rb"<\?xml[^>]*>", wrong, content)})
    assert read("a.xlsx", book).sections[0].text == "Grigny"


def test_lost_link_to_strings(read: Read, edited: Edited) -> None:
    """Shared strings are found where Excel keeps them, though the link to them is wrong."""
    lost = {"xl/_rels/workbook.xml.rels": lambda links: links.replace(b"sharedStrings.xml", b"perdu.xml")}
    assert read("a.xlsx", edited(cell("Grigny"), lost)).sections[0].text == "Grigny"


@pytest.mark.parametrize("type_", ["", ' t=""', ' t="n"', ' t="INLINESTR"', ' t="true"'])
def test_text_in_a_cell(type_: str, read: Read, edited: Edited) -> None:
    """A text that stands in its cell is read, whatever type the cell states."""
    inline = f"<c{type_}><is><t>Grigny</t></is></c>".encode()
    inside = {"xl/worksheets/sheet1.xml": lambda part: re.sub(rb"<c .*?</c>", inline, part)}
    assert read("a.xlsx", edited(cell("Évry"), inside)).sections[0].text == "Grigny"


@pytest.mark.parametrize("declared", [b"", b' xmlns:r=""'])
def test_undeclared_prefix_of_sheets(declared: bytes, read: Read, edited: Edited) -> None:
    """A sheet is found by its link, though the namespace of links is not declared."""
    undeclared = {"xl/workbook.xml": lambda part: re.sub(rb' xmlns:r="[^"]*"', declared, part)}
    assert read("a.xlsx", edited(cell("Grigny"), undeclared)).sections[0].text == "Grigny"


def test_dates_written_as_text(read: Read, edited: Edited) -> None:
    """« Strict » files write dates as ISO 8601, to be displayed by their format as any date."""
    as_date = {
        "xl/worksheets/sheet1.xml": lambda part: re.sub(
            rb"(<c [^>]*?)><v>[^<]*<", rb'\1 t="d"><v>2024-02-07T09:30:00<', part
        )
    }
    book = edited(cell(1, "d mmmm yyyy hh:mm"), as_date)
    assert read("a.xlsx", book).sections[0].text == "7 février 2024 09:30"


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


def related(folder: str, kind: str, target: str) -> dict[str, Any]:
    """An edit that relates the first sheet to a further part."""
    relation = f"<Relationship Id='r9' Type='{RELATIONS}/{kind}' Target='{target}'/>".encode()
    empty = f"<Relationships xmlns='{PACKAGE}/relationships'></Relationships>".encode()
    name = f"xl/{folder}/_rels/{'drawing1' if folder == 'drawings' else 'sheet1'}.xml.rels"
    return {name: lambda part: (part or empty).replace(b"</Relationships>", relation + b"</Relationships>")}


def test_smart_art(read: Read, edited: Edited) -> None:
    """The words of a SmartArt are those of its sheet."""
    edits = related("drawings", "diagramData", "../diagrams/data1.xml")
    book = edited(excel_workbook(), {**edits, "xl/diagrams/data1.xml": lambda _: smart_art("schema").encode()})
    assert "schema" in read("a.xlsx", book).sections[0].text.split("\n")


def packaged(name: str, content: bytes) -> bytes:
    """What Office writes for a file that somebody drops into a document: an OLE « Package »."""
    written = name.encode("cp1252")
    stream = b"\x02\0" + written + b"\0" + written + b"\0" + bytes(2) + b"\x03\0"
    stream += (len(written) + 1).to_bytes(4, "little") + written + b"\0" + len(content).to_bytes(4, "little") + content
    return build_compound_file({"\x01Ole10Native": len(stream).to_bytes(4, "little") + stream})


@pytest.mark.parametrize(
    ("part", "content", "title"),
    [
        ("Feuille.xlsx", cell("tarpinette"), "Feuille.xlsx – Sheet1"),
        ("oleObject1.bin", packaged("note été.txt", b"tarpinette"), "note été.txt"),
        ("oleObject1.bin", build_compound_file({"Package": cell("tarpinette")}), "oleObject1 – Sheet1"),
    ],
)
def test_embedded_objects(part: str, content: bytes, title: str, read: Read, edited: Edited) -> None:
    """A document that is embedded in a sheet is read as attachments are."""
    edits = related("worksheets", "oleObject" if part.endswith(".bin") else "package", f"../embeddings/{part}")
    extraction = read("a.xlsx", edited(cell("hôte"), {**edits, f"xl/embeddings/{part}": lambda _: content}))
    assert [(section.title, section.text) for section in extraction.sections[1:]] == [(title, "tarpinette")]
    assert extraction.warnings == ()


def test_unreadable_object(read: Read, edited: Edited) -> None:
    """An embedded object that cannot be read is named; a formula is none."""
    edits = related("worksheets", "oleObject", "../embeddings/oleObject1.bin")
    drawing, formula = (build_compound_file({name: b"dessin" * 900}) for name in ("VisioDocument", "Equation Native"))
    named = read("a.xlsx", edited(cell("hôte"), {**edits, "xl/embeddings/oleObject1.bin": lambda _: drawing}))
    assert [warning for warning in named.warnings if "oleObject1.bin" in warning] == list(named.warnings) != []
    silent = read("b.xlsx", edited(cell("hôte"), {**edits, "xl/embeddings/oleObject1.bin": lambda _: formula}))
    assert silent.warnings == ()


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


@pytest.mark.parametrize("declaration", ["sep=|", '"sep=|"', "SEP=|;;"])
def test_declared_delimiters(declaration: str, read: Read) -> None:
    """Excel declares a delimiter on the first line, which some programs put in quotes or fill up."""
    assert read("a.csv", f"{declaration}\r\nÉvry|a;b\r\n".encode()).sections[0].text == "Évry | a;b"


def test_spaces_before_quotes(read: Read) -> None:
    """A quoted value keeps its delimiters, also after a space."""
    assert read("a.csv", b'nom; aide\nAna; "bourse; repas"\n').sections[0].text == "nom | aide\nAna | bourse; repas"
