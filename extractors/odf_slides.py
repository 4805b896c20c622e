"""The reader of OpenDocument presentations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.hidden import hidden_slides
from extractors.odf import DRAW, OFFICE, PRESENTATION, STYLE, SVG, content_of, opened, plain_text, properties
from extractors.plain import clean, one_line, title_worth_showing
from extractors.sections import Extraction, Format, Section, Unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path
    from zipfile import ZipFile

    from lxml.etree import _Element as Element

    from extractors.limits import Limits

# Roles that every slide repeats, and the picture of the slide on its page of notes.
_FURNITURE = frozenset({"page", "page-number", "date-time", "header", "footer"})
_LENGTH = re.compile(r"(-?\d+(?:\.\d+)?)(cm|mm|in|pt|pc|px)?")
_CENTIMETRES = {"cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72, "pc": 2.54 / 6, "px": 2.54 / 96}
# Shapes whose tops differ by less (in centimetres) count as side by side.
_SAME_LINE = 0.5


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each slide, hidden ones included, numbered by its place in the presentation."""
    with opened(path, limits) as archive:
        content, warnings = content_of(archive)
        masked = frozenset(_hidden_styles(content))
        pages = content.findall(f"{OFFICE}body/{OFFICE}presentation/{DRAW}page")
        read = [_section(number, page, masked, archive) for number, page in enumerate(pages, 1)]
        stated = properties(archive)
    sections = tuple(section for section in read if section.title or section.text or section.notes)
    stated["title"] = stated.get("title") or next((title_worth_showing(read[0].title) for _ in read), "")
    warnings = (*warnings, *hidden_slides(sections))
    return Extraction(Format.ODF_SLIDES, sections, units=len(pages), warnings=warnings, **stated)


def _hidden_styles(content: Element) -> Iterator[str]:
    """The names of the styles by which slides are hidden."""
    for style in content.iter(f"{STYLE}style"):
        if any(shown.get(f"{PRESENTATION}visibility") == "hidden" for shown in style.iterchildren("*")):
            yield style.get(f"{STYLE}name", "")


def _section(number: int, page: Element, masked: Collection[str], archive: ZipFile) -> Section:
    """The Section of one slide: its shapes in visual order, a second title among them, and its notes."""
    shapes = [shape for shape in page.iterchildren("*") if _is_seen(shape)]
    titles = [plain_text([shape], archive) for shape in shapes if _role(shape) == "title"]
    texts = (plain_text([shape], archive) for shape in sorted(shapes, key=_place) if _role(shape) != "title")
    notes = (note for notes in page.iterchildren(f"{PRESENTATION}notes") for note in notes if _is_seen(note))
    return Section(
        Unit.SLIDE,
        number,
        text=clean("\n".join(filter(None, [*texts, *titles[1:]]))),
        title=one_line(titles[0]) if titles else "",
        notes=clean(plain_text(notes, archive)),
        hidden=page.get(f"{DRAW}style-name", "") in masked,
    )


def _is_seen(shape: Element) -> bool:
    tag = str(shape.tag)
    return tag == f"{OFFICE}annotation" or (tag.startswith(DRAW) and _role(shape) not in _FURNITURE)


def _role(shape: Element) -> str:
    return shape.get(f"{PRESENTATION}class", "")


def _place(shape: Element) -> tuple[int, float]:
    """A sort key: from top to bottom, then from left to right."""
    return int(_centimetres(shape, "y") // _SAME_LINE), _centimetres(shape, "x")


def _centimetres(shape: Element, side: str) -> float:
    """The x or y of a shape in centimetres: of a line, its first end; of a group, its first shape; else 0."""
    written = shape.get(f"{SVG}{side}") or shape.get(f"{SVG}{side}1")
    if written is None:
        first = next((inside for inside in shape.iterdescendants("*") if inside.get(f"{SVG}{side}")), None)
        written = "" if first is None else first.get(f"{SVG}{side}", "")
    match = _LENGTH.fullmatch(written)
    return float(match[1]) * _CENTIMETRES[match[2] or "cm"] if match else 0.0
