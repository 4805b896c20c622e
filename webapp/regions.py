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
_WIDTH, _HEIGHT, _GAP = 130, 84, 8
_ONE_LINE = 15
"""Letters of a name that fit on one line of a tile; a longer name takes two."""

_LINE = 17
# Vocabulary files are typed by hand: both apostrophes occur.
_APOSTROPHES = str.maketrans("'", "’")
_LEVELS = (1, 5, 15)
"""Numbers of documents from which a tile is one step darker."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A region on the map: the corner of its tile, its name in lines, its numbers of territories and documents."""

    name: str
    slug: str
    x: int
    y: int
    lines: tuple[str, ...]
    territories: int
    documents: int

    width: int = _WIDTH
    height: int = _HEIGHT

    @property
    def level(self) -> int:
        """How dark the tile is, from 0 to 3."""
        return sum(self.documents >= least for least in _LEVELS)

    @property
    def middle(self) -> int:
        """The x on which its text is centred."""
        return self.x + _WIDTH // 2

    @property
    def first_line(self) -> int:
        """The y of the first line of its name."""
        # The name, in one line or two, is centred above the line of the number.
        return self.y + (34 if len(self.lines) == 1 else 26)

    @property
    def last_line(self) -> int:
        """The y of the line below its name."""
        return self.y + _HEIGHT - 14


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the vocabulary, with the numbers of its territories and of the documents about it."""

    slug: str
    name: str
    territories: int
    documents: int


WIDTH = len(_ROWS[0]) * (_WIDTH + _GAP) - _GAP
HEIGHT = len(_ROWS) * (_HEIGHT + _GAP) - _GAP
LINE = _LINE


def tiles(regions: Mapping[str, Region]) -> tuple[Tile, ...]:
    """Return the tiles of all regions, row by row. `regions` are those of the vocabulary, by name.

    A region without territories has an empty tile; a name that is not on the map has none.
    """
    by_name = {_plain(name): region for name, region in regions.items()}
    return tuple(
        _tile(name, by_name.get(_plain(name)), column, row)
        for row, names in enumerate(_ROWS)
        for column, name in enumerate(names)
        if name
    )


def _tile(name: str, region: Region | None, column: int, row: int) -> Tile:
    return Tile(
        name=name,
        # Without territories the tile is drawn, but leads nowhere.
        slug=region.slug if region else "",
        x=column * (_WIDTH + _GAP),
        y=row * (_HEIGHT + _GAP),
        lines=_lines(name),
        territories=region.territories if region else 0,
        documents=region.documents if region else 0,
    )


def _lines(name: str) -> tuple[str, ...]:
    """Return a name in one line, or in two where it is long, cut at the hyphen or space nearest to its middle."""
    if len(name) <= _ONE_LINE:
        return (name,)
    cuts = [at + 1 for at, letter in enumerate(name) if letter in " -"]
    cut = min(cuts, key=lambda at: abs(at - len(name) / 2))
    return name[:cut].rstrip(), name[cut:]


def _plain(name: str) -> str:
    return name.translate(_APOSTROPHES).casefold()
