"""Markdown texts: cut at their headings, their mark-up read away.

Headings follow CommonMark (https://spec.commonmark.org/0.31.2/), sections 4.2 and 4.3.
"""

from __future__ import annotations

import html
import re
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from extractors.plain import clean, one_line
from extractors.sections import Extraction, Format, Section, Unit
from extractors.text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from extractors.limits import Limits

_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^(?:title|titre)[ \t]*:[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t](.*))?")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
# A line of these is no paragraph, so that what underlines it is a rule and not a heading.
_NO_PARAGRAPH = re.compile(r" {0,3}([-*+>|]|\d+[.)])[ \t]?| {4}|\t|[ \t]*\Z")

_MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t].*$", re.MULTILINE), ""),  # a link's address, given apart
    (re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$", re.MULTILINE), ""),  # a rule
    (re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*\|[ \t]*|[ \t]*\|[ \t]*$", re.MULTILINE), ""),  # the outer bars of a table row
    (re.compile(r"^(?:[ \t]{0,3}>[ \t]?)+", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[*+](?=[ \t])", re.MULTILINE), r"\1-"),
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)"), r"\1"),
    (re.compile(r"!?\[([^\[\]\n]+)\]\[[^\[\]\n]*\]"), r"\1"),
    (re.compile(r"\[\^[^\]\n]+\]"), ""),
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>\n]*>"), ""),
    (re.compile(r"(?<![\w\\*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"(?<![\w\\_])(_{1,3})(?=\S)([^_\n]+?)(?<=\S)\1(?![\w_])"), r"\2"),
    (re.compile(r"~~(?=\S)([^~\n]+)~~"), r"\1"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),
)
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")


class _Line(Enum):
    """What a line of Markdown is."""

    HEADING = "heading"
    CODE = "code"
    PROSE = "prose"


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section a heading; the title is the front matter's, else that of the first heading."""
    text = clean(read_text(path, limits))
    front = _FRONT_MATTER.match(text)
    sections = tuple(
        Section(Unit.HEADING, number, body, title=heading)
        for number, (heading, body) in enumerate(_under_headings(text[front.end() :] if front else text), 1)
    )
    title = _front_title(front[1]) if front else ""
    return Extraction(
        Format.MARKDOWN,
        sections,
        title=title or next((section.title for section in sections if section.title), ""),
    )


def _front_title(front: str) -> str:
    match = _FRONT_TITLE.search(front)
    return one_line(match[1].strip().strip("\"'")) if match else ""


def plain(text: str) -> str:
    """Markdown prose as plain words; what stands between backquotes is kept to the letter."""
    pieces = _CODE.split(text)
    # split() gives, in turn: prose, a fence of backquotes, the code between them.
    return "".join(
        piece if position % 3 == 2 else _without_markup(piece)  # noqa: PLR2004
        for position, piece in enumerate(pieces)
        if position % 3 != 1
    )


def _without_markup(prose: str) -> str:
    for pattern, replacement in _MARKUP:
        prose = pattern.sub(replacement, prose)
    return html.unescape(prose)


def _under_headings(text: str) -> Iterator[tuple[str, str]]:
    """Each heading in plain words, with the plain text under it."""
    heading, body = "", list[str]()
    for kind, lines in groupby(_marked_lines(text.split("\n")), key=itemgetter(0)):
        block = [line for _, line in lines]
        if kind is _Line.HEADING:
            for title in block:
                if heading or "".join(body).strip():
                    yield heading, clean("\n".join(body))
                heading, body = one_line(plain(title)), []
        else:
            body.append("\n".join(block) if kind is _Line.CODE else plain("\n".join(block)))
    if heading or "".join(body).strip():
        yield heading, clean("\n".join(body))


def _without_closing(heading: str) -> str:
    """The heading without the number signs that may close it, if a space sets them apart."""
    opened = heading.rstrip("#")
    return opened.strip() if not opened or opened[-1].isspace() else heading


def _marked_lines(lines: list[str]) -> Iterator[tuple[_Line, str]]:
    """Each line with what it is; fences and underlines say it of others and are left out."""
    fence = ""
    position = 0
    while position < len(lines):
        line, below = lines[position], lines[position + 1] if position + 1 < len(lines) else ""
        position += 1
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
            else:
                yield _Line.CODE, line
        elif mark:
            fence = mark[1]
        elif heading := _HEADING.fullmatch(line):
            yield _Line.HEADING, _without_closing((heading[1] or "").strip())
        elif _UNDERLINE.fullmatch(below) and not _NO_PARAGRAPH.match(line):
            position += 1
            yield _Line.HEADING, line
        else:
            yield _Line.PROSE, line
