"""The colours of the style sheet, held to the contrasts of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#contrast-minimum)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import webapp

_SHEET = (Path(webapp.__file__).parent / "static" / "ruche.css").read_text(encoding="utf-8")
_BLOCKS = re.findall(r":root \{(.*?)\}", _SHEET, re.DOTALL)
_LIGHT = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", _BLOCKS[0]))
_DARK = _LIGHT | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", _BLOCKS[1]))

_TEXTS = [
    *((text, ground) for text in ("text", "quiet", "link") for ground in ("ground", "card", "sunk")),
    *(("link", "link-ground"), ("text", "link-ground"), ("quiet", "link-ground")),
    *(("comb", "comb-ground"), ("text", "comb-ground"), ("comb", "ground"), ("comb", "card")),
    *(("bad", "bad-ground"), ("good", "good-ground"), ("mark-text", "mark")),
    *(("band-text", "band"), ("band-quiet", "band"), ("honey-text", "honey"), ("honey-text", "honey-strong")),
]
_PARTS = [
    ("field-line", "card"),
    ("field-line", "ground"),
    ("focus", "ground"),
    ("focus", "card"),
    ("honey-strong", "band"),
]


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), _TEXTS)
def test_texts_are_readable(colours: dict[str, str], text: str, ground: str) -> None:
    """Every text has a contrast of 4.5 at least with what it stands on."""
    assert _contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("part", "ground"), _PARTS)
def test_fields_and_focus_are_visible(colours: dict[str, str], part: str, ground: str) -> None:
    """Edges of fields and the ring of focus have a contrast of 3 at least."""
    assert _contrast(colours[part], colours[ground]) >= 3


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
