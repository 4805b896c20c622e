"""The envelope of office files from before 2007."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

import pytest

from extractors import Format, Reason, UnreadableFileError
from extractors.compound_files import open_compound_file
from extractors.detection.detect import detect_format
from tests.extractors.compound_files import (
    END,
    MAGIC,
    NOTHING,
    Sparse,
    build_compound_file,
    write_compound_file,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.extractors.compound_files import Tree

# Where the header says how large sectors are, and how many sectors each table has ([MS-CFB] 2.2).
SECTOR_SHIFT, SMALL_SECTOR_SHIFT, TABLES, SMALL_TABLES, FIRST_LIST, LISTS = 30, 32, 44, 64, 68, 72
SECONDS = 20.0
"""Within which any file is told, on a busy machine: each of those below once took minutes, or all memory."""


def envelope(*names: str, first: bytes = b"") -> bytes:
    """An OLE file whose root holds streams of these names; `first` begins the first one ([MS-CFB] 2.2 and 2.6)."""
    header = MAGIC + bytes(16) + struct.pack("<5H6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[NOTHING] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, END, *range(3, 10), END, *[NOTHING] * 118)
    entries = [entry("Root Entry", child=1)]
    entries += [entry(name, right=place + 2 if place + 1 < len(names) else NOTHING) for place, name in enumerate(names)]
    directory = b"".join(entries).ljust(512, b"\0")
    return header + table + directory + first.ljust(4096, b"\0")


def entry(name: str, right: int = NOTHING, child: int = NOTHING) -> bytes:
    """One entry of the directory; every stream lies in the same sectors."""
    written = name.encode("utf-16-le") + b"\0\0"
    tree = struct.pack("<H2B3I", len(written), 2, 1, NOTHING, right, child)
    return written.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", 2, 4096)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("WordDocument", "1Table"), Format.OLD_WORD),
        (("Current User", "PowerPoint Document"), Format.OLD_POWERPOINT),
        (("Workbook",), Format.OLD_EXCEL),
        (("Book",), Format.OLD_EXCEL),
    ],
)
def test_formats(names: tuple[str, ...], kind: Format, tmp_path: Path) -> None:
    """What lies at the root tells the format, wherever it stands in the tree."""
    path = tmp_path / "a.bin"
    path.write_bytes(envelope(*names))
    assert detect_format(path) is kind


@pytest.mark.parametrize(
    ("names", "first", "reason"),
    [
        (("EncryptedPackage",), b"", Reason.ENCRYPTED),
        (("WordDocument",), bytes(11) + b"\x01", Reason.ENCRYPTED),
        (("PowerPoint Document", "EncryptedSummary"), b"", Reason.ENCRYPTED),
        (("Workbook",), struct.pack("<2H4x2H", 0x809, 4, 0x2F, 0), Reason.ENCRYPTED),
        (("VisioDocument",), b"", Reason.UNKNOWN_FORMAT),
    ],
)
def test_refusals(names: tuple[str, ...], first: bytes, reason: Reason, tmp_path: Path) -> None:
    """A file that asks for a password is known by its first bytes; a drawing is no document."""
    path = tmp_path / "a.doc"
    path.write_bytes(envelope(*names, first=first))
    with pytest.raises(UnreadableFileError) as refused:
        detect_format(path)
    assert refused.value.reason is reason


def test_circles(tmp_path: Path) -> None:
    """A directory whose sectors or entries lead back to themselves is left."""
    content = bytearray(envelope("WordDocument"))
    struct.pack_into("<I", content, 512 + 4, 1)
    struct.pack_into("<I", content, 1024 + 128 + 72, 1)
    path = tmp_path / "a.doc"
    path.write_bytes(content)
    assert detect_format(path) is Format.OLD_WORD


@pytest.mark.parametrize("megabytes", [1, 8, 20, 60, 70, 200])
def test_large_files(megabytes: int, tmp_path: Path) -> None:
    """A directory may lie at the end of a file, beyond the tables that the header lists: slides have photographs."""
    path = tmp_path / "a.ppt"
    with path.open("wb") as file:
        write_compound_file(
            file, {"Pictures": Sparse(b"", megabytes * 10**6), "PowerPoint Document": Sparse(b"", 5000)}
        )
    assert detect_format(path) is Format.OLD_POWERPOINT


@pytest.mark.parametrize(
    ("name", "head", "others"),
    [
        ("WordDocument", bytes(11) + b"\x01", {}),
        ("Workbook", struct.pack("<2H4x2H", 0x809, 4, 0x2F, 0), {}),
        ("PowerPoint Document", b"", {"EncryptedSummary": b"x"}),
        ("EncryptedPackage", b"", {"EncryptionInfo": b"x"}),
    ],
)
def test_large_protected_files(name: str, head: bytes, others: dict[str, bytes], tmp_path: Path) -> None:
    """However far its streams lie, a file that asks for a password is told as such."""
    path = tmp_path / "a.doc"
    with path.open("wb") as file:
        write_compound_file(file, {"Data": Sparse(b"", 70_000_000), name: Sparse(head, 20_000_000), **others})
    assert refusal_of(path) is Reason.ENCRYPTED


def test_embedded_objects_decide_nothing(tmp_path: Path) -> None:
    """A workbook inside slides does not make them a workbook, nor its password theirs."""
    workbook: Tree = {
        "Workbook": struct.pack("<2H4x2H", 0x809, 4, 0x2F, 0).ljust(5000, b"\0"),
        "EncryptedSummary": b"x",
    }
    path = tmp_path / "a.ppt"
    path.write_bytes(build_compound_file({"MBD0001": workbook, "PowerPoint Document": bytes(5000)}))
    assert detect_format(path) is Format.OLD_POWERPOINT


def refusal_of(path: Path) -> Reason:
    """Why a file is refused, which must not take long."""
    began = time.monotonic()
    with pytest.raises(UnreadableFileError) as refused:
        detect_format(path)
    assert time.monotonic() - began < SECONDS
    return refused.value.reason


@pytest.mark.parametrize(
    ("place", "form", "value"),
    [
        (SECTOR_SHIFT, "<H", 0),
        (SECTOR_SHIFT, "<H", 30),
        (SECTOR_SHIFT, "<H", 65_535),
        (SMALL_SECTOR_SHIFT, "<H", 65_535),
        (SMALL_TABLES, "<I", 0xFFFFFFFF),
        (TABLES, "<I", 0xFFFFFFFF),
        (LISTS, "<I", 0xFFFFFFFF),
    ],
)
def test_headers_that_lie(place: int, form: str, value: int, tmp_path: Path) -> None:
    """Sizes that the file cannot have are not believed: a few bytes would have gigabytes read."""
    content = bytearray(build_compound_file({"WordDocument": bytes(5000)}))
    struct.pack_into(form, content, place, value)
    path = tmp_path / "a.doc"
    path.write_bytes(content)
    assert refusal_of(path) is Reason.DAMAGED


def test_a_list_of_tables_in_a_ring(tmp_path: Path) -> None:
    """A list that leads back to itself is read no more often than the file is long."""
    content = bytearray(build_compound_file({"WordDocument": bytes(1_000_000)}))
    # 33 million lists in a ring, as many as the header can say.
    tables = 0xFFFFFFFF
    struct.pack_into("<I", content, TABLES, tables)
    struct.pack_into("<2I", content, FIRST_LIST, 0, (tables - 109 + 126) // 127)
    content[512:1024] = bytes(512)
    path = tmp_path / "a.doc"
    path.write_bytes(content)
    assert refusal_of(path) is Reason.DAMAGED


def test_a_directory_in_a_ring(tmp_path: Path) -> None:
    """A directory whose sectors lead back to themselves is read no longer than the file is."""
    path = tmp_path / "a.doc"
    with path.open("wb") as file:
        write_compound_file(file, {"WordDocument": Sparse(b"", 20_000_000)})
    with path.open("r+b") as file:
        header = file.read(512)
        directory, first_table = struct.unpack_from("<I24xI", header, 48)
        # Sectors of the table follow one another here, and each has 128 numbers.
        file.seek((first_table + 1) * 512 + directory * 4)
        file.write(struct.pack("<I", directory))
    began = time.monotonic()
    assert detect_format(path) is Format.OLD_WORD
    assert time.monotonic() - began < SECONDS


def test_a_directory_of_many_streams(tmp_path: Path) -> None:
    """Tens of thousands of streams are gone through once, not once for each."""
    path = tmp_path / "a.doc"
    streams = {f"{number}": bytes(64) for number in range(40_000)}
    path.write_bytes(build_compound_file({**streams, "WordDocument": bytes(5000)}))
    began = time.monotonic()
    assert detect_format(path) is Format.OLD_WORD
    assert time.monotonic() - began < SECONDS


def test_a_directory_without_end(tmp_path: Path) -> None:
    """Siblings in a line of thousands, which no program writes, are refused as damaged."""
    entries = [entry("Root Entry", child=1), *(entry(f"{number}", right=number + 1) for number in range(1, 4_000))]
    directory = b"".join(entries)
    content = bytearray(build_compound_file({"Data": directory, "WordDocument": bytes(5000)}))
    # The stream takes the place of the directory: it is the first thing in the file.
    struct.pack_into("<I", content, 48, 0)
    path = tmp_path / "a.doc"
    path.write_bytes(content)
    assert refusal_of(path) is Reason.DAMAGED


def test_a_header_with_anything_after_its_numbers(tmp_path: Path) -> None:
    """It says how many sectors the table has: what follows their numbers means nothing."""
    content = bytearray(build_compound_file({"WordDocument": bytes(5000)}))
    struct.pack_into("<108I", content, 80, *[0xFFFF] * 108)
    path = tmp_path / "a.doc"
    path.write_bytes(content)
    assert detect_format(path) is Format.OLD_WORD


def test_a_list_of_tables_without_end(tmp_path: Path) -> None:
    """The last list must say that it is the last: Office reads files where it does not."""
    path = tmp_path / "a.doc"
    with path.open("wb") as file:
        write_compound_file(file, {"WordDocument": Sparse(b"", 8_000_000)})
    with path.open("r+b") as file:
        (first,) = struct.unpack_from("<I", file.read(512), FIRST_LIST)
        file.seek((first + 2) * 512 - 4)
        file.write(bytes(4))
    assert detect_format(path) is Format.OLD_WORD


def test_a_disk_that_fails(tmp_path: Path) -> None:
    """What the disk refuses is no fault of the file."""
    with pytest.raises(FileNotFoundError), open_compound_file(tmp_path / "parti.doc"):
        pass
