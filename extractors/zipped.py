"""Zips of XML parts, as most office formats are: opened without trusting them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  an error's name, as the others

from lxml import etree

from extractors.errors import Reason, UnreadableFileError

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element as Element

    from extractors.limits import Limits

# What is lost of an entry where it stops making sense.
_CHUNK = 4096

_STRICT, _LENIENT = (
    etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=recover)
    for recover in (False, True)
)

REFUSALS = (
    *(BadZipFile, ZlibError, etree.XMLSyntaxError),
    *(KeyError, ValueError, AttributeError, EOFError, NotImplementedError),
)
"""What a zip of XML parts raises when it is damaged."""


def check_archive(path: Path, limits: Limits) -> None:
    """Refuse an archive that is protected or would expand beyond the limits; its directory is enough to know."""
    with ZipFile(path) as archive:
        check_entries(archive, path.stat().st_size, limits)


def check_entries(archive: ZipFile, size: int, limits: Limits) -> None:
    """Refuse an open archive of so many bytes as `check_archive` does."""
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableFileError(Reason.ENCRYPTED)
    if len(entries) > limits.archive_entries:
        raise UnreadableFileError(Reason.TOO_LARGE, f"{len(entries)} entrées")
    expanded = sum(entry.file_size for entry in entries)
    if expanded > max(limits.expansion_floor, limits.expansion_ratio * size):
        raise UnreadableFileError(Reason.TOO_LARGE, f"{expanded} octets une fois décompressé")


def parse(content: bytes, *, recover: bool = False) -> Element:
    """The root of an XML part; nothing outside it is ever fetched, and no entity expanded."""
    # Where nothing could be saved, a parser that recovers gives None, which its types do not say.
    root = cast("Element | None", etree.fromstring(content, _LENIENT if recover else _STRICT))
    if root is None:
        raise ValueError("no XML element")
    return root


def read_entry(archive: ZipFile, name: str) -> tuple[bytes, bool]:
    """The content of an entry as far as it can be unpacked, and whether it is whole; KeyError when it is missing."""
    chunks = list[bytes]()
    with archive.open(name) as entry:
        try:
            while chunk := entry.read(_CHUNK):
                chunks.append(chunk)
        except (BadZipFile, ZlibError, EOFError):
            return b"".join(chunks), False
    return b"".join(chunks), True


def read_part(archive: ZipFile, name: str) -> Element | None:
    """The root of a part, as far as it can be read; None where it is missing or beyond repair."""
    try:
        return parse(archive.read(name), recover=True)
    except REFUSALS:
        return None
