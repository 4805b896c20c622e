"""Reads the XML parts of zips, as most office formats are, without trusting their content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812  an error's name, as the others

from lxml import etree

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

    from lxml.etree import _Element as Element

# The most that is lost where a damaged entry stops making sense: what was read before is kept.
_CHUNK_BYTES = 4096

_DECLARATION = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*>")
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


def parse_xml(content: bytes, *, recover: bool = False) -> Element:
    """The root element of an XML part; `recover` reads damaged XML as far as it goes. XMLSyntaxError or ValueError."""
    # A recovering parser gives None where nothing could be saved; lxml's type stubs do not say so.
    root = cast("Element | None", etree.fromstring(content, _LENIENT_PARSER if recover else _STRICT_PARSER))
    if root is None and recover:
        # A wrong declaration stops even that parser; without one, the encoding is that of nearly all parts.
        bare = _DECLARATION.sub(b"", content, count=1)
        root = cast("Element | None", etree.fromstring(bare, _LENIENT_PARSER)) if bare != content else None
    if root is None:
        raise ValueError("no XML element")
    return root


def read_entry(archive: ZipFile, name: str | ZipInfo) -> tuple[bytes, bool]:
    """The content of an entry as far as it can be unpacked, and whether it is complete; KeyError if it is missing."""
    try:
        return archive.read(name), True
    except (BadZipFile, ZlibError, EOFError):
        # Now in pieces, to keep those before the damage.
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
