"""External programs, and office files that LibreOffice converts."""

from __future__ import annotations

import io
import os
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from olefile import OleFileIO

from extractors import Format, Limits, Reason, UnreadableFileError, extract, programs
from extractors.programs import is_installed, private_folder, run_program
from tests.extractors.compound_files import build_compound_file
from tests.extractors.samples import zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document
    from pptx.presentation import Presentation

    from extractors import Extraction

needs_office = pytest.mark.skipif(not is_installed(programs.LIBREOFFICE), reason="LibreOffice is not installed")
needs_posix = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux")

LINKING = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text">
<office:body><office:text><text:p>Bonjour</text:p><text:section text:name="s">
<text:section-source xlink:href="{address}" text:filter-name="Text"/><text:p>ancien</text:p>
</text:section></office:text></office:body></office:document>"""


def ole(name: str) -> bytes:
    """The envelope of an office file from before 2007, with an empty stream of this name and nothing else."""
    sector = 512
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(sector, b"\xff"))
    header[24:34] = b"\x3e\0\x03\0\xfe\xff\x09\0\x06\0"
    header[34:76] = bytes(42)
    header[44:52] = (1).to_bytes(4, "little") + (1).to_bytes(4, "little")
    header[76:80] = bytes(4)
    table = (b"\xfd\xff\xff\xff" + b"\xfe\xff\xff\xff").ljust(sector, b"\xff")
    return bytes(header) + table + b"".join(map(_entry, ("Root Entry", name, "", ""), (1, -1, -1, -1)))


def _entry(name: str, child: int) -> bytes:
    entry = bytearray(128)
    encoded = name.encode("utf-16-le")
    entry[: len(encoded)] = encoded
    entry[64:66] = (len(encoded) + 2 if name else 0).to_bytes(2, "little")
    entry[68:80] = b"\xff" * 8 + child.to_bytes(4, "little", signed=True)
    return bytes(entry)


def old(content: bytes, kind: Format, suffix: str, folder: Path) -> Path:
    """The file as LibreOffice writes it in an old format."""
    path = folder / f"a.{kind.value}"
    path.write_bytes(content)
    with private_folder() as private:
        return programs.convert_document(path, kind, suffix, private, 60).rename(folder / f"a.{suffix}")


@needs_office
def test_old_word(tmp_path: Path, document: Document, edited: Callable[..., bytes]) -> None:
    """A DOC is read as the Word document that it would be today."""
    document.add_heading("Le non-recours", level=1)
    document.add_paragraph("Aller vers les habitants")
    extraction = extract(old(edited(document, {}), Format.WORD, "doc", tmp_path), Limits())
    assert extraction.format is Format.WORD
    assert [(section.title, section.text) for section in extraction.sections] == [
        ("Le non-recours", "Aller vers les habitants")
    ]


@needs_office
def test_old_powerpoint(tmp_path: Path, deck: Presentation, edited: Callable[..., bytes]) -> None:
    """A PPT keeps its slides, their titles and their notes."""
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Guichet unique"
    slide.notes_slide.notes_text_frame.text = "Remercier la mairie"
    extraction = extract(old(edited(deck, {}), Format.POWERPOINT, "ppt", tmp_path), Limits())
    assert extraction.format is Format.POWERPOINT
    assert [(section.title, section.notes) for section in extraction.sections] == [
        ("Guichet unique", "Remercier la mairie")
    ]


@needs_office
def test_old_excel(tmp_path: Path) -> None:
    """An XLS keeps its cells."""
    extraction = extract(old(b"commune;aide\nGrigny;logement\n", Format.CSV, "xls", tmp_path), Limits())
    assert extraction.format is Format.EXCEL
    assert "Grigny" in extraction.sections[0].text


def word_95(text: str, stream_bytes: int) -> bytes:
    """A document of Word 6 or Word 95: its File Information Block of 1993, and its text behind it."""
    written = text.encode("cp1252")
    block = bytearray(0x600)
    struct.pack_into("<5H", block, 0, 0xA5DC, 104, 0xE02D, 0x040C, 0)
    struct.pack_into("<H", block, 12, 101)
    struct.pack_into("<2I", block, 0x18, len(block), len(block) + len(written))
    struct.pack_into("<I", block, 0x34, len(written))
    return build_compound_file({"WordDocument": (bytes(block) + written).ljust(stream_bytes, b"\0")})


@needs_office
@pytest.mark.parametrize("stream_bytes", [0, 8192], ids=["small", "large"])
def test_word_95(stream_bytes: int, tmp_path: Path) -> None:
    """A document of before 1997 is read too."""
    path = tmp_path / "charte.doc"
    path.write_bytes(word_95("Charte\rLa tarpinette est versée.\r", stream_bytes))
    assert extract(path, Limits()).sections[0].text == "Charte\nLa tarpinette est versée."


@needs_office
def test_powerpoint_95(tmp_path: Path, deck: Presentation) -> None:
    """A presentation saved for PowerPoint 95 and 97 at once is read as that of 97."""
    deck.slides.add_slide(deck.slide_layouts[5]).shapes.title.text = "Guichet unique"
    stream = io.BytesIO()
    deck.save(stream)
    path = old(stream.getvalue(), Format.POWERPOINT, "ppt", tmp_path)
    with OleFileIO(path) as ole:
        later = {name: ole.openstream(name).read() for name in ("PowerPoint Document", "Current User")}
    path.write_bytes(build_compound_file({"PP40": bytes(5000), "PP97_DUALSTORAGE": later}))
    assert extract(path, Limits()).sections[0].title == "Guichet unique"


@needs_office
def test_powerpoint_95_alone(refusal: Callable[[str, bytes], Reason]) -> None:
    """What LibreOffice makes nothing of is damaged, not a text of strange signs."""
    assert refusal("a.ppt", build_compound_file({"PP40": b"diapositive" * 900})) is Reason.DAMAGED


def xlsb(text: str, number: float) -> bytes:
    """A binary workbook ([MS-XLSB]) of two cells."""

    def record(kind: int, content: bytes = b"") -> bytes:
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + bytes([len(content)]) + content

    def string(text: str) -> bytes:
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    sheets = record(143) + record(156, struct.pack("<2I", 0, 1) + string("r1") + string("Communes")) + record(144)
    cells = (struct.pack("<2I", 0, 0) + string(text), struct.pack("<2Id", 1, 0, number))
    rows = record(0, struct.pack("<2IH3BI", 0, 0, 300, 0, 0, 0, 0)) + record(6, cells[0]) + record(5, cells[1])
    package, office = (f"http://schemas.openxmlformats.org/{name}/2006" for name in ("package", "officeDocument"))

    def links(kind: str, target: str) -> str:
        link = f"<Relationship Id='r1' Type='{office}/relationships/{kind}' Target='{target}'/>"
        return f"<Relationships xmlns='{package}/relationships'>{link}</Relationships>"

    main = "application/vnd.ms-excel.sheet.binary.macroEnabled.main"
    return zipped(
        {
            "[Content_Types].xml": f"<Types xmlns='{package}/content-types'>"
            "<Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
            f"<Default Extension='bin' ContentType='{main}'/>"
            "<Override PartName='/xl/worksheets/sheet1.bin' ContentType='application/vnd.ms-excel.worksheet'/></Types>",
            "_rels/.rels": links("officeDocument", "xl/workbook.bin"),
            "xl/workbook.bin": record(131) + sheets + record(132),
            "xl/_rels/workbook.bin.rels": links("worksheet", "worksheets/sheet1.bin"),
            "xl/worksheets/sheet1.bin": record(129) + record(145) + rows + record(146) + record(130),
        }
    )


@needs_office
def test_binary_workbook(read: Callable[[str, bytes], Extraction]) -> None:
    """A binary workbook is read as an old one is."""
    extraction = read("a.xlsb", xlsb("Grigny", 12.5))
    assert extraction.format is Format.EXCEL
    assert [(section.title, section.text) for section in extraction.sections] == [("Communes", "Grigny | 12,5")]
    assert extraction.warnings == ()


OFFICE_2003 = {
    Format.WORD: (
        (
            '<?mso-application progid="Word.Document"?>'
            '<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml">'
            "<w:body><w:p><w:r><w:t>Règlement</w:t></w:r></w:p></w:body></w:wordDocument>"
        ),
        ["Règlement"],
    ),
    Format.EXCEL: (
        (
            '<?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
            ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Aides"><Table><Row><Cell>'
            '<Data ss:Type="String">Grigny</Data></Cell><Cell><Data ss:Type="Number">12.5</Data></Cell></Row></Table>'
            "</Worksheet></Workbook>"
        ),
        ["Grigny | 12,5"],
    ),
}


@needs_office
@pytest.mark.parametrize(("kind", "suffix"), [(Format.WORD, ".doc"), (Format.EXCEL, ".xls"), (Format.EXCEL, ".xml")])
def test_office_2003_as_xml(kind: Format, suffix: str, read: Callable[[str, bytes], Extraction]) -> None:
    """What programs write as the XML of Office 2003, often under the suffix of a binary format, is read."""
    written, lines = OFFICE_2003[kind]
    extraction = read(f"a{suffix}", f'<?xml version="1.0" encoding="UTF-8"?>\n{written}'.encode())
    assert (extraction.format, extraction.warnings) == (kind, ())
    assert [section.text for section in extraction.sections] == lines


@pytest.mark.parametrize("stream", ["WordDocument", "PowerPoint Document", "Workbook"])
def test_without_libreoffice(
    stream: str, refusal: Callable[[str, bytes], Reason], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where LibreOffice is not installed, an old file says so."""
    monkeypatch.setenv("PATH", os.devnull)
    assert refusal("ancien.doc", ole(stream)) is Reason.NO_CONVERTER


@needs_office
def test_damaged_old_file(refusal: Callable[[str, bytes], Reason]) -> None:
    """What LibreOffice cannot load is damaged, though LibreOffice itself sees no error."""
    assert refusal("ancien.doc", ole("WordDocument")) is Reason.DAMAGED


@needs_office
def test_linked_files_are_not_read(tmp_path: Path) -> None:
    """A document that takes a file of the server’s in must not show it to members."""
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET", encoding="utf-8")
    document = tmp_path / "a.fodt"
    document.write_text(LINKING.format(address=secret.as_uri()), encoding="utf-8")
    with private_folder() as folder:
        text = programs.convert_document(document, Format.ODF_TEXT, "txt:Text", folder, 60).read_text(encoding="utf-8")
    assert "Bonjour" in text
    assert "SECRET" not in text


@needs_posix
def test_runs_in_private(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program sees a home of its own and none of the service’s environment, and what it prints is given."""
    monkeypatch.setenv("RUCHE_SECRET", "sésame")
    with private_folder() as folder:
        printed = run_program("sh", ["-c", "echo $HOME; pwd; env"], folder, 10).decode()
        assert printed.splitlines()[:2] == [str(folder)] * 2
    assert "sésame" not in printed
    assert not folder.exists()


@needs_posix
def test_no_network() -> None:
    """Where the system allows it, a program sees no network but one that leads nowhere."""
    if "--net" not in programs._isolation_command():  # noqa: SLF001  what this machine allows
        pytest.skip("this system refuses namespaces")
    with private_folder() as folder:
        interfaces = run_program("sh", ["-c", "cat /proc/self/net/dev"], folder, 10).decode()
    assert [line.split(":")[0].strip() for line in interfaces.splitlines()[2:]] in ([], ["lo"])


@needs_posix
@pytest.mark.parametrize("refused", [(), ("--pid",), ("--net",), ("--net", "setpriv")])
def test_weaker_systems(refused: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where namespaces are refused, programs run all the same, as apart as may be, and no proxy leads out."""
    works = programs._can_run  # noqa: SLF001  what this machine allows
    monkeypatch.setattr(programs, "_can_run", lambda words: not set(refused) & set(words) and works(words))
    isolation = programs._isolation_command.__wrapped__()  # noqa: SLF001  idem
    assert not set(refused) & set(isolation)
    monkeypatch.setattr(programs, "_isolation_command", lambda: isolation)
    with private_folder() as folder:
        assert run_program("sh", ["-c", "echo $https_proxy"], folder, 10) == b"http://127.0.0.1:9\n"


@needs_posix
def test_failure_is_named() -> None:
    """A program that fails, or that is absent, is a reason."""
    with private_folder() as folder:
        for program, reason in (("false", Reason.DAMAGED), ("aucun-programme-de-ce-nom", Reason.NO_CONVERTER)):
            with pytest.raises(UnreadableFileError) as refused:
                run_program(program, [], folder, 10)
            assert refused.value.reason is reason


@needs_posix
def test_too_slow_is_killed_whole(tmp_path: Path) -> None:
    """At the limit a program is killed with whatever it started, in its own session or not."""
    alive = tmp_path / "vivant"
    script = f"(setsid sh -c 'while true; do date > {alive}; sleep 0.1; done') & (sleep 100 &) ; sleep 100"
    with private_folder() as folder, pytest.raises(UnreadableFileError) as refused:
        run_program("sh", ["-c", script], folder, 1)
    assert refused.value.reason is Reason.TOO_SLOW
    if "--pid" in programs._isolation_command():  # noqa: SLF001  what this machine allows
        alive.unlink()
        time.sleep(0.5)
        assert not alive.exists()


@needs_posix
def test_immense_output() -> None:
    """A program cannot fill the disk with one file."""
    if not programs._file_limit_command():  # noqa: SLF001  what this machine allows
        pytest.skip("prlimit is not installed")
    with private_folder() as folder, pytest.raises(UnreadableFileError):
        run_program("sh", ["-c", "truncate --size 501000000 gros"], folder, 10)


def test_names_of_reasons() -> None:
    """The reason for an absent program says what to install."""
    assert "LibreOffice" in Reason.NO_CONVERTER.advice
    assert str(UnreadableFileError(Reason.NO_CONVERTER)) == "convertisseur absent"
    assert io.BytesIO(ole("Workbook")).read(4) == b"\xd0\xcf\x11\xe0"
