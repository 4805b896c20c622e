"""The reader of PowerPoint: a walk of the XML parts of a presentation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pptx.oxml import parse_xml

from extractors import recognition
from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.ooxml import (
    A,
    OfficePart,
    P,
    R,
    alternative_text,
    body_text,
    find_related,
    find_related_by_type,
    graphic_text,
    open_package,
    read_core_properties,
    read_sized_lines,
    visible_children,
)
from extractors.readers.embedded_objects import EMBEDDED_KINDS, read_embedded_objects
from extractors.readers.powerpoint.reading_order import Box, parse_measure, sort_by_place
from extractors.readers.sheets import warnings_for_hidden_slides
from extractors.text import clean_text, clean_title, find_largest_text, to_single_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from lxml.etree import _Element as Element
    from PIL.Image import Image

    from extractors.model import Limits

_TITLE_ROLES = frozenset({"title", "ctrTitle"})
# Footers and headers, which slides and pages of notes repeat: read once in a deck.
_MARGIN_ROLES = frozenset({"ftr", "hdr"})
# Slide numbers, dates and the slide's picture on its page of notes: they would make all slides look alike.
_IGNORED_ROLES = frozenset({"sldNum", "dt", "sldImg"})
_GROUP, _FRAME, _BODY, _PROPERTIES = f"{P}grpSp", f"{P}graphicFrame", f"{P}txBody", f"*/{P}cNvPr"
_TREE, _OFFSET, _EXTENT = f"{P}cSld/{P}spTree", f"{A}off", f"{A}ext"
_PLACEHOLDER = f"{P}nvPr/{P}ph"


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each slide, hidden ones included, numbered by its place in the presentation.

    Embedded documents follow, as attachments do.
    """
    with open_package(path, limits) as package:
        stated = read_core_properties(package, parse_xml)
        main = package.main_part
        listed = [find_related(main, slide.get(f"{R}id", "")) for slide in main.root.iter(f"{P}sldId")]
        slides = {number: slide for number, slide in enumerate(listed, 1) if slide is not None and not slide.is_lost}
        deck = _Deck()
        read, unread = add_picture_text(
            [_read_slide(number, slide, deck) for number, slide in slides.items()], slides, limits
        )
        # Empty slides are dropped only now: the others keep their numbers.
        sections = tuple(section for section in read if section.title or section.text or section.notes)
        stated["title"] = stated.get("title") or _guess_title(read, slides)
        embedded = {part.name: part.blob for slide in slides.values() for part in _find_embedded(slide)}
        further, unread_objects = read_embedded_objects(embedded.items(), len(listed), limits)
        package.check_parts("ppt")
        damage = package.warnings
    absent = (
        f"La diapositive {number} manque dans le fichier."
        for number in range(1, len(listed) + 1)
        if number not in slides
    )
    return Extraction(
        Format.POWERPOINT,
        sections + further,
        units=len(listed),
        warnings=(*damage, *absent, *unread, *unread_objects, *warnings_for_hidden_slides(sections)),
        **stated,
    )


def _find_embedded(slide: OfficePart) -> Iterator[OfficePart]:
    return (link.part for link in slide.links.values() if link.kind.rpartition("/")[2] in EMBEDDED_KINDS)


def _guess_title(sections: Sequence[Section], slides: Mapping[int, OfficePart]) -> str:
    """The title of the first slide, else its text in the largest letters; "" where neither is worth showing."""
    title = next((section.title for section in sections if section.number == 1), "")
    if title or 1 not in slides:
        return clean_title(title)
    return clean_title(find_largest_text(list(read_sized_lines(slides[1].root))))


@dataclass(frozen=True, slots=True)
class _Deck:
    """What the slides of a presentation share: footers read already, and the boxes of each layout's placeholders."""

    footers: set[str] = field(default_factory=set)
    layout_boxes: dict[tuple[OfficePart, ...], Mapping[str, Box]] = field(default_factory=dict)


def _read_slide(number: int, slide: OfficePart, deck: _Deck) -> Section:
    """The Section of one slide: its shapes in visual order, then further titles and comments; and its notes."""
    shapes = list(_drop_repeats(_read_shapes(slide, _read_layout_boxes(slide, deck)), deck.footers))
    titles = [shape.text for shape in shapes if shape.placeholder in _TITLE_ROLES and shape.text]
    texts = [shape.text for shape in shapes if shape.placeholder not in _TITLE_ROLES]
    return Section(
        SectionUnit.SLIDE,
        number,
        text=clean_text("\n".join(filter(None, [*texts, *titles[1:], *_read_comments(slide)]))),
        title=to_single_line(titles[0]) if titles else "",
        notes=clean_text("\n".join(_read_notes(slide, deck))),
        hidden=slide.root.get("show") in {"0", "false"},
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """The text of a shape; `placeholder` is its role in the layout, "" for a free shape."""

    text: str
    placeholder: str = ""


def _read_shapes(slide: OfficePart, inherited: Mapping[str, Box]) -> Iterator[_Shape]:
    """The shapes of a slide or a page of notes in reading order, but for slide numbers, dates and the like."""
    tree = slide.root.find(_TREE)
    return iter(()) if tree is None else iter(_read_children(tree, slide, inherited))


def _read_children(tree: Element, slide: OfficePart, inherited: Mapping[str, Box]) -> list[_Shape]:
    """The shapes of a slide or a group that say something, in reading order."""
    found = list[tuple[_Shape, Box]]()
    for element in visible_children(tree):
        placeholder = _find_placeholder(element)
        role = "" if placeholder is None else placeholder.get("type", "obj")
        # Lines and backgrounds stand between nothing: only what has words has a place in their order.
        if role not in _IGNORED_ROLES and (text := _shape_text(element, slide)):
            found.append((_Shape(text, role), _own_box(element) or _find_layout_box(placeholder, inherited)))
    return sort_by_place(found)


def _own_box(element: Element) -> Box | None:
    """The box that a shape states itself; None where it leaves it to its layout, or states what is none."""
    offset = next(element.iterdescendants(_OFFSET), None)
    if offset is None:
        return None
    # Beside the offset: extensions of any kind have the name of an extent.
    extent = next(offset.itersiblings(_EXTENT), None)
    left, top = parse_measure(offset.get("x")), parse_measure(offset.get("y"))
    size = ("0", "0") if extent is None else (extent.get("cx"), extent.get("cy"))
    width, height = map(parse_measure, size)
    return None if left is None or top is None else Box(left, top, width or 0, height or 0)


def _find_layout_box(placeholder: Element | None, inherited: Mapping[str, Box]) -> Box:
    """The box of a placeholder in its layout, by index, else by type; that of the corner where there is none."""
    keys = () if placeholder is None else _placeholder_keys(placeholder)
    return next(filter(None, map(inherited.get, keys)), Box())


def _read_layout_boxes(slide: OfficePart, deck: _Deck) -> Mapping[str, Box]:
    """The boxes of the placeholders of a slide's layout, by key; computed once for each layout."""
    layouts = tuple(find_related_by_type(slide, "/slideLayout"))
    if layouts not in deck.layout_boxes:
        masters = [master for layout in layouts for master in find_related_by_type(layout, "/slideMaster")]
        deck.layout_boxes[layouts] = {
            key: box
            # Masters first: the layout overrides what its master says.
            for part in (*masters, *layouts)
            for placed in part.root.iter(f"{P}sp")
            if (placeholder := _find_placeholder(placed)) is not None and (box := _own_box(placed)) is not None
            for key in _placeholder_keys(placeholder)
        }
    return deck.layout_boxes[layouts]


def _find_placeholder(element: Element) -> Element | None:
    """The placeholder element of a shape; None for a free shape."""
    # The properties have another name for each kind of shape, so all children are tried.
    for properties in element:
        if (found := properties.find(_PLACEHOLDER)) is not None:
            return found
    return None


def _placeholder_keys(placeholder: Element) -> tuple[str, str]:
    """The keys of a placeholder: layouts are matched by index, masters by type (ECMA-376 part 1, 19.3.1.36)."""
    return f"idx {placeholder.get('idx', '0')}", f"type {placeholder.get('type', 'obj')}"


def _shape_text(element: Element, slide: OfficePart) -> str:
    """The text of a shape, group, table, chart or SmartArt, and its alternative text."""
    alternative = alternative_text(element.find(_PROPERTIES))
    if element.tag == _GROUP:
        inside = [shape.text for shape in _read_children(element, slide, {})]
    elif element.tag == _FRAME:
        inside = [*_table_lines(element), graphic_text(element, slide)]
    else:
        inside = [body_text(element.find(_BODY))]
    return "\n".join(filter(None, [*inside, alternative]))


def _table_lines(frame: Element) -> Iterator[str]:
    """One line for each row of the frame's table, if it has one, its cells separated by bars."""
    for row in frame.iter(f"{A}tr"):
        cells = (to_single_line(body_text(cell.find(f"{A}txBody"))) for cell in row.iterchildren(f"{A}tc"))
        yield " | ".join(filter(None, cells))


def _read_notes(slide: OfficePart, deck: _Deck) -> Iterator[str]:
    for page in find_related_by_type(slide, "/notesSlide"):
        yield from (shape.text for shape in _drop_repeats(_read_shapes(page, {}), deck.footers) if shape.text)


def _drop_repeats(shapes: Iterable[_Shape], footers: set[str]) -> Iterator[_Shape]:
    """The shapes without headers and footers that were read already; `footers` is updated."""
    for shape in shapes:
        if shape.placeholder not in _MARGIN_ROLES:
            yield shape
        elif shape.text not in footers:
            footers.add(shape.text)
            yield shape


def _read_comments(slide: OfficePart) -> Iterator[str]:
    """The comments on a slide, in the old format (p:text) and in that of 2018 (a text body)."""
    for part in find_related_by_type(slide, "/comments"):
        root = part.root
        yield from (text.text or "" for text in root.iter(f"{P}text"))
        yield from (body_text(body) for body in root.iter() if str(body.tag).endswith("}txBody"))


# A slide of fewer words may be a screenshot; elsewhere recognition costs more than it finds.
_FEW_WORDS = 12


@dataclass(slots=True)
class _PictureQueue:
    """Pictures with the numbers of their slides, opened one at a time, since a deck may hold hundreds of screenshots.

    `waiting` are (slide, part) not opened yet; `opened_slides` are the slides of the pictures given so far, in order.
    """

    waiting: list[tuple[int, OfficePart]]
    opened_slides: list[int] = field(default_factory=list)

    def open_images(self) -> Iterator[Image]:
        """The pictures that may bear text, each opened when it is asked for."""
        while self.waiting:
            number, part = self.waiting.pop(0)
            image = recognition.open_picture(part.blob)
            if image is not None:
                self.opened_slides.append(number)
                yield image


def add_picture_text(
    sections: Sequence[Section], slides: Mapping[int, OfficePart], limits: Limits
) -> tuple[list[Section], tuple[str, ...]]:
    """The Sections with the text recognised in the pictures of nearly empty slides, and warnings about skipped ones."""
    poor = {section.number for section in sections if len(f"{section.title} {section.text}".split()) < _FEW_WORDS}
    parts = [(number, part) for number, slide in slides.items() for part in _find_picture_parts(slide)]
    uses = Counter(part.name for _, part in parts)
    # A picture that stands on several slides is a logo.
    pictures = _PictureQueue([(number, part) for number, part in parts if number in poor and uses[part.name] == 1])
    if not pictures.waiting or not recognition.is_available():
        return list(sections), ()
    texts = list(recognition.recognise_text(pictures.open_images(), limits))
    found: dict[int, list[str]] = {}
    # The last picture that was opened has no text if time ran out: the lists may differ in length.
    for number, text in zip(pictures.opened_slides, texts, strict=False):
        found.setdefault(number, []).append(text)
    left = len(pictures.waiting) + len(pictures.opened_slides) - len(texts)
    read = [_append_texts(section, found.get(section.number, ())) for section in sections]
    return read, (recognition.warning_for_skipped_pages(left),) if left else ()


def _append_texts(section: Section, texts: Iterable[str]) -> Section:
    return replace(section, text=clean_text("\n".join(filter(None, (section.text, *texts)))))


def _find_picture_parts(slide: OfficePart) -> Iterator[OfficePart]:
    """The parts of the pictures on the slide itself, not those of its layout."""
    for shown in slide.root.iter(f"{P}pic"):
        for blip in shown.iter(f"{A}blip"):
            part = find_related(slide, blip.get(f"{R}embed", ""))
            if part is not None:
                yield part
