"""The whole way in and out through a provider of identities, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from index.accounts.audit import CONSOLE
from index.accounts.model import Group
from index.catalogue.catalogue import Catalogue
from index.config.settings import Settings
from tests.composition import create_app
from tests.webapp import identity_providers as providers
from tests.webapp.http_server import served
from tests.webapp.strict_identity_provider import CLIENT, SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

_PEOPLE = {
    "ada": {"given_name": "Ada", "usual_name": "Lovelace", "email": "ada@grigny.example", "siret": "21910286900012"},
    "bob": {"given_name": "Bob", "usual_name": "Noyce", "email": "bob@ailleurs.example"},
}


@pytest.fixture
def provider() -> Iterator[str]:
    """A provider that signs what it tells, where nobody is signed in."""
    with providers.signing() as address:
        providers.put(f"{address}/monde", {"people": _PEOPLE})
        yield address


@pytest.fixture
def place(tmp_path: Path, provider: str) -> Iterator[str]:
    """Ruche, where those of Grigny may enter."""
    (tmp_path / "bibliotheque").mkdir()
    port = providers.free_port()
    settings = Settings(
        library=tmp_path / "bibliotheque",
        data=tmp_path / "donnees",
        contact="animation@example.org",
        auth="oidc",
        oidc_discovery=f"{provider}/.well-known/openid-configuration",
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_domains="grigny.example",
        oidc_groups="grigny",
        public_address=f"http://127.0.0.1:{port}",
    )
    Catalogue.open(settings.catalogue_url).access.rules.save_group(Group("grigny", "Grigny"), CONSOLE)
    with served(create_app(settings), port) as address:
        yield address


@pytest.fixture
def page(browser: Browser, width: int, scripted: bool) -> Iterator[Page]:  # noqa: FBT001 - a fixture
    """A page of a browser of one's own."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, java_script_enabled=scripted, locale="fr-FR"
    )
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def _accessible(page: Page, *, scripted: bool) -> None:
    if scripted:
        assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_in_and_out(page: Page, place: str, scripted: bool) -> None:  # noqa: FBT001 - a fixture
    """Ask for a page, sign in at the provider, read the page; sign out everywhere; nothing lets in without a word."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.goto(f"{place}/themes")
    expect(page.get_by_role("heading", name="Connexion", level=1)).to_be_visible()
    _accessible(page, scripted=scripted)
    page.get_by_role("link", name="S’identifier avec ProConnect").click()
    page.get_by_role("button", name="ada").click()
    expect(page).to_have_url(f"{place}/themes")
    expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_text("déconnecté, ici et de ProConnect")).to_be_visible()
    expect(page).to_have_url(f"{place}/connexion")
    page.goto(f"{place}/themes")
    expect(page.get_by_role("heading", name="Connexion", level=1)).to_be_visible()
    assert complaints == []


def test_the_refused_may_change_account(page: Page, place: str, scripted: bool) -> None:  # noqa: FBT001 - idem
    """Who came with an account that may not enter reads why, leaves it, and enters with another."""
    page.goto(f"{place}/connexion")
    page.get_by_role("link", name="S’identifier avec ProConnect").click()
    page.get_by_role("button", name="bob").click()
    expect(page.get_by_role("heading", name="Vous ne pouvez pas encore entrer")).to_be_visible()
    expect(page.get_by_text("« ailleurs.example »")).to_be_visible()
    _accessible(page, scripted=scripted)
    page.get_by_role("link", name="Changer de compte ProConnect").click()
    expect(page).to_have_url(f"{place}/connexion")
    page.get_by_role("link", name="S’identifier avec ProConnect").click()
    page.get_by_role("button", name="ada").click()
    expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()


def test_whoever_is_signed_in_there_asks_for_nothing(page: Page, place: str, provider: str) -> None:
    """With a session at the provider, the page that was asked for is simply there."""
    providers.put(f"{provider}/monde", {"signed_in": "ada"})
    page.goto(f"{place}/themes?tri=nom")
    expect(page).to_have_url(f"{place}/themes?tri=nom")
    expect(page.get_by_role("link", name="Ada Lovelace")).to_be_visible()
