"""What the law has the site say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.composition import create_app
from tests.webapp.page_parser import read
from webapp.pages import navigation
from webapp.pages.contact import ask_community_link

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_the_declaration_says_where_the_site_stands(client: FlaskClient) -> None:
    """Until an audit says otherwise the site is « non conforme », on the page and in the foot of all pages."""
    page = read(client.get("/accessibilite").text)
    assert page.texts("h1") == ["Accessibilité : non conforme"]
    assert page.all("a", href="mailto:animation@example.org")
    assert "Accessibilité : non conforme" in read(client.get("/").text).texts("a", class_="fr-footer__bottom-link")


def test_the_legal_notice_names_who_is_set(client: FlaskClient, library: SmallLibrary) -> None:
    """Publisher, director and host come from the settings; one that is not set is said to be missing."""
    settings = library.settings.model_copy(update={"publisher": "Éditeur & Cie", "hosting_provider": "Hébergeur"})
    named = read(create_app(settings).test_client().get("/mentions-legales").text)
    assert {"Éditeur & Cie", "Hébergeur"} <= set(named.texts("p"))
    assert "L’éditeur de ce site ne s’est pas encore nommé ici." in read(client.get("/mentions-legales").text).texts(
        "p"
    )


def test_the_map_leads_to_all_that_is_at_hand(administrator: FlaskClient) -> None:
    """Every link of the menu and of the foot, to whom it is shown, stands on the map of the site."""
    page = read(administrator.get("/plan-du-site").text)
    texts = page.texts("a")
    assert all(
        texts.count(each.label.replace("\u00a0", " ")) >= 2
        for each in (*navigation.MAIN_MENU, *navigation.FOOTER_LINKS)
    )


@pytest.mark.parametrize(
    ("contact", "words", "address"),
    [
        ("https://forum.example.org/poser", "RSA", "https://forum.example.org/poser"),
        ("aide@example.org", "", "mailto:aide@example.org"),
        ("", "RSA", ""),
    ],
)
def test_a_question_goes_where_the_settings_say(contact: str, words: str, address: str) -> None:
    """A page as it is, a mail with nothing to repeat, or nowhere."""
    assert ask_community_link(contact, words) == address


def test_a_question_by_mail_begins_with_the_words(client: FlaskClient) -> None:
    """Whoever found nothing has only to finish the sentence."""
    page = read(client.get("/recherche?q=zanzibar").text)
    (link,) = [each for each in page.all("a", class_="fr-link") if "Écrire plutôt" in each.text]
    assert str(link.attributes["href"]).startswith("mailto:animation@example.org?subject=Document%20introuvable&body=")
    assert "zanzibar" in str(link.attributes["href"])


def test_fewer_filters_are_one_click_away(client: FlaskClient) -> None:
    """Where filters leave nothing, each that hides something is offered with what one would find without it."""
    page = read(client.get("/recherche?q=financements&annee=2025&theme=aller-vers").text)
    ways = [each for each in page.texts("li") if each.startswith("Sans ")]
    assert ways == ["Sans « Aller-vers » 12 documents"]
    assert page.all("a", href="/recherche?q=financements&annee=2025")
