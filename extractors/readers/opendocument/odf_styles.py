"""The styles of paragraphs in OpenDocument texts: which are those of a title, and how large their letters are."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element as Element

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:"
_STYLE, _TEXT = f"{_OASIS}style:1.0}}", f"{_OASIS}text:1.0}}"
_STYLE_NAME = f"{_TEXT}style-name"
_FONT_SIZE = f"{_OASIS}xsl-fo-compatible:1.0}}font-size"
# By which programs name the style of a title, before any other formatting.
_TITLE_STYLES = frozenset({"Title", "Titre"})
_POINTS = re.compile(r"(\d+(?:\.\d+)?)pt")
# The size of letters where no style states one.
_DEFAULT_SIZE = 12.0


class ParagraphStyles:
    """The styles that the parts of a document declare; of two of the same name the later one is in force."""

    def __init__(self, roots: Iterable[Element | None]) -> None:
        self._roots = [root for root in roots if root is not None]
        self._measured: dict[str, tuple[bool, float]] = {}

    @cached_property
    def _by_name(self) -> dict[str, Element]:
        return {
            style.get(f"{_STYLE}name", ""): style
            for root in self._roots
            for style in root.iter(f"{_STYLE}style")
            if style.get(f"{_STYLE}family") in {"paragraph", "text"}
        }

    def measure(self, paragraph: Element) -> tuple[bool, float]:
        """Whether a paragraph is set as a title, and the size of its largest letters in points."""
        is_title, size = self._measure_style(paragraph.get(_STYLE_NAME, ""))
        for span in paragraph.iterchildren(f"{_TEXT}span") if len(paragraph) else ():
            size = max(size, self._measure_style(span.get(_STYLE_NAME, ""))[1])
        return is_title, size or _DEFAULT_SIZE

    def _measure_style(self, name: str) -> tuple[bool, float]:
        """Whether a style is that of a title, and the size of letters that it or its base states; 0 where none does."""
        if name not in self._measured:
            bases = list(self._iterate_bases(name))
            stated = (_POINTS.fullmatch(self._read_font_size(base)) for base in bases)
            size = next((float(match[1]) for match in stated if match), 0.0)
            self._measured[name] = (not _TITLE_STYLES.isdisjoint(bases), size)
        return self._measured[name]

    def _read_font_size(self, name: str) -> str:
        style = self._by_name.get(name)
        properties = None if style is None else style.find(f"{_STYLE}text-properties")
        return "" if properties is None else properties.get(_FONT_SIZE, "")

    def _iterate_bases(self, name: str) -> Iterator[str]:
        """The name of a style and of those that it is based on."""
        # Direct formatting makes an automatic style, based on the one that was chosen. A damaged file may make a ring.
        seen = set[str]()
        while name and name not in seen:
            seen.add(name)
            yield name
            # A style of the program itself need not be in the file.
            style = self._by_name.get(name)
            name = "" if style is None else style.get(f"{_STYLE}parent-style-name", "")
