"""What few PDF files have: layers, descriptions of pictures, words beside the page, forms that have no pages."""

from __future__ import annotations

import ctypes
import re
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2.raw as pdfium
from lxml import etree
from pypdf import PdfReader
from pypdf.generic import ArrayObject

from extractors.readers.pdf.layers import PYPDF_ERRORS, list_objects
from extractors.text import to_single_line
from extractors.zips import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml.etree import _Element as Element

_OBJECT_STREAM = re.compile(rb"/ObjStm\b[^>]{0,300}>>\s*stream\r?\n|/ObjStm\b.{0,300}?stream\r?\n", re.DOTALL)
# One pass over the file, pictures included, for all of them.
_MENTION = re.compile(rb"/(?:(OCProperties|ObjStm)|Alt\s*[(<\d]|ActualText)")
_MOST_STREAM_BYTES, _PIECE_BYTES, _OVERLAP_BYTES = 1_000_000, 16_000_000, 500_000
# What a template says: captions, values, help, entries of lists; the second is rich text, as pages have.
_SAID = ("{*}text", "{*}exData")
_DATA = "{http://www.xfa.org/schema/xfa-data/1.0/}data"
_MOST_FORM_BYTES = 20_000_000


class Mentions(NamedTuple):
    """What the objects of a document may have, which costs time to look for: layers, and descriptions of pictures."""

    layers: bool
    descriptions: bool


def find_mentions(path: Path, *, is_tagged: bool) -> Mentions:
    """What a document that is not encrypted may have, as far as its bytes show.

    Descriptions are looked for in one that `is_tagged`, whose structure would be long to walk; elsewhere there may be.
    """
    has_layers, is_described = False, not is_tagged
    for mention in _find_all_mentions(path):
        has_layers = has_layers or mention == b"OCProperties"
        is_described = is_described or mention is None
        if has_layers and is_described:
            break
    return Mentions(has_layers, is_described)


def _find_all_mentions(path: Path) -> Iterator[bytes | None]:
    """« OCProperties » for each mention of layers, None for each of descriptions, in packed objects too."""
    for content in _read_pieces(path):
        for match in _MENTION.finditer(content):
            if match[1] == b"ObjStm":
                yield from (packed[1] for packed in _MENTION.finditer(_unpack_objects(content, match.start())))
            else:
                yield match[1]


def _read_pieces(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces that overlap: what lies on an edge is whole in one of them."""
    end = b""
    with path.open("rb") as file:
        while content := file.read(_PIECE_BYTES):
            yield end + content
            end = content[-_OVERLAP_BYTES:]


def _unpack_objects(content: bytes, place: int) -> bytes:
    """The objects that are packed in the stream whose dictionary mentions it here, as far as they can be unpacked."""
    stream = _OBJECT_STREAM.match(content, place)
    if stream is None:
        return b""
    try:
        return zlib.decompressobj().decompress(memoryview(content)[stream.end() :], _MOST_STREAM_BYTES)
    except zlib.error:
        return b""


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


def read_xfa_form(path: Path) -> list[str]:
    """The words of a form that Adobe Reader alone lays out (XFA 3.3): its template, then what was filled in.

    Its pages say no more than « Please wait… ». None where it cannot be read.
    """
    try:
        form: Any = PdfReader(path).root_object["/AcroForm"]
        written: Any = form["/XFA"].get_object()
        # Pairs of a name and a stream, which together are one document, or that document.
        streams = written[1::2] if isinstance(written, ArrayObject) else [written]
        content = b"".join(stream.get_object().get_data() for stream in streams)
        root = parse_xml(content[:_MOST_FORM_BYTES], recover=True)
    except (*PYPDF_ERRORS, etree.XMLSyntaxError):
        return []
    return list(dict.fromkeys(filter(None, map(to_single_line, _list_words(root)))))


def _list_words(root: Element) -> Iterator[str]:
    for template in root.iter("{*}template"):
        yield from ("".join(map(str, said.itertext())) for said in template.iter(*_SAID))
    for data in root.iter(_DATA):
        yield from (each.text or "" for each in data.iter("*") if not len(each))
