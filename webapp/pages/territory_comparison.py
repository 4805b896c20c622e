"""Which territory has worked on which theme: all of them in a table, and two side by side with their documents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from index.engines import Sort
from index.model import Facet
from index.search import Question
from index.text import fold_accents
from webapp.auth import current_groups
from webapp.pages.search_params import search_address
from webapp.pages.theme_pages import SubjectTile
from webapp.server import services

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from index.model import Document

comparison_blueprint = Blueprint("comparison", __name__, url_prefix="/territoires")

_MOST_READ = 200
"""Newest documents of a territory that are looked up for their titles; all of them are counted."""

_TITLES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ComparisonCell:
    """What a territory has on a theme: how many documents, the address where they are, and the newest of them."""

    count: int
    address: str
    newest: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """A territory or a theme with a cell for each column, None where there is no document."""

    tile: SubjectTile
    cells: tuple[ComparisonCell | None, ...]


@comparison_blueprint.get("/comparer")
def show() -> str:
    """Show the table of all territories; with `a` and `b`, these two side by side above it."""
    # By the catalogue, whose rights are those of the next page: no number counts what its link would not show.
    counts = services().catalogue.usage.count_coverage(current_groups())
    territories = services().vocabulary.territories
    pair = [slug for name in ("a", "b") if (slug := request.args.get(name, "")) in territories]
    # Territories of the vocabulary alone can be chosen; the others of the table are in old documents.
    used = {where for where, _ in counts}
    return render_template(
        "comparison.html",
        choices=[
            (each.slug, each.label) for each in sorted(territories.values(), key=lambda one: fold_accents(one.label))
        ],
        chosen=[request.args.get(name, "") for name in ("a", "b")],
        pair=[_make_tile(Facet.TERRITORY, slug) for slug in pair],
        side_by_side=_compare_pair(pair, counts) if len(pair) == 2 else (),  # noqa: PLR2004 - two sides
        themes=(columns := _list_tiles(Facet.THEME, {what for _, what in counts})),
        rows=[_make_row(tile, columns, counts) for tile in _list_tiles(Facet.TERRITORY, used)],
        # Said apart: an empty row tells less than a name in a list.
        without=[each for each in _list_tiles(Facet.TERRITORY, set(territories)) if each.slug not in used],
    )


def _compare_pair(pair: list[str], counts: Mapping[tuple[str, str], int]) -> tuple[ComparisonRow, ...]:
    """Return the themes of either territory; those of both come first, then those with most documents."""
    # Titles come from two searches, however many themes there are.
    newest = [_group_by_theme(slug) for slug in pair]
    themes = {what for where, what in counts if where in pair}
    rows = [
        ComparisonRow(
            tile,
            tuple(
                _make_cell(slug, tile.slug, counts, found.get(tile.slug, ()))
                for slug, found in zip(pair, newest, strict=True)
            ),
        )
        for tile in _list_tiles(Facet.THEME, themes)
    ]
    # The sort is stable: those that are alike stay in the order of the alphabet.
    return tuple(sorted(rows, key=lambda row: (None in row.cells, -sum(each.count for each in row.cells if each))))


def _group_by_theme(territory: str) -> dict[str, tuple[Document, ...]]:
    """Return the newest documents of a territory by theme: one search for all of its themes."""
    question = Question(
        selection={Facet.TERRITORY: frozenset({territory})},
        sort=Sort.DATE,
        per_page=_MOST_READ,
        groups=current_groups(),
        facets=frozenset(),
        excerpts=False,
    )
    found: defaultdict[str, tuple[Document, ...]] = defaultdict(tuple)
    for each in services().search.ask(question).found:
        # A near-duplicate under another document is a document of the territory too.
        for document in (each.document, *each.near_duplicates):
            for theme in document.facet_values(Facet.THEME):
                # The search gave the newest first.
                if len(found[theme]) < _TITLES_SHOWN:
                    found[theme] += (document,)
    return found


def _make_row(
    tile: SubjectTile, columns: Iterable[SubjectTile], counts: Mapping[tuple[str, str], int]
) -> ComparisonRow:
    return ComparisonRow(tile, tuple(_make_cell(tile.slug, each.slug, counts) for each in columns))


def _make_cell(
    territory: str, theme: str, counts: Mapping[tuple[str, str], int], newest: tuple[Document, ...] = ()
) -> ComparisonCell | None:
    if not (count := counts.get((territory, theme), 0)):
        return None
    chosen = {Facet.TERRITORY: frozenset({territory}), Facet.THEME: frozenset({theme})}
    return ComparisonCell(count, search_address(Question(selection=chosen)), newest)


def _list_tiles(facet: Facet, slugs: set[str]) -> list[SubjectTile]:
    """Return values of a facet in alphabetical order. Documents may still bear some that the vocabulary has lost."""
    return sorted((_make_tile(facet, slug) for slug in slugs), key=lambda tile: fold_accents(tile.label))


def _make_tile(facet: Facet, slug: str) -> SubjectTile:
    return SubjectTile(slug, services().search.label(facet, slug), 0)
