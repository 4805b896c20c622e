"""The paragraph styles of a Word document: which paragraphs are headings or the title, and how large letters are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from extractors.ooxml import W

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lxml.etree import _Element as Element

    from extractors.ooxml import OfficePart

# Names of the built-in heading styles, as Word in several languages and other programs write them.
_HEADING_NAME = re.compile(r"(heading|titre|überschrift|título) ?[1-9]", re.IGNORECASE)
# An outline level of 9 means body text (ECMA-376 part 1, 17.3.1.20).
_BODY_LEVEL = 9
# The size of letters, in half points, where neither the paragraph nor its style states one.
_DEFAULT_SIZE = 22.0
_PROPERTIES, _STYLE, _OUTLINE_LEVEL, _LIST = f"{W}pPr", f"{W}pStyle", f"{W}outlineLvl", f"{W}numPr"
_STATED = (_STYLE, _OUTLINE_LEVEL, _LIST, f"{W}rPr")
_DELETIONS = (f"{W}del", f"{W}moveFrom")
_RUN, _RUN_PROPERTIES, _SIZE, _VALUE = f"{W}r", f"{W}rPr", f"{W}sz", f"{W}val"


class ParagraphProperties(NamedTuple):
    """What a paragraph or a style states of itself: its style, its outline `level`, the list that it is in.

    `joins_next` is true where the mark at its end was deleted or moved away: Word shows it and the next paragraph as
    one.
    """

    style: str = ""
    level: str = ""
    list: str = ""
    list_level: int | None = None
    joins_next: bool = False


_PLAIN = ParagraphProperties()


def read_properties(element: Element) -> ParagraphProperties:
    """The properties of a paragraph or a style."""
    properties = next(element.iterchildren(_PROPERTIES), None)
    if properties is None:
        return _PLAIN
    style, level, list_, list_level, joins_next = "", "", "", None, False
    # One walk: to look for each by its name costs more than all else that is read of a paragraph.
    for stated in properties.iterchildren(*_STATED):
        kind = stated.tag
        if kind == _STYLE:
            style = _read_value(stated)
        elif kind == _OUTLINE_LEVEL:
            level = _read_value(stated)
        elif kind == _LIST:
            list_, list_level = _read_list(stated)
        else:
            joins_next = next(stated.iterchildren(*_DELETIONS), None) is not None
    return ParagraphProperties(style, level, list_, list_level, joins_next)


@dataclass(frozen=True, slots=True)
class _ParagraphStyle:
    """A style as the file states it: outline `level`, `sizes` of letters in half points."""

    name: str
    based_on: str
    level: str
    sizes: tuple[str, ...]
    list: str = ""
    list_level: int | None = None


@dataclass(frozen=True, slots=True)
class ParagraphStyles:
    """The paragraph styles of a document, by style identifier; `lists` are those of styles, with level and style.

    `headings` remembers which styles are headings, once that was asked.
    """

    by_id: Mapping[str, _ParagraphStyle]
    lists: Mapping[str, tuple[str, int | None, str]] = field(default_factory=dict)
    headings: dict[str, bool] = field(default_factory=dict)

    def is_heading(self, properties: ParagraphProperties) -> bool:
        """Whether a paragraph is a heading by its own outline level, else by its style or one that this is based on."""
        own = _is_heading_level(properties.level)
        if own is not None:
            return own
        if properties.style not in self.headings:
            self.headings[properties.style] = self._is_heading_style(properties.style)
        return self.headings[properties.style]

    def is_title(self, properties: ParagraphProperties) -> bool:
        """Whether the paragraph is styled as the title of the document."""
        style = self.by_id.get(properties.style)
        return style is not None and style.name in {"title", "titre"}

    def find_list(self, properties: ParagraphProperties) -> tuple[str, int | None, str]:
        """The list of a paragraph, its level there, None for that of its style, and its style; "" for no list.

        Both are the paragraph's own, else its style's or that of a style that this is based on.
        """
        list_, level = properties.list, properties.list_level
        if list_ or not self.lists:
            return list_, level, ""
        kept = self.lists.get(properties.style, ("", None, ""))
        return kept if level is None else (kept[0], level, kept[2])

    def font_size(self, paragraph: Element, properties: ParagraphProperties) -> float:
        """The size of a paragraph's largest letters in half points, as its runs or its style state it."""
        style = self.by_id.get(properties.style)
        stated = (*_read_sizes(paragraph.iterchildren(_RUN)), *(() if style is None else style.sizes))
        return max((float(size) for size in stated if size.isdecimal()), default=_DEFAULT_SIZE)

    def _is_heading_style(self, identifier: str) -> bool:
        for style in map(self.by_id.__getitem__, self.iterate_bases(identifier)):
            own = _is_heading_level(style.level)
            if own is not None:
                return own
            if _HEADING_NAME.fullmatch(style.name):
                return True
        return False

    def iterate_bases(self, identifier: str) -> Iterator[str]:
        """The identifiers of a style and of those that it is based on."""
        # A damaged file may base styles on each other in a ring.
        seen: set[str] = set()
        while identifier not in seen and (style := self.by_id.get(identifier)) is not None:
            seen.add(identifier)
            yield identifier
            identifier = style.based_on


NO_STYLES = ParagraphStyles({})
"""For notes, headers and footers, in which nothing is a heading."""


# Documents made from one template have identical styles.xml parts, which may be most of the file: parsed once a worker.
_MOST_CACHED = 4
_styles_by_content = dict[bytes, ParagraphStyles]()


def read_styles(part: OfficePart) -> ParagraphStyles:
    """The styles that the part `styles.xml` declares; those of the last few different parts are cached."""
    if (known := _styles_by_content.get(part.blob)) is not None:
        return known
    if len(_styles_by_content) == _MOST_CACHED:
        _styles_by_content.clear()
    found = ParagraphStyles(
        {style.get(f"{W}styleId", ""): _parse_style(style) for style in part.root.iterchildren(f"{W}style")}
    )
    return _styles_by_content.setdefault(part.blob, replace(found, lists=dict(_find_style_lists(found))))


def _find_style_lists(styles: ParagraphStyles) -> Iterator[tuple[str, tuple[str, int | None, str]]]:
    """Each style that has a list, with the list, the level, and the style that states them."""
    for identifier in styles.by_id:
        for owner in styles.iterate_bases(identifier):
            if (kept := styles.by_id[owner]).list:
                yield identifier, (kept.list, kept.list_level, owner)
                break


def _parse_style(element: Element) -> _ParagraphStyle:
    properties = read_properties(element)
    return _ParagraphStyle(
        name=_read_value(element.find(f"{W}name")).lower(),
        based_on=_read_value(element.find(f"{W}basedOn")),
        level=properties.level,
        sizes=tuple(_read_sizes([element])),
        list=properties.list,
        list_level=properties.list_level,
    )


def _read_sizes(owners: Iterable[Element]) -> Iterator[str]:
    """The sizes of letters that runs or a style state, in half points."""
    for owner in owners:
        for properties in owner.iterchildren(_RUN_PROPERTIES):
            for size in properties.iterchildren(_SIZE):
                yield size.get(_VALUE, "")


def _read_list(stated: Element) -> tuple[str, int | None]:
    """The list that properties refer to, and the level there."""
    level = _read_value(stated.find(f"{W}ilvl"))
    return _read_value(stated.find(f"{W}numId")), int(level) if level.isdecimal() else None


def _is_heading_level(level: str) -> bool | None:
    """Whether an outline level is a heading's; None where no level is given."""
    return int(level) < _BODY_LEVEL if level.isdigit() else None


def _read_value(element: Element | None) -> str:
    return "" if element is None else element.get(_VALUE, "")
