"""An animator's day: deposit, qualify, mend a search that found nothing, with or without JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from index.config.settings import Settings
from indexer.runtime.index_command import index_once
from tests.composition import create_app
from tests.webapp.http_server import served
from webapp.server.usage_counting import usage_counter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from playwright.sync_api import Page, Route

    from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Place:
    """A served installation."""

    settings: Settings
    app: Flask
    url: str


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation with an empty library and one empty folder."""
    root = tmp_path_factory.mktemp("animation")
    settings = Settings(library=root / "bibliotheque", data=root / "donnees", settle_seconds=0.1)
    (settings.library / "Fiches").mkdir(parents=True)
    index_once(settings)
    app = create_app(settings)
    with served(app) as address:
        yield Place(settings, app, address)


@pytest.fixture
def site(place: Place) -> str:
    """Its address."""
    return place.url


@pytest.fixture
def kind(width: int, scripted: bool) -> str:  # noqa: FBT001 - a fixture
    """What tells this visit's files and words from the others'."""
    return f"{'large' if width > 900 else 'etroit'}{'' if scripted else 'nu'}"


def _deposit(page: Page, name: str, text: str, folder: str) -> None:
    page.goto("/animation/depot")
    page.get_by_label("Fichiers à déposer").set_input_files(
        {"name": name, "mimeType": "text/markdown", "buffer": text.encode()}
    )
    page.locator("#dossier").select_option("Fiches")
    page.get_by_label("Nouveau sous-dossier").fill(folder)
    page.get_by_role("button", name="Déposer", exact=True).click()


def test_from_a_deposit_to_a_search_that_finds(visitor: Visitor, place: Place, kind: str) -> None:
    """The whole loop, on a wide screen and a narrow one, with JavaScript and without."""
    # Words that are far from each other: what one kind adds to the vocabulary must not correct the other's.
    page, name, word = visitor.page, f"Fiche {kind}.md", f"{kind * 3}estafette"
    _deposit(page, name, "# Le camion\n\nUn brouillon.\n", f"Ornain {kind}")
    expect(page.locator(".deposit-file")).to_contain_text("Déposé.")
    # The same name again, with more to say: nothing is replaced before someone says so.
    _deposit(page, name, f"# Le camion {kind}\n\nLa fourgonnette{kind} sillonne les villages.\n", f"Ornain {kind}")
    expect(page.locator(".deposit-file")).to_contain_text("À décider.")
    visitor.picture(f"depot-{kind}")
    page.get_by_role("button", name=re.compile("Remplacer par cette version")).click()
    expect(page.locator(".deposit-file")).to_contain_text("C’est une nouvelle version")
    page.get_by_role("link", name="Voir ce que Ruche a compris").click()
    expect(page.locator("[data-reading]")).to_contain_text("en cours de lecture")
    index_once(place.settings)
    _see_what_was_understood(visitor, kind)
    page.goto("/animation/fichiers")
    expect(page.locator("main")).to_contain_text(name)
    visitor.picture(f"fichiers-{kind}")
    _qualify(visitor, kind)
    page.goto(f"/recherche?q={word}")
    expect(page.locator(".results-line").get_by_role("status")).to_have_text("Aucun document")
    usage_counter(place.app).flush()
    _mend(visitor, kind, word)
    page.get_by_role("link", name="Essayer la recherche").click()
    expect(page.locator(".card h2")).to_have_text(f"La fourgonnette de l’accès aux droits, {kind}")


def _see_what_was_understood(visitor: Visitor, kind: str) -> None:
    """With a script the page follows by itself; without, its link looks again."""
    page = visitor.page
    if not visitor.scripted:
        page.get_by_role("link", name="Voir où en est la lecture").click()
    expect(page.locator("[data-reading] a", has_text=f"Le camion {kind}").first).to_be_visible()
    expect(page.locator("[data-reading]")).to_contain_text("Aucun thème reconnu.")
    visitor.picture(f"compris-{kind}")


def _qualify(visitor: Visitor, kind: str) -> None:
    page = visitor.page
    page.goto("/animation/qualifier")
    expect(page.get_by_label("Titre")).to_have_value(f"Le camion {kind}")
    page.get_by_label("Titre").fill(f"La fourgonnette de l’accès aux droits, {kind}")
    page.get_by_label("Date").fill("12/2025")
    page.get_by_text("Ajouter un thème").click()
    page.get_by_text("Aller-vers", exact=True).click()
    visitor.picture(f"qualifier-{kind}")
    page.get_by_role("button", name="Valider et passer au suivant").click()
    expect(page.locator(".fr-alert")).to_contain_text("est qualifié.")


def _mend(visitor: Visitor, kind: str, word: str) -> None:
    page = visitor.page
    page.goto("/animation/recherches-sans-resultat")
    page.get_by_label(re.compile(f"pour «\\s{word}\\s»")).fill(f"fourgonnette{kind}")
    visitor.picture(f"sans-resultat-{kind}")
    page.get_by_role("button", name=re.compile(f"Ajouter un synonyme de «\\s{word}\\s»")).click()
    expect(page.locator(".fr-alert")).to_contain_text("trouve maintenant 1\u00a0document")


@pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "Votre session a pris fin"), (429, "dans 20\u00a0minutes"), (503, "dans une minute"), (500, "réessayez")],
)
def test_a_refused_deposit_says_what_to_do(visitor: Visitor, kind: str, status: int, said: str) -> None:
    """Signed out meanwhile, too many files, a busy catalogue: each file's row says when and how to go on."""
    page = visitor.page
    answered = {"status": status, "headers": {"Retry-After": "1180"}, "body": "<!doctype html>"}
    page.route("**/animation/depot", lambda route: route.fulfill(**answered) if _posts(route) else route.fallback())
    _deposit(page, f"Refus {kind}.md", "# Refus", f"Refus {kind}")
    expect(page.locator(".fate-refuse")).to_contain_text(said)
    # The browser itself tells its console of a refused request.
    (told,) = visitor.complaints
    assert str(status) in told
    visitor.complaints.clear()


def _posts(route: Route) -> bool:
    return route.request.method == "POST"


@pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
def test_files_are_dropped(visitor: Visitor, place: Place, kind: str) -> None:
    """Several at once, of which one is refused: each has its fate, and the page says how many went in."""
    page = visitor.page
    page.goto("/animation/depot")
    page.evaluate(
        """kind => {
            const carried = new DataTransfer();
            carried.items.add(new File(["des mots"], `${kind}.txt`));
            carried.items.add(new File(["MZ"], `${kind}.exe`));
            const place = document.querySelector("[data-drop]");
            for (const name of ["dragover", "drop"])
                place.dispatchEvent(new DragEvent(name, { dataTransfer: carried, bubbles: true, cancelable: true }));
        }""",
        kind,
    )
    expect(page.locator(".drop-hint")).to_have_text(f"2\u00a0fichiers choisis\u00a0: {kind}.txt, {kind}.exe")
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.locator(".deposit-news")).to_contain_text("1\u00a0fichier déposé, 1\u00a0refusé")
    expect(page.locator(".fate-refuse")).to_contain_text("ne sont pas lus")
    assert (place.settings.library / f"{kind}.txt").read_text(encoding="utf-8") == "des mots"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


@pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
@pytest.mark.parametrize("width", [1280], indirect=True)
def test_a_broken_connection_is_told(visitor: Visitor) -> None:
    """The file that did not arrive is named, with what to do."""
    page = visitor.page
    page.goto("/animation/depot")
    page.route("**/animation/depot", lambda route: route.abort())
    page.get_by_label("Fichiers à déposer").set_input_files(
        {"name": "coupure.txt", "mimeType": "text/plain", "buffer": b"mots"}
    )
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.locator(".fate-refuse")).to_contain_text("La connexion a été coupée")
    visitor.complaints[:] = [each for each in visitor.complaints if "net::ERR_FAILED" not in each]


@pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
@pytest.mark.parametrize("width", [1280], indirect=True)
def test_the_keyboard_qualifies(visitor: Visitor, place: Place) -> None:
    """Ctrl + Enter validates from any field."""
    page = visitor.page
    # What others dropped is older then.
    index_once(place.settings)
    (place.settings.library / "Clavier.md").write_text("# Le clavier\n\nDes mots.\n", encoding="utf-8")
    index_once(place.settings)
    page.goto("/animation/qualifier")
    expect(page.get_by_label("Titre")).to_have_value("Le clavier")
    page.get_by_label("Titre").press("Control+Enter")
    expect(page.locator(".fr-alert")).to_contain_text("«\u00a0Le clavier\u00a0» est qualifié.")
