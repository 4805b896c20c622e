"""Building an Extraction from what a library has read in a PDF, whichever library that was."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from extractors.errors import Reason, UnreadableFileError
from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.readers.attachments import read_attachments
from extractors.text import clean_text, clean_title, parse_authors, parse_pdf_date, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from extractors.model import Limits

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
        units=len(pages.texts),
        warnings=(*_list_warnings(pages, has_text=bool(sections)), *troubles),
    )


def _build_sections(pages: PdfContent) -> Iterator[Section]:
    """One Section for each page that has text; the last page also lists the names of the attachments."""
    # All pages first: the spelling of a cut word may stand on any other page.
    marked = [mark_line_ends(text or "") for text in pages.texts]
    known = DocumentWords("\n".join(marked))
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
    if failed := [number for number, text in enumerate(pages.texts, 1) if text is None]:
        yield f"Pages illisibles : {_list_numbers(failed)}."
    yield from pages.warnings
    if not has_text and not pages.warnings:
        yield "Aucun texte dans ce PDF : il est sans doute fait d’images numérisées, sans reconnaissance de caractères."


def _list_numbers(pages: Sequence[int]) -> str:
    return f"{', '.join(map(str, pages[:_MOST_NAMED]))}{'…' if len(pages) > _MOST_NAMED else ''}"


def warning_for_unreadable_pages(pages: Sequence[int]) -> str:
    """The warning in French that these pages, counted from 0, are drawn in letters that their file does not name."""
    numbers = _list_numbers([page + 1 for page in pages])
    return f"Pages dont le texte est illisible, faute de polices qui disent leurs lettres : {numbers}."


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


HYPHEN_MARK = "\ufffe"
"""Stands for a hyphen at a line end, together with the line end."""

# What stands before the hyphen is looked at behind it: an expression that begins with a sign is searched much faster.
_LINE_END = re.compile(r"-(?<=\w-)[ \t]*\r?\n(?=\w)")
# The word before is bounded: on a page without any space, matching would take quadratic time.
_CUT = re.compile(rf"([^\s{HYPHEN_MARK}]{{0,80}}){HYPHEN_MARK}(?=([\w’']*)(-?))")
_WORD = re.compile(r"\w+(?:-\w+)*")
_LAST_WORD = re.compile(r"\w*\Z")

# First words of French compounds, which keep their hyphen: « non-recours », « sous-préfecture ». « ex » and « mi » are
# not among them, since far more simple words than compounds begin so (« ex-périence », « mi-nistère »).
_HYPHENATED_FIRST_WORDS = frozenset(
    {
        *(
            "non",
            "sous",
            "avant",
            "après",
            "arrière",
            "demi",
            "semi",
            "quasi",
            "vice",
            "nord",
            "sud",
            "saint",
            "sainte",
        ),
        *("porte", "peut", "rendez", "quelques", "savoir", "compte", "médico", "là"),
    }
)
# Last words of compounds and inversions, before which the hyphen stays: « celle-ci », « pouvez-vous », « au-delà ».
_HYPHENATED_LAST_WORDS = frozenset(
    {
        *("ce", "ci", "là", "il", "ils", "elle", "elles", "on", "je", "tu", "nous", "vous", "moi", "toi", "lui", "eux"),
        *("même", "mêmes", "être", "delà", "dessus", "dessous", "après", "joint", "joints"),
    }
)
# Of a compound of three words (« vis-à-vis »), the word in the middle has at most this many letters.
_SHORT_WORD = 4


class DocumentWords:
    """The words of a document that no line end cuts, hyphenated compounds counted as one word."""

    def __init__(self, text: str) -> None:
        self._text = text

    def has_word(self, word: str) -> bool:
        """Whether the document has this word elsewhere, in any case."""
        return word.lower() in self._words

    @cached_property
    def _words(self) -> frozenset[str]:
        # Found when the first word that a line end cuts is asked for: many documents have none.
        return frozenset(" ".join(_WORD.findall(self._text)).lower().split())


def rejoin_words(text: str, known: DocumentWords) -> str:
    """The text with marked words re-joined: « accompagne⏎ment » to one word, « non⏎recours » with its hyphen."""
    if HYPHEN_MARK not in text:
        return text
    return _CUT.sub(lambda cut: cut[1] + _choose_joint(cut, known), text)


def mark_line_ends(text: str) -> str:
    """The text with every hyphen at a line end replaced by HYPHEN_MARK; U+0002, another mark for it, as well."""
    return _LINE_END.sub(HYPHEN_MARK, text.replace("\x02", HYPHEN_MARK))


def _choose_joint(cut: re.Match[str], known: DocumentWords) -> str:
    """What goes between the two halves of a word: "-" or ""."""
    before, after = cut[1], cut[2]
    last = _LAST_WORD.findall(before)[0]
    if not last or not after or _is_never_cut(before, last, after):
        return "-"
    joined, compound = known.has_word(last + after), known.has_word(f"{last}-{after}")
    # The document itself decides, if it has one of the two spellings and not the other.
    if joined != compound:
        return "" if joined else "-"
    # The middle word of a compound, followed by a hyphen of its own: « vis⏎à-vis ».
    inside_compound = bool(cut[3]) and len(after) <= _SHORT_WORD
    return (
        "-"
        if inside_compound or last.lower() in _HYPHENATED_FIRST_WORDS or after.lower() in _HYPHENATED_LAST_WORDS
        else ""
    )


def _is_never_cut(before: str, last: str, after: str) -> bool:
    """Whether the halves are of a number, a proper name or an address: those break only at a hyphen of their own."""
    return last[-1].isdigit() or not after[0].islower() or any(sign in before for sign in "/@_")
