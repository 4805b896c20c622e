"""Detection of the formats that are zip files: Office Open XML, OpenDocument, EPUB, plain archives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  an error's name, as the others

from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

# What zipfile and zlib raise on damaged archives, and on compression methods that they lack.
_ARCHIVE_ERRORS = (BadZipFile, ZlibError, KeyError, ValueError, EOFError, NotImplementedError)
# An entry may expand to gigabytes: no list of types is as long as this.
_MOST_BYTES = 1_000_000
_ODF_MIMETYPE = "application/vnd.oasis.opendocument."
_MIMETYPES = tuple((kind.spec.signs.mimetype, kind) for kind in Format if kind.spec.signs.mimetype)
_MAIN_PARTS = tuple(
    (re.compile(kind.spec.signs.content_type), kind.spec.signs.main_part, kind)
    for kind in Format
    if kind.spec.signs.content_type
)


def detect_zip_format(path: Path) -> Format:
    """The format of a zip: an office format or EPUB, else Format.ARCHIVE.

    UnreadableFileError if it is damaged, protected by a password, or a zip-based format that is not supported.
    """
    try:
        with ZipFile(path) as archive:
            names = frozenset(archive.namelist())
            types, mimetype = (
                _read_beginning(archive, "[Content_Types].xml"),
                _read_beginning(archive, "mimetype").strip(),
            )
            manifest = _read_beginning(archive, "META-INF/manifest.xml")
    except _ARCHIVE_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
    return _match_ooxml(types, names) or _match_mimetype(mimetype, manifest) or _match_archive(types)


def _read_beginning(archive: ZipFile, name: str) -> str:
    """The first bytes of an entry as text; "" where the entry is missing."""
    try:
        entry = archive.getinfo(name)
    except KeyError:
        return ""
    # Bit 0 of the flags: the entry is encrypted (APPNOTE.TXT, 4.4.4).
    if entry.flag_bits & 1:
        raise UnreadableFileError(Reason.ENCRYPTED)
    with archive.open(entry) as file:
        return file.read(_MOST_BYTES).decode("utf-8", errors="replace")


def _match_ooxml(types: str, names: Collection[str]) -> Format | None:
    """The Office Open XML format by content types or main part; None where neither tells one."""
    if not types:
        return None
    found = (kind for declared, part, kind in _MAIN_PARTS if declared.search(types) or part in names)
    return next(found, None)


def _match_mimetype(mimetype: str, manifest: str) -> Format | None:
    """The format that the `mimetype` entry declares, else the manifest: some programs write no `mimetype` entry."""
    said = mimetype or next(iter(re.findall(rf'media-type="({re.escape(_ODF_MIMETYPE)}[\w-]+)"', manifest)), "")
    # By prefix: templates (« …text-template ») are read as what they are templates of.
    kind = next((kind for beginning, kind in _MIMETYPES if said.startswith(beginning)), None)
    # OpenDocument drawings, formulas and databases are not supported; to list them as archives would mislead.
    if kind is None and said.startswith(_ODF_MIMETYPE):
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, said)
    return kind


def _match_archive(types: str) -> Format:
    """Format.ARCHIVE; UnreadableFileError for an Office Open XML file of another kind (Visio, XPS…)."""
    if types:
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, "OOXML sans document, présentation ni classeur")
    return Format.ARCHIVE
