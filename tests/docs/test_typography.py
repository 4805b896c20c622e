"""What members, animators and administrators read is French as it is printed."""

from __future__ import annotations

from tests import ROOT

import re
from pathlib import Path

import pytest

DOCS = ROOT / "docs"
ENGLISH = {"addresses.md", "architecture.md", "glossary.md", "performance.md", "scale.md"}
FRENCH = sorted(path.name for path in DOCS.glob("*.md") if path.name not in ENGLISH)

_CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]*`|\]\([^)\n]*\)", re.DOTALL | re.MULTILINE)
_LOOSE = re.compile(r"(?:^|[^\n]*)(?:[ \n](?:[;?»]|:(?![-\w])|!(?!\[))|«[ \n])[^\n]*")
"""A line where a two-part sign, or a guillemet, could be parted from its word."""


@pytest.mark.parametrize("name", FRENCH)
def test_signs_stay_with_their_words(name: str) -> None:
    """A no-break space stands before « : ; ? ! » and inside guillemets; code is as it must be typed."""
    text = _CODE.sub("code", (DOCS / name).read_text(encoding="utf-8"))
    assert [found[0].strip() for found in _LOOSE.finditer(text)] == []


def test_a_loose_sign_would_be_found() -> None:
    """The rule knows what it looks for."""
    assert [bool(_LOOSE.search(text)) for text in ("ici : là", "« ici", "quoi ?", "fin\n; suite")] == [True] * 4
    assert not any(map(_LOOSE.search, ("ici\u00a0: là", "«\u00a0ici\u00a0»", "| :--- |", "voir ![image]")))
