"""The reader of PowerPoint: opened by python-pptx, then read as XML, since the library's API loses most of the text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from extractors import recognition
from extractors.formats import Format
from extractors.model import Extraction, Section, SectionUnit
from extractors.ooxml import (
    A,
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
    root_of,
    visible_children,
)
from extractors.readers.powerpoint.lazy_package import SlidesPackage
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
# Shapes whose tops differ by less (half a centimetre, in EMU) count as side by side.
_SAME_ROW = 180_000
# From the top and from the left, in EMU (360,000 to a centimetre).
_Offset = tuple[int, int]
_GROUP, _FRAME, _BODY, _PROPERTIES = f"{P}grpSp", f"{P}graphicFrame", f"{P}txBody", f"*/{P}cNvPr"
_TREE, _OFFSET = f"{P}cSld/{P}spTree", f"{A}off"
_PLACEHOLDER = f"{P}nvPr/{P}ph"


def extract(path: Path, limits: Limits) -> Extraction:
    """One Section for each slide, hidden ones included, numbered by its place in the presentation."""
    package, warnings = open_package(path, limits, SlidesPackage.open)
    stated = read_core_properties(package)
    main = package.main_document_part
    listed = [find_related(main, slide.get(f"{R}id", "")) for slide in root_of(main).iter(f"{P}sldId")]
    slides = {number: slide for number, slide in enumerate(listed, 1) if slide is not None}
    deck = _Deck()
    read, unread = add_picture_text(
        [_read_slide(number, slide, deck) for number, slide in slides.items()], slides, limits
    )
    # Empty slides are dropped only now: the others keep their numbers.
    sections = tuple(section for section in read if section.title or section.text or section.notes)
    stated["title"] = stated.get("title") or _guess_title(read, slides)
    absent = (
        f"La diapositive {number} manque dans le fichier."
        for number in range(1, len(listed) + 1)
        if number not in slides
    )
    return Extraction(
        Format.POWERPOINT,
        sections,
        units=len(listed),
        warnings=(*warnings, *absent, *unread, *warnings_for_hidden_slides(sections)),
        **stated,
    )


def _guess_title(sections: Sequence[Section], slides: Mapping[int, Any]) -> str:
    """The title of the first slide, else its text in the largest letters; "" where neither is worth showing."""
    title = next((section.title for section in sections if section.number == 1), "")
    if title or 1 not in slides:
        return clean_title(title)
    return clean_title(find_largest_text(list(read_sized_lines(root_of(slides[1])))))


@dataclass(frozen=True, slots=True)
class _Deck:
    """What the slides of a presentation share: footers read already, and offsets of each layout's placeholders."""

    footers: set[str] = field(default_factory=set)
    layout_offsets: dict[tuple[Any, ...], Mapping[str, _Offset]] = field(default_factory=dict)


def _read_slide(number: int, slide: Any, deck: _Deck) -> Section:
    """The Section of one slide: its shapes in visual order, then further titles and comments; and its notes."""
    shapes = list(_drop_repeats(_read_shapes(slide, _read_layout_offsets(slide, deck)), deck.footers))
    titles = [shape.text for shape in shapes if shape.placeholder in _TITLE_ROLES and shape.text]
    texts = [shape.text for shape in shapes if shape.placeholder not in _TITLE_ROLES]
    return Section(
        SectionUnit.SLIDE,
        number,
        text=clean_text("\n".join(filter(None, [*texts, *titles[1:], *_read_comments(slide)]))),
        title=to_single_line(titles[0]) if titles else "",
        notes=clean_text("\n".join(_read_notes(slide, deck))),
        hidden=root_of(slide).get("show") in {"0", "false"},
    )


@dataclass(frozen=True, slots=True)
class _Shape:
    """The text of a shape; `placeholder` is its role in the layout, "" for a free shape."""

    text: str
    placeholder: str = ""


def _read_shapes(slide: Any, inherited: Mapping[str, _Offset]) -> Iterator[_Shape]:
    """The shapes of a slide or a page of notes in visual order, but for slide numbers, dates and the like."""
    tree = root_of(slide).find(_TREE)
    if tree is None:
        return
    for element, placeholder in _sort_shapes(tree, inherited):
        role = "" if placeholder is None else placeholder.get("type", "obj")
        if role not in _IGNORED_ROLES:
            yield _Shape(_shape_text(element, slide), role)


def _sort_shapes(tree: Element, inherited: Mapping[str, _Offset]) -> list[tuple[Element, Element | None]]:
    """The shapes from top to bottom, then from left to right, each with its placeholder element, if it is one."""

    def visual_position(shape: tuple[Element, Element | None]) -> _Offset:
        top, left = _own_offset(shape[0]) or _find_layout_offset(shape[1], inherited)
        return top // _SAME_ROW, left

    return sorted(((element, _find_placeholder(element)) for element in visible_children(tree)), key=visual_position)


def _own_offset(element: Element) -> _Offset | None:
    """The offset that a shape states itself; None where it leaves it to its layout."""
    own = next(element.iterdescendants(_OFFSET), None)
    return None if own is None else (int(own.get("y", 0)), int(own.get("x", 0)))


def _find_layout_offset(placeholder: Element | None, inherited: Mapping[str, _Offset]) -> _Offset:
    """The offset of a placeholder in its layout, by index, else by type; (0, 0) where there is none."""
    return (
        (0, 0)
        if placeholder is None
        else next(filter(None, map(inherited.get, _placeholder_keys(placeholder))), (0, 0))
    )


def _read_layout_offsets(slide: Any, deck: _Deck) -> Mapping[str, _Offset]:
    """The offsets of the placeholders of a slide's layout, by key; computed once for each layout."""
    layouts = tuple(find_related_by_type(slide, "/slideLayout"))
    if layouts not in deck.layout_offsets:
        masters = [master for layout in layouts for master in find_related_by_type(layout, "/slideMaster")]
        deck.layout_offsets[layouts] = {
            key: offset
            # Masters first: the layout overrides what its master says.
            for part in (*masters, *layouts)
            for placed in root_of(part).iter(f"{P}sp")
            if (placeholder := _find_placeholder(placed)) is not None and (offset := _own_offset(placed)) is not None
            for key in _placeholder_keys(placeholder)
        }
    return deck.layout_offsets[layouts]


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


def _shape_text(element: Element, slide: Any) -> str:
    """The text of a shape, group, table, chart or SmartArt, and its alternative text."""
    alternative = alternative_text(element.find(_PROPERTIES))
    if element.tag == _GROUP:
        inside = [_shape_text(child, slide) for child, _ in _sort_shapes(element, {})]
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


def _read_notes(slide: Any, deck: _Deck) -> Iterator[str]:
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


def _read_comments(slide: Any) -> Iterator[str]:
    """The comments on a slide, in the old format (p:text) and in that of 2018 (a text body)."""
    for part in find_related_by_type(slide, "/comments"):
        root = root_of(part)
        yield from (text.text or "" for text in root.iter(f"{P}text"))
        yield from (body_text(body) for body in root.iter() if str(body.tag).endswith("}txBody"))


# A slide of fewer words may be a screenshot; elsewhere recognition costs more than it finds.
_FEW_WORDS = 12


@dataclass(slots=True)
class _PictureQueue:
    """Pictures with the numbers of their slides, opened one at a time, since a deck may hold hundreds of screenshots.

    `waiting` are (slide, part) not opened yet; `opened_slides` are the slides of the pictures given so far, in order.
    """

    waiting: list[tuple[int, Any]]
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
    sections: Sequence[Section], slides: Mapping[int, Any], limits: Limits
) -> tuple[list[Section], tuple[str, ...]]:
    """The Sections with the text recognised in the pictures of nearly empty slides, and warnings about skipped ones."""
    poor = {section.number for section in sections if len(f"{section.title} {section.text}".split()) < _FEW_WORDS}
    parts = [(number, part) for number, slide in slides.items() for part in _find_picture_parts(slide)]
    uses = Counter(part.partname for _, part in parts)
    # A picture that stands on several slides is a logo.
    pictures = _PictureQueue([(number, part) for number, part in parts if number in poor and uses[part.partname] == 1])
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


def _find_picture_parts(slide: Any) -> Iterator[Any]:
    """The parts of the pictures on the slide itself, not those of its layout."""
    for shown in root_of(slide).iter(f"{P}pic"):
        for blip in shown.iter(f"{A}blip"):
            part = find_related(slide, blip.get(f"{R}embed", ""))
            if part is not None:
                yield part
