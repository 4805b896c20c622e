"""Statistics: pictures that say what they show, beside the same numbers in tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from index.catalogue.usage import DailyOpening, DailySearch, SearchTally
from tests.composition import create_app
from tests.webapp.small_library import HOSTILE_TITLE, MARKUP, build
from tests.webapp.xpath import drawing
from tests.webapp.xpath import page as tree_of
from webapp.animation import statistics
from webapp.animation.statistics import WEEKS_SHOWN, Bar, ChartCaption, HeatMapGrid, group_by_week

if TYPE_CHECKING:
    from pathlib import Path

CAPTION = ChartCaption("essai", "Titre & titre", "Ce que l’on y voit.")


@pytest.mark.parametrize(
    "picture",
    [
        statistics.draw_column_chart(CAPTION, [Bar("1/1", 3, 1), Bar("8/1", 0)]),
        statistics.draw_bar_chart(CAPTION, [Bar("Un <b>titre</b>", 3)]),
        statistics.draw_heat_map(CAPTION, HeatMapGrid([("grigny", "Grigny")], [("rh", "RH")], {("grigny", "rh"): 2})),
        statistics.draw_column_chart(CAPTION, []),
        statistics.draw_bar_chart(CAPTION, []),
        statistics.draw_heat_map(CAPTION, HeatMapGrid([], [], {})),
    ],
)
def test_a_drawing_says_what_it_shows(picture: str) -> None:
    """Each is an image with a title and a description, tied to it, and well-formed whatever it holds."""
    drawn = drawing(picture)
    title, description = drawn.get("aria-labelledby", "").split()
    assert drawn.get("role") == "img"
    assert drawn.xpath(f"string(//*[@id='{title}'])") == "Titre & titre"
    assert drawn.xpath(f"string(//*[@id='{description}'])") == "Ce que l’on y voit."


def test_no_number_is_told_by_colour_alone() -> None:
    """Each bar and each square has its number written; what found nothing is hatched."""
    bars = drawing(statistics.draw_column_chart(CAPTION, [Bar("1/1", 12, 4)]))
    assert "12" in bars.xpath("//text/text()")
    hatched = bars.xpath("//rect[@class='hatched']")[0]
    assert hatched.get("fill") == "url(#essai-hachures)"
    plain = bars.xpath("//rect[@class='bar']")[0]
    assert float(hatched.get("height")) * 2 == pytest.approx(float(plain.get("height")))
    values = {("a", "x"): 8, ("b", "x"): 1}
    grid = drawing(
        statistics.draw_heat_map(CAPTION, HeatMapGrid([("a", "A"), ("b", "B"), ("c", "C")], [("x", "X")], values))
    )
    assert grid.xpath("//text[starts-with(@class, 'heat-text')]/text()") == ["8", "1"]
    assert grid.xpath("//rect[starts-with(@class, 'heat')]/@class") == ["heat heat-4", "heat heat-1", "heat heat-0"]


def test_days_become_weeks() -> None:
    """A week goes from Monday to Sunday; one without a search is zero, not absent."""
    monday = date(2026, 3, 2)
    counts = {monday: (2, 1), monday + timedelta(days=6): (3, 0), monday + timedelta(days=7): (4, 4)}
    told = group_by_week(counts, monday)
    assert len(told) == WEEKS_SHOWN
    assert [(each.searches, each.fruitless) for each in told[:3]] == [(5, 1), (4, 4), (0, 0)]
    assert told[0].label == "2 mars 2026"


def test_an_empty_library_has_its_page(tmp_path: Path) -> None:
    """Nothing counted yet is said in words, without an empty drawing."""
    library = build(tmp_path)
    page = tree_of(create_app(library.settings).test_client().get("/animation/statistiques").text)
    text = page.text_content()
    assert "Aucune recherche n’a encore été comptée" in text
    assert "Aucun document n’a encore été ouvert" in text


def test_the_page_tells_what_was_counted(tmp_path: Path) -> None:
    """Each drawing has the same numbers in a table; titles are text, whatever they hold."""
    library = build(tmp_path)
    app = create_app(library.settings)
    today = datetime.now().astimezone().date()
    app.extensions["ruche"].catalogue.usage.add(
        {DailySearch("rsa", today): SearchTally(7, 3), DailySearch("camion", today): SearchTally(2, 0)},
        {DailyOpening(library.ids[MARKUP], today): 41},
    )
    page = tree_of(app.test_client().get("/animation/statistiques").text)
    tables = [
        [each.text_content().strip() for each in table.xpath(".//tbody/tr[last()]/*")]
        for table in page.xpath("//table")
    ]
    assert len(tables) == len(page.xpath("//svg[@role='img']")) == 4
    assert tables[0][1:] == ["9", "2"]
    assert tables[1] == [HOSTILE_TITLE, "41"]
    assert tables[2] == ["Grigny", "2"]
    assert page.xpath("//h2[@id='jamais-ouverts']/..//strong/text()") == ["16"]
    assert not page.xpath("//*[@style]")
