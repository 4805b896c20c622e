"""Statistics: pictures that say what they show, beside the same numbers in tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from index.accounts.folder_rules import FolderRule
from index.accounts.model import Group, NewAccount, Role
from index.catalogue.usage import DailyOpening, DailySearch, SearchTally
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.small_library import MARKUP, SLIDES, build
from tests.webapp.xpath import drawing
from tests.webapp.xpath import page as tree_of
from webapp.animation import charts
from webapp.animation.charts import Bar, ChartCaption, HeatMapGrid
from webapp.animation.statistics import MONTHS_SHOWN, group_by_month, list_gaps

if TYPE_CHECKING:
    from pathlib import Path

CAPTION = ChartCaption("essai", "Titre & titre", "Ce que l’on y voit.")


@pytest.mark.parametrize(
    "picture",
    [
        charts.draw_column_chart(CAPTION, [Bar("1/1", 3, 1), Bar("8/1", 0)]),
        charts.draw_bar_chart(CAPTION, [Bar("Un <b>titre</b>", 3)]),
        charts.draw_heat_map(CAPTION, HeatMapGrid([("grigny", "Grigny")], [("rh", "RH")], {("grigny", "rh"): 2})),
        charts.draw_column_chart(CAPTION, []),
        charts.draw_bar_chart(CAPTION, []),
        charts.draw_heat_map(CAPTION, HeatMapGrid([], [], {})),
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
    bars = drawing(charts.draw_column_chart(CAPTION, [Bar("1/1", 12, 4)]))
    assert "12" in bars.xpath("//text/text()")
    hatched = bars.xpath("//rect[@class='hatched']")[0]
    assert hatched.get("fill") == "url(#essai-hachures)"
    plain = bars.xpath("//rect[@class='bar']")[0]
    assert float(hatched.get("height")) * 2 == pytest.approx(float(plain.get("height")))
    values = {("a", "x"): 8, ("b", "x"): 1}
    grid = drawing(
        charts.draw_heat_map(CAPTION, HeatMapGrid([("a", "A"), ("b", "B"), ("c", "C")], [("x", "X")], values))
    )
    assert grid.xpath("//text[starts-with(@class, 'heat-text')]/text()") == ["8", "1"]
    assert grid.xpath("//rect[starts-with(@class, 'heat')]/@class") == ["heat heat-4", "heat heat-1", "heat heat-0"]


def test_days_become_months() -> None:
    """Twelve whole months, over the end of a year; one without a search is zero, not absent."""
    counts = {
        date(2025, 11, 1): (2, 1),
        date(2025, 11, 30): (3, 0),
        date(2026, 1, 31): (4, 4),
        date(2024, 1, 1): (9, 9),
    }
    told = group_by_month(counts, date(2025, 11, 1))
    assert len(told) == MONTHS_SHOWN
    assert [(each.searches, each.fruitless) for each in told[:4]] == [(5, 1), (0, 0), (4, 4), (0, 0)]
    assert [each.label for each in told[1:3]] == ["décembre 2025", "janvier 2026"]


def test_a_gap_is_what_others_treat() -> None:
    """Hatched in the picture, named beside it; what few treat is lacking to nobody."""
    rows, columns = [("a", "Ain"), ("b", "Béarn"), ("c", "Cher")], [("rh", "RH"), ("rgpd", "RGPD")]
    gaps = frozenset({("c", "rh"), ("a", "rgpd"), ("c", "rgpd")})
    grid = HeatMapGrid(rows, columns, {("a", "rh"): 1, ("b", "rh"): 1, ("b", "rgpd"): 1}, gaps)
    assert [(each.label, each.themes) for each in list_gaps(grid)] == [("Cher", ("RH", "RGPD")), ("Ain", ("RGPD",))]
    assert len(drawing(charts.draw_heat_map(CAPTION, grid)).xpath("//rect[@class='hatched']")) == 3


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
    old = library.ids[SLIDES]
    app.extensions["ruche"].catalogue.usage.add(
        {
            DailySearch("rsa", today): SearchTally(7, 3),
            DailySearch("camion", today): SearchTally(2, 0),
            DailySearch("=bus", today): SearchTally(3, 9),
        },
        {DailyOpening(library.ids[MARKUP], today): 41, DailyOpening(old, today): 2},
    )
    client = app.test_client()
    page = tree_of(client.get("/animation/statistiques").text)
    tables = [
        [each.text_content().strip() for each in table.xpath(".//tbody/tr[last()]/*")]
        for table in page.xpath("//table")
    ]
    assert len(page.xpath("//svg[@role='img']")) == 6
    assert tables[0][1:] == ["12", "2"]
    assert tables[1] == ["=bus", "3", "9"]
    assert tables[2][1:] == ["2"]
    assert tables[3][1:] == ["25 janvier 2024", "2"]
    assert "=bus" in page.xpath("string(//section[@aria-labelledby='sans-ouverture'])")
    assert page.xpath("//h2[@id='jamais-ouverts']/..//strong/text()") == ["15"]
    assert not page.xpath("//*[@style]")
    files = {
        name: client.get(f"/animation/statistiques/{name}.csv").data.decode("utf-8-sig").splitlines()
        for name in ("recherches", "sans-ouverture", "territoires", "a-renouveler")
    }
    assert files["recherches"][-1] == f"{today:%Y-%m};12;2"
    # No text of a table is a formula of the spreadsheet.
    assert files["sans-ouverture"] == ["Recherche;Fois;Documents trouvés", "'=bus;3;9"]
    assert files["territoires"][0] == "Territoire;Thème;Documents"
    assert files["a-renouveler"][1].endswith(";2")
    assert client.get("/animation/statistiques/autre.csv").status_code == 404


def test_what_is_to_renew_is_told_to_those_who_see_it(tmp_path: Path) -> None:
    """An old document of a reserved folder is in no picture and in no file of the others."""
    library = build(tmp_path)
    app = create_app(guarded(library))
    catalogue = app.extensions["ruche"].catalogue
    today = datetime.now().astimezone().date()
    catalogue.usage.add({}, {DailyOpening(library.ids[SLIDES], today): 9})
    client = signed_in(app, joined(app, NewAccount("ani@ruche.example", "Ani", Role.ANIMATOR)))
    assert len(client.get("/animation/statistiques/a-renouveler.csv").data.splitlines()) == 2
    catalogue.access.rules.save_group(Group("comite", "Comité"), "")
    catalogue.access.rules.save_folder_rule(FolderRule("webinaires", frozenset({"comite"})), "")
    assert len(client.get("/animation/statistiques/a-renouveler.csv").data.splitlines()) == 1
    assert library.ids[SLIDES] not in client.get("/animation/statistiques").text
