"""Charts as SVG, for pages that show the same numbers in a table beside: columns, bars and heat maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree
from markupsafe import Markup

from webapp.server import build_element, format_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SHADES = 4
"""Shades of a heat map, from the lightest to the darkest; zero has none."""

_CELL_SIZE = (40, 30)
"""Width and height of a cell of a heat map, in SVG units."""

_LETTER_WIDTH = 7.2
"""Mean width of a letter of the labels, in SVG units: about that of 13 px text."""


@dataclass(frozen=True, slots=True)
class ChartCaption:
    """The texts of a chart for those who do not see it. `name` is unique in its page and begins the elements' ids."""

    name: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its length, of which `part` is drawn hatched."""

    label: str
    value: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class HeatMapGrid:
    """Values by row and column, each given as (key, label); an absent value is 0. `gaps` are cells drawn hatched."""

    rows: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str]]
    values: Mapping[tuple[str, str], int]
    gaps: frozenset[tuple[str, str]] = field(default=frozenset())

    @property
    def largest(self) -> int:
        """The largest value."""
        return max(self.values.values(), default=0)


def draw_column_chart(caption: ChartCaption, bars: Sequence[Bar], label_step: int = 1) -> Markup:
    """Draw vertical bars, such as weeks; one label in `label_step` is written."""
    wide, tall, top, bottom = 28, 180, 24, 28
    # An empty chart must not divide by zero.
    most = max((bar.value for bar in bars), default=0) or 1
    drawing = _create_drawing(caption, max(1, len(bars)) * wide + 16, top + tall + bottom)
    for place, bar in enumerate(bars):
        x, height, part = 8 + place * wide, tall * bar.value / most, tall * bar.part / most
        drawing.append(_draw_rect("bar", x + 3, top + tall - height, wide - 6, height - part))
        drawing.append(_draw_hatched_rect(caption, x + 3, top + tall - part, wide - 6, part))
        if bar.value:
            drawing.append(
                _draw_text(format_number(bar.value), x + wide / 2, top + tall - height - 6, "middle", "value")
            )
        if place % label_step == 0:
            drawing.append(_draw_text(bar.label, x + 3, top + tall + 18))
    drawing.append(_draw_axis(top + tall))
    return _render_markup(drawing)


def draw_bar_chart(caption: ChartCaption, bars: Sequence[Bar]) -> Markup:
    """Draw horizontal bars, each under its label, as wide as the page allows."""
    # The longest bar leaves 15 % of the width for the number after it.
    tall, widest = 44, 85
    most = max((bar.value for bar in bars), default=0) or 1
    drawing = _create_drawing(caption, 100, max(1, len(bars)) * tall)
    # Lengths are percentages: a view box would stretch the text with the bars.
    del drawing.attrib["viewBox"]
    drawing.set("width", "100%")
    for place, bar in enumerate(bars):
        y, length, part = place * tall, widest * bar.value / most, widest * bar.part / most
        drawing.append(_draw_text(bar.label, 0, y + 15))
        drawing.append(_set_horizontal_extent(_draw_rect("bar", 0, y + 21, 0, 14), 0, length - part))
        drawing.append(_set_horizontal_extent(_draw_hatched_rect(caption, 0, y + 21, 0, 14), length - part, part))
        value = _draw_text(format_number(bar.value), 0, y + 33, "start", "value")
        # A percentage and a gap in units: one attribute cannot hold both.
        value.set("x", f"{length:.4g}%")
        value.set("dx", "6")
        drawing.append(value)
    return _render_markup(drawing)


def _set_horizontal_extent(bar: etree._Element, start: float, length: float) -> etree._Element:
    bar.set("x", f"{start:.4g}%")
    bar.set("width", f"{max(0.0, length):.4g}%")
    return bar


def draw_heat_map(caption: ChartCaption, grid: HeatMapGrid) -> Markup:
    """Draw a grid of cells: the darker the more, each with its number."""
    # No font can be measured here: the room for labels is estimated from their number of letters.
    left = min(260.0, max((len(label) for _, label in grid.rows), default=0) * _LETTER_WIDTH + 12)
    # Column labels are turned by 50°: they reach sin(50°), or 0.77, of their length upwards.
    top = min(240.0, max((len(label) for _, label in grid.columns), default=0) * _LETTER_WIDTH * 0.77 + 30)
    side, tall = _CELL_SIZE
    # The last column labels lean beyond the grid.
    drawing = _create_drawing(caption, left + len(grid.columns) * side + top * 0.7, top + len(grid.rows) * tall + 4)
    for across, (_, label) in enumerate(grid.columns):
        x = left + across * side + side / 2
        slanted = _draw_text(_truncate_label(label, 300), x, top - 8)
        slanted.set("transform", f"rotate(-50 {x:g} {top - 8:g})")
        drawing.append(slanted)
    for down, (row, label) in enumerate(grid.rows):
        y = top + down * tall
        drawing.append(_draw_text(_truncate_label(label, left - 8), left - 8, y + 20, "end"))
        for across, (column, _) in enumerate(grid.columns):
            at = left + across * side, y
            drawing.extend(_draw_cell(grid, (row, column), at))
            if (row, column) in grid.gaps:
                drawing.append(_draw_hatched_rect(caption, at[0] + 1, at[1] + 1, side - 2, tall - 2))
    return _render_markup(drawing)


def _draw_cell(grid: HeatMapGrid, key: tuple[str, str], at: tuple[float, float]) -> list[etree._Element]:
    value, (x, y), (side, tall) = grid.values.get(key, 0), at, _CELL_SIZE
    # Rounded up: a value above zero has the first shade at least.
    level = -(-_SHADES * value // grid.largest) if value else 0
    square = _draw_rect(f"heat heat-{level}", x + 1, y + 1, side - 2, tall - 2)
    return (
        [square, _draw_text(format_number(value), x + side / 2, y + 20, "middle", f"heat-text-{level}")]
        if value
        else [square]
    )


def _create_drawing(caption: ChartCaption, width: float, height: float) -> etree._Element:
    title, description = f"{caption.name}-titre", f"{caption.name}-description"
    hatches = build_element(
        "pattern",
        {"id": f"{caption.name}-hachures", "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"},
        build_element("rect", {"class": "hatch-ground", "width": "6", "height": "6"}),
        build_element("path", {"class": "hatch", "d": "M-1 7 7 -1M-1 1 1 -1M5 7 7 5"}),
    )
    attributes = {
        "viewBox": f"0 0 {width:g} {height:g}",
        "width": f"{width:g}",
        "height": f"{height:g}",
        "role": "img",
        "aria-labelledby": f"{title} {description}",
        "class": "chart",
    }
    return build_element(
        "svg",
        attributes,
        build_element("title", {"id": title}, caption.title),
        build_element("desc", {"id": description}, caption.description),
        build_element("defs", {}, hatches),
    )


def _draw_rect(kind: str, x: float, y: float, width: float, height: float) -> etree._Element:
    sizes = {"x": x, "y": y, "width": max(0.0, width), "height": max(0.0, height)}
    return build_element("rect", {"class": kind} | {name: f"{value:g}" for name, value in sizes.items()})


def _draw_hatched_rect(caption: ChartCaption, x: float, y: float, width: float, height: float) -> etree._Element:
    # Each chart has its own pattern: ids are unique in a page.
    hatched = _draw_rect("hatched", x, y, width, height)
    hatched.set("fill", f"url(#{caption.name}-hachures)")
    return hatched


def _draw_text(words: str, x: float, y: float, anchor: str = "start", kind: str = "label") -> etree._Element:
    return build_element("text", {"class": kind, "x": f"{x:g}", "y": f"{y:g}", "text-anchor": anchor}, words)


def _draw_axis(y: float) -> etree._Element:
    return build_element("line", {"class": "axis", "x1": "0", "x2": "100%", "y1": f"{y:g}", "y2": f"{y:g}"})


def _truncate_label(label: str, width: float) -> str:
    """Truncate a label to a width in SVG units; the table next to the chart has it whole."""
    letters = int(width / _LETTER_WIDTH)
    return label if len(label) <= letters else f"{label[: letters - 1].rstrip()}…"


def _render_markup(drawing: etree._Element) -> Markup:
    return Markup(etree.tostring(drawing, encoding="unicode"))  # noqa: S704 - lxml has escaped every text in it
