"""What the Office packages share: parts, relations, properties, drawings."""

from extractors.ooxml.drawing import body_text, chart_lines, graphic_text, paragraph_text, read_sized_lines
from extractors.ooxml.ooxml_package import (
    A,
    LazyPart,
    M,
    P,
    R,
    W,
    alternative_text,
    find_related,
    find_related_by_type,
    open_package,
    parse_core_properties,
    read_core_properties,
    root_of,
    verify_part,
    visible_children,
)

__all__ = [
    "A",
    "LazyPart",
    "M",
    "P",
    "R",
    "W",
    "alternative_text",
    "body_text",
    "chart_lines",
    "find_related",
    "find_related_by_type",
    "graphic_text",
    "open_package",
    "paragraph_text",
    "parse_core_properties",
    "read_core_properties",
    "read_sized_lines",
    "root_of",
    "verify_part",
    "visible_children",
]
