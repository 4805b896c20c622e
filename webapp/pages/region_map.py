"""A tile map of France's regions: tiles of equal size, placed roughly as on a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# From north to south and west to east; the overseas regions make the last row.
_ROWS = (
    ("", "", "Hauts-de-France", "", ""),
    ("Bretagne", "Normandie", "Île-de-France", "Grand Est", ""),
    ("", "Pays de la Loire", "Centre-Val de Loire", "Bourgogne-Franche-Comté", ""),
    ("", "Nouvelle-Aquitaine", "Auvergne-Rhône-Alpes", "", ""),
    ("", "Occitanie", "Provence-Alpes-Côte d’Azur", "Corse", ""),
    ("Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte"),
)
# In the units of the SVG's viewBox, which style sheets scale to the page.
_TILE_WIDTH, _TILE_HEIGHT, _TILE_GAP = 148, 84, 8
_LINE_LETTERS = 15
"""Letters of a name that fit on one line of a tile; a longer name takes two."""

_LINE_HEIGHT = 17
# Vocabulary files are typed by hand: both apostrophes occur.
_APOSTROPHES = str.maketrans("'", "’")
_DARKNESS_STEPS = (1, 5, 15)
"""Numbers of documents from which a tile is one step darker."""


@dataclass(frozen=True, slots=True)
class RegionTile:
    """A region on the map: the corner of its tile, its name in lines, its numbers of territories and documents."""

    name: str
    slug: str
    x: int
    y: int
    lines: tuple[str, ...]
    territories: int
    documents: int

    width: int = _TILE_WIDTH
    height: int = _TILE_HEIGHT

    @property
    def level(self) -> int:
        """How dark the tile is, from 0 to 3."""
        return sum(self.documents >= least for least in _DARKNESS_STEPS)

    @property
    def middle(self) -> int:
        """The x on which its text is centred."""
        return self.x + _TILE_WIDTH // 2

    @property
    def first_line(self) -> int:
        """The y of the first line of its name."""
        # The name, in one line or two, is centred above the line of the number.
        return self.y + (34 if len(self.lines) == 1 else 26)

    @property
    def last_line(self) -> int:
        """The y of the line below its name."""
        return self.y + _TILE_HEIGHT - 14


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the vocabulary, with the numbers of its territories and of the documents about it."""

    slug: str
    name: str
    territories: int
    documents: int


WIDTH = len(_ROWS[0]) * (_TILE_WIDTH + _TILE_GAP) - _TILE_GAP
HEIGHT = len(_ROWS) * (_TILE_HEIGHT + _TILE_GAP) - _TILE_GAP
LINE_HEIGHT = _LINE_HEIGHT


def build_tiles(regions: Mapping[str, Region]) -> tuple[RegionTile, ...]:
    """Return the tiles of all regions, row by row. `regions` are those of the vocabulary, by name.

    A region without territories has an empty tile; a name that is not on the map has none.
    """
    by_name = {_normalise_name(name): region for name, region in regions.items()}
    return tuple(
        _build_tile(name, by_name.get(_normalise_name(name)), column, row)
        for row, names in enumerate(_ROWS)
        for column, name in enumerate(names)
        if name
    )


def _build_tile(name: str, region: Region | None, column: int, row: int) -> RegionTile:
    return RegionTile(
        name=name,
        # Without territories the tile is drawn, but leads nowhere.
        slug=region.slug if region else "",
        x=column * (_TILE_WIDTH + _TILE_GAP),
        y=row * (_TILE_HEIGHT + _TILE_GAP),
        lines=_split_name(name),
        territories=region.territories if region else 0,
        documents=region.documents if region else 0,
    )


def _split_name(name: str) -> tuple[str, ...]:
    """Return a name in one line, or in two where it is long, cut at the hyphen or space nearest to its middle."""
    if len(name) <= _LINE_LETTERS:
        return (name,)
    cuts = [at + 1 for at, letter in enumerate(name) if letter in " -"]
    cut = min(cuts, key=lambda at: abs(at - len(name) / 2))
    return name[:cut].rstrip(), name[cut:]


def _normalise_name(name: str) -> str:
    return name.translate(_APOSTROPHES).casefold()
