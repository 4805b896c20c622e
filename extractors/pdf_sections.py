"""Building an Extraction from what a library has read in a PDF, whichever library that was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.attachments import read_attachments
from extractors.dates import parse_pdf_date
from extractors.hyphens import collect_words, mark_line_ends, rejoin_words
from extractors.plain import clean_text, clean_title, parse_authors, to_single_line
from extractors.sections import Extraction, Format, Section, SectionUnit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from extractors.limits import Limits

# Page numbers that one warning lists.
_MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class PdfContent:
    """What a library has read in a PDF: the raw text of each page, None for a page that failed, and the rest.

    `information` is the document information dictionary; `headings` are those of the outline, by page number from 1;
    `attachments` are files as (name, content).
    """

    texts: Sequence[str | None]
    information: Mapping[str, str]
    headings: Mapping[int, str] = field(default_factory=dict)
    attachments: Sequence[tuple[str, bytes]] = ()
    title: str = ""
    warnings: tuple[str, ...] = ()


def build_extraction(pages: PdfContent, limits: Limits) -> Extraction:
    """The Extraction of a PDF: hyphenated words re-joined, each page titled by its heading in the outline."""
    sections = tuple(_build_sections(pages))
    further, troubles = read_attachments(pages.attachments, len(pages.texts), limits)
    return Extraction(
        Format.PDF,
        (*sections, *further),
        title=clean_title(pages.title),
        authors=parse_authors(pages.information.get("Author", "")),
        created=parse_pdf_date(pages.information.get("CreationDate", "")),
        modified=parse_pdf_date(pages.information.get("ModDate", "")),
        units=len(pages.texts),
        warnings=(*_list_warnings(pages, has_text=bool(sections)), *troubles),
    )


def _build_sections(pages: PdfContent) -> Iterator[Section]:
    """One Section for each page that has text; the last page also lists the names of the attachments."""
    # All pages first: the spelling of a cut word may stand on any other page.
    marked = [mark_line_ends(text or "") for text in pages.texts]
    known = collect_words("\n".join(marked))
    heading, names = "", ", ".join(name for name, _ in pages.attachments)
    for number, page in enumerate(marked, 1):
        # A page without a heading of its own stands under the last one before it.
        heading = to_single_line(pages.headings.get(number, heading))
        text = clean_text(rejoin_words(page, known))
        if names and number == len(marked):
            text = f"{text}\n\nPièces jointes : {names}".strip()
        if text:
            yield Section(SectionUnit.PAGE, number, text, title=heading)


def _list_warnings(pages: PdfContent, *, has_text: bool) -> Iterator[str]:
    failed = [str(number) for number, text in enumerate(pages.texts, 1) if text is None]
    if failed:
        yield f"Pages illisibles : {', '.join(failed[:_MOST_NAMED])}{'…' if len(failed) > _MOST_NAMED else ''}."
    yield from pages.warnings
    if not has_text and not pages.warnings:
        yield "Aucun texte dans ce PDF : il est sans doute fait d’images numérisées, sans reconnaissance de caractères."
