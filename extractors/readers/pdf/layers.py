"""Leaves out what layers of a PDF hide when it is opened (ISO 32000-1, 8.11)."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject

from extractors.readers.pdf.descriptions import read_mark_parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PYPDF_ERRORS = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    NotImplementedError,
    OSError,
)
"""What pypdf lets through on damaged files."""

_DEEPEST_CONDITION = 20
# Where a condition says which layers it is about.
_ABOUT, _ABOUT_NAMES = (b"OCGs", b"VE"), {"/OCGs", "/VE"}
_DRAWN_BY_NAME = frozenset({pdfium.FPDF_PAGEOBJ_FORM, pdfium.FPDF_PAGEOBJ_IMAGE})


@dataclass(frozen=True, slots=True)
class HiddenLayers:
    """The layers of a document that are switched off, by the numbers of their objects and by their names."""

    reader: PdfReader
    numbers: frozenset[int]
    names: frozenset[str]

    def hide(self, page: Any, number: int) -> None:
        """Make the objects of these layers inactive on a page; `number` counts from 0."""
        objects = list(list_objects(page))
        marks = {address: mark for drawn in objects for address, mark in _list_marks(drawn)}
        hidden = {address for address, mark in marks.items() if read_mark_parameter(mark, b"Name") in self.names}
        hidden |= self._find_hidden_members(marks, number)
        drawings = [drawn for drawn in objects if pdfium.FPDFPageObj_GetType(drawn) in _DRAWN_BY_NAME]
        off = [drawn for drawn in objects if any(address in hidden for address, _ in _list_marks(drawn))]
        # What is drawn by name comes in the same order from both libraries; else nothing is known of it.
        shown = list(self._list_drawings(number))
        if len(shown) == len(drawings):
            off += [drawn for drawn, is_hidden in zip(drawings, shown, strict=True) if is_hidden]
        for drawn in off:
            pdfium.FPDFPageObj_SetIsActive(drawn, False)  # noqa: FBT003  the library's own

    def _find_hidden_members(self, marks: dict[int, Any], number: int) -> set[int]:
        """The addresses of the marks whose condition on several layers is not met; PDFium does not say which it is."""
        members = [address for address, mark in marks.items() if any(_has_parameter(mark, key) for key in _ABOUT)]
        if not members:
            return set()
        states = list(self._list_members(number))
        # Marks come in the order of the page; one around nothing is known to pypdf alone, and upsets the count.
        if len(states) == len(members):
            return {address for address, is_hidden in zip(members, states, strict=True) if is_hidden}
        # What may be shown is read: to lose words is worse than to find some that no screen shows.
        return set(members) if states and all(states) else set()

    def _list_members(self, number: int) -> Iterator[bool]:
        """For each part of a page that is shown under a condition, whether it is hidden."""
        named = self._read_resources(number, "/Properties")
        conditions = {
            name: layer
            for name, layer in named.items()
            if _is_condition(layer) and _ABOUT_NAMES & set(layer.get_object())
        }
        for operands, operator in self._read_operations(number) if conditions else ():
            if operator == b"BDC" and operands[0] == "/OC" and operands[1] in conditions:
                yield not self._is_shown(conditions[operands[1]])

    def _list_drawings(self, number: int) -> Iterator[bool]:
        """For each form or picture that the page draws, whether its layer is switched off."""
        named = self._read_resources(number, "/XObject")
        hidden = {name for name, drawn in named.items() if self._is_drawing_hidden(drawn)}
        for operands, operator in self._read_operations(number) if hidden else ():
            if operator == b"Do":
                yield operands[0] in hidden
            elif operator == b"INLINE IMAGE":
                yield False

    def _is_drawing_hidden(self, drawn: Any) -> bool:
        try:
            return not self._is_shown(drawn.get_object().raw_get("/OC"))
        except PYPDF_ERRORS:
            return False

    def _read_resources(self, number: int, kind: str) -> dict[str, Any]:
        """What the page's resources of a kind name, unresolved."""
        try:
            resources = self.reader.pages[number].get("/Resources", DictionaryObject()).get_object()
            named = resources.get(kind, DictionaryObject()).get_object()
            return {str(name): named.raw_get(name) for name in named}
        except PYPDF_ERRORS:
            return {}

    def _read_operations(self, number: int) -> Iterable[tuple[Any, bytes]]:
        try:
            content = self.reader.pages[number].get_contents()
            return [] if content is None else ContentStream(content, self.reader).operations
        except PYPDF_ERRORS:
            return []

    def _is_shown(self, layer: Any) -> bool:
        """Whether a layer is on, or the condition of a membership of layers is met."""
        if not _is_condition(layer):
            return not (isinstance(layer, IndirectObject) and layer.idnum in self.numbers)
        condition = layer.get_object()
        # Where there is an expression, the simple policy is for viewers of before 2004.
        if isinstance(expression := condition.get("/VE"), ArrayObject):
            return self._evaluate(expression)
        layers = condition.raw_get("/OCGs") if "/OCGs" in condition else None
        listed = layers.get_object() if layers is not None else None
        states = [self._is_shown(each) for each in (listed if isinstance(listed, ArrayObject) else [layers])]
        policies = {"/AllOn": all(states), "/AnyOff": not all(states), "/AllOff": not any(states)}
        # A condition without layers is none.
        return layers is None or not states or policies.get(str(condition.get("/P")), any(states))

    def _evaluate(self, expression: Any, depth: int = 0) -> bool:
        """Whether an expression of layers is true: an array of « And », « Or » or « Not » and what that is about."""
        found = expression.get_object()
        if not isinstance(found, ArrayObject) or not found or depth > _DEEPEST_CONDITION:
            return self._is_shown(expression)
        states = [self._evaluate(each, depth + 1) for each in found[1:]]
        if found[0] == "/Not":
            return not all(states)
        return any(states) if found[0] == "/Or" else all(states)


def _is_condition(layer: Any) -> bool:
    """Whether what stands for a layer is a membership of several (8.11.2.2)."""
    found = layer.get_object() if layer is not None else None
    return isinstance(found, DictionaryObject) and found.get("/Type") == "/OCMD"


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
        shown_on_screen = dict(_list_screen_states(reader, settings))
        numbers = {number for number in numbers | shown_on_screen.keys() if not shown_on_screen.get(number)}
        names = {number: _read_name(reader, number) for number in every | off}
    except PYPDF_ERRORS:
        return None
    if not numbers:
        return None
    # Names may be shared: what one layer shows is shown.
    shown = {name for number, name in names.items() if number not in numbers}
    hidden = frozenset(name for number, name in names.items() if number in numbers and name) - shown
    return HiddenLayers(reader, frozenset(numbers), hidden)


def _list_screen_states(reader: PdfReader, settings: Any) -> Iterator[tuple[int, bool]]:
    """Whether the layers that are switched by what a document is opened for are shown on a screen (8.11.4.4)."""
    for automatic in settings.get("/AS", ArrayObject()).get_object():
        rule = automatic.get_object()
        # There are rules for printing and for exporting too.
        if rule.get("/Event") == "/View" and "/View" in rule.get("/Category", ArrayObject()).get_object():
            for number in _list_numbers(rule.get("/OCGs")):
                layer: Any = reader.get_object(number)
                view = layer.get("/Usage", DictionaryObject()).get_object().get("/View", DictionaryObject())
                if state := view.get_object().get("/ViewState"):
                    yield number, state != "/OFF"


def _read_name(reader: PdfReader, number: int) -> str:
    layer = reader.get_object(number)
    return str(layer.get("/Name", "")) if isinstance(layer, DictionaryObject) else ""


def _list_numbers(layers: Any) -> set[int]:
    found = layers.get_object() if layers is not None else []
    listed = found if isinstance(found, ArrayObject) else []
    return {each.idnum for each in listed if isinstance(each, IndirectObject)}


def _list_marks(drawn: Any) -> Iterator[tuple[int, Any]]:
    """The marks around an object with their addresses: what is marked at once shares its mark."""
    for place in range(pdfium.FPDFPageObj_CountMarks(drawn)):
        mark = pdfium.FPDFPageObj_GetMark(drawn, place)
        yield ctypes.cast(mark, ctypes.c_void_p).value or 0, mark


def _has_parameter(mark: Any, key: bytes) -> bool:
    return bool(pdfium.FPDFPageObjMark_GetParamValueType(mark, key) != pdfium.FPDF_OBJECT_UNKNOWN)


def list_objects(page: Any) -> Iterator[Any]:
    """PDFium's handles of the objects of a page."""
    for number in range(pdfium.FPDFPage_CountObjects(page)):
        yield pdfium.FPDFPage_GetObject(page, number)
