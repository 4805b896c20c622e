"""PDF files: text by PDFium, and a second try by pypdf where PDFium fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pypdfium2
import pypdfium2.raw
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from extractors.dates import pdf_date
from extractors.errors import Reason, UnreadableFileError
from extractors.hyphens import mark_line_ends, rejoin, spelling
from extractors.plain import clean, people, title_worth_showing
from extractors.sections import Extraction, Format, Section, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from extractors.limits import Limits

_FAILED_PAGES_IN_A_ROW = 100


def extract(path: Path, limits: Limits) -> Extraction:  # noqa: ARG001  every reader has the same shape
    """One Section a page that bears text; a page keeps its number when the ones before it are blank."""
    try:
        return _by_pdfium(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise UnreadableFileError(Reason.ENCRYPTED, str(error)) from error
        return _by_pypdf(path)


def _by_pdfium(path: Path) -> Extraction:
    document = pypdfium2.PdfDocument(path)
    try:
        pages = list(_pdfium_pages(document))
        if pages and all(page is None for page in pages):
            raise pypdfium2.PdfiumError("Failed to load every page.")
        return _extraction(pages, document.get_metadata_dict())
    finally:
        document.close()


def _pdfium_pages(document: Any) -> Iterator[str | None]:
    """The raw text of each page, None for a page that fails; a count that lies cannot keep it busy."""
    failures = 0
    for number in range(len(document)):
        try:
            yield _pdfium_page(document, number)
            failures = 0
        except pypdfium2.PdfiumError:
            yield None
            failures += 1
        if failures == _FAILED_PAGES_IN_A_ROW:
            return


def _pdfium_page(document: Any, number: int) -> str:
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            return str(text_page.get_text_range())
        finally:
            text_page.close()
    finally:
        page.close()


def _by_pypdf(path: Path) -> Extraction:
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableFileError(Reason.ENCRYPTED)
        pages: list[str | None] = [page.extract_text() for page in reader.pages]
        information = {str(key).lstrip("/"): str(value) for key, value in (reader.metadata or {}).items()}
    except (PyPdfError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
    return _extraction(pages, information)


def _extraction(pages: list[str | None], information: Mapping[str, str]) -> Extraction:
    marked = [mark_line_ends(page or "") for page in pages]
    known = spelling("\n".join(marked))
    texts = [clean(rejoin(page, known)) for page in marked]
    sections = tuple(Section(Unit.PAGE, number, text) for number, text in enumerate(texts, 1) if text)
    return Extraction(
        Format.PDF,
        sections,
        title=title_worth_showing(information.get("Title", "")),
        authors=people(information.get("Author", "")),
        created=pdf_date(information.get("CreationDate", "")),
        warnings=tuple(_warnings(pages, sections)),
    )


def _warnings(pages: list[str | None], sections: tuple[Section, ...]) -> Iterator[str]:
    failed = [str(number) for number, page in enumerate(pages, 1) if page is None]
    if failed:
        yield f"Pages illisibles : {', '.join(failed[:10])}{'…' if len(failed) > 10 else ''}."  # noqa: PLR2004
    if not sections:
        yield "Aucun texte dans ce PDF : il est sans doute fait d’images numérisées, sans reconnaissance de caractères."
