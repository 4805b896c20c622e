"""XML elements for documents that Ruche writes: feeds, site maps, SVG charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Mapping


def build_element(
    tag: str,
    attributes: Mapping[str, str] | None = None,
    *content: etree._Element | str,
    prefixes: Mapping[str | None, str] | None = None,
) -> etree._Element:
    """Return an element with attributes, text (at most one, before the children) and children.

    Characters that XML 1.0 does not allow, which titles of files may contain, are left out of the text. `prefixes` are
    the namespaces that the element declares, by prefix; None is the default one.
    """
    made = etree.Element(tag, dict(attributes or {}), prefixes)  # type: ignore[arg-type]  # its stubs forget None
    for each in content:
        if isinstance(each, str):
            made.text = to_xml_text(each)
        else:
            made.append(each)
    return made


def to_xml_text(text: str) -> str:
    """Return a text without the characters that XML 1.0 does not allow, and without line breaks and tabs."""
    # XML 1.0, section 2.2: no control characters, no surrogates, neither U+FFFE nor U+FFFF; lxml raises on them.
    return "".join(
        each for each in text if each >= " " and not "\ud800" <= each <= "\udfff" and each not in "\ufffe\uffff"
    )
