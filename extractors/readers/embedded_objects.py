"""Documents embedded in office files: what each one really is, read as attachments are.

Formats: ECMA-376 part 1, 15.2.10 and 15.2.11; [MS-OLEDS] 2.3.6 for a file in a « Package » object.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from extractors.compound_files import open_compound_file
from extractors.errors import UnreadableFileError
from extractors.readers.attachments import read_attachments
from extractors.text import decode_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors.compound_files import CompoundFile
    from extractors.model import Limits, Section

EMBEDDED_KINDS = frozenset({"oleObject", "package"})
"""The last words of the types of relationships that lead to embedded documents."""

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# The stream of an OLE envelope that is the document itself, and the suffix of what it holds.
_CONTENT_STREAMS = {"Package": "", "CONTENTS": ".pdf", "EmbeddedOdf": ""}
_FILE_STREAM = "\x01Ole10Native"
# Formulas and old charts, whose words are numbers and whose picture stands on the page.
_UNREADABLE_STREAMS = frozenset({"Equation Native", "\x01CompObj.MSGraph"})
_MOST_BYTES = 200_000_000


def read_embedded_objects(
    parts: Iterable[tuple[str, bytes]], sections_before: int, limits: Limits
) -> tuple[tuple[Section, ...], tuple[str, ...]]:
    """The Sections of embedded documents given as (name of the part, content), and a warning for each one not read."""
    found = (unpacked for name, content in parts for unpacked in _unpack_object(PurePosixPath(name).name, content))
    return read_attachments(found, sections_before, limits)


def _unpack_object(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The document of an object with its name; none where it has no words of its own."""
    if not content.startswith(_OLE_MAGIC):
        yield name, content
        return
    with TemporaryDirectory(prefix="ruche-") as folder:
        path = Path(folder) / "objet"
        path.write_bytes(content)
        try:
            with open_compound_file(path) as ole:
                yield from _unpack_streams(name, content, ole)
        except UnreadableFileError:
            # Reading it as it is says why it cannot be read.
            yield name, content


def _unpack_streams(name: str, content: bytes, ole: CompoundFile) -> Iterator[tuple[str, bytes]]:
    streams = {entry.name: entry.size for entry in ole.root.kids}
    if _UNREADABLE_STREAMS & streams.keys():
        return
    if streams.get(_FILE_STREAM, _MOST_BYTES) < _MOST_BYTES:
        yield _parse_packaged_file(name, ole.openstream(_FILE_STREAM).read())
        return
    for stream, suffix in _CONTENT_STREAMS.items():
        if streams.get(stream, _MOST_BYTES) < _MOST_BYTES:
            yield f"{PurePosixPath(name).stem}{suffix}", ole.openstream(stream).read()
            return
    yield name, content


def _parse_packaged_file(name: str, stream: bytes) -> tuple[str, bytes]:
    """The name and the content of the file that somebody dropped into a document."""
    # Its size, two bytes of flags, its name, its path, four bytes, a temporary path with its length, its content.
    label, _, rest = stream[6:].partition(b"\0")
    _, _, rest = rest.partition(b"\0")
    path_bytes = int.from_bytes(rest[4:8], "little")
    start = 8 + path_bytes + 4
    size = int.from_bytes(rest[start - 4 : start], "little")
    content = rest[start : start + size]
    return (decode_text(label) or name, content) if content else (name, stream)
