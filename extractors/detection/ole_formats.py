"""Detection of OLE compound files: office formats from before 2007, and password-protected files since.

Format: [MS-CFB], Compound File Binary File Format.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# Read into memory at once. The directory of a longer file may lie beyond: such a file is refused as damaged.
_MOST_BYTES = 64_000_000
_ENTRY_BYTES = 128
_NAME_BYTES = 64
# Sector numbers above this one are marks: end of chain, free sector, the table itself ([MS-CFB] 2.1).
_LAST_SECTOR = 0xFFFFFFFA
# Shorter streams are kept in the ministream ([MS-CFB] 2.3).
_SMALL_STREAM_BYTES = 4096
# The stream in which a protected OOXML file keeps its encrypted package; searched for as bytes where the directory is
# damaged.
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# The FilePass record: it stands among the first records of a protected workbook ([MS-XLS] 2.3.2).
_FILE_PASS_RECORD = 0x2F


@dataclass(frozen=True, slots=True)
class _DirectoryEntry:
    """A stream or storage of the directory ([MS-CFB] 2.6.1): tree links, first sector, length in bytes.

    `left` and `right` are the numbers of its siblings, `child` that of its first child.
    """

    name: str
    left: int
    right: int
    child: int
    sector: int
    length: int


def detect_ole_format(path: Path) -> Format:
    """The format of an OLE file. UnreadableFileError if it is protected by a password, damaged or unknown."""
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES)
    try:
        streams = _read_root_streams(content)
        if (
            "EncryptedPackage" in streams
            or (not streams and _ENCRYPTED_PACKAGE in content)
            or _is_protected(content, streams)
        ):
            raise UnreadableFileError(Reason.ENCRYPTED, "OLE2")
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
    kind = next((kind for kind in Format if any(name in streams for name in kind.spec.signs.ole_streams)), None)
    if kind is None:
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"OLE2 : {', '.join(sorted(streams)[:10])}")
    return kind


def _read_root_streams(content: bytes) -> dict[str, _DirectoryEntry]:
    """The entries directly below the root, by name. Embedded objects lie deeper and must not decide the format."""
    entries = [_parse_entry(raw) for raw in _read_directory(content)]
    streams: dict[str, _DirectoryEntry] = {}
    # Siblings form a binary tree. A damaged file may link them in a ring, which `seen` breaks.
    waiting, seen = [entries[0].child], {0}
    while waiting:
        number = waiting.pop()
        if number < len(entries) and number not in seen:
            seen.add(number)
            entry = entries[number]
            streams[entry.name] = entry
            waiting += [entry.left, entry.right]
    return streams


def _read_directory(content: bytes) -> Iterator[bytes]:
    """The raw entries of the directory, whose sectors are chained through the allocation table (2.6)."""
    size = _read_sector_size(content)
    (sector,) = struct.unpack_from("<I", content, 48)  # the first sector of the directory
    table = _read_allocation_table(content, size)
    # No chain is longer than the table: a ring in a damaged one ends here.
    for _ in range(len(table) + 1):
        if sector >= _LAST_SECTOR:
            return
        # Sector 0 comes after the header, which fills one sector.
        start = (sector + 1) * size
        for offset in range(start, min(start + size, len(content) - _ENTRY_BYTES + 1), _ENTRY_BYTES):
            yield content[offset : offset + _ENTRY_BYTES]
        if sector >= len(table):
            return
        sector = table[sector]


def _read_allocation_table(content: bytes, size: int) -> tuple[int, ...]:
    """The allocation table as far as the header lists its sectors: enough for the first 7 megabytes (2.2)."""
    listed = (sector for sector in struct.unpack_from("<109I", content, 76) if sector < _LAST_SECTOR)
    starts = [(sector + 1) * size for sector in listed]
    whole = (start for start in starts if start + size <= len(content))
    return tuple(number for start in whole for number in struct.unpack_from(f"<{size // 4}I", content, start))


def _read_sector_size(content: bytes) -> int:
    (shift,) = struct.unpack_from("<H", content, 30)
    return 4096 if shift == 12 else 512  # noqa: PLR2004  the only two that exist


def _parse_entry(raw: bytes) -> _DirectoryEntry:
    # Lengths of names count their final NUL.
    (length,) = struct.unpack_from("<H", raw, _NAME_BYTES)
    left, right, child = struct.unpack_from("<3I", raw, 68)
    sector, size = struct.unpack_from("<2I", raw, 116)
    name = raw[: max(min(length, _NAME_BYTES) - 2, 0)].decode("utf-16-le", errors="replace")
    return _DirectoryEntry(name, left, right, child, sector, size)


def _is_protected(content: bytes, streams: Mapping[str, _DirectoryEntry]) -> bool:
    """Whether the file needs a password ([MS-DOC] 2.5.2, fEncrypted; [MS-PPT] 2.1; [MS-XLS] 2.3.2)."""
    if "EncryptedSummary" in streams:
        return True
    if (word := _read_first_sector(content, streams.get("WordDocument"))) and len(word) > 11:  # noqa: PLR2004  the flags' place
        return bool(word[11] & 1)
    return _FILE_PASS_RECORD in _read_record_types(_read_first_sector(content, streams.get("Workbook")))


def _read_first_sector(content: bytes, entry: _DirectoryEntry | None) -> bytes:
    """The first sector of a stream; b"" for a small one, which lies in the ministream and is never the main one."""
    if entry is None or entry.length < _SMALL_STREAM_BYTES:
        return b""
    size = _read_sector_size(content)
    start = (entry.sector + 1) * size
    return content[start : start + size]


def _read_record_types(stream: bytes) -> Iterator[int]:
    """The types of the records at the beginning of a workbook stream; each record states its length."""
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, position)
        yield kind
        position += 4 + length
