"""Office files that are one XML file, « Flat OPC » and flat OpenDocument: each becomes the zip that it stands for.

Of the former, each part is a `pkg:part` with its name; the latter is OpenDocument 1.3, part 3, 3.1.2.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as BinasciiError
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

from lxml import etree

from extractors.text import read_bytes
from extractors.zips import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element as Element

    from extractors.model import Limits

    Parts = Iterable[tuple[str, bytes]]

_PKG = "{http://schemas.microsoft.com/office/2006/xmlPackage}"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONSHIPS = "application/vnd.openxmlformats-package.relationships+xml"
# The parts of an OpenDocument file that are read; a flat one is all of them at once.
_ODF_PARTS = ("content.xml", "styles.xml", "meta.xml")


@contextmanager
def open_flat_office(path: Path, limits: Limits) -> Iterator[tuple[Path, bool]]:
    """The path of a package as a zip, and whether all of it could be unpacked; a zip is left as it is."""
    if _is_zip(path):
        yield path, True
        return
    content = read_bytes(path, limits)
    try:
        root, is_whole = parse_xml(content), True
    except (etree.XMLSyntaxError, ValueError):
        root, is_whole = parse_xml(content, recover=True), False
    with _write_zip(_list_parts(root)) as packed:
        yield packed, is_whole


@contextmanager
def open_flat_odf(path: Path, limits: Limits) -> Iterator[Path]:
    """The path of an OpenDocument file as a zip, which is left as it is."""
    if _is_zip(path):
        yield path
        return
    content = read_bytes(path, limits)
    # Each reader looks for elements by their names, and passes over those of the other parts.
    with _write_zip((name, content) for name in _ODF_PARTS) as packed:
        yield packed


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"PK"


@contextmanager
def _write_zip(parts: Parts) -> Iterator[Path]:
    with TemporaryDirectory(prefix="ruche-") as folder:
        packed = Path(folder) / "paquet.zip"
        with ZipFile(packed, "w", ZIP_STORED) as archive:
            for name, content in parts:
                archive.writestr(name, content)
        yield packed


def _list_parts(root: Element) -> Iterator[tuple[str, bytes]]:
    # LibreOffice knows its elements by their bare names.
    types = etree.Element(f"{{{_TYPES}}}Types", nsmap={None: _TYPES})  # type: ignore[dict-item]  # the stubs want a name
    etree.SubElement(types, f"{{{_TYPES}}}Default", {"Extension": "rels", "ContentType": _RELATIONSHIPS})
    for part in root.iter(f"{_PKG}part"):
        declared = {"PartName": part.get(f"{_PKG}name", ""), "ContentType": part.get(f"{_PKG}contentType", "")}
        etree.SubElement(types, f"{{{_TYPES}}}Override", declared)
    yield "[Content_Types].xml", etree.tostring(types, xml_declaration=True, encoding="UTF-8")
    for part in root.iter(f"{_PKG}part"):
        name = part.get(f"{_PKG}name", "").lstrip("/")
        for held in part.iterchildren(f"{_PKG}xmlData", f"{_PKG}binaryData"):
            if held.tag == f"{_PKG}binaryData":
                yield name, _decode(held.text or "")
            elif len(held):
                yield name, etree.tostring(held[0], xml_declaration=True, encoding="UTF-8")


def _decode(letters: str) -> bytes:
    try:
        return b64decode(letters)
    except (BinasciiError, ValueError):
        # A picture that cannot be decoded must not cost the text.
        return b""
