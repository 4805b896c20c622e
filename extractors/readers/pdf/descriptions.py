"""What the pages of a PDF say of their pictures and formulas (ISO 32000-1, 14.9.3 and 14.9.4)."""

from __future__ import annotations

import ctypes
from functools import partial
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium
from pypdf.generic import create_string_object

from extractors.readers.pdf.annotations import NUL_BYTES, read_string
from extractors.text import clean_description

if TYPE_CHECKING:
    from collections.abc import Iterator

# A hostile tree may be endless; beyond so many objects a page is a drawing, and looking at each takes too long.
_MOST_ELEMENTS, _MOST_OBJECTS = 5000, 40
_USUAL_BYTES = 1024
_KEYS = (b"ActualText", b"Alt")


def list_descriptions(page: Any, text: str, *, is_tagged: bool | None) -> list[str]:
    """The replacement texts and the descriptions of the things on a page, without those that its text says already.

    They stand in the structure of a document that is tagged, else in marks around what is drawn; None for neither.
    """
    if is_tagged is None:
        return []
    written = _read_structure(page) if is_tagged else _read_marks(page)
    found = dict.fromkeys(filter(None, map(clean_description, filter(None, written))))
    said = _squeeze(text) if found else ""
    return [each for each in found if _squeeze(each) not in said]


def _squeeze(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


def _read_structure(page: Any) -> list[str]:
    """Those of the structure tree of a tagged document."""
    tree, found = pdfium.FPDF_StructTree_GetForPage(page), list[str]()
    if not tree:
        return found
    # Local names: a document has ten thousands of elements.
    ask_actual, ask_alternative = pdfium.FPDF_StructElement_GetActualText, pdfium.FPDF_StructElement_GetAltText
    count_children, get_child = pdfium.FPDF_StructElement_CountChildren, pdfium.FPDF_StructElement_GetChildAtIndex
    count = pdfium.FPDF_StructTree_CountChildren(tree)
    # One buffer for all: most elements have neither.
    buffer = ctypes.create_string_buffer(_USUAL_BYTES)
    waiting = [pdfium.FPDF_StructTree_GetChildAtIndex(tree, number) for number in reversed(range(count))]
    for _ in range(_MOST_ELEMENTS):
        if not waiting:
            break
        element = waiting.pop()
        if not element:
            continue
        for ask in (ask_actual, ask_alternative):
            length = ask(element, buffer, _USUAL_BYTES)
            if length > NUL_BYTES:
                raw = ctypes.string_at(buffer, length - NUL_BYTES) if length <= _USUAL_BYTES else b""
                found.append(raw.decode("utf-16-le", errors="replace") or read_string(partial(ask, element)))
                break
        waiting.extend([get_child(element, number) for number in range(count_children(element) - 1, -1, -1)])
    pdfium.FPDF_StructTree_Close(tree)
    return found


def _read_marks(page: Any) -> Iterator[str]:
    """Those of the marks around what is drawn; text that is marked so comes as it is replaced already."""
    count = pdfium.FPDFPage_CountObjects(page)
    for number in range(count if count <= _MOST_OBJECTS else 0):
        drawn = pdfium.FPDFPage_GetObject(page, number)
        for place in range(pdfium.FPDFPageObj_CountMarks(drawn)):
            yield _read_mark(pdfium.FPDFPageObj_GetMark(drawn, place))


def _read_mark(mark: Any) -> str:
    return next(filter(None, (read_mark_parameter(mark, key) for key in _KEYS)), "")


def read_mark_parameter(mark: Any, key: bytes) -> str:
    """A parameter of a mark, "" where it has none of this name."""
    length = ctypes.c_ulong()
    # PDFium takes any string for UTF-8: its bytes are asked for instead.
    if not pdfium.FPDFPageObjMark_GetParamBlobValue(mark, key, None, 0, length) or not length.value:
        return ""
    buffer = (ctypes.c_ubyte * length.value)()
    pdfium.FPDFPageObjMark_GetParamBlobValue(mark, key, buffer, length.value, length)
    return str(create_string_object(bytes(buffer)))
