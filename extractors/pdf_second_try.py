"""Reading PDF files that PDFium cannot open, by pypdf: slowly, but it opens some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from extractors.errors import Reason, UnreadableFileError
from extractors.pdf_sections import PdfContent

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.limits import Limits

# pypdf lets errors of all kinds through on damaged files.
_PYPDF_ERRORS = (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def read_by_pypdf(path: Path, limits: Limits) -> PdfContent:
    """The text of all pages and the document's properties; UnreadableFileError if that fails."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not any(reader.decrypt(password) for password in ("", *limits.passwords)):
            raise UnreadableFileError(Reason.ENCRYPTED)
        texts = [page.extract_text() for page in reader.pages]
        information = {str(key).lstrip("/"): str(value) for key, value in (reader.metadata or {}).items()}
    except _PYPDF_ERRORS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
    return PdfContent(texts, information, title=information.get("Title", ""))
