"""A page read as its user agent does: links, forms, ids, texts; nothing of its layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Element:
    """A start tag with its attributes, and the text inside it."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""


@dataclass
class PageReader(HTMLParser):
    """Every element of a page, in order."""

    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start reading."""
        super().__init__()
        self._open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        element = Element(tag, dict(attrs))
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        while self._open and self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Give the text to all elements around it."""
        for element in self._open:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """The elements of a tag that have these attributes; `class_` must be one of the classes."""
        return [each for each in self.elements if each.tag == tag and _has(each, attributes)]

    def texts(self, tag: str, **attributes: str) -> list[str]:
        """What these elements say, spaces joined."""
        return [" ".join(each.text.split()) for each in self.all(tag, **attributes)]


_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def _has(element: Element, wanted: dict[str, str]) -> bool:
    for name, value in wanted.items():
        held = element.attributes.get(name.rstrip("_").replace("_", "-")) or ""
        if value not in (held.split() if name == "class_" else [held]):
            return False
    return True


def read(html: str) -> PageReader:
    """A page's elements."""
    page = PageReader()
    page.feed(html)
    return page
