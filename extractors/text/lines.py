"""Texts with headings, of any format: their lines, split into Sections at the headings, and their titles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

from extractors.model import Section, SectionUnit
from extractors.text.cleaning import clean_text, clean_title, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# A title is looked for among the first lines; anything longer is a paragraph in large letters.
_FIRST_LINES = 12
_TITLE_CHARACTERS = 200
# A title's letters are at least this much larger than those of the median line.
_LARGER_RATIO = 1.2


@dataclass(frozen=True, slots=True)
class TextLine:
    """A paragraph or a table row; `notes` are the footnotes, endnotes and comments that it refers to.

    `size` is that of its letters, in the format's own unit, 0 where it is not known. `cells` are the lines that a table
    row is made of, for what is looked for in them.
    """

    text: str
    notes: tuple[str, ...] = ()
    is_heading: bool = False
    is_title: bool = False
    size: float = 0
    cells: tuple[TextLine, ...] = ()


def split_at_headings(lines: Iterable[TextLine], margins: str = "") -> tuple[Section, ...]:
    """One Section for each heading, with the lines and then the notes below it.

    `margins` is the text of headers and footers, which belongs to no heading: it goes to the end of the first Section.
    """
    headed = list(_group_by_heading(lines)) or [("", [])]
    headed[0][1].append(margins)
    cleaned = ((number, title, clean_text("\n".join(texts))) for number, (title, texts) in enumerate(headed, 1))
    return tuple(
        Section(SectionUnit.HEADING, number, text, title=title) for number, title, text in cleaned if title or text
    )


def find_title(lines: Sequence[TextLine]) -> str:
    """The document's title: the line styled as title, else the largest of its first lines, else its first heading.

    "" where there is none, or it is too long for a title.
    """
    titles = (line.text for line in lines if line.is_title)
    headings = (line.text for line in lines if line.is_heading)
    found = next(titles, "") or find_largest_text(lines) or next(headings, "")
    return clean_title(found) if len(found) <= _TITLE_CHARACTERS else ""


def find_largest_text(lines: Sequence[TextLine]) -> str:
    """The text of the first lines set in the largest letters; "" where these are hardly larger than the median."""
    sizes = [line.size for line in lines if line.size]
    first = list(islice((line for line in lines if line.text.strip()), _FIRST_LINES))
    greatest = max((line.size for line in first), default=0)
    if not sizes or greatest < _LARGER_RATIO * median(sizes):
        return ""
    start = next(place for place, line in enumerate(first) if line.size == greatest)
    found = to_single_line(" ".join(line.text for line in _take_same_size(first[start:], greatest)))
    return found if len(found) <= _TITLE_CHARACTERS else ""


def _take_same_size(lines: Iterable[TextLine], size: float) -> Iterator[TextLine]:
    for line in lines:
        # The lines of one title may differ a little in size.
        if line.size < 0.95 * size:
            return
        yield line


def _group_by_heading(lines: Iterable[TextLine]) -> Iterator[tuple[str, list[str]]]:
    """Each heading with the texts below it, followed by their notes; "" is the heading of what precedes the first."""
    heading, texts, notes = "", list[str](), list[str]()
    for line in lines:
        if line.is_heading:
            if heading or texts:
                yield heading, texts + notes
            heading, texts, notes = to_single_line(line.text), [], []
        else:
            texts.append(line.text)
        notes.extend(line.notes)
    if heading or texts:
        yield heading, texts + notes
