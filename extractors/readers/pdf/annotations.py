"""The outline, comments, form values and attached files of a PDF (ISO 32000-1, clause 12)."""

from __future__ import annotations

import ctypes
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from extractors.readers.markup import parse_html
from extractors.text import clean_text, clean_title

if TYPE_CHECKING:
    from collections.abc import Callable

NUL_BYTES = 2
"""The length of an empty string of PDFium's: its final NUL."""

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
        *(pdfium.FPDF_ANNOT_FILEATTACHMENT, pdfium.FPDF_ANNOT_SOUND, pdfium.FPDF_ANNOT_MOVIE),
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


class Annotation(NamedTuple):
    """What a person added to a page: a comment or the value of a field, and a file as (name, content)."""

    text: str
    file: tuple[str, bytes] | None = None


def read_annotations(page: Any, document: Any) -> list[Annotation]:
    """The comments on a page, the values of its form fields and its attached files, in the order of the file."""
    found = list[Annotation]()
    for number in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if annotation:
            try:
                found.append(
                    Annotation(_read_annotation(annotation, document.formenv), _read_file(annotation, document))
                )
            finally:
                pdfium.FPDFPage_CloseAnnot(annotation)
    return found


def _read_file(annotation: Any, document: Any) -> tuple[str, bytes] | None:
    if pdfium.FPDFAnnot_GetSubtype(annotation) != pdfium.FPDF_ANNOT_FILEATTACHMENT:
        return None
    raw = pdfium.FPDFAnnot_GetFileAttachment(annotation)
    if not raw:
        return None
    file = pypdfium2.PdfAttachment(raw, document)
    return clean_text(file.get_name()), _read_content(file)


def _read_comment(annotation: Any) -> str:
    """The plain text of a comment, else its rich text, which some programs write alone (12.7.3.4)."""
    plain, rich = (
        read_string(lambda buffer, size, key=key: pdfium.FPDFAnnot_GetStringValue(annotation, key, buffer, size))  # type: ignore[misc]
        for key in (b"Contents", b"RC")
    )
    if plain.strip() or not rich:
        return plain
    return "\n".join(line.text for line in parse_html(rich.encode(), "utf-8").lines)


def _read_annotation(annotation: Any, form: Any) -> str:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind in _COMMENT_TYPES:
        return _read_comment(annotation)
    if kind == pdfium.FPDF_ANNOT_WIDGET and form and _is_text_field(annotation, form):
        return read_string(lambda buffer, size: pdfium.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))
    return ""


def _is_text_field(annotation: Any, form: Any) -> bool:
    return pdfium.FPDFAnnot_GetFormFieldType(form, annotation) in _TEXT_FIELD_TYPES


def read_string(ask: Callable[[Any, int], int]) -> str:
    """Fetch a string from PDFium, which is asked twice: for the size in bytes, then to fill a buffer with UTF-16."""
    size = ask(None, 0)
    # Most strings are not there at all, or empty but for the final NUL.
    if size <= NUL_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(size)
    ask(ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: size - NUL_BYTES].decode("utf-16-le", errors="replace")


def _read_content(file: Any) -> bytes:
    try:
        content = bytes(file.get_data())
    except pypdfium2.PdfiumError:
        return b""
    return content if len(content) <= _MOST_ATTACHED_BYTES else b""
