"""The envelope of office files from before 2007, and of protected ones since: what lies at its root.

Format: [MS-CFB], Compound File Binary File Format.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError
from extractors.sections import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MOST_BYTES = 64_000_000
_ENTRY_BYTES = 128
_NAME_BYTES = 64
_LAST_SECTOR = 0xFFFFFFFA
_SMALL_STREAM = 4096
# What a protected OOXML file keeps its own package under: its name is enough where the envelope is damaged.
_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_FORMATS = (
    (("WordDocument",), Format.OLD_WORD),
    (("PowerPoint Document",), Format.OLD_POWERPOINT),
    (("Workbook", "Book"), Format.OLD_EXCEL),
)
# [MS-XLS] 2.3.2: the record that opens a protected workbook follows its beginning.
_FILE_PASS = 0x2F


@dataclass(frozen=True, slots=True)
class _Entry:
    """A stream or storage: its neighbours in the tree, its first sector and its length in bytes."""

    name: str
    left: int
    right: int
    child: int
    sector: int
    length: int


def ole_format(path: Path) -> Format:
    """The format of an OLE file; UnreadableFileError names a protected or unknown one."""
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES)
    try:
        streams = _root_streams(content)
        if "EncryptedPackage" in streams or (not streams and _PACKAGE in content) or _is_protected(content, streams):
            raise UnreadableFileError(Reason.ENCRYPTED, "OLE2")
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
    found = (kind for names, kind in _FORMATS if any(name in streams for name in names))
    kind = next(found, None)
    if kind is None:
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"OLE2 : {', '.join(sorted(streams)[:10])}")
    return kind


def _root_streams(content: bytes) -> dict[str, _Entry]:
    """What lies at the root by name: an object embedded in a document is further down and decides nothing."""
    entries = [_entry(raw) for raw in _directory(content)]
    streams: dict[str, _Entry] = {}
    waiting, seen = [entries[0].child], {0}
    while waiting:
        number = waiting.pop()
        if number < len(entries) and number not in seen:
            seen.add(number)
            entry = entries[number]
            streams[entry.name] = entry
            waiting += [entry.left, entry.right]
    return streams


def _directory(content: bytes) -> Iterator[bytes]:
    """The entries of the directory, whose sectors are chained through the allocation table (2.6)."""
    size = _sector_size(content)
    (sector,) = struct.unpack_from("<I", content, 48)
    table = _allocation(content, size)
    for _ in range(len(table) + 1):
        if sector >= _LAST_SECTOR:
            return
        start = (sector + 1) * size
        for offset in range(start, min(start + size, len(content) - _ENTRY_BYTES + 1), _ENTRY_BYTES):
            yield content[offset : offset + _ENTRY_BYTES]
        if sector >= len(table):
            return
        sector = table[sector]


def _allocation(content: bytes, size: int) -> tuple[int, ...]:
    """The part of the allocation table that the header lists, enough for the first 7 megabytes of any file (2.2)."""
    listed = (sector for sector in struct.unpack_from("<109I", content, 76) if sector < _LAST_SECTOR)
    starts = [(sector + 1) * size for sector in listed]
    whole = (start for start in starts if start + size <= len(content))
    return tuple(number for start in whole for number in struct.unpack_from(f"<{size // 4}I", content, start))


def _sector_size(content: bytes) -> int:
    (shift,) = struct.unpack_from("<H", content, 30)
    return 4096 if shift == 12 else 512  # noqa: PLR2004  the only two that exist


def _entry(raw: bytes) -> _Entry:
    (length,) = struct.unpack_from("<H", raw, _NAME_BYTES)
    left, right, child = struct.unpack_from("<3I", raw, 68)
    sector, size = struct.unpack_from("<2I", raw, 116)
    name = raw[: max(min(length, _NAME_BYTES) - 2, 0)].decode("utf-16-le", errors="replace")
    return _Entry(name, left, right, child, sector, size)


def _is_protected(content: bytes, streams: Mapping[str, _Entry]) -> bool:
    """Whether the file asks for a password: [MS-DOC] 2.5.2, fEncrypted; [MS-PPT] 2.1; [MS-XLS] 2.3.2."""
    if "EncryptedSummary" in streams:
        return True
    if (word := _beginning(content, streams.get("WordDocument"))) and len(word) > 11:  # noqa: PLR2004  the flags' place
        return bool(word[11] & 1)
    return _FILE_PASS in _records(_beginning(content, streams.get("Workbook")))


def _beginning(content: bytes, entry: _Entry | None) -> bytes:
    """The first sector of a stream; a small one is kept elsewhere and is never a document's main one."""
    if entry is None or entry.length < _SMALL_STREAM:
        return b""
    size = _sector_size(content)
    start = (entry.sector + 1) * size
    return content[start : start + size]


def _records(stream: bytes) -> Iterator[int]:
    """The types of the first records of a workbook, each of which tells its length."""
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, position)
        yield kind
        position += 4 + length
