"""The outline, comments, form values and attached files of a PDF (ISO 32000-1, clause 12)."""

from __future__ import annotations

import ctypes
from itertools import islice
from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw as pdfium

from extractors.text import clean_text, clean_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A hostile outline may be endless, and an attachment fill the memory.
_MOST_HEADINGS = 5000
_MOST_ATTACHMENTS = 50
_MOST_ATTACHED_BYTES = 100_000_000
# The types of annotation that may hold a person's comment.
_COMMENT_TYPES = frozenset(
    {
        *(pdfium.FPDF_ANNOT_TEXT, pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_HIGHLIGHT, pdfium.FPDF_ANNOT_STAMP),
        *(pdfium.FPDF_ANNOT_UNDERLINE, pdfium.FPDF_ANNOT_SQUIGGLY, pdfium.FPDF_ANNOT_STRIKEOUT),
        *(pdfium.FPDF_ANNOT_CARET, pdfium.FPDF_ANNOT_SQUARE, pdfium.FPDF_ANNOT_CIRCLE, pdfium.FPDF_ANNOT_INK),
        *(pdfium.FPDF_ANNOT_LINE, pdfium.FPDF_ANNOT_POLYGON, pdfium.FPDF_ANNOT_POLYLINE),
    }
)
# Form fields with text that somebody typed or chose; the others are buttons and signatures.
_TEXT_FIELD_TYPES = frozenset(
    {pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX}
)


def read_outline(document: Any) -> dict[int, str]:
    """The first heading of the outline on each page that has one, by page number from 1."""
    found: dict[int, str] = {}
    for bookmark in islice(document.get_toc(), _MOST_HEADINGS):
        destination = bookmark.get_dest()
        page = None if destination is None else destination.get_index()
        if page is not None and (title := clean_title(bookmark.get_title())):
            found.setdefault(page + 1, title)
    return found


def read_attached_files(document: Any) -> list[tuple[str, bytes]]:
    """The attached files as (name, content); the content is b"" for one that is damaged or too large."""
    files = [document.get_attachment(number) for number in range(min(document.count_attachments(), _MOST_ATTACHMENTS))]
    return [(clean_text(file.get_name()), _read_content(file)) for file in files]


def read_annotations(page: Any, form: Any) -> Iterator[str]:
    """The comments on a page and the values of its form fields, in the order of the file."""
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if annotation:
            try:
                yield _read_annotation(annotation, form)
            finally:
                pdfium.FPDFPage_CloseAnnot(annotation)


def _read_annotation(annotation: Any, form: Any) -> str:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind in _COMMENT_TYPES:
        return _read_string(lambda buffer, size: pdfium.FPDFAnnot_GetStringValue(annotation, b"Contents", buffer, size))
    if kind == pdfium.FPDF_ANNOT_WIDGET and form and _is_text_field(annotation, form):
        return _read_string(lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))
    return ""


def _is_text_field(annotation: Any, form: Any) -> bool:
    return pdfium.FPDFAnnot_GetFormFieldType(form, annotation) in _TEXT_FIELD_TYPES


def _read_string(ask: Callable[[Any, int], int]) -> str:
    """Fetch a string from PDFium, which is asked twice: for the size in bytes, then to fill a buffer with UTF-16."""
    size = ask(None, 0)
    buffer = ctypes.create_string_buffer(size)
    ask(ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    # Without the final NUL, of two bytes.
    return buffer.raw[: max(size - 2, 0)].decode("utf-16-le", errors="replace")


def _read_content(file: Any) -> bytes:
    try:
        content = bytes(file.get_data())
    except pypdfium2.PdfiumError:
        return b""
    return content if len(content) <= _MOST_ATTACHED_BYTES else b""
