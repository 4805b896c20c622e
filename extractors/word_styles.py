"""Which paragraphs of a Word document are headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.ooxml import W

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml.etree import _Element as Element

_HEADING_NAME = re.compile(r"(heading|titre|überschrift|título) ?[1-9]", re.IGNORECASE)
# An outline level of 9 means body text (ECMA-376 part 1, 17.3.1.20).
_BODY_LEVEL = 9
# Where neither says so, in half points: Word's own choice for many years.
_USUAL_SIZE = 22.0


@dataclass(frozen=True, slots=True)
class Styles:
    """The paragraph styles of a document, by identifier."""

    by_id: Mapping[str, Element]

    def is_heading(self, paragraph: Element) -> bool:
        """Whether the paragraph, its style or a style that this one is based on, has an outline level."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return False
        own = _outline(properties)
        return self._is_heading_style(_value(properties.find(f"{W}pStyle"))) if own is None else own

    def is_title(self, paragraph: Element) -> bool:
        """Whether the paragraph is the title of the whole document."""
        style = self.by_id.get(_value(paragraph.find(f"{W}pPr/{W}pStyle")))
        return style is not None and _name(style) in {"title", "titre"}

    def size(self, paragraph: Element) -> float:
        """The size of the largest letters, in half points, as the paragraph or its style states it."""
        style = self.by_id.get(_value(paragraph.find(f"{W}pPr/{W}pStyle")))
        stated = [
            *paragraph.iterfind(f"{W}r/{W}rPr/{W}sz"),
            *([] if style is None else style.iterfind(f"{W}rPr/{W}sz")),
        ]
        return max((float(size) for element in stated if (size := _value(element)).isdigit()), default=_USUAL_SIZE)

    def _is_heading_style(self, identifier: str) -> bool:
        seen: set[str] = set()
        while identifier not in seen and (style := self.by_id.get(identifier)) is not None:
            seen.add(identifier)
            properties = style.find(f"{W}pPr")
            own = None if properties is None else _outline(properties)
            if own is not None:
                return own
            if _HEADING_NAME.fullmatch(_name(style)):
                return True
            identifier = _value(style.find(f"{W}basedOn"))
        return False


def styles_of(root: Element | None) -> Styles:
    """The styles that the part `styles.xml` declares."""
    declared = () if root is None else root.iterchildren(f"{W}style")
    return Styles({style.get(f"{W}styleId", ""): style for style in declared})


def _outline(properties: Element) -> bool | None:
    """Whether this level is a heading's, None where no level is given."""
    level = _value(properties.find(f"{W}outlineLvl"))
    return int(level) < _BODY_LEVEL if level.isdigit() else None


def _name(style: Element) -> str:
    return _value(style.find(f"{W}name")).lower()


def _value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{W}val", "")
