"""One page, slide, section or minute alone, and what one does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.webapp.page_parser import read
from tests.webapp.small_library import LONG_PAGE, MARKUP, SILENT, SLIDES, VIDEO, SmallLibrary

if TYPE_CHECKING:
    from flask.testing import FlaskClient


def test_a_slide_stands_alone(client: FlaskClient, library: SmallLibrary) -> None:
    """With its title, its words marked, the slides before and after, and the way back to it in its document."""
    deck = f"/documents/{library.ids[SLIDES]}"
    page = read(client.get(f"{deck}/endroits/diapositive-2?q=bus").text)
    assert page.texts("h1") == ["Diapositive 2 sur 3 : Le bus des droits de Grigny"]
    assert page.texts("mark")[0] == "bus"
    assert [each.attributes["href"] for each in page.all("a", rel="prev")] == [f"{deck}/endroits/diapositive-1?q=bus"]
    assert [each.attributes["href"] for each in page.all("a", rel="next")] == [f"{deck}/endroits/diapositive-3?q=bus"]
    assert page.all("a", href=f"{deck}?q=bus#diapositive-2")


@pytest.mark.parametrize(
    ("path", "name", "title"),
    [
        (LONG_PAGE, "page-2", "Page 2 sur 2 : Convention"),
        (MARKUP, "section-1", "<i>titre</i>"),
        (MARKUP, "partie-1", "<i>titre</i>"),
        (VIDEO, "t-2", "0:02"),
        (VIDEO, "partie-3", "0:04"),
    ],
)
def test_each_kind_of_place_has_its_page(
    client: FlaskClient, library: SmallLibrary, path: str, name: str, title: str
) -> None:
    """By its anchor, or by its number among the parts of its document; a video by what is said in it."""
    assert read(client.get(f"/documents/{library.ids[path]}/endroits/{name}").text).texts("h1") == [title]


@pytest.mark.parametrize("name", ["diapositive-4", "page-1", "partie-0", "t-999", "%20", "diapositive-%C2%B2"])
def test_a_place_that_is_not_there_is_not_found(client: FlaskClient, library: SmallLibrary, name: str) -> None:
    """As a document that does not exist, and one without any text."""
    for id_ in (library.ids[SLIDES], library.ids[SILENT], "inconnu"):
        assert client.get(f"/documents/{id_}/endroits/{name}").status_code == 404


def test_each_slide_can_be_shared(client: FlaskClient, library: SmallLibrary) -> None:
    """Its address has its number and no words; without images, full screen is not offered."""
    deck = f"/documents/{library.ids[SLIDES]}"
    page = read(client.get(f"{deck}?q=bus").text)
    assert [each.text for each in page.all("a", href=f"{deck}#diapositive-2")] == [
        "Partager cet endroit\u00a0: diapositive 2"
    ]
    slide = page.all("article", id="diapositive-2")[0]
    assert "Plein écran" not in slide.text
    assert "Copier le texte" in slide.text


def test_titles_of_the_summary_lead_to_their_place(client: FlaskClient, library: SmallLibrary) -> None:
    """One presses on the title that one has read."""
    page = read(client.get(f"/documents/{library.ids[SLIDES]}").text)
    assert "Diapositive 2 Le bus des droits de Grigny" in page.texts("a", href="#diapositive-2")


@pytest.mark.parametrize(
    ("referrer", "kept"),
    [
        ("/recherche?q=bus&format=pptx&tri=date", "/recherche?q=bus&format=pptx&tri=date"),
        ("/recherche?q=autre&format=pptx", "/recherche?q=bus"),
        ("/themes?q=bus&format=pptx", "/recherche?q=bus"),
        ("http://ailleurs.example/recherche?q=bus&format=pptx", "/recherche?q=bus"),
        ("/recherche?q=bus&q=x&page=²&inconnu=<b>", "/recherche?q=bus"),
        ("http://[::1", "/recherche?q=bus"),
        ("", "/recherche?q=bus"),
    ],
)
def test_the_way_back_keeps_filters(client: FlaskClient, library: SmallLibrary, referrer: str, kept: str) -> None:
    """Without any script, from a list of our own that asked the same words; any other address is not looked at."""
    where = referrer if "//" in referrer or not referrer else f"http://localhost{referrer}"
    page = client.get(f"/documents/{library.ids[SLIDES]}?q=bus", headers={"Referer": where})
    assert page.status_code == 200
    ways = [each.attributes["href"] or "" for each in read(page.text).all("a") if "data-results" in each.attributes]
    assert {each.split("#")[0] for each in ways} == {kept}
    assert len(ways) == 2
