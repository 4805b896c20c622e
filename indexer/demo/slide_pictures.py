"""Draws slides of a deck as its replay shows them: laid out as `slides.py` lays them out, without what draws decks."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from indexer.demo.notation import Bullets, PlainParagraph, Subheading, block_texts
from indexer.demo.pictures import load_font
from indexer.demo.typesetting import DEMONSTRATION_MARK, NBSP, typeset

if TYPE_CHECKING:
    from indexer.demo.notation import DemoSection
    from indexer.demo.sources import DemoDocument

_INCH = 72
"""Pixels: a slide of 13.3 by 7.5 inches is 960 by 540, and a point of its letters is a pixel."""

SLIDE_SIZE = 960, 540
_MARGIN, _RIGHT = round(0.7 * _INCH), SLIDE_SIZE[0] - round(0.7 * _INCH)
_NAVY, _HONEY, _WHITE, _BLACK, _GREY = "#1b2a5c", "#f2a900", "#ffffff", "#000000", "#8c8c8c"
# Vera is wider than the letters that decks are in: so much smaller, its lines break at the same words.
_NARROWER = 0.83


def draw_cover(deck: DemoDocument) -> Image.Image:
    """Draw the first slide of a deck."""
    picture, draw = _begin(1)
    _write(draw, (_MARGIN, 3 * _INCH), deck.title, 44, bold=True)
    _draw_stripe(draw, round(3.98 * _INCH))
    top = _write(draw, (_MARGIN, round(4.35 * _INCH)), deck.occasion, 32)
    _write(draw, (_MARGIN, top + 8), "Communauté apprenante Territoires zéro non-recours", 32)
    return picture


def draw_slide(section: DemoSection, number: int) -> Image.Image:
    """Draw the slide of a section without its tables; `number` is that of the slide, the cover being the first."""
    picture, draw = _begin(number)
    _write(draw, (_MARGIN, round(0.85 * _INCH)), section.title, 32, bold=True)
    _draw_stripe(draw, round(1.42 * _INCH))
    top, points = round(1.8 * _INCH), 24 if len(section.blocks) == 1 else 20
    for block in section.blocks_of_kind(PlainParagraph, Subheading, Bullets):
        for text in block_texts(block):
            left = _MARGIN + 27 * isinstance(block, Bullets)
            if left > _MARGIN:
                draw.ellipse((_MARGIN + 6, top + 9, _MARGIN + 12, top + 15), fill=_BLACK)
            top = _write(draw, (left, top), text, points) + 12
    return picture


def draw_title(title: str) -> Image.Image:
    """Draw what is on the screen while no slide is: a title on a dark ground."""
    picture = Image.new("RGB", SLIDE_SIZE, _NAVY)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((_MARGIN, 3 * _INCH, round(3.2 * _INCH), 3 * _INCH + 4), fill=_HONEY)
    draw.text((_MARGIN, 3 * _INCH + 24), typeset(title).replace(NBSP, " "), _WHITE, load_font("VeraBd", 36))
    return picture


def _begin(number: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", SLIDE_SIZE, _WHITE)
    draw, font = ImageDraw.Draw(picture), load_font("Vera", 10)
    foot = round(7.05 * _INCH)
    draw.text((SLIDE_SIZE[0] / 2, foot), f"{DEMONSTRATION_MARK} – Communauté apprenante TZNR", _GREY, font, anchor="ma")
    draw.text((12.8 * _INCH, foot), str(number), _GREY, font, anchor="ra")
    return picture, draw


def _draw_stripe(draw: ImageDraw.ImageDraw, top: int) -> None:
    draw.rectangle((_MARGIN, top - 2, round(3.2 * _INCH), top + 2), fill=_HONEY)


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, points: int, *, bold: bool = False) -> int:
    """Write a text in lines that reach the right margin; return the height below it."""
    font = load_font("VeraBd" if bold else "Vera", round(points * _NARROWER))
    left, top = at
    for line in textwrap.wrap(typeset(text), int(1.08 * (_RIGHT - left) / font.getlength("e")), break_on_hyphens=False):
        # Vera draws the non-breaking space twice as wide: once the lines are cut, a plain one serves.
        draw.text((left, top), line.replace(NBSP, " "), _NAVY if bold else _BLACK, font)
        top += round(points * 1.2)
    return top
