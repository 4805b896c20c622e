"""Detection of the formats that are files of files: zip (Office Open XML, OpenDocument, EPUB, archives) and OLE.

OLE compound files are office formats from before 2007, and password-protected files since.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from extractors.compound_files import open_compound_file
from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format
from extractors.zip_directory import open_zip

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from olefile.olefile import OleDirectoryEntry

    from extractors.compound_files import CompoundFile

# What zipfile and zlib raise on damaged archives, and on compression methods that they lack.
_ARCHIVE_ERRORS = (BadZipFile, zlib.error, KeyError, ValueError, EOFError, NotImplementedError)
# An entry may expand to gigabytes: no list of types is as long as this.
_MOST_ENTRY_BYTES = 1_000_000
_ODF_MIMETYPE = "application/vnd.oasis.opendocument."
_MIMETYPES = tuple((kind.spec.signs.mimetype, kind) for kind in Format if kind.spec.signs.mimetype)
_MAIN_PARTS = tuple(
    (re.compile(kind.spec.signs.content_type), kind.spec.signs.main_part, kind)
    for kind in Format
    if kind.spec.signs.content_type
)


# An entry's own header: signature, flags, method, packed size, lengths of name and extra field (APPNOTE.TXT, 4.3.7).
_LOCAL_HEADER = struct.Struct("<4s2x2H8xL4x2H")
_STORED, _DEFLATED = 0, 8


def detect_zip_format(path: Path, head: bytes) -> Format:
    """The format of a zip, of which `head` are the first bytes: an office format or EPUB, else Format.ARCHIVE.

    UnreadableFileError if it is damaged, protected by a password, or a zip-based format that is not supported.
    """
    # Nearly all programs write first what tells the format: the table of contents need not be read to find it.
    if kind := _match_first_entry(head):
        return kind
    try:
        with open_zip(path) as archive:
            types = _read_beginning(archive, "[Content_Types].xml")
            if kind := _match_ooxml(types, archive.NameToInfo):
                return kind
            mimetype = _read_beginning(archive, "mimetype").strip()
            manifest = "" if mimetype else _read_beginning(archive, "META-INF/manifest.xml")
            names = archive.NameToInfo.keys()
    except _ARCHIVE_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, str(error)) from error
    return _match_mimetype(mimetype, manifest) or _match_archive(types, names)


def _match_first_entry(head: bytes) -> Format | None:
    """The format that the first entry of a zip tells, as far as it lies in these first bytes; None elsewhere."""
    if len(head) < _LOCAL_HEADER.size:
        return None
    _, flags, method, size, name_length, extra_length = _LOCAL_HEADER.unpack_from(head)
    content = head[_LOCAL_HEADER.size + name_length + extra_length :]
    # Bit 0 of the flags: the entry is encrypted.
    if flags & 1 or method not in {_STORED, _DEFLATED}:
        return None
    if method == _STORED:
        content = content[:size]
    else:
        try:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, _MOST_ENTRY_BYTES)
        except zlib.error:
            return None
    text = content.decode("utf-8", errors="replace")
    name = head[_LOCAL_HEADER.size :][:name_length]
    if name == b"mimetype":
        return _match_mimetype(text.strip(), "")
    return _match_ooxml(text, ()) if name == b"[Content_Types].xml" else None


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
        return file.read(_MOST_ENTRY_BYTES).decode("utf-8", errors="replace")


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


# What Pages, Numbers and Keynote write, and where some of them keep the whole document as a PDF, which an archive's
# reader finds.
_APPLE_DOCUMENT = re.compile(r"(?:.*/)?(?:Index/.*\.iwa|Index\.zip|index\.apxl|buildVersionHistory\.plist)")
_APPLE_PREVIEW = "QuickLook/Preview.pdf"


def _match_archive(types: str, names: Collection[str]) -> Format:
    """Format.ARCHIVE; UnreadableFileError for a document of another kind (Visio, XPS, Pages…)."""
    if types:
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, "OOXML sans document, présentation ni classeur")
    if any(map(_APPLE_DOCUMENT.fullmatch, names)) and not any(name.endswith(_APPLE_PREVIEW) for name in names):
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, "document de Pages, Numbers ou Keynote")
    return Format.ARCHIVE


# The stream in which a protected OOXML file keeps its encrypted package. In a damaged file it is searched for as bytes,
# in no more than the beginning.
_ENCRYPTED_STREAM = "EncryptedPackage"
_SEARCHED_BYTES = 64_000_000
# Shorter streams are kept in the ministream ([MS-CFB] 2.3).
_SMALL_STREAM_BYTES = 4096
# The place of the flags in a Word stream, and the one for encryption ([MS-DOC] 2.5.2, fEncrypted).
_WORD_FLAGS, _WORD_ENCRYPTED = 11, 1
# The FilePass record: it stands among the first records of a protected workbook ([MS-XLS] 2.3.2).
_FILE_PASS_RECORD = 0x2F


_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def detect_ole_format(path: Path) -> Format:
    """The format of an OLE file. UnreadableFileError if it is protected by a password, damaged or unknown."""
    try:
        with open_compound_file(path) as ole:
            # Those directly below the root: embedded objects lie deeper and must not decide the format.
            streams = {entry.name: entry for entry in ole.root.kids}
            is_protected = _ENCRYPTED_STREAM in streams or _is_protected(ole, streams)
    except UnreadableFileError as error:
        if error.reason is Reason.DAMAGED and _names_encrypted_stream(path):
            raise UnreadableFileError(Reason.ENCRYPTED, "OLE2") from error
        raise
    if is_protected:
        raise UnreadableFileError(Reason.ENCRYPTED, "OLE2")
    kind = next((kind for kind in Format if any(name in streams for name in kind.spec.signs.ole_streams)), None)
    # An interrupted copy may leave zeros where the directory stood.
    if not any(name.strip("\0") for name in streams):
        raise UnreadableFileError(Reason.DAMAGED, "OLE2 sans contenu nommé")
    if kind is None:
        raise UnreadableFileError(Reason.UNKNOWN_FORMAT, f"OLE2 : {', '.join(sorted(streams)[:10])}")
    return kind


def _names_encrypted_stream(path: Path) -> bool:
    with path.open("rb") as file:
        return _ENCRYPTED_STREAM.encode("utf-16-le") in file.read(_SEARCHED_BYTES)


def _is_protected(ole: CompoundFile, streams: Mapping[str, OleDirectoryEntry]) -> bool:
    """Whether the file needs a password ([MS-DOC] 2.5.2, fEncrypted; [MS-PPT] 2.1; [MS-XLS] 2.3.2)."""
    if "EncryptedSummary" in streams:
        return True
    if word := _read_first_sector(ole, streams.get("WordDocument")):
        return len(word) > _WORD_FLAGS and bool(word[_WORD_FLAGS] & _WORD_ENCRYPTED)
    return _FILE_PASS_RECORD in _read_record_types(
        _read_first_sector(ole, streams.get("Workbook") or streams.get("Book"))
    )


_XML_FILTERS = {Format.OLD_WORD: "MS Word 2003 XML", Format.OLD_EXCEL: "MS Excel 2003 XML"}
# The first two bytes of a Word stream of before 1997, those of Word 6 and Word 95.
_WORD_95 = b"\xdc\xa5"


def find_import_filter(path: Path, kind: Format) -> str:
    """LibreOffice's import filter for a file of an old format; "" where LibreOffice is to find it by itself.

    It would open what it does not know as text: it is left alone only with what it can make nothing else of.
    """
    if kind not in {Format.OLD_WORD, Format.OLD_POWERPOINT, Format.OLD_EXCEL}:
        return ""
    with path.open("rb") as file:
        head = file.read(len(_OLE_MAGIC))
    if not head.startswith(_OLE_MAGIC):
        return "Calc MS Excel 2007 Binary" if head.startswith(b"PK") else _XML_FILTERS.get(kind, "")
    with open_compound_file(path) as ole:
        streams = {entry.name: entry for entry in ole.root.kids}
        if _read_first_sector(ole, streams.get("WordDocument")).startswith(_WORD_95):
            return "MS WinWord 6.0"
    return kind.spec.import_filter if "PP40" not in streams or "PP97_DUALSTORAGE" in streams else ""


def _read_first_sector(ole: CompoundFile, entry: OleDirectoryEntry | None) -> bytes:
    """The first sector of a stream; all of a small one, which lies in the ministream.

    A whole stream may be as large as the file, which need not be read to know what it is.
    """
    if entry is None or not entry.size:
        return b""
    if entry.size < _SMALL_STREAM_BYTES:
        return bytes(ole.openstream(entry.name).read())
    return bytes(ole.getsect(entry.isectStart))


def _read_record_types(stream: bytes) -> Iterator[int]:
    """The types of the records at the beginning of a workbook stream; each record states its length."""
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, position)
        yield kind
        position += 4 + length
