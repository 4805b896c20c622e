"""The reader of RTF (Rich Text Format Specification 1.9.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction
from extractors.readers.rtf.rtf_tokens import tokenize_rtf
from extractors.text import (
    TextLine,
    clean_description,
    clean_text,
    clean_title,
    find_title,
    parse_authors,
    read_bytes,
    split_at_headings,
)

if TYPE_CHECKING:
    from pathlib import Path

    from extractors.model import Limits
    from extractors.readers.rtf.rtf_tokens import RtfToken

_BODY, _SKIPPED, _STYLES, _MARGIN, _NOTE, _BOX = "body", "skipped", "styles", "margin", "note", "box"
# Where the text of a group goes, by the control word that makes it a destination.
_DESTINATIONS = {
    **dict.fromkeys(
        (
            *(
                "fonttbl",
                "colortbl",
                "pict",
                "object",
                "objdata",
                "fldinst",
                "listtext",
                "filetbl",
                "listtable",
                "revtbl",
            ),
            *("shprslt", "nonshppict", "sp", "themedata", "colorschememapping", "datastore", "rsidtbl", "generator"),
            *("atnid", "atnauthor", "atnref", "atndate", "bkmkstart", "bkmkend", "xe", "tc", "private", "template"),
            *(
                "footnotesep",
                "ftnsep",
                "ftnsepc",
                "aftnsep",
                "aftnsepc",
                "latentstyles",
                "listoverridetable",
                "datafield",
            ),
        ),
        _SKIPPED,
    ),
    **dict.fromkeys(("footnote", "annotation"), _NOTE),
    **dict.fromkeys(("header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"), _MARGIN),
    "stylesheet": _STYLES,
    "shptxt": _BOX,
    "title": "title",
    "author": "author",
    "sn": "sn",
    "sv": "sv",
    "creatim": "created",
    **dict.fromkeys(("info", "subject", "keywords", "doccomm", "operator", "company", "manager", "revtim"), _SKIPPED),
}
# Starred destinations that hold text of the document; all others with a star are skipped, as the specification asks.
_READ_WHEN_STARRED = frozenset({"shpinst", "annotation", "shptxt"})
_BREAKS = {
    "par": "\n",
    "line": "\n",
    "row": "\n",
    "sect": "\n",
    "page": "\n",
    "tab": "\t",
    "cell": " | ",
    "nestcell": " ",
}
_SIGNS = {
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "nestrow": " ",
}
_HEADING_NAME = re.compile(r"(heading|titre) ?[1-9];?", re.IGNORECASE)
# An outline level of 9 or more means body text.
_BODY_LEVEL = 9
# « sn » and « sv » are the name and the value of a property of a shape, such as its alternative text.
_INFORMATION_DESTINATIONS = ("title", "author", "sn", "sv")


@dataclass(slots=True)
class _RtfGroup:
    """The state of an open group: where its text goes, whether it is hidden, and its style in the stylesheet.

    `pieces` is shared with the enclosing group, unless the group has a destination of its own.
    """

    destination: str
    pieces: list[str]
    hidden: bool = False
    style: int = 0
    has_own_destination: bool = False


@dataclass(slots=True)
class RtfDocument:
    """What was read so far; `style` and `outline` are those of the current paragraph."""

    lines: list[TextLine] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    margins: list[str] = field(default_factory=list)
    information: dict[str, str] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=dict)
    heading_styles: set[int] = field(default_factory=set)
    title_styles: set[int] = field(default_factory=set)
    style: int = 0
    outline: int | None = None

    def end_line(self, group: _RtfGroup) -> None:
        """End a paragraph or a table row of the body: add its line with the notes and boxes that it anchors."""
        text = "".join(group.pieces).strip().strip("|").strip()
        group.pieces.clear()
        heading = self.style in self.heading_styles if self.outline is None else self.outline < _BODY_LEVEL
        if text or self.notes or self.boxes:
            title = self.style in self.title_styles
            self.lines.append(TextLine(text, tuple(self.notes), is_heading=heading and bool(text), is_title=title))
            self.lines += (TextLine(box) for box in self.boxes)
        self.notes, self.boxes = [], []


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each heading, with its notes; headers and footers once; deleted text left out."""
    document = parse_rtf(read_bytes(path, limits))
    information = document.information
    margins = clean_text("\n".join(dict.fromkeys(filter(None, document.margins))))
    return Extraction(
        Format.RTF,
        split_at_headings(document.lines, margins),
        title=clean_title(information.get("title", "")) or find_title(document.lines),
        authors=parse_authors(information.get("author", "")),
        created=_build_date(document.created),
    )


def parse_rtf(content: bytes) -> RtfDocument:
    """Parse the tokens in one pass, with a stack of groups."""
    document = RtfDocument()
    groups, starred = [_RtfGroup(_BODY, [])], False
    for token in tokenize_rtf(content):
        if token.word == "{":
            last = groups[-1]
            groups.append(_RtfGroup(last.destination, last.pieces, last.hidden, last.style))
        elif token.word == "}":
            # A damaged file may close more groups than it opens.
            if len(groups) > 1:
                _close_group(groups.pop(), document)
        elif token.text:
            _write_text(token.text, groups[-1], document)
        elif token.word != "*":
            _apply_control_word(token, groups[-1], document, starred=starred)
        starred = token.word == "*"
    document.end_line(groups[0])
    return document


def _write_text(text: str, group: _RtfGroup, document: RtfDocument) -> None:
    """Add text to a group, unless it is skipped or hidden; a newline ends the line of the body."""
    if group.destination == _SKIPPED or group.hidden:
        return
    group.pieces.append(text)
    if text == "\n" and group.destination == _BODY:
        document.end_line(group)


def _apply_control_word(token: RtfToken, group: _RtfGroup, document: RtfDocument, *, starred: bool) -> None:
    """Apply a control word to the text that follows; `starred` if it came after the control symbol « * »."""
    word, number = token.word, token.number
    if word in _DESTINATIONS or starred:
        _enter_destination(
            group, _DESTINATIONS.get(word, group.destination if word in _READ_WHEN_STARRED else _SKIPPED)
        )
    elif word in _BREAKS or word in _SIGNS:
        _write_text(_BREAKS.get(word) or _SIGNS[word], group, document)
    elif word in {"v", "deleted"}:
        group.hidden = number != 0
    elif word == "plain":
        group.hidden = False
    elif group.destination == "created" and number is not None:
        document.created[word] = number
    else:
        _apply_formatting(word, number, group, document)


def _apply_formatting(word: str, number: int | None, group: _RtfGroup, document: RtfDocument) -> None:
    """Apply paragraph formatting: the style, and the level in the outline."""
    if word == "pard" and group.destination == _BODY:
        # « pard » resets all paragraph properties.
        document.style, document.outline = 0, None
    elif word == "s" and number is not None:
        if group.destination == _STYLES:
            group.style = number
        elif group.destination == _BODY:
            document.style = number
    elif word == "outlinelevel" and number is not None:
        if group.destination == _BODY:
            document.outline = number
        elif group.destination == _STYLES and number < _BODY_LEVEL:
            document.heading_styles.add(group.style)


def _enter_destination(group: _RtfGroup, destination: str) -> None:
    """Send the rest of the group to a destination. Inside a skipped group only properties of the document are read."""
    leaves = group.destination != _SKIPPED or destination in _INFORMATION_DESTINATIONS or destination == "created"
    # A note inside a note's text is one of its own; any other repeated destination goes on with the same pieces.
    if leaves and (destination != group.destination or destination == _NOTE):
        group.destination, group.pieces, group.has_own_destination = destination, [], True


def _close_group(group: _RtfGroup, document: RtfDocument) -> None:
    """Store the text of a closed group by its destination."""
    text = "".join(group.pieces)
    # Each group inside the stylesheet defines a style; its text is the style's name.
    if group.destination == _STYLES and not group.has_own_destination:
        name = text.strip()
        group.pieces.clear()
        if _HEADING_NAME.fullmatch(name):
            document.heading_styles.add(group.style)
        elif name.rstrip(";").lower() in {"title", "titre"}:
            document.title_styles.add(group.style)
    if not group.has_own_destination:
        return
    if group.destination == _NOTE:
        document.notes.append(clean_text(text))
    elif group.destination == _BOX:
        document.boxes.append(clean_text(text))
    elif group.destination == _MARGIN:
        document.margins.append(clean_text(text))
    elif group.destination in _INFORMATION_DESTINATIONS:
        document.information[group.destination] = text.strip()
        if group.destination == "sv" and document.information.get("sn") == "wzDescription":
            document.boxes.append(clean_description(text))


def _build_date(parts: dict[str, int]) -> datetime | None:
    try:
        return datetime(parts["yr"], parts["mo"], parts["dy"], parts.get("hr", 0), parts.get("min", 0), tzinfo=UTC)
    except (KeyError, ValueError):
        return None
