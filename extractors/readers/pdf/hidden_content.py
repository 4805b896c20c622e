"""What few PDF files have: layers, descriptions of pictures, words beside the page, forms that have no pages."""

from __future__ import annotations

import ctypes
import re
import zlib
from contextlib import suppress
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
_DESCRIPTION = re.compile(rb"/A(?:lt\s*[(<\d]|ctualText)")
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
    for content in _read_pieces(path):
        has_layers = has_layers or b"/OCProperties" in content
        is_described = is_described or _mentions_descriptions(content)
        for objects in _unpack_objects(content):
            if has_layers and is_described:
                return Mentions(has_layers, is_described)
            has_layers = has_layers or b"/OCProperties" in objects
            is_described = is_described or _mentions_descriptions(objects)
    return Mentions(has_layers, is_described)


def _mentions_descriptions(content: bytes) -> bool:
    # The plain searches first: they take a tenth of the time of the expression.
    return (b"/Alt" in content or b"/ActualText" in content) and _DESCRIPTION.search(content) is not None


def _read_pieces(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces that overlap: what lies on an edge is whole in one of them."""
    end = b""
    with path.open("rb") as file:
        while content := file.read(_PIECE_BYTES):
            yield end + content
            end = content[-_OVERLAP_BYTES:]


def _unpack_objects(content: bytes) -> Iterator[bytes]:
    """The objects that are packed in streams, as far as these can be unpacked."""
    # A plain search goes through the pictures of a file several times as fast as an expression does.
    place = content.find(b"/ObjStm")
    while place >= 0:
        if match := _OBJECT_STREAM.match(content, place):
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(memoryview(content)[match.end() :], _MOST_STREAM_BYTES)
        place = content.find(b"/ObjStm", match.end() if match else place + 1)


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
