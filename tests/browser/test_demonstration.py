"""The demonstration library in a real browser: what a newcomer sees first, and the pictures of the documents."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from index.catalogue.usage import DailyOpening, DailySearch, SearchTally
from index.config.settings import Settings
from index.generations.synchroniser import IndexSynchroniser
from index.model.documents import MEMBERS
from indexer.demo.demo_questions import write_demo_questions
from indexer.demo.library import write_demo_library
from indexer.pipeline.previewing import open_previewer
from indexer.runtime.index_command import index_once
from tests.composition import create_app
from tests.webapp.http_server import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.catalogue.catalogue import Catalogue
    from tests.browser.conftest import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("width", [1280], indirect=True),
    pytest.mark.parametrize("scripted", [True], indirect=True),
]


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demonstration library, written, indexed and served; its pages are drawn for those who take pictures."""
    root = tmp_path_factory.mktemp("demonstration")
    settings = Settings(library=root / "bibliotheque", data=root / "donnees", site_name="Ruche – démonstration")
    write_demo_library(settings.library)
    index_once(settings)
    if request.config.getoption("--screenshots"):
        free = threading.Event()
        free.set()
        with open_previewer(settings, free) as draws:
            draws.draw_all()
    app = create_app(settings)
    catalogue = app.extensions["ruche"].catalogue
    _use(catalogue)
    # Half of them have an answer, whose places are found: nothing is said to have changed.
    assert write_demo_questions(catalogue) == 10
    with IndexSynchroniser(settings.index_folder, catalogue) as follower:
        follower.synchronise()
    with served(app) as address:
        yield address


def _use(catalogue: Catalogue) -> None:
    """Half a year of searches and openings, always the same."""
    today = datetime.now().astimezone().date()
    texts = {"aller vers": 12, "échange de données": 9, "tournée des droits": 0, "data sharing": 0, "rsa": 7}
    searches = {
        DailySearch(text, today - timedelta(days=7 * week + number)): SearchTally(
            3 + (5 * week + 3 * number) % 11, found
        )
        for week in range(26)
        for number, (text, found) in enumerate(texts.items())
    }
    documents = catalogue.documents.list_latest(frozenset({MEMBERS}), 40)
    openings = {DailyOpening(each.id, today): 41 - number for number, each in enumerate(documents[::2])}
    catalogue.usage.add(searches, openings)


def test_questions(visitor: Visitor) -> None:
    """Ten questions of functions, five of them answered; those that are passed on make a report."""
    visitor.page.goto("/questions")
    assert visitor.page.locator(".dossier-list li").count() == 10
    visitor.page.goto("/questions?etat=repondue")
    assert visitor.page.locator(".dossier-list li").count() == 5
    visitor.page.get_by_role("link", name="première tournée").click()
    assert visitor.page.get_by_role("heading", name="Documents cités").count() == 1
    assert visitor.page.get_by_text("depuis l’ajout").count() == 0
    visitor.window("question")
    visitor.page.goto("/animation/besoins")
    assert visitor.page.locator("svg.chart").count() == 3
    visitor.window("animation-besoins")


def test_home(visitor: Visitor) -> None:
    """The home page shows the latest event and the themes."""
    visitor.page.goto("/")
    visitor.page.get_by_role("heading", name="Dernier rendez-vous").wait_for()
    visitor.window("accueil")


@pytest.mark.parametrize(
    ("address", "title", "name", "leads"),
    [
        ("/rendez-vous?annee=2024", "L’année 2024 de la communauté", "rendez-vous", "/rendez-vous/"),
        ("/territoires", "Les territoires de l’expérimentation", "territoires", "/territoires/"),
        ("/themes/aller-vers", "Aller-vers", "theme", "/documents/"),
        ("/territoires/grigny", "Grigny", "territoire", "/documents/"),
    ],
)
def test_ways_in(visitor: Visitor, address: str, title: str, name: str, leads: str) -> None:
    """Calendar, territories and themes have something to show, and each thing shown leads somewhere."""
    page = visitor.page
    page.goto(address)
    page.get_by_role("heading", name=title, level=1).wait_for()
    visitor.window(name)
    link = page.locator(f"main li a[href^='{leads}']").first
    where = link.get_attribute("href")
    assert where
    link.click()
    page.wait_for_url(f"**{where}")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(title)
    expect(page.get_by_role("heading", name="Page introuvable")).to_have_count(0)


def test_a_gathering(visitor: Visitor) -> None:
    """A plenary has its deck, its minutes and its replay on one page."""
    page = visitor.page
    page.goto("/rendez-vous?annee=2024&type=pleniere")
    page.get_by_role("link", name="Un an de communauté").click()
    for role in ("Le support", "Le compte rendu", "Le replay"):
        page.get_by_role("heading", name=role).wait_for()
    visitor.window("un-rendez-vous")


@pytest.mark.parametrize(
    ("words", "title", "slide"),
    [
        ("échange de données", "Échanges de données", "Diapositive 2"),
        ("illectronisme", "La lutte contre l’illectronisme", "Diapositive 2"),
        ("l'aller-vers", "L’aller-vers", "Diapositive 2"),
    ],
)
def test_the_right_webinar_comes_first(visitor: Visitor, words: str, title: str, slide: str) -> None:
    """The deck of the webinar about the subject is first, and its first passage is the slide that opens the subject."""
    page = visitor.page
    page.goto(f"/recherche?q={words}")
    card = page.locator(".card").first
    assert card.locator("h2").inner_text() == title
    assert card.locator(".excerpts .place").first.inner_text() == slide
    if words == "échange de données":
        visitor.window("recherche")
        card.get_by_role("link", name=slide).click()
        page.locator("#diapositive-2 mark").first.wait_for()
        expect(page.locator("#diapositive-2")).to_be_in_viewport(ratio=0.5)
        page.wait_for_load_state("networkidle")
        visitor.window("document")


def test_a_territory_is_found_by_typing(visitor: Visitor) -> None:
    """The list keeps the places named so, with those they lie in, whatever the case; emptied, it is whole again."""
    page = visitor.page
    page.goto("/recherche")
    places = page.locator("fieldset", has=page.get_by_label("Trouver un territoire"))
    lines = places.locator("li:visible")
    before = lines.count()
    places.get_by_label("Trouver un territoire").fill("RENNES")
    expect(lines).to_have_count(3)
    assert [each.split()[0] for each in places.locator(".choice:visible").all_inner_texts()] == [
        "Bretagne",
        "Ille-et-Vilaine",
        "Rennes",
    ]
    places.get_by_label("Trouver un territoire").fill("")
    expect(lines).to_have_count(before)


def test_a_replay(visitor: Visitor) -> None:
    """The replay of a webinar plays in the browser, at the minute that was found."""
    page = visitor.page
    page.goto("/recherche?q=aller-vers&format=sous-titres")
    page.locator(".card").first.locator(".excerpts a").first.click()
    page.wait_for_url("**/documents/*")
    visitor.until("document.querySelector('video').readyState >= 2")
    visitor.window("replay")
    assert page.locator("video").evaluate("each => each.error") is None


def test_the_state_of_files(visitor: Visitor) -> None:
    """All files of the demonstration are readable, and the pages say so."""
    page = visitor.page
    page.goto("/etat")
    expect(page.locator(".heap", has_text="documents que vous pouvez lire")).to_have_count(1)
    expect(page.locator(".heap", has_text="pas pu être lu")).to_have_count(0)
    page.goto("/animation/fichiers")
    assert page.locator(".files .fr-badge--success").count() > 40
    expect(page.locator(".files .fr-badge--error")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "title", "name"),
    [
        ("/animation", "Espace d’animation", "animation-accueil"),
        ("/animation/depot", "Déposer des documents", "animation-depot"),
        ("/animation/fichiers", "Fichiers", "animation-fichiers"),
        ("/animation/qualifier", "Documents à vérifier", "animation-qualifier"),
        ("/animation/qualifier/ensemble", "Documents à vérifier", "animation-ensemble"),
        ("/animation/documents?dossier=Webinaires", "Étiqueter en nombre", "animation-documents"),
        ("/animation/rendez-vous", "Rendez-vous", "animation-rendez-vous"),
        ("/animation/vocabulaire?liste=synonymes", "Vocabulaire", "animation-vocabulaire"),
        ("/animation/recherches-sans-resultat", "Recherches à améliorer", "animation-sans-resultat"),
        ("/animation/statistiques", "Statistiques", "animation-statistiques"),
    ],
)
def test_the_animators_space(visitor: Visitor, address: str, title: str, name: str) -> None:
    """Each page of the guide is as the guide shows it."""
    visitor.page.goto(address)
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(title)
    visitor.window(name)


def test_the_map_of_what_is_covered(visitor: Visitor) -> None:
    """Themes by territory, whole in the window's width."""
    visitor.page.goto("/animation/statistiques")
    chart = visitor.page.locator("svg[aria-labelledby^=couverture]")
    chart.scroll_into_view_if_needed()
    assert chart.locator("text").count() > 15
    visitor.window("animation-couverture")


def test_a_kept_search(visitor: Visitor) -> None:
    """From the results to its own page."""
    page = visitor.page
    page.goto("/recherche?q=aller vers")
    page.get_by_role("link", name="Garder cette recherche").click()
    page.get_by_label("Nom").fill("L’aller-vers")
    page.get_by_role("button", name="Garder").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("L’aller-vers")
    visitor.window("recherche-gardee")
