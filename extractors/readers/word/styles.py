"""The paragraph styles of a Word document: which paragraphs are headings or the title, and how large letters are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from extractors.ooxml import W

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml.etree import _Element as Element

    from extractors.ooxml import OfficePart

# Names of the built-in heading styles, as Word in several languages and other programs write them.
_HEADING_NAME = re.compile(r"(heading|titre|überschrift|título) ?[1-9]", re.IGNORECASE)
# An outline level of 9 means body text (ECMA-376 part 1, 17.3.1.20).
_BODY_LEVEL = 9
# The size of letters, in half points, where neither the paragraph nor its style states one.
_DEFAULT_SIZE = 22.0
_STYLE, _RUN_SIZE, _STYLE_SIZE = f"{W}pStyle", f"{W}r/{W}rPr/{W}sz", f"{W}rPr/{W}sz"


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

    def is_heading(self, properties: Element | None) -> bool:
        """Whether a paragraph is a heading by its own outline level, else by its style or one that this is based on.

        Here and below, `properties` are those of the paragraph (w:pPr), None where it has none.
        """
        if properties is None:
            return False
        own = _is_heading_level(_read_outline_level(properties))
        if own is not None:
            return own
        style = _read_value(properties.find(_STYLE))
        if style not in self.headings:
            self.headings[style] = self._is_heading_style(style)
        return self.headings[style]

    def is_title(self, properties: Element | None) -> bool:
        """Whether the paragraph is styled as the title of the document."""
        style = self._find_style(properties)
        return style is not None and style.name in {"title", "titre"}

    def find_list(self, properties: Element | None) -> tuple[str, int | None, str]:
        """The list of a paragraph, its level there, None for that of its style, and its style; "" for no list.

        Both are the paragraph's own, else its style's or that of a style that this is based on.
        """
        if properties is None:
            return "", None, ""
        list_, level = _read_list(properties)
        if list_ or not self.lists:
            return list_, level, ""
        kept = self.lists.get(_read_value(properties.find(_STYLE)), ("", None, ""))
        return kept if level is None else (kept[0], level, kept[2])

    def font_size(self, paragraph: Element, properties: Element | None) -> float:
        """The size of a paragraph's largest letters in half points, as its runs or its style state it."""
        style = self._find_style(properties)
        stated = (*map(_read_value, paragraph.iterfind(_RUN_SIZE)), *(() if style is None else style.sizes))
        return max((float(size) for size in stated if size.isdecimal()), default=_DEFAULT_SIZE)

    def _find_style(self, properties: Element | None) -> _ParagraphStyle | None:
        return None if properties is None else self.by_id.get(_read_value(properties.find(_STYLE)))

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
    properties = element.find(f"{W}pPr")
    list_, list_level = ("", None) if properties is None else _read_list(properties)
    return _ParagraphStyle(
        name=_read_value(element.find(f"{W}name")).lower(),
        based_on=_read_value(element.find(f"{W}basedOn")),
        level="" if properties is None else _read_outline_level(properties),
        sizes=tuple(map(_read_value, element.iterfind(_STYLE_SIZE))),
        list=list_,
        list_level=list_level,
    )


def _read_list(properties: Element) -> tuple[str, int | None]:
    """The list that properties refer to, and the level there; "" and None where they state none."""
    stated = properties.find(f"{W}numPr")
    if stated is None:
        return "", None
    level = _read_value(stated.find(f"{W}ilvl"))
    return _read_value(stated.find(f"{W}numId")), int(level) if level.isdecimal() else None


def _read_outline_level(properties: Element) -> str:
    return _read_value(properties.find(f"{W}outlineLvl"))


def _is_heading_level(level: str) -> bool | None:
    """Whether an outline level is a heading's; None where no level is given."""
    return int(level) < _BODY_LEVEL if level.isdigit() else None


def _read_value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")
