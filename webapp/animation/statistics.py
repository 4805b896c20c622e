"""Statistics of searches, openings and coverage, as charts with tables. They hold counts, and nothing about persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from index.analysis import fold
from index.model import PartialDate
from webapp.animation import charts
from webapp.animation.access import only_for_animators
from webapp.animation.charts import Bar, Caption, Grid
from webapp.counting import ledger
from webapp.hive import groups, hive
from webapp.typography import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from index.model import Document

blueprint = only_for_animators(Blueprint("statistics", __name__, url_prefix="/animation/statistiques"))

WEEKS = 26
"""Half a year, which fits on a screen."""

_MOST_OPENED = 15
_NEVER_OPENED = 50


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


@blueprint.get("")
def show() -> str:
    """Show all statistics on one page."""
    usage, today = hive().catalogue.usage, datetime.now().astimezone().date()
    # From a Monday on: a week cut short would look like a drop.
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    read = weeks(usage.searches_by_day(first), first)
    opened = usage.most_opened(groups(), first, _MOST_OPENED)
    unopened, oldest = usage.never_opened(groups(), _NEVER_OPENED)
    grid = coverage(usage.coverage(groups()))
    documents = hive().catalogue.readable(groups()).documents
    return render_template(
        "animation/statistics.html",
        weeks=read,
        weeks_chart=_weeks_chart(read),
        opened=opened,
        opened_chart=_opened_chart(opened),
        grid=grid,
        bare=_bare(grid),
        coverage_chart=_coverage_chart(grid),
        documents=documents,
        unopened=unopened,
        unopened_chart=_unopened_chart(documents, unopened),
        oldest=oldest,
        rare_days=hive().settings.rare_search_days,
        # Counts lost while the catalogue was busy: the page says that its figures lack them.
        dropped=ledger().dropped,
    )


def weeks(by_day: Mapping[date, tuple[int, int]], first: date) -> list[Week]:
    """Group the counts by day (searches, fruitless) into WEEKS weeks; a week without a search counts zero."""
    mondays = [first + timedelta(weeks=number) for number in range(WEEKS)]
    return [
        Week(
            monday,
            *(sum(by_day.get(monday + timedelta(days=day), (0, 0))[which] for day in range(7)) for which in (0, 1)),
        )
        for monday in mondays
    ]


def coverage(counts: Mapping[tuple[str, str], int]) -> Grid:
    """Return the documents by territory and theme, for those that have one, labelled by the vocabulary."""
    words = hive().vocabulary
    territories = {where for where, _ in counts}
    themes = {what for _, what in counts}
    # Documents may still bear values that the vocabulary has lost.
    rows = [(slug, words.territories[slug].label) for slug in territories if slug in words.territories]
    columns = [(slug, words.themes[slug].label) for slug in themes if slug in words.themes]
    return Grid(sorted(rows, key=_by_label), sorted(columns, key=_by_label), counts)


def _bare(grid: Grid) -> list[str]:
    """Return the labels of the territories none of whose documents has a theme."""
    shown = {slug for slug, _ in grid.rows}
    return sorted((each.label for each in hive().vocabulary.territories.values() if each.slug not in shown), key=fold)


def _by_label(pair: tuple[str, str]) -> str:
    return fold(pair[1])


def _weeks_chart(read: list[Week]) -> Markup:
    total, fruitless = sum(each.searches for each in read), sum(each.fruitless for each in read)
    caption = Caption(
        "semaines",
        "Recherches par semaine",
        f"{count(total, 'recherche')} en {WEEKS} semaines, dont {number_of(fruitless)} sans résultat, hachurées.",
    )
    bars = [Bar(f"{each.monday.day}/{each.monday.month}", each.searches, each.fruitless) for each in read]
    return charts.columns(caption, bars, every=2)


def number_of(value: int) -> str:
    """Format a number, zero as « aucune »."""
    return str(value) if value else "aucune"


def _opened_chart(opened: tuple[tuple[Document, int], ...]) -> Markup:
    first = f"Le premier, {opened[0][0].title}, l’a été {opened[0][1]} fois." if opened else ""
    caption = Caption("ouverts", "Documents les plus ouverts", f"{count(len(opened), 'document')}. {first}".strip())
    return charts.rows(caption, [Bar(document.title, times) for document, times in opened])


def _coverage_chart(grid: Grid) -> Markup:
    caption = Caption(
        "couverture",
        "Documents par territoire et par thème",
        f"{count(len(grid.rows), 'territoire')} et {count(len(grid.columns), 'thème')}. Chaque case porte le nombre de "
        f"documents, {grid.most} au plus\u00a0; plus elle est foncée, plus il y en a.",
    )
    return charts.heat_map(caption, grid)


def _unopened_chart(documents: int, unopened: int) -> Markup:
    caption = Caption(
        "jamais",
        "Documents jamais ouverts",
        f"{count(documents, 'document')}, dont {unopened} que personne n’a ouverts, hachurés.",
    )
    return charts.rows(caption, [Bar("Tous les documents, dont jamais ouverts (hachurés)", documents, unopened)])
