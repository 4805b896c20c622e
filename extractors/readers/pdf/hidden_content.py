"""What few PDF files have, and costs time to look for: layers, descriptions of pictures, words beside the page."""

from __future__ import annotations

import ctypes
import re
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2.raw as pdfium

from extractors.readers.pdf.layers import list_objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OBJECT_STREAM = re.compile(rb"/ObjStm\b[^>]{0,300}>>\s*stream\r?\n|/ObjStm\b.{0,300}?stream\r?\n", re.DOTALL)
_DESCRIPTION = re.compile(rb"/A(?:lt\s*[(<\d]|ctualText)")
_MOST_STREAM_BYTES, _PIECE_BYTES, _OVERLAP_BYTES = 1_000_000, 16_000_000, 500_000


class Mentions(NamedTuple):
    """What the objects of a document may have, which costs time to look for: layers, and descriptions of pictures."""

    layers: bool
    descriptions: bool


def find_mentions(path: Path, *, is_tagged: bool) -> Mentions:
    """What a document may have, as far as its bytes show; encrypted objects may be anything.

    Descriptions are looked for in one that `is_tagged`, whose structure would be long to walk; elsewhere there may be.
    """
    has_layers, is_described = False, not is_tagged
    for content in _read_pieces(path):
        # Streams of objects are then encrypted too.
        if b"/Encrypt" in content:
            return Mentions(layers=True, descriptions=True)
        has_layers = has_layers or b"/OCProperties" in content
        is_described = is_described or _DESCRIPTION.search(content) is not None
        for objects in _unpack_objects(content):
            if has_layers and is_described:
                return Mentions(has_layers, is_described)
            has_layers = has_layers or b"/OCProperties" in objects
            is_described = is_described or _DESCRIPTION.search(objects) is not None
    return Mentions(has_layers, is_described)


def _read_pieces(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces that overlap: what lies on an edge is whole in one of them."""
    end = b""
    with path.open("rb") as file:
        while content := file.read(_PIECE_BYTES):
            yield end + content
            end = content[-_OVERLAP_BYTES:]


def _unpack_objects(content: bytes) -> Iterator[bytes]:
    """The objects that are packed in streams, as far as these can be unpacked."""
    for match in _OBJECT_STREAM.finditer(content):
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(memoryview(content)[match.end() :], _MOST_STREAM_BYTES)


def hide_outside(page: Any) -> None:
    """Make what lies wholly outside the visible box of a page inactive."""
    left, bottom, right, top = page.get_cropbox()
    for drawn in list_objects(page):
        box = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(drawn, *box):
            continue
        its_left, its_bottom, its_right, its_top = (side.value for side in box)
        if its_right <= left or its_left >= right or its_top <= bottom or its_bottom >= top:
            pdfium.FPDFPageObj_SetIsActive(drawn, False)  # noqa: FBT003  the library's own
