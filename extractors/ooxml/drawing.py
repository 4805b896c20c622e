"""The text of DrawingML, which Word, PowerPoint and Excel share: paragraphs, charts and SmartArt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.ooxml.ooxml_package import (
    CX,
    DGM,
    A,
    C,
    M,
    R,
    find_related,
    find_related_by_type,
    visible_children,
)
from extractors.text import TextLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

    from extractors.ooxml.ooxml_package import OfficePart

# The default size of letters where a slide states none, in hundredths of a point (ECMA-376 part 1, 21.1.2.3.9).
_DEFAULT_SIZE = 1800
_PARAGRAPH, _FIELD = f"{A}p", f"{A}fld"
_TEXT_TAGS = frozenset({f"{A}t", f"{M}t"})
_TEXT_BY_TAG = {f"{A}br": "\n", f"{A}tab": "\t"}
# Labels of points that were taken from cells, as Office has done since 2013.
_LABELS = "{http://schemas.microsoft.com/office/drawing/2012/chart}dlblRangeCache"
_CACHES = (f"{C}strCache", f"{C}strLit", f"{C}lvl", f"{CX}strDim", f"{CX}txData")
_GRAPHIC_DATA = f"{A}graphicData"


def paragraph_text(paragraph: Element) -> str:
    """The text of one paragraph (a:p), with its fields and line breaks."""
    return "".join(_iterate_text(paragraph))


def body_text(body: Element | None) -> str:
    """The text of a text body, one paragraph a line; "" for None."""
    if body is None:
        return ""
    return "\n".join(filter(None, (paragraph_text(paragraph).strip() for paragraph in body.iterchildren(_PARAGRAPH))))


def read_sized_lines(slide: Element) -> Iterator[TextLine]:
    """The paragraphs of a slide, each with the size of its largest letters in hundredths of a point."""
    for paragraph in slide.iter(f"{A}p"):
        if text := paragraph_text(paragraph).strip():
            sizes = (int(size) for run in paragraph.iter(f"{A}rPr") if (size := run.get("sz", "")).isdecimal())
            yield TextLine(text, size=max(sizes, default=_DEFAULT_SIZE))


def graphic_text(graphic: Element, part: OfficePart) -> str:
    """The text of the charts and SmartArt in a graphic frame; each keeps its words in a part of its own."""
    return "\n".join(
        text for data in graphic.iter(_GRAPHIC_DATA) for reference in data if (text := _read_reference(reference, part))
    )


def _read_reference(reference: Element, part: OfficePart) -> str:
    if reference.tag == f"{DGM}relIds":
        diagram = find_related(part, reference.get(f"{R}dm", ""))
        return "" if diagram is None else "\n".join(diagram_lines(diagram))
    # By local name: charts of 2014 (cx) have a namespace of their own.
    if str(reference.tag).endswith("}chart"):
        chart = find_related(part, reference.get(f"{R}id", ""))
        return "" if chart is None else "\n".join(chart_lines(chart))
    return ""


def diagram_lines(diagram: OfficePart) -> Iterator[str]:
    """The text of each point of a SmartArt."""
    for point in diagram.root.iter(f"{DGM}pt"):
        if text := body_text(point.find(f"{DGM}t")):
            yield text


def chart_lines(chart: OfficePart) -> Iterator[str]:
    """The titles, series and categories of a chart, then what is drawn on it, each once.

    Its figures would only be noise to a search.
    """
    shapes = (part.root for part in find_related_by_type(chart, "/chartUserShapes"))
    titles, drawn = (
        [paragraph_text(paragraph).strip() for root in roots for paragraph in root.iter(f"{A}p")]
        for roots in ((chart.root,), shapes)
    )
    yield from filter(None, dict.fromkeys([*titles, *_read_labels(chart.root), *drawn]))


def _read_labels(root: Element) -> Iterator[str]:
    """The names of a chart, whether taken from cells (a cache) or typed (a literal, or a value straight below c:tx)."""
    for kept in root.iter(*_CACHES, _LABELS, f"{C}tx"):
        values = kept.iterchildren(f"{C}v") if kept.tag == f"{C}tx" else kept.iter(f"{C}v", f"{CX}pt", f"{CX}v")
        yield from ((value.text or "").strip() for value in values)


def _iterate_text(element: Element) -> Iterator[str]:
    for child in visible_children(element):
        # Slide numbers and current dates are not written by anybody, and would make all slides look alike.
        if child.tag == _FIELD and child.get("type", "").startswith(("slidenum", "datetime")):
            continue
        if child.tag in _TEXT_TAGS:
            yield child.text or ""
        elif child.tag in _TEXT_BY_TAG:
            yield _TEXT_BY_TAG[str(child.tag)]
        else:
            yield from _iterate_text(child)
