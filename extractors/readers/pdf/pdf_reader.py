"""The reader of PDF: by PDFium, and a second try by pypdf where PDFium fails."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2
import pypdfium2.raw

from extractors import recognition
from extractors.errors import Reason, UnreadableFileError
from extractors.readers.pdf.annotations import read_annotations, read_attached_files, read_outline
from extractors.readers.pdf.columns import guess_page_title, read_in_order
from extractors.readers.pdf.pages import PdfContent, build_extraction, read_by_pypdf
from extractors.text import clean_title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.model import Extraction, Limits

# A damaged file may claim millions of pages.
_FAILED_PAGES_IN_A_ROW = 100


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each page that has text, numbered by the page's place in the file."""
    try:
        with _open_document(path, limits) as document:
            pages = _read_document(document, limits)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise UnreadableFileError(Reason.ENCRYPTED, str(error)) from error
        pages = read_by_pypdf(path, limits)
    return build_extraction(pages, limits)


@contextmanager
def _open_document(path: Path, limits: Limits) -> Iterator[Any]:
    """The open document, without a password or by the first one that opens it; PdfiumError if that fails."""
    document = _open_with_passwords(path, limits.passwords)
    try:
        # The values of form fields can only be read with a form environment.
        if document.get_formtype() != pypdfium2.raw.FORMTYPE_NONE:
            document.init_forms()
        yield document
    finally:
        document.close()


def _open_with_passwords(path: Path, passwords: tuple[str, ...]) -> Any:
    # On some damaged files PDFium sets no error code, and that of the previous file stays. Loading something that is no
    # PDF resets it; otherwise a damaged file after a protected one would be reported as protected.
    pypdfium2.raw.FPDF_LoadMemDocument(b"", 0, None)
    for password in (None, *passwords):
        try:
            return pypdfium2.PdfDocument(path, password=password)
        except pypdfium2.PdfiumError as error:
            if getattr(error, "err_code", None) != pypdfium2.raw.FPDF_ERR_PASSWORD:
                raise
            refusal = error
    raise refusal


def _read_document(document: Any, limits: Limits) -> PdfContent:
    """Read all of the document by PDFium; PdfiumError if no page can be loaded, so that pypdf gets its try."""
    information = document.get_metadata_dict()
    title = clean_title(information.get("Title", ""))
    read = list(_read_pages(document, guess=not title))
    texts = [page.text for page in read]
    if texts and all(text is None for text in texts):
        raise pypdfium2.PdfiumError("Failed to load every page.")
    blank = [number for number, text in enumerate(texts) if text is not None and not text.strip()]
    recognised, warnings = _recognise_pages(document, blank, limits)
    for number, text in recognised.items():
        texts[number] = text
    return PdfContent(
        texts,
        information,
        headings=read_outline(document),
        attachments=read_attached_files(document),
        title=title or next((page.title for page in read), ""),
        warnings=warnings,
    )


class _PageText(NamedTuple):
    """The raw text of a page, None if it cannot be loaded, and the title guessed from it, if one was asked for."""

    text: str | None
    title: str = ""


def _read_pages(document: Any, *, guess: bool) -> Iterator[_PageText]:
    """The pages in order; `guess` asks for a title from the first one. Ends after many failing pages in a row."""
    failures = 0
    for number in range(len(document)):
        try:
            yield _read_page(document, number, guess=guess and number == 0)
            failures = 0
        except pypdfium2.PdfiumError:
            yield _PageText(None)
            failures += 1
        if failures == _FAILED_PAGES_IN_A_ROW:
            return


def _read_page(document: Any, number: int, *, guess: bool) -> _PageText:
    """The text of a page in reading order, followed by its comments and the values of its form fields."""
    with closing(document[number]) as page:
        with closing(page.get_textpage()) as text_page:
            text = read_in_order(text_page)
            title = guess_page_title(text_page, page.get_height()) if guess else ""
        return _PageText("\n".join([text, *read_annotations(page, document.formenv)]), title)


def _recognise_pages(document: Any, blank: list[int], limits: Limits) -> tuple[dict[int, str], tuple[str, ...]]:
    """The recognised text of scanned pages by index from 0, within the budget, and warnings about the rest."""
    pictured = [number for number in blank if _has_image(document, number)]
    if not pictured:
        return {}, ()
    if not recognition.is_available():
        return {}, (recognition.UNAVAILABLE_WARNING,)
    texts = list(recognition.recognise_text((_render_page(document, number) for number in pictured), limits))
    left = len(pictured) - len(texts)
    return dict(zip(pictured, texts, strict=False)), (recognition.warning_for_skipped_pages(left),) if left else ()


def _has_image(document: Any, number: int) -> bool:
    """Whether the page contains an image: a blank page needs no recognition."""
    with closing(document[number]) as page:
        objects = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        return next(iter(objects), None) is not None


def _render_page(document: Any, number: int) -> Any:
    # One page at a time: a whole scanned document would fill the memory.
    with closing(document[number]) as page:
        return page.render(scale=recognition.page_scale(*page.get_size())).to_pil()
