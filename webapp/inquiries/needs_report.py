"""The report of needs passed on to the national team: by theme, by territory and by month, to print or to download."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, url_for

from index.catalogue import InquiryFilter
from index.model import Facet, PartialDate
from webapp.animation import Bar, ChartCaption, draw_bar_chart, draw_column_chart
from webapp.auth import restrict_to_animators
from webapp.inquiries.inquiry_answers import inquiry_groups
from webapp.server import format_count, send_csv, services

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from markupsafe import Markup

    from index.catalogue import Inquiry

needs_blueprint = restrict_to_animators(Blueprint("needs", __name__, url_prefix="/animation/besoins"))

_MONTHS_SHOWN = 24
_COLUMNS = (
    *("Question", "Besoin", "Thèmes", "Territoires", "Posée le", "Transmise le", "Répondue le"),
    *("Moi aussi", "Adresse"),
)
_UNTAGGED = "sans étiquette"


@dataclass(frozen=True, slots=True)
class NeedCount:
    """How many needs bear a label, how many of them are answered since, and how many asked them too."""

    label: str
    needs: int
    answered: int
    voices: int
    short_label: str = ""


@needs_blueprint.get("")
def show() -> str:
    """Show the report."""
    needs = _list_needs()
    themes, territories, months = (
        _count_by_tag(needs, Facet.THEME),
        _count_by_tag(needs, Facet.TERRITORY),
        count_by_month(needs),
    )
    return render_template(
        "inquiries/needs.html",
        needs=needs,
        voices=sum(each.voices for each in needs),
        answered=sum(each.answered is not None for each in needs),
        themes=themes,
        territories=territories,
        months=months,
        theme_chart=_draw_counts("besoins-themes", "Besoins par thème", themes),
        territory_chart=_draw_counts("besoins-territoires", "Besoins par territoire", territories),
        month_chart=_draw_months(months),
    )


@needs_blueprint.get("/export.csv")
def export() -> Response:
    """Return the needs as a table for spreadsheets, one a line."""
    return send_csv("besoins-transmis.csv", _COLUMNS, map(_build_row, _list_needs()))


def count_by_month(needs: Sequence[Inquiry]) -> list[NeedCount]:
    """Count needs by the month in which they were passed on, months without any too, the last ones only."""
    if not needs:
        return []
    grouped: dict[tuple[int, int], list[Inquiry]] = {}
    for each in needs:
        # The month in which a plenary hears of it, where the server is.
        at = (each.passed_on or each.asked).astimezone()
        grouped.setdefault((at.year, at.month), []).append(each)
    # A month without needs is a bar of no height, not a gap that nobody sees.
    year, month = min(grouped)
    months = []
    while (year, month) <= max(grouped):
        months.append((year, month))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 - the months of a year
    return [
        replace(_sum_up(PartialDate(*each).label, grouped.get(each, [])), short_label=f"{each[1]}/{each[0] % 100:02d}")
        for each in months[-_MONTHS_SHOWN:]
    ]


def _list_needs() -> tuple[Inquiry, ...]:
    """Return what was passed on, as the person may see it: what most ask too comes first."""
    found = services().catalogue.inquiries.list_all(inquiry_groups(), InquiryFilter(passed_on=True))
    return tuple(sorted(found, key=lambda each: (-each.voices, each.asked)))


def _count_by_tag(needs: Sequence[Inquiry], facet: Facet) -> list[NeedCount]:
    """Count needs by a facet, the largest first; one of several values counts for each."""
    grouped: dict[str, list[Inquiry]] = {}
    for each in needs:
        values = each.draft.themes if facet is Facet.THEME else each.draft.territories
        for label in [services().label(facet, value) for value in values] or [_UNTAGGED]:
            grouped.setdefault(label, []).append(each)
    # The order of the list is that of the picture.
    counted = [_sum_up(label, those) for label, those in grouped.items()]
    return sorted(counted, key=lambda each: (-each.needs, each.label))


def _sum_up(label: str, needs: Sequence[Inquiry]) -> NeedCount:
    answered = Counter(each.answered is not None for each in needs)[True]
    return NeedCount(label, len(needs), answered, sum(each.voices for each in needs))


def _draw_counts(name: str, title: str, counts: Sequence[NeedCount]) -> Markup:
    first = f"Le premier, {counts[0].label}, en a {counts[0].needs}." if counts else ""
    caption = ChartCaption(name, title, f"{first} Ceux qui ont une réponse sont hachurés.".strip())
    return draw_bar_chart(caption, [Bar(each.label, each.needs, each.answered) for each in counts])


def _draw_months(months: Sequence[NeedCount]) -> Markup:
    total = sum(each.needs for each in months)
    caption = ChartCaption(
        "besoins-mois",
        "Besoins transmis par mois",
        f"{format_count(total, 'besoin')} en {format_count(len(months), 'mois', 'mois')}. "
        "Ceux qui ont une réponse sont hachurés.",
    )
    return draw_column_chart(
        caption, [Bar(each.short_label or each.label, each.needs, each.answered) for each in months], 2
    )


def _build_row(each: Inquiry) -> list[str]:
    # Dates as spreadsheets sort them.
    days = [at.astimezone().date().isoformat() if at else "" for at in (each.asked, each.passed_on, each.answered)]
    labels = [
        ", ".join(services().label(facet, value) for value in values)
        for facet, values in ((Facet.THEME, each.draft.themes), (Facet.TERRITORY, each.draft.territories))
    ]
    address = url_for("inquiries.show", inquiry_id=each.id, _external=True)
    return [each.title, each.need, *labels, *days, str(each.voices), address]
