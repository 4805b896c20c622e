"""The numbers that a word processor writes itself before headings and list items: « Article 1 », « 1.2 », « a) ».

Format: OASIS OpenDocument 1.3, part 3, 16.30 to 16.34 and 19.880.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from extractors.text import format_letters, format_roman

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lxml.etree import _Element as Element

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
_TEXT, _STYLE = f"{_OASIS}text:1.0}}", f"{_OASIS}style:1.0}}"
_LOEXT = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
_NUMBERED = (f"{_TEXT}list-level-style-number", f"{_TEXT}outline-level-style")
_LEVEL, _SHOWN, _START = f"{_TEXT}level", f"{_TEXT}display-levels", f"{_TEXT}start-value"
_FORMAT, _PREFIX, _SUFFIX = f"{_STYLE}num-format", f"{_STYLE}num-prefix", f"{_STYLE}num-suffix"
_TEMPLATES = (f"{_STYLE}num-list-format", f"{_LOEXT}num-list-format")
_LEVELS = 10
_PLACE = re.compile(r"%(\d+)%")


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list: `template`, where it is given, holds « %1% » for the number of the first level, and so on."""

    format: str
    prefix: str
    suffix: str
    shown: int
    start: int
    template: str


@dataclass
class OdfNumbering:
    """The list styles of one document, and where each list stands: labels are asked for in reading order.

    Those of `content` are in force before those that `read_styles` gives, which is read where a list needs it.
    """

    content: Element | None
    read_styles: Callable[[], Element | None]
    levels: dict[str, Mapping[int, _Level]] = field(default_factory=dict)
    outline_counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)
    by_style: dict[str, list[int | None]] = field(default_factory=dict)
    by_list: dict[str, list[int | None]] = field(default_factory=dict)

    def open_list(self, element: Element, style: str) -> OdfList:
        """The counts of a list that begins, or goes on from an earlier one."""
        earlier = self.by_list.get(element.get(f"{_TEXT}continue-list", ""))
        if earlier is None and element.get(f"{_TEXT}continue-numbering") == "true":
            earlier = self.by_style.get(style)
        counts: list[int | None] = [None] * _LEVELS
        if earlier is not None:
            counts = earlier
        self.by_style[style] = counts
        self.by_list[element.get("{http://www.w3.org/XML/1998/namespace}id", "")] = counts
        return OdfList(self._find_levels(style), counts)

    def count_heading(self, heading: Element) -> str:
        """Count a heading that is in no list, and give what is written before its text."""
        level = heading.get(f"{_TEXT}outline-level", "1")
        if not self.outline or heading.get(f"{_TEXT}is-list-header") == "true" or not level.isdecimal():
            return ""
        return OdfList(self.outline, self.outline_counts).count(int(level) - 1)

    @cached_property
    def outline(self) -> Mapping[int, _Level]:
        """The levels of headings; none where they have no numbers."""
        styles = self.read_styles()
        declared = [] if styles is None else styles.iter(f"{_TEXT}outline-style")
        levels = next(map(_read_levels, declared), {})
        return levels if any(level.format for level in levels.values()) else {}

    def _find_levels(self, style: str) -> Mapping[int, _Level]:
        # A presentation declares ten levels for each of its text boxes, and numbers hardly any.
        if style not in self.levels:
            declared = self._in_content.get(style)
            declared = self._in_styles.get(style) if declared is None else declared
            self.levels[style] = {} if declared is None else _read_levels(declared)
        return self.levels[style]

    @cached_property
    def _in_content(self) -> dict[str, Element]:
        return _index_list_styles(self.content)

    @cached_property
    def _in_styles(self) -> dict[str, Element]:
        return _index_list_styles(self.read_styles())


@dataclass(frozen=True, slots=True)
class OdfList:
    """A list that is being read: its levels, and where each count stands."""

    levels: Mapping[int, _Level]
    counts: list[int | None]

    def count(self, level: int, start: str = "") -> str:
        """Count an item at a level, from 0, and give what is written before it; "" for bullets.

        `start` is the number that the item itself asks for.
        """
        found = self.levels.get(level)
        if not 0 <= level < _LEVELS or found is None:
            return ""
        current = self.counts[level]
        self.counts[level] = int(start) if start.isdecimal() else found.start if current is None else current + 1
        self.counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        if not found.format and not found.template:
            return ""
        return self._write_label(found, level)

    def _write_label(self, found: _Level, level: int) -> str:
        if found.template:
            label = _PLACE.sub(lambda match: self._write_number(int(match[1]) - 1), found.template)
        else:
            numbers = map(self._write_number, range(max(0, level - found.shown + 1), level + 1))
            label = f"{found.prefix}{'.'.join(filter(None, numbers))}{found.suffix}"
        return f"{label.strip()} " if any(map(str.isalnum, label)) else ""

    def _write_number(self, level: int) -> str:
        found = self.levels.get(level)
        if found is None or not 0 <= level < _LEVELS:
            return ""
        count = self.counts[level]
        number = found.start if count is None else count
        kind = found.format
        if kind in {"i", "I"}:
            written = format_roman(number)
        elif kind in {"a", "A"}:
            written = format_letters(number)
        else:
            written = str(number) if kind else ""
        return written.upper() if kind in {"I", "A"} else written


def _index_list_styles(root: Element | None) -> dict[str, Element]:
    declared = () if root is None else root.iter(f"{_TEXT}list-style")
    return {style.get(f"{_STYLE}name", ""): style for style in declared}


def _read_levels(style: Element) -> dict[int, _Level]:
    found = dict[int, _Level]()
    for level in style.iterchildren(*_NUMBERED):
        number = level.get(_LEVEL, "")
        if number.isdecimal():
            shown, start = level.get(_SHOWN, ""), level.get(_START, "")
            found[int(number) - 1] = _Level(
                format=level.get(_FORMAT, ""),
                prefix=level.get(_PREFIX, ""),
                suffix=level.get(_SUFFIX, ""),
                shown=int(shown) if shown.isdecimal() else 1,
                start=int(start) if start.isdecimal() else 1,
                template=next(filter(None, map(level.get, _TEMPLATES)), ""),
            )
    return found
