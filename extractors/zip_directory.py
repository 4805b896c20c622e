"""Opens zips once their directories are known to be bounded. It loads no parser of XML: every detection needs it."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from zipfile import BadZipFile, ZipFile, _EndRecData  # type: ignore[attr-defined]  # see _check_directory

from extractors.errors import Reason, UnreadableFileError
from extractors.model import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The fixed part of a directory's entry, and in it the lengths of name, extra field and comment (APPNOTE.TXT, 4.3.12).
_ENTRY = struct.Struct("<4s24x3H12x")
_ENTRY_SIGNATURE = b"PK\x01\x02"
_ENTRY_BYTES = 400
"""Bytes of the directory for each entry that is allowed: a long name, and the fields that systems add."""


@contextmanager
def open_zip(path: Path, most_entries: int = Limits().archive_entries) -> Iterator[ZipFile]:
    """Open a zip to read it, once its directory is known to be bounded: the only way to open one in this package.

    zipfile reads a directory whole, and makes an object of each entry, before anybody can count them: a million took 20
    to 48 seconds and 450 MiB. UnreadableFileError if there are too many; BadZipFile where there is no directory.
    """
    with path.open("rb") as file:
        _check_directory(file, most_entries)
        with ZipFile(file) as archive:
            yield archive


@contextmanager
def open_archive(path: Path, limits: Limits) -> Iterator[ZipFile]:
    """Open a zip as `open_zip` does; UnreadableFileError too if it is encrypted, or would expand beyond the limits.

    Nothing is unpacked to find out.
    """
    with open_zip(path, limits.archive_entries) as archive:
        entries = archive.infolist()
        # Bit 0 of the flags: the entry is encrypted.
        if any(entry.flag_bits & 1 for entry in entries):
            raise UnreadableFileError(Reason.ENCRYPTED)
        expanded = sum(entry.file_size for entry in entries)
        if expanded > max(limits.expansion_floor, limits.expansion_ratio * path.stat().st_size):
            raise UnreadableFileError(Reason.TOO_LARGE, f"{expanded} octets une fois décompressé")
        yield archive


def _check_directory(file: IO[bytes], most_entries: int) -> None:
    # By zipfile's own function: what it finds is what zipfile will read, whatever the file says in other places.
    record = _EndRecData(file)
    if not record:
        raise BadZipFile("no end of central directory")
    # By position, as in zipfile: the directory's size, then last the place of the record, which the directory precedes.
    size, end = record[5], record[9] - (_ZIP64_RECORDS if record[0] == _ZIP64_SIGNATURE else 0)
    # What is larger than the file itself is no table, but other bytes that look like an end record.
    if size > end:
        raise BadZipFile("central directory larger than the file")
    if size > most_entries * _ENTRY_BYTES:
        raise UnreadableFileError(Reason.TOO_LARGE, f"table des matières de {size} octets")
    file.seek(end - size)
    if (entries := _count_entries(file.read(size))) > most_entries:
        raise UnreadableFileError(Reason.TOO_LARGE, f"{entries} entrées")


# The end record of a zip64 directory and its locator, which stand between the directory and the end record (4.3.14).
_ZIP64_RECORDS, _ZIP64_SIGNATURE = 56 + 20, b"PK\x06\x06"


def _count_entries(directory: bytes) -> int:
    """The entries of a directory, up to where it makes no sense: there zipfile stops too, with an error."""
    count = place = 0
    while place + _ENTRY.size <= len(directory):
        signature, *lengths = _ENTRY.unpack_from(directory, place)
        if signature != _ENTRY_SIGNATURE:
            break
        count, place = count + 1, place + _ENTRY.size + sum(lengths)
    return count
