"""The reader of OpenDocument presentations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.readers.opendocument.odf_content import (
    DRAW,
    OFFICE,
    PRESENTATION,
    STYLE,
    SVG,
    open_odf,
    plain_text,
    read_content,
    read_properties,
)
from extractors.readers.sheets import warnings_for_hidden_slides
from extractors.text import clean_text, clean_title, to_single_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.model import Limits

# Roles that every slide repeats, and the picture of the slide on its page of notes.
_IGNORED_ROLES = frozenset({"page", "page-number", "date-time", "header", "footer"})
_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)(cm|mm|in|pt|pc|px)?")
_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96}
# Shapes whose tops differ by less (in centimetres) count as side by side.
_SAME_ROW = 0.5


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each slide, hidden ones included, numbered by its place in the presentation."""
    with open_odf(path, limits) as archive:
        content, warnings = read_content(archive)
        masked = frozenset(_find_hidden_styles(content))
        pages = content.findall(f"{OFFICE}body/{OFFICE}presentation/{DRAW}page")
        read = [_read_slide(number, page, masked, archive) for number, page in enumerate(pages, 1)]
        stated = read_properties(archive)
    sections = tuple(section for section in read if section.title or section.text or section.notes)
    stated["title"] = stated.get("title") or next((clean_title(read[0].title) for _ in read), "")
    warnings = (*warnings, *warnings_for_hidden_slides(sections))
    return Extraction(Format.ODF_SLIDES, sections, units=len(pages), warnings=warnings, **stated)


def _find_hidden_styles(content: Element) -> Iterator[str]:
    """The names of the styles by which slides are hidden."""
    for style in content.iter(f"{STYLE}style"):
        if any(shown.get(f"{PRESENTATION}visibility") == "hidden" for shown in style.iterchildren("*")):
            yield style.get(f"{STYLE}name", "")


def _read_slide(number: int, page: Element, masked: Collection[str], archive: ZipFile) -> Section:
    """The Section of one slide: its shapes in visual order, a second title among them, and its notes."""
    shapes = [shape for shape in page.iterchildren("*") if _is_visible(shape)]
    titles = [plain_text([shape], archive) for shape in shapes if _read_role(shape) == "title"]
    texts = (
        plain_text([shape], archive) for shape in sorted(shapes, key=_visual_position) if _read_role(shape) != "title"
    )
    notes = (note for notes in page.iterchildren(f"{PRESENTATION}notes") for note in notes if _is_visible(note))
    return Section(
        SectionUnit.SLIDE,
        number,
        text=clean_text("\n".join(filter(None, [*texts, *titles[1:]]))),
        title=to_single_line(titles[0]) if titles else "",
        notes=clean_text(plain_text(notes, archive)),
        hidden=page.get(f"{DRAW}style-name", "") in masked,
    )


def _is_visible(shape: Element) -> bool:
    tag = str(shape.tag)
    return tag == f"{OFFICE}annotation" or (tag.startswith(DRAW) and _read_role(shape) not in _IGNORED_ROLES)


def _read_role(shape: Element) -> str:
    return shape.get(f"{PRESENTATION}class", "")


def _visual_position(shape: Element) -> tuple[int, float]:
    """A sort key: from top to bottom, then from left to right."""
    return int(_read_centimetres(shape, "y") // _SAME_ROW), _read_centimetres(shape, "x")


def _read_centimetres(shape: Element, side: str) -> float:
    """The x or y of a shape in centimetres: of a line, its first end; of a group, its first shape; else 0."""
    written = shape.get(f"{SVG}{side}") or shape.get(f"{SVG}{side}1")
    if written is None:
        first = next((inside for inside in shape.iterdescendants("*") if inside.get(f"{SVG}{side}")), None)
        written = "" if first is None else first.get(f"{SVG}{side}", "")
    match = _LENGTH.fullmatch(written)
    return float(match[1]) * _CENTIMETRES[match[2] or "cm"] if match else 0.0
