"""Leaves out what nobody sees on a page: what lies beside it, and layers that are switched off (ISO 32000-1, 8.11)."""

from __future__ import annotations

import ctypes
import os
import re
import zlib
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject

from extractors.readers.pdf.descriptions import read_mark_parameter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OBJECT_STREAM = re.compile(rb"/ObjStm\b[^>]{0,300}>>\s*stream\r?\n|/ObjStm\b.{0,300}?stream\r?\n", re.DOTALL)
_DESCRIPTION = re.compile(rb"/A(?:lt\s*[(<\d]|ctualText)")
_MOST_OBJECT_STREAMS, _MOST_STREAM_BYTES, _END_BYTES = 100, 1_000_000, 65_536
# pypdf lets errors of all kinds through on damaged files.
_PYPDF_ERRORS = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    NotImplementedError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class HiddenLayers:
    """The layers of a document that are switched off, by the numbers of their objects and by their names."""

    reader: PdfReader
    numbers: frozenset[int]
    names: frozenset[str]

    def hide(self, page: Any, number: int) -> None:
        """Make the objects of these layers inactive on a page; `number` counts from 0."""
        drawings = list[Any]()
        for drawn in _list_objects(page):
            if self._is_hidden(drawn):
                pdfium.FPDFPageObj_SetIsActive(drawn, False)  # noqa: FBT003  the library's own
            if pdfium.FPDFPageObj_GetType(drawn) in {pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_IMAGE}:
                drawings.append(drawn)
        shown = list(self._list_drawings(number))
        # What is drawn by name comes in the same order from both libraries; else nothing is known of it.
        if len(shown) == len(drawings):
            for drawn, is_hidden in zip(drawings, shown, strict=True):
                if is_hidden:
                    pdfium.FPDFPageObj_SetIsActive(drawn, False)  # noqa: FBT003  the library's own

    def _is_hidden(self, drawn: Any) -> bool:
        marks = (pdfium.FPDFPageObj_GetMark(drawn, place) for place in range(pdfium.FPDFPageObj_CountMarks(drawn)))
        return any(read_mark_parameter(mark, b"Name") in self.names for mark in marks)

    def _list_drawings(self, number: int) -> Iterator[bool]:
        """For each form or picture that the page draws, whether its layer is switched off."""
        try:
            page = self.reader.pages[number]
            resources = page.get("/Resources", DictionaryObject()).get_object().get("/XObject", DictionaryObject())
            named = resources.get_object()
            hidden = (
                {name for name in named if self._is_off(named[name].get_object().raw_get("/OC"))} if named else set()
            )
            content = page.get_contents()
            operations = ContentStream(content, self.reader).operations if content is not None and hidden else []
        except _PYPDF_ERRORS:
            return
        for operands, operator in operations:
            if operator == b"Do":
                yield operands[0] in hidden
            elif operator == b"INLINE IMAGE":
                yield False

    def _is_off(self, layer: Any) -> bool:
        return isinstance(layer, IndirectObject) and layer.idnum in self.numbers


def find_hidden_layers(path: Path) -> HiddenLayers | None:
    """The layers that are switched off when the document is opened; None where there is none."""
    try:
        reader = PdfReader(path)
        layers: Any = reader.root_object["/OCProperties"]
        settings = layers["/D"].get_object()
        every, off, on = (
            _list_numbers(found) for found in (layers.get("/OCGs"), settings.get("/OFF"), settings.get("/ON"))
        )
        numbers = every - on if settings.get("/BaseState") == "/OFF" else off
        names = {number: _read_name(reader, number) for number in every | off}
    except _PYPDF_ERRORS:
        return None
    if not numbers:
        return None
    # Names may be shared: what one layer shows is shown.
    shown = {name for number, name in names.items() if number not in numbers}
    hidden = frozenset(name for number, name in names.items() if number in numbers and name) - shown
    return HiddenLayers(reader, frozenset(numbers), hidden)


def _read_name(reader: PdfReader, number: int) -> str:
    layer = reader.get_object(number)
    return str(layer.get("/Name", "")) if isinstance(layer, DictionaryObject) else ""


class Mentions(NamedTuple):
    """What the objects of a document may have, which costs time to look for: layers, and descriptions of pictures."""

    layers: bool
    descriptions: bool


def find_mentions(path: Path) -> Mentions:
    """What a document may have, as far as the ends of its file show: its catalogue lies there, most often."""
    with path.open("rb") as file:
        content = file.read(_END_BYTES)
        rest = path.stat().st_size - len(content)
        file.seek(-min(rest, _END_BYTES), os.SEEK_END)
        content += file.read() if rest > 0 else b""
    # Whatever a longer file may hold in between is looked for.
    has_layers, is_described = b"/OCProperties" in content, rest > _END_BYTES or bool(_DESCRIPTION.search(content))
    for match in islice(_OBJECT_STREAM.finditer(content), _MOST_OBJECT_STREAMS):
        if has_layers and is_described:
            break
        with suppress(zlib.error):
            objects = zlib.decompressobj().decompress(memoryview(content)[match.end() :], _MOST_STREAM_BYTES)
            has_layers = has_layers or b"/OCProperties" in objects
            is_described = is_described or bool(_DESCRIPTION.search(objects))
    return Mentions(has_layers, is_described)


def _list_numbers(layers: Any) -> set[int]:
    found = layers.get_object() if layers is not None else []
    listed = found if isinstance(found, ArrayObject) else []
    return {each.idnum for each in listed if isinstance(each, IndirectObject)}


def hide_outside(page: Any) -> None:
    """Make what lies wholly outside the visible box of a page inactive."""
    left, bottom, right, top = page.get_cropbox()
    for drawn in _list_objects(page):
        box = [ctypes.c_float() for _ in range(4)]
        if not pdfium.FPDFPageObj_GetBounds(drawn, *box):
            continue
        its_left, its_bottom, its_right, its_top = (side.value for side in box)
        if its_right <= left or its_left >= right or its_top <= bottom or its_bottom >= top:
            pdfium.FPDFPageObj_SetIsActive(drawn, False)  # noqa: FBT003  the library's own


def _list_objects(page: Any) -> Iterator[Any]:
    for number in range(pdfium.FPDFPage_CountObjects(page)):
        yield pdfium.FPDFPage_GetObject(page, number)
