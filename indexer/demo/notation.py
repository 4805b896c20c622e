"""Parses the small notation of the demonstration: titles, paragraphs, bullets, tables, speaker notes."""

import re
from dataclasses import dataclass, field
from itertools import groupby

_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class PlainParagraph:
    """One paragraph of plain text."""

    text: str


@dataclass(frozen=True)
class Subheading:
    """A title inside a section, written « ## »."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """Consecutive lines that begin with a dash."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Consecutive lines between vertical bars; the first one is the header."""

    rows: tuple[tuple[str, ...], ...]


Block = PlainParagraph | Subheading | Bullets | Table


@dataclass(frozen=True)
class DemoSection:
    """What stands under one title: a slide, a page, a chapter of a replay or the text below a heading."""

    title: str
    blocks: tuple[Block, ...] = field(default=())
    notes: str = ""

    def blocks_of_kind(self, *kinds: type[Block]) -> tuple[Block, ...]:
        """The blocks of these kinds, in their order."""
        return tuple(block for block in self.blocks if isinstance(block, kinds))


def block_texts(block: Block) -> tuple[str, ...]:
    """The texts of a block, whatever its kind."""
    match block:
        case Bullets(items):
            return items
        case Table(rows):
            return tuple(cell for row in rows for cell in row)
        case PlainParagraph(text) | Subheading(text):
            return (text,)


def parse_markup(text: str) -> tuple[DemoSection, ...]:
    """Cut a text at its « # » titles; what precedes the first title is ignored."""
    # `split` with a group gives what precedes, then titles and bodies in turn.
    parts = _TITLE.split(text)
    return tuple(_parse_section(title, body) for title, body in zip(parts[1::2], parts[2::2], strict=True))


def _parse_section(title: str, body: str) -> DemoSection:
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    notes = " ".join(line[2:] for line in lines if line.startswith("> "))
    blocks: list[Block] = []
    # Consecutive lines of one kind are one block: a list, a table; each other line is a paragraph.
    for mark, group in groupby((line for line in lines if not line.startswith("> ")), key=_line_mark):
        blocks.extend(_make_blocks(mark, list(group)))
    return DemoSection(title.strip(), tuple(blocks), notes)


def _line_mark(line: str) -> str:
    return next((mark for mark in ("- ", "|", "## ") if line.startswith(mark)), "")


def _make_blocks(mark: str, lines: list[str]) -> list[Block]:
    if mark == "- ":
        return [Bullets(tuple(line[2:] for line in lines))]
    if mark == "|":
        return [Table(tuple(tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines))]
    if mark == "## ":
        return [Subheading(line[3:]) for line in lines]
    return [PlainParagraph(line) for line in lines]
