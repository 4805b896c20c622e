"""Reading zips of XML parts, as most office formats are, without trusting their content."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, cast
from zipfile import BadZipFile, ZipFile, _EndRecData  # type: ignore[attr-defined]  # see _find_directory
from zlib import error as ZlibError  # noqa: N812  an error's name, as the others

from lxml import etree

from extractors.errors import Reason, UnreadableFileError
from extractors.model import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element as Element

# The most that is lost where a damaged entry stops making sense: what was read before is kept.
_CHUNK_BYTES = 4096

# Entities are never expanded and nothing is ever fetched: XML bombs and external entities (XXE) stay harmless.
_STRICT_PARSER, _LENIENT_PARSER = (
    etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=recover)
    for recover in (False, True)
)

DAMAGED_ZIP_ERRORS = (
    *(BadZipFile, ZlibError, etree.XMLSyntaxError),
    *(KeyError, ValueError, AttributeError, EOFError, NotImplementedError),
)
"""What reading a damaged zip of XML parts raises, by zipfile, by lxml, and by code that misses parts or attributes."""


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
    if size > most_entries * _ENTRY_BYTES:
        raise UnreadableFileError(Reason.TOO_LARGE, f"table des matières de {size} octets")
    file.seek(max(0, end - size))
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


def parse_xml(content: bytes, *, recover: bool = False) -> Element:
    """The root element of an XML part; `recover` reads damaged XML as far as it goes. XMLSyntaxError or ValueError."""
    # A recovering parser gives None where nothing could be saved; lxml's type stubs do not say so.
    root = cast("Element | None", etree.fromstring(content, _LENIENT_PARSER if recover else _STRICT_PARSER))
    if root is None:
        raise ValueError("no XML element")
    return root


def read_entry(archive: ZipFile, name: str) -> tuple[bytes, bool]:
    """The content of an entry as far as it can be unpacked, and whether it is complete; KeyError if it is missing."""
    chunks = list[bytes]()
    with archive.open(name) as entry:
        try:
            while chunk := entry.read(_CHUNK_BYTES):
                chunks.append(chunk)
        except (BadZipFile, ZlibError, EOFError):
            return b"".join(chunks), False
    return b"".join(chunks), True


def read_part(archive: ZipFile, name: str) -> Element | None:
    """The root element of a part, damaged XML read as far as it goes; None if the part is missing or beyond repair."""
    try:
        return parse_xml(archive.read(name), recover=True)
    except DAMAGED_ZIP_ERRORS:
        return None
