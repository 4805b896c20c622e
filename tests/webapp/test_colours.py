"""The colours of the style sheets, ours over the design system's, held to the contrasts of WCAG 2.2 (https://www.w3.org/TR/WCAG22/#contrast-minimum)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import webapp

_STATIC = Path(webapp.__file__).parent / "static"
_VARIABLE = re.compile(r"--([\w-]+):\s*([^;}]+)")


def _colours(*sheets: str) -> dict[str, str]:
    """The variables of style sheets, each as the last sheet says."""
    texts = ((_STATIC / f"{sheet}.css").read_text(encoding="utf-8") for sheet in sheets)
    return {name: value.strip() for text in texts for name, value in _VARIABLE.findall(text)}


_LIGHT = _colours("dsfr/dsfr", "ruche")
_DARK = _LIGHT | _colours("dsfr/dsfr-dark", "ruche-dark")

_GROUNDS = ("background-default-grey", "background-alt-grey", "background-alt-blue-france")
_TEXTS = [
    *((f"text-{text}", ground) for text in ("default-grey", "action-high-blue-france") for ground in _GROUNDS),
    *(("text-mention-grey", ground) for ground in _GROUNDS),
    ("text-action-high-blue-france", "background-open-blue-france"),
    ("text-action-high-blue-france", "background-action-low-blue-france"),
    ("text-inverted-blue-france", "background-action-high-blue-france"),
    ("text-inverted-blue-france", "background-action-high-blue-france-hover"),
    ("text-inverted-blue-france", "background-action-high-blue-france-active"),
    ("marque-texte", "marque"),
]
_PARTS = [("border-plain-blue-france", ground) for ground in _GROUNDS]


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), _TEXTS)
def test_texts_are_readable(colours: dict[str, str], text: str, ground: str) -> None:
    """Every text has a contrast of 4.5 at least with what it stands on."""
    assert _contrast(_value(colours, text), _value(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [_LIGHT, _DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("part", "ground"), _PARTS)
def test_edges_are_visible(colours: dict[str, str], part: str, ground: str) -> None:
    """The edges that tell fields and the page one is on have a contrast of 3 at least."""
    assert _contrast(_value(colours, part), _value(colours, ground)) >= 3


def _value(colours: dict[str, str], name: str) -> str:
    """The colour that a variable stands for, through those that it names."""
    value = colours[name]
    named = re.fullmatch(r"var\(--([\w-]+)\)", value)
    return _value(colours, named[1]) if named else value


def _contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
