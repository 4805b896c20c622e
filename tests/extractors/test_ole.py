"""The envelope of office files from before 2007."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from extractors import Format, Reason, UnreadableFileError
from extractors.detection.detect import detect_format

if TYPE_CHECKING:
    from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOTHING, END = 0xFFFFFFFF, 0xFFFFFFFE


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
        (("__properties_version1.0",), b"", Reason.UNKNOWN_FORMAT),
    ],
)
def test_refusals(names: tuple[str, ...], first: bytes, reason: Reason, tmp_path: Path) -> None:
    """A file that asks for a password is known by its first bytes; a message of Outlook is no document."""
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
