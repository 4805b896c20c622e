"""XML trees that are written rather than read: drawings and feeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping


def element(tag: str, attributes: Mapping[str, str] | None = None, *within: etree._Element | str) -> etree._Element:
    """An element with its attributes, its text (at most one, first) and its children.

    Characters that XML 1.0 refuses, which files' titles may hold, are left out of the text.
    """
    made = etree.Element(tag, dict(attributes or {}))
    for each in within:
        if isinstance(each, str):
            made.text = _plain(each)
        else:
            made.append(each)
    return made


def _plain(text: str) -> str:
    return "".join(
        each for each in text if each >= " " and not "\ud800" <= each <= "\udfff" and each not in "\ufffe\uffff"
    )
