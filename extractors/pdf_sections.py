"""From the pages that a library read in a PDF to Sections, whichever library that was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.attachments import read_attachments
from extractors.dates import pdf_date
from extractors.hyphens import mark_line_ends, rejoin, spelling
from extractors.plain import clean, one_line, people, title_worth_showing
from extractors.sections import Extraction, Format, Section, Unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from extractors.limits import Limits

_NAMED_PAGES = 10


@dataclass(frozen=True, slots=True)
class Pages:
    """What a library read: the raw text of each page, None for a page that failed; and what surrounds the pages.

    `headings` are the outline's, by the number from 1 of the page where they stand; `attached` are files by name.
    """

    texts: Sequence[str | None]
    information: Mapping[str, str]
    headings: Mapping[int, str] = field(default_factory=dict)
    attached: Sequence[tuple[str, bytes]] = ()
    title: str = ""
    warnings: tuple[str, ...] = ()


def extraction(pages: Pages, limits: Limits) -> Extraction:
    """Words re-joined over line ends, each page under the heading of the outline that it stands in."""
    sections = tuple(_sections(pages))
    further, troubles = read_attachments(pages.attached, len(pages.texts), limits)
    return Extraction(
        Format.PDF,
        (*sections, *further),
        title=title_worth_showing(pages.title),
        authors=people(pages.information.get("Author", "")),
        created=pdf_date(pages.information.get("CreationDate", "")),
        modified=pdf_date(pages.information.get("ModDate", "")),
        units=len(pages.texts),
        warnings=(*_warnings(pages, has_text=bool(sections)), *troubles),
    )


def _sections(pages: Pages) -> Iterator[Section]:
    marked = [mark_line_ends(text or "") for text in pages.texts]
    known = spelling("\n".join(marked))
    heading, names = "", ", ".join(name for name, _ in pages.attached)
    for number, page in enumerate(marked, 1):
        heading = one_line(pages.headings.get(number, heading))
        text = clean(rejoin(page, known))
        if names and number == len(marked):
            text = f"{text}\n\nPièces jointes : {names}".strip()
        if text:
            yield Section(Unit.PAGE, number, text, title=heading)


def _warnings(pages: Pages, *, has_text: bool) -> Iterator[str]:
    failed = [str(number) for number, text in enumerate(pages.texts, 1) if text is None]
    if failed:
        yield f"Pages illisibles : {', '.join(failed[:_NAMED_PAGES])}{'…' if len(failed) > _NAMED_PAGES else ''}."
    yield from pages.warnings
    if not has_text and not pages.warnings:
        yield "Aucun texte dans ce PDF : il est sans doute fait d’images numérisées, sans reconnaissance de caractères."
