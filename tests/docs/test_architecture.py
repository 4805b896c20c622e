"""The map stays short, and its pictures show the tree as it is."""

from __future__ import annotations

from tests import ROOT

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from benchmarks.structure import PACKAGES, read_modules

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = ROOT / "docs/images"
MAX_WORDS = 1_800
# Pages in the present language of the code; the older pages quote names that members read, and are left out.
PLAIN_PAGES = ["docs/architecture.md", "docs/addresses.md", "docs/glossary.md", "CONTRIBUTING.md", "README.md"]
METAPHORS = re.compile(
    r"\b(hives?|desks?|scribes?|bells?|lookouts?|tenures?|shelf|shelves|bulletin|sketch(?:es)?|errands?|gatherings?|wording"
    r"|beside|harvest(?:s|ers?|ing)?)\b",
    re.IGNORECASE,
)
_SVG = {"svg": "http://www.w3.org/2000/svg"}


def test_the_map_is_short() -> None:
    """A map that nobody reads to its end is none: what does not fit has a page of its own, or a docstring."""
    assert len((ROOT / "docs/architecture.md").read_text(encoding="utf-8").split()) <= MAX_WORDS


@pytest.mark.parametrize("page", PLAIN_PAGES)
def test_pages_use_the_terms_of_the_field(page: str) -> None:
    """The names that the code had before are nowhere in what a newcomer reads first."""
    assert METAPHORS.findall((ROOT / page).read_text(encoding="utf-8")) == []


def test_the_house_names_every_subpackage() -> None:
    """The picture shows the subpackages that exist, each in its package, and no others."""
    existing = {
        f"{package}.{path.parent.name}" for package in PACKAGES for path in (ROOT / package).glob("*/__init__.py")
    }
    assert set(_rooms()) == existing


def test_the_house_shows_the_order_of_imports() -> None:
    """A subpackage imports, for types too, only subpackages drawn below it: so there are no rings among them."""
    rooms = _rooms()
    upward = {
        (importer, imported)
        for importer, imported in _imports_between(rooms)
        if importer.split(".")[0] == imported.split(".")[0] and rooms[imported] <= rooms[importer]
    }
    assert upward == set()


def test_others_import_faces_only() -> None:
    """What a subpackage does not list in its face is its own: nobody outside imports one of its modules."""
    rooms = _rooms()
    inside = [
        f"{name}: {node.module}"
        for name, module in read_modules(ROOT).items()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and node.module
        if (room := ".".join(node.module.split(".")[:2])) in rooms
        if node.module != room and not f"{name}.".startswith(f"{room}.")
    ]
    assert inside == []


def test_the_glossary_is_in_order() -> None:
    """Whoever meets a noun finds it by its first letter, and finds it once."""
    rows = re.findall(r"^\| (.+?) \|", (ROOT / "docs/glossary.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    nouns = [row.casefold() for row in rows[1:]]
    assert len(nouns) > 60
    assert nouns == sorted(set(nouns))


def test_the_flows_name_modules_that_exist() -> None:
    """Each step of the two flows names its module; every package has its part in them."""
    named = {text.text for text in _drawing("flows").iterfind(".//svg:text[@class='path']", _SVG)}
    assert len(named) == 16
    assert [path for path in named if not (ROOT / str(path)).is_file()] == []
    assert {str(path).split("/")[0] for path in named} == set(PACKAGES)
    sentences = " ".join(text.text or "" for text in _drawing("flows").iterfind(".//svg:text[@class='note']", _SVG))
    assert [path for path in re.findall(r"\w+/[\w/]+\.py", sentences) if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("name", ["house", "flows"])
def test_pictures_stand_alone(name: str) -> None:
    """Text is text, nothing is loaded from elsewhere, a title says what is shown, and dark pages have colours too."""
    drawing, source = _drawing(name), (IMAGES / f"{name}.svg").read_text(encoding="utf-8")
    assert drawing.findtext("svg:title", namespaces=_SVG)
    assert "prefers-color-scheme: dark" in source
    assert not re.search(r"@import|@font-face|href|<image|url\((?!#)", source)


def _drawing(name: str) -> etree._Element:
    return etree.parse(IMAGES / f"{name}.svg").getroot()


def _rooms() -> dict[str, float]:
    """The subpackages of the picture, by dotted name, with how far down each is drawn."""
    return {
        f"{package}.{text.text}": float(box.get("y", ""))
        for package in PACKAGES
        for box in _drawing("house").iterfind(f"svg:g[@id='{package}']/svg:rect[@class='box']", _SVG)
        if (text := box.getnext()) is not None
    }


def _imports_between(rooms: dict[str, float]) -> Iterator[tuple[str, str]]:
    for name, module in read_modules(ROOT).items():
        importer = ".".join(name.split(".")[:2])
        for taken in module.taken:
            imported = ".".join(taken.split(".")[:2])
            if importer in rooms and imported in rooms and importer != imported:
                yield importer, imported
