"""What most programs do with these formats: the plain interface of a well-known library, to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from docx import Document
from docx.opc.exceptions import PackageNotFoundError as NoWordPackageError
from lxml.etree import XMLSyntaxError
from pptx import Presentation
from pptx.exc import PackageNotFoundError as NoPowerPointPackageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from extractors import Extraction, Format, Reason, Section, SectionUnit, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_REFUSALS = (
    *(PyPdfError, NoWordPackageError, NoPowerPointPackageError, BadZipFile, XMLSyntaxError, RecursionError),
    *(KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError, NotImplementedError),
)


def read(kind: Format, path: Path) -> Extraction:
    """The text that the plain interface gives; UnreadableFileError on whatever the library raises."""
    try:
        texts = list(READERS[kind][1](path))
    except _REFUSALS as error:
        raise UnreadableFileError(Reason.DAMAGED, f"{type(error).__name__}: {error}") from error
    return Extraction(kind, tuple(Section(SectionUnit.PAGE, number, text) for number, text in enumerate(texts, 1)))


def _pages(path: Path) -> Iterator[str]:
    yield from (page.extract_text() for page in PdfReader(path).pages)


def _paragraphs(path: Path) -> Iterator[str]:
    yield "\n".join(paragraph.text for paragraph in Document(str(path)).paragraphs)


def _shapes(path: Path) -> Iterator[str]:
    for slide in Presentation(str(path)).slides:
        shapes: Any = (shape for shape in slide.shapes if shape.has_text_frame)
        yield "\n".join(shape.text_frame.text for shape in shapes)


READERS: dict[Format, tuple[str, Callable[[Path], Iterator[str]]]] = {
    Format.PDF: ("pypdf", _pages),
    Format.WORD: ("document.paragraphs", _paragraphs),
    Format.POWERPOINT: ("shape.text_frame", _shapes),
}
"""For each format that has one, its name and the text of each page or slide."""
