"""From an invitation to the end of an account, in a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.composition import create_app
from tests.webapp.accounts import ADMINISTRATOR, COOKIE, PASSWORD, administrator_token, guarded
from tests.webapp.http_server import served
from tests.webapp.small_library import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.browser

_NAME = "Nour Ben Ali"


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A library of the test's own, with an administrator."""
    made = build(tmp_path_factory.mktemp("comptes"))
    administrator_token(made.settings)
    return made


@pytest.fixture
def site(own: SmallLibrary) -> Iterator[str]:
    """The site, which asks for accounts."""
    with served(create_app(guarded(own))) as address:
        yield address


@pytest.fixture
def office(browser: Browser, site: str) -> Iterator[Page]:
    """The administrator's own browser."""
    context = browser.new_context(base_url=site, locale="fr-FR")
    yield context.new_page()
    context.close()


def test_one_is_invited_comes_in_and_is_let_in_no_more(visitor: Visitor, office: Page) -> None:
    """Invite, accept, sign out, sign in where one wanted to go, be suspended: each step by what the page offers."""
    _sign_in(office, ADMINISTRATOR.mail)
    office.get_by_label("Menu principal").get_by_role("link", name="Administration").click()
    office.get_by_role("link", name="Inviter une personne").click()
    office.get_by_label("Adresse électronique").fill("nour@ruche.example")
    office.get_by_role("button", name="Inviter").click()
    link = office.locator("code.secret").inner_text()

    page = visitor.page
    page.goto(link)
    visitor.picture("invitation")
    page.get_by_label("Prénom et nom").fill(_NAME)
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    page.get_by_label("Le même mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_text(f"Bienvenue, {_NAME}")).to_be_visible()
    page.get_by_role("link", name=_NAME).click()
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()
    visitor.picture("mon-compte")

    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("Vous êtes déconnecté")).to_be_visible()
    page.goto("/themes")
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    visitor.picture("connexion")
    _fill(page, "nour@ruche.example")
    expect(page).to_have_url(re.compile("/themes$"))

    office.goto("/administration/comptes")
    office.get_by_role("link", name=_NAME).click()
    office.get_by_role("button", name="Suspendre le compte").click()
    expect(office.get_by_text("Le compte est suspendu")).to_be_visible()
    page.goto("/themes")
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()


@pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
def test_recent_searches_end_where_one_signs_in(visitor: Visitor) -> None:
    """Whoever comes next to a shared computer finds none, however the former session ended."""
    page = visitor.page
    page.goto("/mentions-legales")
    page.evaluate("localStorage.setItem('ruche:recent', '[\"droits\"]')")
    page.goto("/themes")
    expect(page.get_by_role("heading", name="Connexion")).to_be_visible()
    visitor.until("localStorage.getItem('ruche:recent') === null")


def test_a_session_is_out_of_reach_of_scripts(visitor: Visitor, own: SmallLibrary, site: str) -> None:
    """No page's script reads the cookie, whatever it manages to run."""
    visitor.page.context.add_cookies(
        [{"name": COOKIE, "value": administrator_token(own.settings), "url": site, "httpOnly": True}]
    )
    visitor.page.goto("/compte")
    _sign_in(visitor.page, ADMINISTRATOR.mail)
    (kept,) = [each for each in visitor.page.context.cookies() if each["name"] == COOKIE]
    assert kept["httpOnly"]
    assert kept["sameSite"] == "Lax"
    assert kept["expires"] == -1
    assert COOKIE not in visitor.page.evaluate("document.cookie")


def _sign_in(page: Page, mail: str) -> None:
    page.goto("/connexion")
    _fill(page, mail)
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()


def _fill(page: Page, mail: str) -> None:
    page.get_by_label("Adresse électronique").fill(mail)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
