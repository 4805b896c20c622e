"""Reading zips of XML parts, as most office formats are, without trusting their content."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  an error's name, as the others

from lxml import etree

from extractors.errors import Reason, UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element as Element

    from extractors.model import Limits

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


def check_archive(path: Path, limits: Limits) -> None:
    """Refuse (UnreadableFileError) an archive that is encrypted or would expand beyond the limits.

    Only the central directory is read: nothing is unpacked to find out.
    """
    with ZipFile(path) as archive:
        check_entries(archive, path.stat().st_size, limits)


def check_entries(archive: ZipFile, size: int, limits: Limits) -> None:
    """Do what `check_archive` does, for an archive that is open already; `size` is its size on disk in bytes."""
    entries = archive.infolist()
    # Bit 0 of the flags: the entry is encrypted.
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFileError(Reason.ENCRYPTED)
    if len(entries) > limits.archive_entries:
        raise UnreadableFileError(Reason.TOO_LARGE, f"{len(entries)} entrées")
    expanded = sum(entry.file_size for entry in entries)
    if expanded > max(limits.expansion_floor, limits.expansion_ratio * size):
        raise UnreadableFileError(Reason.TOO_LARGE, f"{expanded} octets une fois décompressé")


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
