"""The reader of Markdown: split at headings, mark-up removed.

Headings follow CommonMark (https://spec.commonmark.org/0.31.2/), sections 4.2 and 4.3.
"""

from __future__ import annotations

import html
import re
from enum import Enum
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.text import clean_text, read_text, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from extractors.model import Limits

# YAML between two rules at the very beginning, as site generators write it.
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FRONT_TITLE = re.compile(r"^(?:title|titre)[ \t]*:[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t](.*))?")
_IDENTIFIER = re.compile(r"[ \t]+\{[#.][^{}]*\}\Z")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*")
# A list item, quote, table row, code or blank line: « --- » below one of these is a rule and underlines no heading.
_NOT_A_PARAGRAPH = re.compile(r" {0,3}([-*+>|]|\d+[.)])[ \t]?| {4}|\t|[ \t]*\Z")

# Applied in this order: autolinks before HTML tags, which they look like; escapes last, since what is escaped is no
# mark-up.
_MARKUP: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^ {0,3}\[[^\]\n]+\]:[ \t].*$", re.MULTILINE), ""),  # the definition of a reference
    (re.compile(r"\^\[([^\[\]\n]+)\]"), r" (\1)"),  # a footnote within the line
    (re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$", re.MULTILINE), ""),  # a rule
    # The line of dashes below the head of a table.
    (re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$\n?", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*\|[ \t]*|[ \t]*\|[ \t]*$", re.MULTILINE), ""),  # the outer bars of a table row
    (re.compile(r"^(?:[ \t]{0,3}>[ \t]?)+", re.MULTILINE), ""),  # quotes
    (re.compile(r"^([ \t]*)[*+](?=[ \t])", re.MULTILINE), r"\1-"),  # bullets, all made dashes
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    # Links and images, of which the text is kept; an address may hold one pair of parentheses.
    (re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)?\)"), r"\1"),
    (re.compile(r"!?\[([^\[\]\n]+)\]\[[^\[\]\n]*\]"), r"\1"),
    (re.compile(r"\[\^[^\]\n]{1,200}\]"), ""),  # references to footnotes
    (re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^<>\n]*>"), ""),
    # Emphasis, but not the underscores and stars inside a word or a formula.
    (re.compile(r"(?<![\w\\*])(\*{1,3})(?=\S)([^*\n]+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"(?<![\w\\_])(_{1,3})(?=\S)([^_\n]+?)(?<=\S)\1(?![\w_])"), r"\2"),
    (re.compile(r"~~(?=\S)([^~\n]+)~~"), r"\1"),
    (re.compile(r"\\([!-/:-@\[-`{-~])"), r"\1"),  # escapes
)
_DEFINITION = re.compile(r" {0,3}\[[^\]\n]+\]:")
_NOTE = re.compile(r" {0,3}\[\^([^\]\n]{1,200})\]:[ \t]*(.*)")
_NOTE_REFERENCE = re.compile(r"\[\^([^\]\n]{1,200})\](?!:)")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_SET_APART = re.compile(r"\0(\d+)\0")


class _MarkdownLineKind(Enum):
    """The kinds of lines that are told apart."""

    HEADING = "heading"
    CODE = "code"
    PROSE = "prose"


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading; the title is that of the front matter, else the first heading."""
    decoded = read_text(path, limits)
    text = clean_text(decoded.text)
    front = _FRONT_MATTER.match(text)
    sections = tuple(
        Section(SectionUnit.HEADING, number, body, title=heading)
        for number, (heading, body) in enumerate(_group_by_heading(text[front.end() :] if front else text), 1)
    )
    title = _read_front_title(front[1]) if front else ""
    return Extraction(
        Format.MARKDOWN,
        sections,
        title=title or next((section.title for section in sections if section.title), ""),
        warnings=decoded.warnings,
    )


def _read_front_title(front: str) -> str:
    match = _FRONT_TITLE.search(front)
    return to_single_line(match[1].strip().strip("\"'")) if match else ""


def strip_markdown(text: str) -> str:
    """Markdown prose as plain text; code between backquotes is kept unchanged."""
    codes = list[str]()

    def set_apart(code: re.Match[str]) -> str:
        codes.append(code[2])
        return f"\0{len(codes) - 1}\0"

    # A sign stands for each code meanwhile, since signs at the ends of lines mean something else than beside a code.
    prose = _strip_markup(_CODE.sub(set_apart, text.replace("\0", "")))
    return _SET_APART.sub(lambda mark: codes[int(mark[1])], prose)


def _strip_markup(prose: str) -> str:
    for pattern, replacement in _MARKUP:
        prose = pattern.sub(replacement, prose)
    return html.unescape(prose)


def _group_by_heading(text: str) -> Iterator[tuple[str, str]]:
    """Each heading with the text below it and its footnotes, as plain text; "" heads what precedes the first."""
    prose, notes = _take_notes(_classify_lines(text.split("\n")))
    for heading, block in _split_headings(prose):
        body = [text for text, _ in block]
        # A footnote goes to the end of the part that refers to it, wherever it is written.
        cited = _NOTE_REFERENCE.findall("\n".join(raw for _, raw in block))
        body += [notes.pop(label) for label in cited if label in notes]
        if heading or "".join(body).strip():
            yield heading, clean_text("\n".join(body))
    if notes:
        yield "", clean_text("\n".join(notes.values()))


def _split_headings(prose: list[tuple[_MarkdownLineKind, str]]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each heading with the pieces below it, as plain text and as they are written."""
    heading, block = "", list[tuple[str, str]]()
    for kind, lines in groupby(prose, key=itemgetter(0)):
        written = [line for _, line in lines]
        if kind is _MarkdownLineKind.HEADING:
            for title in written:
                yield heading, block
                heading, block = to_single_line(strip_markdown(title)), [("", title)]
        elif kind is _MarkdownLineKind.CODE:
            block.append(("\n".join(written), ""))
        else:
            block.append((strip_markdown("\n".join(written)), "\n".join(written)))
    yield heading, block


def _take_notes(
    lines: Iterable[tuple[_MarkdownLineKind, str]],
) -> tuple[list[tuple[_MarkdownLineKind, str]], dict[str, str]]:
    """The lines without the definitions of footnotes, and these by their labels, as plain text."""
    rest, notes, label = list[tuple[_MarkdownLineKind, str]](), dict[str, list[str]](), ""
    for kind, line in lines:
        is_prose = kind is _MarkdownLineKind.PROSE
        if is_prose and (note := _NOTE.fullmatch(line)):
            label = note[1]
            notes.setdefault(label, []).append(note[2])
        # The paragraph goes on until a blank line, the note as long as lines are indented.
        elif label and is_prose and _goes_on(line, notes[label][-1]):
            notes[label].append(line.strip())
        else:
            label = ""
            rest.append((kind, line))
    return rest, {label: strip_markdown("\n".join(note)) for label, note in notes.items()}


def _goes_on(line: str, above: str) -> bool:
    return not line.strip() or line.startswith(("    ", "\t")) or bool(above and not _DEFINITION.match(line))


def _strip_closing_signs(heading: str) -> str:
    """A heading without its identifier and its closing number signs, set apart by a space (« C# » keeps its own)."""
    heading = _IDENTIFIER.sub("", heading)
    opened = heading.rstrip("#")
    return opened.strip() if not opened or opened[-1].isspace() else heading


def _classify_lines(lines: list[str]) -> Iterator[tuple[_MarkdownLineKind, str]]:
    """Each line with its kind; code fences and underlines of headings are left out."""
    fence = ""
    position = 0
    while position < len(lines):
        line, below = lines[position], lines[position + 1] if position + 1 < len(lines) else ""
        position += 1
        mark = _FENCE.match(line)
        if fence:
            # A fence is closed by one of the same sign that is at least as long.
            if mark and mark[1].startswith(fence):
                fence = ""
            else:
                yield _MarkdownLineKind.CODE, line
        elif mark:
            fence = mark[1]
        elif heading := _HEADING.fullmatch(line):
            yield _MarkdownLineKind.HEADING, _strip_closing_signs((heading[1] or "").strip())
        elif _UNDERLINE.fullmatch(below) and not _NOT_A_PARAGRAPH.match(line):
            position += 1
            yield _MarkdownLineKind.HEADING, line
        else:
            yield _MarkdownLineKind.PROSE, line
