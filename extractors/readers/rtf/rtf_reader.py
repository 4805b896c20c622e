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
_NUMBER, _CHOICE = "number", "choice"
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
    # The former is that of Word 6 and 95.
    **dict.fromkeys(("dptxbxtext", "shptxt"), _BOX),
    **dict.fromkeys(("listtext", "pntext"), _NUMBER),
    "ffl": _CHOICE,
    "title": "title",
    "author": "author",
    "sn": "sn",
    "sv": "sv",
    "creatim": "created",
    **dict.fromkeys(("info", "subject", "keywords", "doccomm", "operator", "company", "manager", "revtim"), _SKIPPED),
}
# Starred destinations that hold text of the document; all others with a star are skipped, as the specification asks.
_READ_WHEN_STARRED = frozenset({"shpinst", "annotation", "shptxt", "do"})
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
_NOTHING_CHOSEN = 25
# « sn » and « sv » are the name and the value of a property of a shape, such as its alternative text.
_INFORMATION_DESTINATIONS = ("title", "author", "sn", "sv")
# What is read inside a group that is skipped.
_READ_ANYWHERE = frozenset({*_INFORMATION_DESTINATIONS, "created", _CHOICE})
# A number or a letter that counts, unlike the signs and letters of fonts that draw bullets.
_COUNTS = re.compile(r"\d|\w[.)]|\w{2}")


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
    """What was read so far; `style` and `outline` are those of the current paragraph.

    `choices` are those of the current field, `chosen` the place of one of them, and `waiting_choice` its text, for the
    group of the field's result where that says nothing itself.
    """

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
    choices: list[str] = field(default_factory=list)
    chosen: int = 0
    waiting_choice: tuple[_RtfGroup, str] | None = None

    def end_line(self, group: _RtfGroup) -> None:
        """End a paragraph or a table row of the body: add its line with the notes and boxes that it anchors."""
        text = "".join(group.pieces).strip().strip("|").strip()
        group.pieces.clear()
        heading = self.style in self.heading_styles if self.outline is None else self.outline < _BODY_LEVEL
        if text or self.notes or self.boxes:
            title = self.style in self.title_styles
            self.lines.append(TextLine(text, tuple(self.notes), is_heading=heading and bool(text), is_title=title))
            self.lines += (TextLine(box) for box in self.boxes if box)
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
                closed = groups.pop()
                _close_group(closed, groups[-1], document)
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
    if document.waiting_choice and text.strip():
        document.waiting_choice = None
    if text == "\n" and group.destination == _BODY:
        document.end_line(group)


def _apply_control_word(token: RtfToken, group: _RtfGroup, document: RtfDocument, *, starred: bool) -> None:
    """Apply a control word to the text that follows; `starred` if it came after the control symbol « * »."""
    word, number = token.word, token.number
    if word in {"upr", "ud"}:
        # The same text twice: for old programs, and then in Unicode (« upr » in RTF 1.9.1).
        group.hidden = word == "upr"
    elif word in _DESTINATIONS or starred:
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
    elif word in {"ffdefres", "ffres"} and number != _NOTHING_CHOSEN:
        document.chosen = number or 0
    elif word in {"field", "fldrslt"}:
        _apply_field_word(word, group, document)
    else:
        _apply_formatting(word, number, group, document)


def _apply_field_word(word: str, group: _RtfGroup, document: RtfDocument) -> None:
    """Begin a field, or its result: what is chosen in a list may be told by its place alone."""
    if word == "fldrslt" and document.chosen < len(document.choices):
        document.waiting_choice = group, document.choices[document.chosen]
    document.choices, document.chosen = [], 0


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
    """Send the rest of the group to a destination. Of what lies inside a skipped group, little is read."""
    leaves = group.destination != _SKIPPED or destination in _READ_ANYWHERE
    # A note inside a note's text is one of its own; any other repeated destination goes on with the same pieces.
    if leaves and (destination != group.destination or destination == _NOTE):
        group.destination, group.pieces, group.has_own_destination = destination, [], True


def _close_group(group: _RtfGroup, outer: _RtfGroup, document: RtfDocument) -> None:
    """Store the text of a closed group by its destination; `outer` is the group around it."""
    if document.waiting_choice and document.waiting_choice[0] is group:
        _write_text(document.waiting_choice[1], group, document)
    text = "".join(group.pieces)
    if group.destination == _STYLES and not group.has_own_destination:
        group.pieces.clear()
        _store_style(group.style, text.strip(), document)
    elif group.has_own_destination and group.destination == _NUMBER and _COUNTS.search(text):
        _write_text(text, outer, document)
    elif group.has_own_destination:
        _store_text(group.destination, text, document)


def _store_style(style: int, name: str, document: RtfDocument) -> None:
    """Each group inside the stylesheet defines a style; its text is the style's name."""
    if _HEADING_NAME.fullmatch(name):
        document.heading_styles.add(style)
    elif name.rstrip(";").lower() in {"title", "titre"}:
        document.title_styles.add(style)


def _store_text(destination: str, text: str, document: RtfDocument) -> None:
    """Store what stands apart from the body."""
    apart = {_NOTE: document.notes, _BOX: document.boxes, _MARGIN: document.margins, _CHOICE: document.choices}
    if destination in apart:
        apart[destination].append(clean_text(text))
    elif destination in _INFORMATION_DESTINATIONS:
        document.information[destination] = text.strip()
        if destination == "sv":
            document.boxes.append(_read_shape_text(document.information.get("sn", ""), text))


def _read_shape_text(name: str, value: str) -> str:
    """The text that a property of a shape holds: its description, or letters that are drawn; else ""."""
    if name == "gtextUNICODE":
        return clean_text(value)
    return clean_description(value) if name == "wzDescription" else ""


def _build_date(parts: dict[str, int]) -> datetime | None:
    try:
        return datetime(parts["yr"], parts["mo"], parts["dy"], parts.get("hr", 0), parts.get("min", 0), tzinfo=UTC)
    except (KeyError, ValueError):
        return None
