"""Which format a zip holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError  # noqa: N812  an error's name, as the others

from extractors.errors import Reason, UnreadableFileError
from extractors.sections import Format

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

_REFUSALS = (BadZipFile, ZlibError, KeyError, ValueError, EOFError, NotImplementedError)
_MOST_BYTES = 1_000_000
_ODF = "application/vnd.oasis.opendocument."
_BY_MIMETYPE = (
    (f"{_ODF}text", Format.ODF_TEXT),
    (f"{_ODF}presentation", Format.ODF_SLIDES),
    (f"{_ODF}spreadsheet", Format.ODF_SHEETS),
    ("application/epub+zip", Format.EPUB),
)
# The declared type of the main part, else where that part usually lies.
_BY_MAIN_PART = (
    (
        re.compile(r"(presentationml\.(presentation|slideshow|template)|ms-powerpoint\.[\w.]+)\.main\+xml"),
        "ppt/presentation.xml",
        Format.POWERPOINT,
    ),
    (
        re.compile(r"(wordprocessingml\.(document|template)|ms-word\.[\w.]+)\.main\+xml"),
        "word/document.xml",
        Format.WORD,
    ),
    (
        re.compile(r"(spreadsheetml\.(sheet|template)|ms-excel\.(sheet|template)\.macroEnabled)\.main\+xml"),
        "xl/workbook.xml",
        Format.EXCEL,
    ),
)


def zip_format(path: Path) -> Format:
    """The format of a zip: that of the office file or book that it is, else an archive of files."""
    try:
        with ZipFile(path) as archive:
            names = frozenset(archive.namelist())
            types, mimetype = _beginning(archive, "[Content_Types].xml"), _beginning(archive, "mimetype").strip()
            manifest = _beginning(archive, "META-INF/manifest.xml")
    except _REFUSALS as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
    return _ooxml(types, names) or _by_mimetype(mimetype, manifest) or _archive(types)


def _beginning(archive: ZipFile, name: str) -> str:
    """The first bytes of an entry, nothing where it is missing."""
    try:
        entry = archive.getinfo(name)
    except KeyError:
        return ""
    if entry.flag_bits & 1:
        raise UnreadableFileError(Reason.ENCRYPTED)
    with archive.open(entry) as file:
        return file.read(_MOST_BYTES).decode("utf-8", errors="replace")


def _ooxml(types: str, names: Collection[str]) -> Format | None:
    if not types:
        return None
    found = (kind for declared, part, kind in _BY_MAIN_PART if declared.search(types) or part in names)
    return next(found, None)


def _by_mimetype(mimetype: str, manifest: str) -> Format | None:
    """What the entry of this name says; some programs leave it out and say it in their manifest alone."""
    said = mimetype or next(iter(re.findall(rf'media-type="({re.escape(_ODF)}[\w-]+)"', manifest)), "")
    kind = next((kind for beginning, kind in _BY_MIMETYPE if said.startswith(beginning)), None)
    if kind is None and said.startswith(_ODF):
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, said)
    return kind


def _archive(types: str) -> Format:
    if types:
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, "OOXML sans document, présentation ni classeur")
    return Format.ARCHIVE
