"""Opens zips that people hand over, once their directory is known to be bounded.

`extractors.zip_directory` does the same for the files of the library: neither package knows the other.
"""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING
from zipfile import BadZipFile, ZipFile, _EndRecData  # type: ignore[attr-defined]  # see _check_directory

from index.model import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The fixed part of a directory's entry, and in it the lengths of name, extra field and comment (APPNOTE.TXT, 4.3.12).
_ENTRY = struct.Struct("<4s24x3H12x")
_ENTRY_SIGNATURE = b"PK\x01\x02"
# The end record of a zip64 directory and its locator, which stand between the directory and the end record (4.3.14).
_ZIP64_RECORDS, _ZIP64_SIGNATURE = 56 + 20, b"PK\x06\x06"
_ENTRY_BYTES = 400
"""Bytes of the directory for each entry that is allowed: a long name, and the fields that systems add."""


class ZipDirectoryError(ExplainedError):
    """A zip lists more files than are read; the message says so."""


@contextmanager
def open_zip(file: IO[bytes], most_entries: int) -> Iterator[ZipFile]:
    """Open a zip to read it. Raises ZipDirectoryError for more entries than allowed, BadZipFile for what is no zip.

    zipfile reads a directory whole, and makes an object of each entry, before anybody can count them.
    """
    _check_directory(file, most_entries)
    with ZipFile(file) as archive:
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
    file.seek(end - size)
    if size > most_entries * _ENTRY_BYTES or _count_entries(file.read(size)) > most_entries:
        raise ZipDirectoryError(
            f"Cette archive liste plus de {most_entries} fichiers et dossiers : faites-en plusieurs."
        )


def _count_entries(directory: bytes) -> int:
    """Return the entries of a directory, up to where it makes no sense: there zipfile stops too, with an error."""
    count = place = 0
    while place + _ENTRY.size <= len(directory):
        signature, *lengths = _ENTRY.unpack_from(directory, place)
        if signature != _ENTRY_SIGNATURE:
            break
        count, place = count + 1, place + _ENTRY.size + sum(lengths)
    return count
