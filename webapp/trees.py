"""XML trees that are written rather than read: drawings and feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping


def element(
    tag: str,
    attributes: Mapping[str, str] | None = None,
    *within: etree._Element | str,
    prefixes: Mapping[str | None, str] | None = None,
) -> etree._Element:
    """An element with its attributes, its text (at most one, first) and its children.

    Characters that XML 1.0 refuses, which files' titles may hold, are left out of the text. `prefixes` are those that
    it declares, None for what has no prefix.
    """
    made = etree.Element(tag, dict(attributes or {}), prefixes)  # type: ignore[arg-type]  # its stubs forget None
    for each in within:
        if isinstance(each, str):
            made.text = plain(each)
        else:
            made.append(each)
    return made


def plain(text: str) -> str:
    """A text without the characters that XML 1.0 refuses, and on one line."""
    return "".join(
        each for each in text if each >= " " and not "\ud800" <= each <= "\udfff" and each not in "\ufffe\uffff"
    )
