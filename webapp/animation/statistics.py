"""Statistics of searches, openings and coverage, as charts with tables. They hold counts, and nothing about persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from index.analysis import fold_accents
from index.model import PartialDate
from webapp.animation import charts
from webapp.animation.access import restrict_to_animators
from webapp.animation.charts import Bar, ChartCaption, HeatMapGrid
from webapp.counting import usage_counter
from webapp.hive import current_groups, services
from webapp.typography import format_count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from index.model import Document

statistics_blueprint = restrict_to_animators(Blueprint("statistics", __name__, url_prefix="/animation/statistiques"))

WEEKS_SHOWN = 26
"""Half a year, which fits on a screen."""

_OPENED_SHOWN = 15
_UNOPENED_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Week:
    """The searches of the week that begins on `monday`, and how many of them found nothing."""

    monday: date
    searches: int
    fruitless: int

    @property
    def label(self) -> str:
        """« 3 novembre 2025 »."""
        return PartialDate(self.monday.year, self.monday.month, self.monday.day).label


@statistics_blueprint.get("")
def show() -> str:
    """Show all statistics on one page."""
    usage, today = services().catalogue.usage, datetime.now().astimezone().date()
    # From a Monday on: a week cut short would look like a drop.
    first = today - timedelta(days=today.weekday(), weeks=WEEKS_SHOWN - 1)
    read = group_by_week(usage.searches_by_day(first), first)
    opened = usage.most_opened(current_groups(), first, _OPENED_SHOWN)
    unopened, oldest = usage.never_opened(current_groups(), _UNOPENED_SHOWN)
    grid = build_coverage_grid(usage.coverage(current_groups()))
    documents = services().catalogue.readable(current_groups()).documents
    return render_template(
        "animation/statistics.html",
        weeks=read,
        weeks_chart=_draw_weeks_chart(read),
        opened=opened,
        opened_chart=_draw_opened_chart(opened),
        grid=grid,
        bare=_territories_without_theme(grid),
        coverage_chart=_draw_coverage_chart(grid),
        documents=documents,
        unopened=unopened,
        unopened_chart=_draw_unopened_chart(documents, unopened),
        oldest=oldest,
        rare_days=services().settings.rare_search_days,
        # Counts lost while the catalogue was busy: the page says that its figures lack them.
        dropped=usage_counter().dropped,
    )


def group_by_week(by_day: Mapping[date, tuple[int, int]], first: date) -> list[Week]:
    """Group the counts by day (searches, fruitless) into WEEKS weeks; a week without a search counts zero."""
    mondays = [first + timedelta(weeks=number) for number in range(WEEKS_SHOWN)]
    return [
        Week(
            monday,
            *(sum(by_day.get(monday + timedelta(days=day), (0, 0))[which] for day in range(7)) for which in (0, 1)),
        )
        for monday in mondays
    ]


def build_coverage_grid(counts: Mapping[tuple[str, str], int]) -> HeatMapGrid:
    """Return the documents by territory and theme, for those that have one, labelled by the vocabulary."""
    words = services().vocabulary
    territories = {where for where, _ in counts}
    themes = {what for _, what in counts}
    # Documents may still bear values that the vocabulary has lost.
    rows = [(slug, words.territories[slug].label) for slug in territories if slug in words.territories]
    columns = [(slug, words.themes[slug].label) for slug in themes if slug in words.themes]
    return HeatMapGrid(sorted(rows, key=_label_sort_key), sorted(columns, key=_label_sort_key), counts)


def _territories_without_theme(grid: HeatMapGrid) -> list[str]:
    """Return the labels of the territories none of whose documents has a theme."""
    shown = {slug for slug, _ in grid.rows}
    return sorted(
        (each.label for each in services().vocabulary.territories.values() if each.slug not in shown), key=fold_accents
    )


def _label_sort_key(pair: tuple[str, str]) -> str:
    return fold_accents(pair[1])


def _draw_weeks_chart(read: list[Week]) -> Markup:
    total, fruitless = sum(each.searches for each in read), sum(each.fruitless for each in read)
    caption = ChartCaption(
        "semaines",
        "Recherches par semaine",
        f"{format_count(total, 'recherche')} en {WEEKS_SHOWN} semaines, "
        f"dont {format_feminine_number(fruitless)} sans résultat, hachurées.",
    )
    bars = [Bar(f"{each.monday.day}/{each.monday.month}", each.searches, each.fruitless) for each in read]
    return charts.draw_column_chart(caption, bars, label_step=2)


def format_feminine_number(value: int) -> str:
    """Format a number, zero as « aucune »."""
    return str(value) if value else "aucune"


def _draw_opened_chart(opened: tuple[tuple[Document, int], ...]) -> Markup:
    first = f"Le premier, {opened[0][0].title}, l’a été {opened[0][1]} fois." if opened else ""
    caption = ChartCaption(
        "ouverts", "Documents les plus ouverts", f"{format_count(len(opened), 'document')}. {first}".strip()
    )
    return charts.draw_bar_chart(caption, [Bar(document.title, times) for document, times in opened])


def _draw_coverage_chart(grid: HeatMapGrid) -> Markup:
    caption = ChartCaption(
        "couverture",
        "Documents par territoire et par thème",
        f"{format_count(len(grid.rows), 'territoire')} et {format_count(len(grid.columns), 'thème')}. "
        "Chaque case porte le nombre de "
        f"documents, {grid.largest} au plus\u00a0; plus elle est foncée, plus il y en a.",
    )
    return charts.draw_heat_map(caption, grid)


def _draw_unopened_chart(documents: int, unopened: int) -> Markup:
    caption = ChartCaption(
        "jamais",
        "Documents jamais ouverts",
        f"{format_count(documents, 'document')}, dont {unopened} que personne n’a ouverts, hachurés.",
    )
    return charts.draw_bar_chart(
        caption, [Bar("Tous les documents, dont jamais ouverts (hachurés)", documents, unopened)]
    )
