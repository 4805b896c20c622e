"""The reader of e-books (EPUB 3.3, https://www.w3.org/TR/epub-33/)."""

from __future__ import annotations

from dataclasses import replace
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.markup import parse_html
from extractors.text import clean_title, parse_authors, parse_iso_date, split_at_headings
from extractors.zip_directory import open_archive
from extractors.zips import DAMAGED_ZIP_ERRORS, read_part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.model import Limits, Section

_DC = "{http://purl.org/dc/elements/1.1/}"
_CHAPTER_TYPES = frozenset({"application/xhtml+xml", "text/html", "application/x-dtbook+xml"})
# Algorithms that only obfuscate fonts: such a book can be read by anybody.
_SCRAMBLED_FONTS = ("idpf.org/2008/embedding", "ns.adobe.com/pdf/enc#RC")


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading, chapters in reading order."""
    try:
        with open_archive(path, limits) as archive:
            _refuse_encrypted(archive)
            place, book = _read_package_document(archive)
            chapters = [
                split_at_headings(parse_html(archive.read(name)).lines) for name in _list_chapters(archive, place, book)
            ]
    except DAMAGED_ZIP_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
    read = (section for chapter in chapters for section in chapter)
    sections: tuple[Section, ...] = tuple(replace(section, number=number) for number, section in enumerate(read, 1))
    return Extraction(Format.EPUB, sections, **_read_properties(book))


def _refuse_encrypted(archive: ZipFile) -> None:
    """Raise UnreadableFileError for a book with digital rights management, whose chapters are encrypted."""
    root = read_part(archive, "META-INF/encryption.xml")
    methods = () if root is None else root.iter("{*}EncryptionMethod")
    if any(not any(font in method.get("Algorithm", "") for font in _SCRAMBLED_FONTS) for method in methods):
        raise UnreadableFileError(Reason.ENCRYPTED, "EPUB")


def _read_package_document(archive: ZipFile) -> tuple[str, Element]:
    """The path of the package document in the archive, and its root element."""
    container = read_part(archive, "META-INF/container.xml")
    found = None if container is None else next(container.iter("{*}rootfile"), None)
    place = "" if found is None else found.get("full-path", "")
    book = read_part(archive, place)
    if book is None:
        raise UnreadableFileError(Reason.DAMAGED, "EPUB sans description")
    return place, book


def _list_chapters(archive: ZipFile, place: str, book: Element) -> Iterator[str]:
    """The names of the chapters' entries in reading order (the spine), without missing ones."""
    declared = {entry.get("id", ""): entry for entry in book.iter("{*}item")}
    for reference in book.iter("{*}itemref"):
        entry = declared.get(reference.get("idref", ""))
        if entry is not None and entry.get("media-type") in _CHAPTER_TYPES:
            # Paths are URLs, relative to the package document.
            name = normpath(join(dirname(place), unquote(entry.get("href", ""))))
            if name in archive.NameToInfo:
                yield name


def _read_properties(book: Element) -> dict[str, Any]:
    """Title, authors and date, by the names of Extraction's fields."""

    def values_of(name: str) -> list[str]:
        return [element.text or "" for element in book.iter(f"{_DC}{name}")]

    return {
        "title": clean_title(next(iter(values_of("title")), "")),
        "authors": parse_authors(";".join(values_of("creator"))),
        "created": parse_iso_date(next(iter(values_of("date")), "")),
    }
