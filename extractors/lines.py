"""What texts with headings have in common, whatever software wrote them: lines, cut into Sections at the headings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

from extractors.plain import clean, one_line, title_worth_showing
from extractors.sections import Section, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# A title stands among the first lines, and is a few words long.
_FIRST_LINES = 12
_TITLE_CHARACTERS = 200
# How much larger than the usual line a title is at least.
_LARGER = 1.2


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph or a table row; `notes` are the foot- and endnotes and the comments that it refers to.

    `size` is that of its letters, in whatever measure the format uses, 0 where it is not known.
    """

    text: str
    notes: tuple[str, ...] = ()
    is_heading: bool = False
    is_title: bool = False
    size: float = 0


def heading_sections(lines: Iterable[Line], margins: str = "") -> tuple[Section, ...]:
    """One Section a heading; headers and footers (`margins`), which belong to none, are read with the first."""
    headed = list(_under_headings(lines)) or [("", [])]
    headed[0][1].append(margins)
    cleaned = ((number, title, clean("\n".join(texts))) for number, (title, texts) in enumerate(headed, 1))
    return tuple(Section(Unit.HEADING, number, text, title=title) for number, title, text in cleaned if title or text)


def title_among(lines: Sequence[Line]) -> str:
    """What the document calls itself: the line marked as its title, else its largest first line or first heading."""
    titles = (line.text for line in lines if line.is_title)
    headings = (line.text for line in lines if line.is_heading)
    found = next(titles, "") or largest(lines) or next(headings, "")
    return title_worth_showing(found) if len(found) <= _TITLE_CHARACTERS else ""


def largest(lines: Sequence[Line]) -> str:
    """The first lines that are set in the largest letters, if these are larger than the usual ones."""
    sizes = [line.size for line in lines if line.size]
    first = list(islice((line for line in lines if line.text.strip()), _FIRST_LINES))
    greatest = max((line.size for line in first), default=0)
    if not sizes or greatest < _LARGER * median(sizes):
        return ""
    start = next(place for place, line in enumerate(first) if line.size == greatest)
    found = one_line(" ".join(line.text for line in _while_as_large(first[start:], greatest)))
    return found if len(found) <= _TITLE_CHARACTERS else ""


def _while_as_large(lines: Iterable[Line], size: float) -> Iterator[Line]:
    for line in lines:
        if line.size < 0.95 * size:
            return
        yield line


def _under_headings(lines: Iterable[Line]) -> Iterator[tuple[str, list[str]]]:
    """Each heading with the lines under it, then with their notes."""
    heading, texts, notes = "", list[str](), list[str]()
    for line in lines:
        if line.is_heading:
            if heading or texts:
                yield heading, texts + notes
            heading, texts, notes = one_line(line.text), [], []
        else:
            texts.append(line.text)
        notes.extend(line.notes)
    if heading or texts:
        yield heading, texts + notes
