"""Pages of themes and territories, and the grid of regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.composition import load_vocabulary
from tests.webapp.page_parser import read
from tests.webapp.small_library import SLIDES
from webapp.pages import region_map

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_a_theme_shows_what_is_new(client: FlaskClient, library: SmallLibrary) -> None:
    """Its documents, the events that spoke of it, and where it is at work."""
    page = read(client.get("/themes/aller-vers").text)
    assert page.texts("h1") == ["Aller-vers"]
    assert page.all("a", href=f"/documents/{library.ids[SLIDES]}")
    assert page.all("a", href="/rendez-vous/2024-01-25-webinaire")
    assert page.all("a", href="/territoires/grigny")
    assert page.all("a", href="/recherche?theme=aller-vers")


def test_a_theme_leads_to_those_that_go_with_it(client: FlaskClient) -> None:
    """Neighbours are the other themes of its own documents, not those of all documents."""
    page = read(client.get("/themes/echange-donnees").text)
    assert page.all("a", class_="fr-tag", href="/themes/rgpd")
    assert not page.all("a", class_="fr-tag", href="/themes/communication")


def test_a_territory_says_where_it_is(client: FlaskClient) -> None:
    """Its kind, department, region and wave are told, its documents and themes shown."""
    page = read(client.get("/territoires/grigny").text)
    assert page.texts("h1") == ["Grigny"]
    assert "Ville, Essonne, Île-de-France vague 1" in " ".join(page.texts("p", class_="kind"))
    assert page.all("a", href="/themes/aller-vers")


@pytest.mark.parametrize("address", ["/themes/grand-age-handicap", "/territoires/flers"])
def test_a_subject_without_documents_says_so(client: FlaskClient, address: str) -> None:
    """It is known, and nothing was dropped about it yet."""
    assert "Aucun document pour l’instant" in read(client.get(address).text).texts("h3")


@pytest.mark.parametrize("address", ["/themes/inconnu", "/territoires/inconnu", "/themes/%00", "/territoires/%00"])
def test_an_unknown_subject_is_not_found(client: FlaskClient, address: str) -> None:
    """Neither the vocabulary nor any document knows it."""
    assert client.get(address).status_code == 404


def test_all_themes_and_territories_are_listed(client: FlaskClient) -> None:
    """Each has its link, with documents or without."""
    words = load_vocabulary()
    themes, territories = read(client.get("/themes").text), read(client.get("/territoires").text)
    assert all(themes.all("a", href=f"/themes/{slug}") for slug in words.themes)
    assert all(territories.all("a", href=f"/territoires/{slug}") for slug in words.territories)


def test_each_tile_leads_to_its_region_in_the_list(client: FlaskClient) -> None:
    """A tile with territories says how many in words, and its link ends at the heading of the region."""
    page = read(client.get("/territoires").text)
    tiles = [each for each in page.all("a") if (each.attributes.get("href") or "").startswith("#region-")]
    named = {each.attributes["aria-label"] for each in tiles}
    assert "Île-de-France\u00a0: 1\u00a0territoire, 2\u00a0documents" in named
    assert all(page.all("h2", id=(each.attributes["href"] or "")[1:]) for each in tiles)


def test_every_region_of_the_vocabulary_has_its_tile() -> None:
    """A region whose name the grid does not know would be missing from the drawing without anyone seeing it."""
    known = {each.region for each in load_vocabulary().territories.values() if each.region}
    tiles = region_map.build_tiles({name: region_map.Region("x", name, 1, 1) for name in known})
    assert sum(tile.territories for tile in tiles) == len(known)
    assert len(tiles) == 18
    assert len({(tile.x, tile.y) for tile in tiles}) == 18
