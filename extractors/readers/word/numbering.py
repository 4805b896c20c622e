"""The numbers that Word writes itself before paragraphs: « Article 1 », « 1.2 », « a) » (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.ooxml import W, visible_children
from extractors.text import format_letters, format_roman

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

    from extractors.ooxml import OfficePart

_PLACE = re.compile(r"%(\d)")
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list: `text` holds « %1 » for the number of the first level, and so on.

    `restart` is the highest level (from 1) after which the count begins again, None for any above, 0 for none.
    """

    start: int = 0
    format: str = "decimal"
    shape: str = ""
    text: str = ""
    restart: int | None = None
    is_legal: bool = False
    style: str = ""


@dataclass(frozen=True, slots=True)
class _List:
    """A list that paragraphs refer to (w:num): its abstract list, with what it changes in its levels."""

    abstract: str
    levels: Mapping[int, _Level]
    starts: Mapping[int, int]


@dataclass(slots=True)
class Numbering:
    """The lists of one document, and where each count stands: labels are asked for in the order of the paragraphs.

    `declared` and `abstract` are the elements of lists by identifier; those that paragraphs refer to become `lists`.
    """

    declared: Mapping[str, Element] = field(default_factory=dict)
    abstract: Mapping[str, Element] = field(default_factory=dict)
    lists: dict[str, _List | None] = field(default_factory=dict)
    counts: dict[str, list[int | None]] = field(default_factory=dict)
    started: set[tuple[str, int]] = field(default_factory=set)

    def count_paragraph(self, list_: str, level: int | None, style: str = "") -> str:
        """Count a paragraph of a list, and give what is written before its text; "" for bullets and unknown lists.

        Where `level` is None, it is the one that the list keeps for this style, else the first.
        """
        if list_ not in self.lists:
            self.lists[list_] = self._find_list(list_)
        found = self.lists[list_]
        if found is None:
            return ""
        if level is None:
            level = next((place for place, kept in found.levels.items() if kept.style and kept.style == style), 0)
        if level not in found.levels:
            return ""
        counts = self.counts.setdefault(found.abstract, [None] * _LEVELS)
        self._advance(list_, found, level, counts)
        return _format_label(found.levels, level, counts)

    def _find_list(self, name: str) -> _List | None:
        element = self.declared.get(name)
        reference = "" if element is None else _read_value(element.find(f"{W}abstractNumId"))
        source = self.abstract.get(reference)
        if element is None or source is None:
            return None
        # A list style stands for a list: an abstract list may be nothing but the name of one.
        if style := _read_value(source.find(f"{W}numStyleLink")):
            linked = (key for key, kept in self.abstract.items() if _read_value(kept.find(f"{W}styleLink")) == style)
            reference = next(linked, reference)
        return _read_list(reference, self.abstract[reference], element)

    def _advance(self, name: str, list_: _List, level: int, counts: list[int | None]) -> None:
        current = counts[level]
        if level in list_.starts and (name, level) not in self.started:
            self.started.add((name, level))
            counts[level] = list_.starts[level]
        else:
            counts[level] = list_.levels[level].start if current is None else current + 1
        for deeper in range(level + 1, _LEVELS):
            restart = list_.levels[deeper].restart if deeper in list_.levels else None
            if restart is None or level < restart:
                counts[deeper] = None


def read_numbering(part: OfficePart) -> Numbering:
    """The lists that the part `numbering.xml` declares."""
    return Numbering(
        {element.get(f"{W}numId", ""): element for element in part.root.iterchildren(f"{W}num")},
        {element.get(f"{W}abstractNumId", ""): element for element in part.root.iterchildren(f"{W}abstractNum")},
    )


def _read_list(abstract: str, source: Element, element: Element) -> _List:
    levels, starts = _read_levels(source), dict[int, int]()
    for override in element.iterchildren(f"{W}lvlOverride"):
        levels.update(_read_levels(override))
        start = _read_value(override.find(f"{W}startOverride"))
        place = override.get(f"{W}ilvl", "")
        if start.isdecimal() and place.isdecimal():
            starts[int(place)] = int(start)
    return _List(abstract, levels, starts)


def _read_levels(element: Element) -> dict[int, _Level]:
    written = {level.get(f"{W}ilvl", ""): level for level in element.iterchildren(f"{W}lvl")}
    return {
        int(place): _read_level(level) for place, level in written.items() if place.isdecimal() and int(place) < _LEVELS
    }


def _read_level(level: Element) -> _Level:
    stated = {str(child.tag): child for child in visible_children(level)}
    values = {name: _read_value(stated.get(f"{W}{name}")) for name in ("start", "lvlText", "lvlRestart", "pStyle")}
    format_, legal = stated.get(f"{W}numFmt"), stated.get(f"{W}isLgl")
    return _Level(
        start=int(values["start"]) if values["start"].isdecimal() else 0,
        format=_read_value(format_) or "decimal",
        shape="" if format_ is None else format_.get(f"{W}format", ""),
        text=values["lvlText"],
        restart=int(values["lvlRestart"]) if values["lvlRestart"].isdecimal() else None,
        is_legal=legal is not None and _read_value(legal) not in {"0", "false", "off"},
        style=values["pStyle"],
    )


def _format_label(levels: Mapping[int, _Level], level: int, counts: list[int | None]) -> str:
    shown = levels[level]
    if shown.format == "bullet":
        return ""

    def write_number(match: re.Match[str]) -> str:
        place = int(match[1]) - 1
        if not 0 <= place <= level or place not in levels:
            return ""
        count = counts[place]
        # A level that was skipped counts as begun.
        number = levels[place].start if count is None else count
        return _format_count(number, "decimal" if shown.is_legal else levels[place].format, levels[place].shape)

    label = _PLACE.sub(write_number, shown.text).strip()
    return f"{label} " if label else ""


def _format_count(number: int, format_: str, shape: str) -> str:
    written = str(number)
    if format_ == "none":
        written = ""
    elif format_ == "decimalZero":
        written = f"{number:02d}"
    elif format_ == "custom":
        # « 001, 002, 003, ... »: the width of the first one.
        written = written.zfill(min(len(shape.partition(",")[0].strip()), _LEVELS))
    elif format_ == "ordinal":
        written = "1er" if number == 1 else f"{number}e"
    elif format_ in {"upperRoman", "lowerRoman"}:
        written = format_roman(number)
    elif format_ in {"upperLetter", "lowerLetter"}:
        written = format_letters(number)
    return written.upper() if format_ in {"upperRoman", "upperLetter"} else written


def _read_value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")
