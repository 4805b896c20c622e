"""Statistics by month: what is sought and not opened, what territories lack, what to renew. Counts, never persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from index.catalogue import SearchFault
from index.engines import LEAST_VOICES, USEFUL_WEIGHT
from index.model import PartialDate
from index.text import fold_accents
from webapp.animation.charts import (
    Bar,
    ChartCaption,
    HeatMapGrid,
    draw_bar_chart,
    draw_column_chart,
    draw_heat_map,
)
from webapp.auth import current_groups, restrict_to_animators
from webapp.server import NOT_FOUND, ProblemError, format_count, send_csv, services, usage_counter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup
    from werkzeug.wrappers import Response

    from index.catalogue import FaultySearch
    from index.model import Document

statistics_blueprint = restrict_to_animators(Blueprint("statistics", __name__, url_prefix="/animation/statistiques"))

MONTHS_SHOWN = 12

_OPENED_SHOWN = 15
_UNOPENED_SHOWN = 50
_OPINIONS_SHOWN = 50
_MOST_EXPORTED = 1_000

_OLD_YEARS = 2
"""Years after which a document that is still opened may tell what is no longer so."""

_LEAST_TREATING = 2
"""Territories that treat a theme, from which the others lack it."""

_LEAST_SHOWN = 3
"""Voices under which a document is not shown: one alone could be known by who was seen to read it."""


@dataclass(frozen=True, slots=True)
class Month:
    """The searches of the month that begins on `first`, and how many of them found nothing."""

    first: date
    searches: int
    fruitless: int

    @property
    def label(self) -> str:
        """« novembre 2025 »."""
        return PartialDate(self.first.year, self.first.month).label


@dataclass(frozen=True, slots=True)
class Gap:
    """A territory with the labels of the themes that it lacks, though a quarter of the territories treat them."""

    slug: str
    label: str
    themes: tuple[str, ...]


@statistics_blueprint.get("")
def show() -> str:
    """Show all statistics on one page."""
    usage, groups, first = services().catalogue.usage, current_groups(), _find_first_month()
    months = group_by_month(usage.count_searches_by_day(first), first)
    opened = usage.list_most_opened(groups, first, _OPENED_SHOWN)
    ignored = usage.list_faulty(SearchFault.UNOPENED, first, _OPENED_SHOWN)
    old = usage.list_to_renew(groups, first, _find_old_date(), _OPENED_SHOWN)
    unopened, oldest = usage.list_never_opened(groups, _UNOPENED_SHOWN)
    grid = build_coverage_grid(usage.count_coverage(groups))
    documents = services().catalogue.documents.count_readable(groups).documents
    return render_template(
        "animation/statistics.html",
        months=months,
        months_chart=_draw_months_chart(months),
        ignored=ignored,
        ignored_chart=_draw_ignored_chart(ignored),
        opened=opened,
        opened_chart=_draw_documents_chart("ouverts", "Documents les plus ouverts", opened),
        old=old,
        old_years=_OLD_YEARS,
        old_chart=_draw_documents_chart("anciens", "Documents anciens encore ouverts", old),
        grid=grid,
        gaps=list_gaps(grid),
        bare=_territories_without_theme(grid),
        coverage_chart=_draw_coverage_chart(grid),
        opinions=services().catalogue.ballots.list_visible(groups, _LEAST_SHOWN, _OPINIONS_SHOWN),
        least_shown=_LEAST_SHOWN,
        least_voices=LEAST_VOICES,
        useful_weight=round(100 * USEFUL_WEIGHT),
        documents=documents,
        unopened=unopened,
        unopened_chart=_draw_unopened_chart(documents, unopened),
        oldest=oldest,
        rare_days=services().settings.rare_search_days,
        # Counts lost while the catalogue was busy: the page says that its figures lack them.
        dropped=usage_counter().dropped,
    )


@statistics_blueprint.get("/<name>.csv")
def export(name: str) -> Response:
    """Return one of the tables for spreadsheets. Raises ProblemError (404) for another name."""
    usage, groups, first = services().catalogue.usage, current_groups(), _find_first_month()
    match name:
        case "recherches":
            months = group_by_month(usage.count_searches_by_day(first), first)
            columns = ("Mois", "Recherches", "Sans résultat")
            rows = [(f"{each.first:%Y-%m}", str(each.searches), str(each.fruitless)) for each in months]
        case "sans-ouverture":
            ignored = usage.list_faulty(SearchFault.UNOPENED, first, _MOST_EXPORTED)
            columns = ("Recherche", "Fois", "Documents trouvés")
            rows = [(each.text, str(each.times), str(each.found)) for each in ignored]
        case "territoires":
            grid = build_coverage_grid(usage.count_coverage(groups))
            columns = ("Territoire", "Thème", "Documents")
            # A line a cell, empty ones too: a spreadsheet pivots it as its reader likes.
            rows = [
                (place, theme, str(grid.values.get((row, column), 0)))
                for row, place in grid.rows
                for column, theme in grid.columns
            ]
        case "a-renouveler":
            columns = ("Document", "Date", "Ouvertures")
            old = usage.list_to_renew(groups, first, _find_old_date(), _MOST_EXPORTED)
            rows = [(document.title, str(document.date or ""), str(times)) for document, times in old]
        case _:
            raise ProblemError(404, NOT_FOUND)
    return send_csv(f"{name}.csv", columns, rows)


def _find_first_month() -> date:
    """Return the first day of the months shown; whole months, as one cut short would look like a drop."""
    today = datetime.now().astimezone().date()
    month = today.year * 12 + today.month - MONTHS_SHOWN
    return date(month // 12, month % 12 + 1, 1)


def _find_old_date() -> PartialDate:
    today = datetime.now().astimezone().date()
    return PartialDate(today.year - _OLD_YEARS, today.month)


def group_by_month(by_day: Mapping[date, tuple[int, int]], first: date) -> list[Month]:
    """Group the counts by day (searches, fruitless) into MONTHS_SHOWN months; one without a search counts zero."""
    months = [divmod(first.year * 12 + first.month - 1 + number, 12) for number in range(MONTHS_SHOWN)]
    return [
        Month(
            date(year, month + 1, 1),
            *(
                sum(each[which] for day, each in by_day.items() if (day.year, day.month) == (year, month + 1))
                for which in (0, 1)
            ),
        )
        for year, month in months
    ]


def build_coverage_grid(counts: Mapping[tuple[str, str], int]) -> HeatMapGrid:
    """Return the documents by territory and theme, for those that have one, labelled by the vocabulary.

    A gap is a theme that a quarter of the territories treat, two at least, and one does not.
    """
    words = services().vocabulary
    # Documents may still bear values that the vocabulary has lost.
    rows = [(slug, words.territories[slug].label) for slug in {where for where, _ in counts} & words.territories.keys()]
    columns = [(slug, words.themes[slug].label) for slug in {what for _, what in counts} & words.themes.keys()]
    # What one territory alone treats may be its own subject.
    least = max(_LEAST_TREATING, len(rows) / 4)
    usual = [theme for theme, _ in columns if sum(bool(counts.get((place, theme))) for place, _ in rows) >= least]
    gaps = frozenset((place, theme) for place, _ in rows for theme in usual if not counts.get((place, theme)))
    return HeatMapGrid(sorted(rows, key=_label_sort_key), sorted(columns, key=_label_sort_key), counts, gaps)


def list_gaps(grid: HeatMapGrid) -> list[Gap]:
    """Return the territories that lack something, those that lack most first."""
    found = [
        Gap(slug, label, tuple(theme for column, theme in grid.columns if (slug, column) in grid.gaps))
        for slug, label in grid.rows
    ]
    return sorted(
        (each for each in found if each.themes), key=lambda each: (-len(each.themes), fold_accents(each.label))
    )


def _territories_without_theme(grid: HeatMapGrid) -> list[str]:
    """Return the labels of the territories none of whose documents has a theme."""
    shown = {slug for slug, _ in grid.rows}
    return sorted(
        (each.label for each in services().vocabulary.territories.values() if each.slug not in shown), key=fold_accents
    )


def _label_sort_key(pair: tuple[str, str]) -> str:
    return fold_accents(pair[1])


def _draw_months_chart(months: list[Month]) -> Markup:
    total, fruitless = sum(each.searches for each in months), sum(each.fruitless for each in months)
    caption = ChartCaption(
        "mois",
        "Recherches par mois",
        f"{format_count(total, 'recherche')} en {MONTHS_SHOWN} mois, "
        f"dont {format_feminine_number(fruitless)} sans résultat, hachurées.",
    )
    bars = [Bar(f"{each.first.month}/{each.first:%y}", each.searches, each.fruitless) for each in months]
    return draw_column_chart(caption, bars, label_step=2)


def format_feminine_number(value: int) -> str:
    """Format a number, zero as « aucune »."""
    return str(value) if value else "aucune"


def _draw_ignored_chart(ignored: tuple[FaultySearch, ...]) -> Markup:
    caption = ChartCaption(
        "ignorees",
        "Recherches dont personne n’a rien ouvert",
        f"{format_count(len(ignored), 'recherche')}, les plus fréquentes d’abord.",
    )
    return draw_bar_chart(caption, [Bar(each.text, each.times) for each in ignored])


def _draw_documents_chart(name: str, title: str, opened: tuple[tuple[Document, int], ...]) -> Markup:
    first = f"Le premier, {opened[0][0].title}, l’a été {opened[0][1]} fois." if opened else ""
    caption = ChartCaption(name, title, f"{format_count(len(opened), 'document')}. {first}".strip())
    return draw_bar_chart(caption, [Bar(document.title, times) for document, times in opened])


def _draw_coverage_chart(grid: HeatMapGrid) -> Markup:
    caption = ChartCaption(
        "couverture",
        "Documents par territoire et par thème",
        f"{format_count(len(grid.rows), 'territoire')} et {format_count(len(grid.columns), 'thème')}. "
        "Chaque case porte le nombre de "
        f"documents, {grid.largest} au plus\u00a0; plus elle est foncée, plus il y en a. Sont hachurées "
        f"{format_count(len(grid.gaps), 'case vide', 'cases vides')} d’un thème que d’autres traitent.",
    )
    return draw_heat_map(caption, grid)


def _draw_unopened_chart(documents: int, unopened: int) -> Markup:
    caption = ChartCaption(
        "jamais",
        "Documents jamais ouverts",
        f"{format_count(documents, 'document')}, dont {unopened} que personne n’a ouverts, hachurés.",
    )
    return draw_bar_chart(caption, [Bar("Tous les documents, dont jamais ouverts (hachurés)", documents, unopened)])
