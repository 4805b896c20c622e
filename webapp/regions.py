"""France's regions as tiles of equal size, laid out roughly as on a map: places, not distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROWS = (
    ("", "", "Hauts-de-France", "", ""),
    ("Bretagne", "Normandie", "Île-de-France", "Grand Est", ""),
    ("", "Pays de la Loire", "Centre-Val de Loire", "Bourgogne-Franche-Comté", ""),
    ("", "Nouvelle-Aquitaine", "Auvergne-Rhône-Alpes", "", ""),
    ("", "Occitanie", "Provence-Alpes-Côte d’Azur", "Corse", ""),
    ("Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte"),
)
_WIDTH, _HEIGHT, _GAP = 130, 84, 8
_ONE_LINE = 15
"""Letters of a name that a tile holds in its width."""

_LINE = 17
_APOSTROPHES = str.maketrans("'", "’")
_LEVELS = (1, 5, 15)
"""From how many documents on a tile is darker."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A region on the grid: its corner in the drawing's units, its name in lines, and how much there is of it."""

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
        """How dark it is, from 0 to 3."""
        return sum(self.documents >= least for least in _LEVELS)

    @property
    def middle(self) -> int:
        """Where its text is centred, across."""
        return self.x + _WIDTH // 2

    @property
    def first_line(self) -> int:
        """Where its name begins, down."""
        return self.y + (34 if len(self.lines) == 1 else 26)

    @property
    def last_line(self) -> int:
        """Where its number stands, down."""
        return self.y + _HEIGHT - 14


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the vocabulary, with its territories and the documents about it."""

    slug: str
    name: str
    territories: int
    documents: int


WIDTH = len(_ROWS[0]) * (_WIDTH + _GAP) - _GAP
HEIGHT = len(_ROWS) * (_HEIGHT + _GAP) - _GAP
LINE = _LINE


def tiles(regions: Mapping[str, Region]) -> tuple[Tile, ...]:
    """All regions of the grid, by rows; `regions` are those of the vocabulary by name; another one is not placed."""
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
        slug=region.slug if region else "",
        x=column * (_WIDTH + _GAP),
        y=row * (_HEIGHT + _GAP),
        lines=_lines(name),
        territories=region.territories if region else 0,
        documents=region.documents if region else 0,
    )


def _lines(name: str) -> tuple[str, ...]:
    """A long name in two lines, cut after the hyphen or the space nearest to its middle."""
    if len(name) <= _ONE_LINE:
        return (name,)
    cuts = [at + 1 for at, letter in enumerate(name) if letter in " -"]
    cut = min(cuts, key=lambda at: abs(at - len(name) / 2))
    return name[:cut].rstrip(), name[cut:]


def _plain(name: str) -> str:
    return name.translate(_APOSTROPHES).casefold()
