"""External programs, and office files that LibreOffice converts."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors import Format, Limits, Reason, UnreadableFileError, extract, programs
from extractors.programs import is_installed, private_folder, run_program

if TYPE_CHECKING:
    from collections.abc import Callable

    from docx.document import Document
    from pptx.presentation import Presentation

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
