"""Zips whose directory is larger than anything that they hold."""

from __future__ import annotations

import io
import struct
import zipfile

_END_BYTES = 22


def crowded_zip(entries: int, name: str = "a.txt", *, zip64: bool = False) -> bytes:
    """A zip of one file whose directory lists it that many times; its end record is true, or that of a zip64."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "mots")
        start = archive.start_dir
    content = packed.getvalue()
    directory = content[start:-_END_BYTES] * entries
    size, end = len(directory), struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries & 0xFFFF, entries & 0xFFFF, 0, 0, 0)
    if not zip64:
        return content[:start] + directory + end[:12] + struct.pack("<2LH", size, start, 0)
    whole = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, start + size, 1)
    return content[:start] + directory + whole + locator + end[:8] + b"\xff" * 12 + b"\0\0"
