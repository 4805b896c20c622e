"""The reader of PDF: by PDFium, and a second try by pypdf where PDFium fails."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pypdfium2
import pypdfium2.raw

from extractors import recognition
from extractors.errors import NO_RECOGNITION_WARNING, Reason, UnreadableFileError
from extractors.readers.pdf.annotations import read_annotations, read_attached_files, read_outline
from extractors.readers.pdf.characters import correct_lines, guess_page_title
from extractors.readers.pdf.columns import read_in_order, read_runs
from extractors.readers.pdf.descriptions import list_descriptions
from extractors.readers.pdf.hidden_content import Mentions, find_mentions, hide_outside, read_xfa_form
from extractors.readers.pdf.layers import find_hidden_layers
from extractors.readers.pdf.pages import PdfContent, build_extraction, read_by_pypdf, warning_for_unreadable_pages
from extractors.readers.pdf.readability import is_readable
from extractors.text import clean_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from extractors.model import Extraction, Limits
    from extractors.readers.pdf.columns import TextRun
    from extractors.readers.pdf.layers import HiddenLayers

# A damaged file may claim millions of pages.
_FAILED_PAGES_IN_A_ROW = 100
# The latter where a certificate opens the file, or a program that sells it.
_PROTECTED = frozenset({pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY})


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each page that has text, numbered by the page's place in the file."""
    try:
        with _open_document(path, limits) as document:
            pages = _read_document(document, _find_traits(document, path), limits)
            if pages.texts and document.get_formtype() == pypdfium2.raw.FORMTYPE_XFA_FULL:
                pages = replace(pages, texts=_add_form(pages.texts, read_xfa_form(path)))
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in _PROTECTED:
            raise UnreadableFileError(Reason.ENCRYPTED, str(error)) from error
        pages = read_by_pypdf(path, limits)
    return build_extraction(pages, limits)


def _add_form(texts: Sequence[str | None], form: Sequence[str]) -> list[str | None]:
    """The texts of the pages, the words of a dynamic form on the first one: it has no pages of its own."""
    return ["\n".join([(texts[0] or "").rstrip(), *form]), *texts[1:]]


class _Traits(NamedTuple):
    """What few documents have: layers that are switched off, and a structure that may describe pictures.

    `is_tagged` is None where the document has a structure that describes nothing.
    """

    hidden: HiddenLayers | None
    is_tagged: bool | None


def _find_traits(document: Any, path: Path) -> _Traits:
    is_tagged = bool(pypdfium2.raw.FPDFCatalog_IsTagged(document))
    # Encrypted objects may be anything.
    is_encrypted = pypdfium2.raw.FPDF_GetSecurityHandlerRevision(document) >= 0
    mentions = Mentions(layers=True, descriptions=True) if is_encrypted else find_mentions(path, is_tagged=is_tagged)
    return _Traits(
        find_hidden_layers(path) if mentions.layers else None,
        None if is_tagged and not mentions.descriptions else is_tagged,
    )


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


def _read_document(document: Any, traits: _Traits, limits: Limits) -> PdfContent:
    """Read all of the document by PDFium; PdfiumError if no page can be loaded, so that pypdf gets its try."""
    information = document.get_metadata_dict()
    title = clean_title(information.get("Title", ""))
    read = list(_read_pages(document, traits, guess=not title))
    texts = [page.text for page in read]
    if texts and all(text is None for text in texts):
        raise pypdfium2.PdfiumError("Failed to load every page.")
    blank = [number for number, text in enumerate(texts) if text is not None and not text.strip()]
    garbled = [number for number, text in enumerate(texts) if text and not is_readable(text)]
    pictured = [number for number in blank if _has_image(document, number)]
    recognised, warnings = _recognise_pages(document, sorted([*garbled, *pictured]), limits)
    for number, text in recognised.items():
        texts[number] = text if text.strip() else texts[number]
    unread = [number for number in garbled if not is_readable(texts[number] or "")]
    return PdfContent(
        [None if text is None else f"{text}\n{page.notes}" for text, page in zip(texts, read, strict=True)],
        information,
        headings=read_outline(document),
        attachments=_list_attachments(document, read),
        title=title or next((page.title for page in read), ""),
        warnings=(
            *([NO_RECOGNITION_WARNING] if pictured and not recognition.is_available() else ()),
            *warnings,
            *([warning_for_unreadable_pages(unread)] if unread else ()),
        ),
    )


def _list_attachments(document: Any, pages: Iterable[_PageText]) -> list[tuple[str, bytes]]:
    """The files attached to the document, then those attached to places on its pages, each once."""
    files = dict.fromkeys(read_attached_files(document))
    files |= dict.fromkeys(file for page in pages for file in page.files)
    return list(files)


class _PageText(NamedTuple):
    """The raw text of a page, None if it cannot be loaded, and the title guessed from it, if one was asked for.

    `notes` are what stands in no text: descriptions, comments, values of form fields. `files` are those attached to
    places on the page, as (name, content).
    """

    text: str | None
    title: str = ""
    notes: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


def _read_pages(document: Any, traits: _Traits, *, guess: bool) -> Iterator[_PageText]:
    """The pages in order; `guess` asks for a title from the first one. Ends after many failing pages in a row."""
    failures = 0
    for number in range(len(document)):
        try:
            yield _read_page(document, number, traits, guess=guess and number == 0)
            failures = 0
        except pypdfium2.PdfiumError:
            yield _PageText(None)
            failures += 1
        if failures == _FAILED_PAGES_IN_A_ROW:
            return


def _read_page(document: Any, number: int, traits: _Traits, *, guess: bool) -> _PageText:
    """The text of a page in reading order, followed by what it says of pictures, its comments and its form values."""
    with closing(document[number]) as page:
        if traits.hidden is not None:
            traits.hidden.hide(page, number)
        text, title = _read_visible_text(page, guess=guess)
        annotations = read_annotations(page, document)
        notes = "\n".join(
            [
                *list_descriptions(page, text, is_tagged=traits.is_tagged),
                *(annotation.text for annotation in annotations),
            ]
        )
        return _PageText(text, title, notes, tuple(each.file for each in annotations if each.file))


def _read_visible_text(page: Any, *, guess: bool) -> tuple[str, str]:
    """The text of a page in reading order, and the title guessed from it."""
    with closing(page.get_textpage()) as text_page:
        runs = read_runs(text_page)
        if not _lies_outside(runs, page.get_cropbox()):
            return _read_text_page(text_page, runs, page, guess=guess)
    hide_outside(page)
    with closing(page.get_textpage()) as text_page:
        return _read_text_page(text_page, read_runs(text_page), page, guess=guess)


def _lies_outside(runs: Sequence[TextRun], box: tuple[float, float, float, float]) -> bool:
    """Whether some words lie outside the visible box of the page, and others inside."""
    left, bottom, right, top = box
    # The cheap test first: on most pages all words lie inside.
    sides = [*zip(*runs, strict=True)] or [(left,), (bottom,), (right,), (top,)]
    if min(sides[0]) > left and min(sides[1]) > bottom and max(sides[2]) < right and max(sides[3]) < top:
        return False
    outside = sum(run.right <= left or run.left >= right or run.top <= bottom or run.bottom >= top for run in runs)
    return 0 < outside < len(runs)


def _read_text_page(text_page: Any, runs: Sequence[TextRun], page: Any, *, guess: bool) -> tuple[str, str]:
    text = correct_lines(text_page, read_in_order(text_page, runs))
    return text, guess_page_title(text_page, page.get_height()) if guess else ""


def _recognise_pages(document: Any, pages: list[int], limits: Limits) -> tuple[dict[int, str], tuple[str, ...]]:
    """The recognised text of these pages by index from 0, within the budget, and warnings about the rest."""
    if not pages:
        return {}, ()
    if not recognition.is_available():
        return {}, ()
    texts = list(recognition.recognise_text((_render_page(document, number) for number in pages), limits))
    left = len(pages) - len(texts)
    return dict(zip(pages, texts, strict=False)), (recognition.warning_for_skipped_pages(left),) if left else ()


def _has_image(document: Any, number: int) -> bool:
    """Whether the page contains an image: a blank page needs no recognition."""
    with closing(document[number]) as page:
        objects = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        return next(iter(objects), None) is not None


def _render_page(document: Any, number: int) -> Any:
    # One page at a time: a whole scanned document would fill the memory.
    with closing(document[number]) as page:
        return page.render(scale=recognition.page_scale(*page.get_size())).to_pil()
