"""The reader of OpenDocument presentations."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.readers.embedded_objects import read_embedded_objects
from extractors.readers.opendocument.odf_content import (
    DRAW,
    OFFICE,
    PRESENTATION,
    STYLE,
    SVG,
    list_embedded,
    open_document,
    open_odf,
    plain_text,
    read_content,
    read_properties,
)
from extractors.readers.sheets import warnings_for_hidden_slides
from extractors.text import clean_text, clean_title, to_single_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from lxml.etree import _Element as Element

    from extractors.model import Limits
from extractors.readers.opendocument.odf_content import OdfDocument

# Roles that every slide repeats, and the picture of the slide on its page of notes.
_IGNORED_ROLES = frozenset({"page", "page-number", "date-time", "header", "footer"})
_MARGINS = ("header", "footer")
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
        document, margins = open_document(archive, content), _read_margin_declarations(content)
        read = [_read_slide(number, page, masked, document) for number, page in enumerate(pages, 1)]
        read = list(_add_margins(read, pages, margins, document))
        stated = read_properties(archive)
        further, unread = read_embedded_objects(list_embedded(content, archive), len(pages), limits)
    sections = tuple(section for section in read if section.title or section.text or section.notes)
    stated["title"] = stated.get("title") or next((clean_title(read[0].title) for _ in read), "")
    warnings = (*warnings, *unread, *warnings_for_hidden_slides(sections))
    return Extraction(Format.ODF_SLIDES, sections + further, units=len(pages), warnings=warnings, **stated)


def _read_margin_declarations(content: Element) -> dict[tuple[str, str], str]:
    """The headers and footers that slides refer to, by kind and name."""
    return {
        (kind, declared.get(f"{PRESENTATION}name", "")): to_single_line("".join(map(str, declared.itertext())))
        for kind in _MARGINS
        for declared in content.iter(f"{PRESENTATION}{kind}-decl")
    }


def _add_margins(
    sections: Iterable[Section],
    pages: Iterable[Element],
    margins: Mapping[tuple[str, str], str],
    document: OdfDocument,
) -> Iterator[Section]:
    """The slides with their headers and footers, each on the first slide that shows it."""
    shown = set[str]()
    for section, page in zip(sections, pages, strict=True):
        users = (page, *page.iterchildren(f"{PRESENTATION}notes"))
        used = [
            margins.get((kind, user.get(f"{PRESENTATION}use-{kind}-name", "")), "")
            for user in users
            for kind in _MARGINS
        ]
        # What was typed into the footer of one slide stands in its shape, as in decks that were PowerPoint's.
        shapes = (shape for user in users for shape in user.iterchildren("*") if _read_role(shape) in _MARGINS)
        used += [to_single_line(plain_text([shape], document)) for shape in shapes]
        new = [text for text in dict.fromkeys(used) if text and text not in shown]
        shown.update(new)
        yield replace(section, text=clean_text("\n".join(filter(None, (section.text, *new))))) if new else section


def _find_hidden_styles(content: Element) -> Iterator[str]:
    """The names of the styles by which slides are hidden."""
    for properties in content.iter(f"{STYLE}drawing-page-properties"):
        style = properties.getparent()
        if style is not None and properties.get(f"{PRESENTATION}visibility") == "hidden":
            yield style.get(f"{STYLE}name", "")


def _read_slide(number: int, page: Element, masked: Collection[str], document: OdfDocument) -> Section:
    """The Section of one slide: its shapes in visual order, a second title among them, and its notes."""
    shapes = [shape for shape in page.iterchildren("*") if _is_visible(shape)]
    titles = [plain_text([shape], document) for shape in shapes if _read_role(shape) == "title"]
    texts = (
        plain_text([shape], document) for shape in sorted(shapes, key=_visual_position) if _read_role(shape) != "title"
    )
    notes = (note for notes in page.iterchildren(f"{PRESENTATION}notes") for note in notes if _is_visible(note))
    return Section(
        SectionUnit.SLIDE,
        number,
        text=clean_text("\n".join(filter(None, [*texts, *titles[1:]]))),
        title=to_single_line(titles[0]) if titles else "",
        notes=clean_text(plain_text(notes, document)),
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
