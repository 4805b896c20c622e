"""Reading a document page by page, and a replay by its transcript."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

from index.catalogue.catalogue import Catalogue
from index.model.documents import Locator, Passage, Unit
from index.preview_cache import PreviewCache, PreviewPage, PreviewWord
from tests.browser.video import film
from tests.composition import create_app
from tests.webapp.http_server import served
from tests.webapp.small_library import SLIDES, Entry, build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

_SCRIPT = pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
_NO_SCRIPT = pytest.mark.parametrize("scripted", [False], indirect=True, ids=["no-script"])
_WIDE = pytest.mark.parametrize("width", [1280], indirect=True, ids=["wide"])
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
GUIDE = "outils/Guide.pdf"


def _image() -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (800, 450), "lightsteelblue").save(written, "WEBP")
    return written.getvalue()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A small library whose slides are drawn, and a guide of 45 pages."""
    pages = tuple(Passage(at, Locator(Unit.PAGE, at + 1), f"Voici la page {at + 1}.") for at in range(45))
    library = build(
        tmp_path_factory.mktemp("lecture"), video=film(6), more=[Entry(GUIDE, "pdf", "Guide du porte-à-porte", pages)]
    )
    previews = PreviewCache(library.settings.preview_folder, 10_000_000)
    catalogue = Catalogue.open(library.settings.catalogue_url)
    digest = catalogue.files.find_in_extent()[SLIDES].digest
    catalogue.close()
    for number in (1, 2, 3):
        drawn = PreviewPage(800, 450, "Le non-recours", (PreviewWord(3, 14, 2000, 3000, 4000, 1000),))
        previews.write_page(digest, number, _image(), drawn)
    previews.write_page_count(digest, 3)
    with served(create_app(library.settings)) as address:
        yield address


def _open(page: Page, search: str, title: str) -> None:
    page.goto(search)
    page.get_by_role("link", name=title, exact=True).first.click()
    page.wait_for_url("**/documents/*")
    page.wait_for_load_state()


@_SCRIPT
@_WIDE
def test_arrows_go_from_slide_to_slide(visitor: Visitor) -> None:
    """Right and left go to the next and to the one before, Home and End to the ends; the address follows."""
    page = visitor.page
    page.goto("/recherche?q=non-recours&format=pptx")
    page.get_by_role("link", name="Pourquoi aller vers").click()
    page.wait_for_url("**#diapositive-1")
    page.wait_for_load_state()
    for key, place in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowLeft", 2), ("End", 3), ("Home", 1)):
        page.keyboard.press(key)
        expect(page.locator(f"#diapositive-{place}")).to_be_focused()
        expect(page).to_have_url(re.compile(f"#diapositive-{place}$"))
        expect(page.locator(f"#diapositive-{place}")).to_be_in_viewport()
    visitor.window("lecture-diapositives")


@_SCRIPT
@_WIDE
def test_arrows_belong_to_whoever_types(visitor: Visitor) -> None:
    """In the search field, arrows move in the words."""
    page = visitor.page
    _open(page, "/recherche?q=non-recours&format=pptx", "Aller vers les personnes éloignées de leurs droits")
    page.locator("summary", has_text="sommaire, recherche").click()
    field = page.get_by_role("searchbox", name="Dans ce document")
    field.press("ArrowLeft")
    expect(field).to_be_focused()
    assert "#" not in page.url


@_SCRIPT
@_WIDE
def test_arrows_go_on_to_the_next_part(visitor: Visitor) -> None:
    """After the last page shown comes the first of the next part, and back."""
    page = visitor.page
    _open(page, "/recherche?format=pdf", "Guide du porte-à-porte")
    page.locator("#page-20").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**lieu=partie-21#page-21")
    expect(page.locator("#page-21")).to_be_in_viewport()
    page.locator("#page-21").focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**lieu=partie-20#page-20")


@_SCRIPT
@_WIDE
def test_an_old_link_to_a_page_finds_it(visitor: Visitor) -> None:
    """A link that names a page by its anchor alone leads to the part that holds it."""
    page = visitor.page
    _open(page, "/recherche?format=pdf", "Guide du porte-à-porte")
    page.goto(page.url.split("?")[0] + "#page-37")
    page.wait_for_url("**lieu=page-37#page-37")
    expect(page.locator("#page-37")).to_be_in_viewport()


@_SCRIPT
def test_the_place_is_there_at_once_with_the_ways_out(visitor: Visitor, width: int) -> None:
    """A link of a result opens at its slide, without scrolling to it; a bar says where one is, and what else was found.

    The way back leads to the list with its filters and its order, at the document that one left.
    """
    page = visitor.page
    page.goto("/recherche?q=non-recours&format=pptx&tri=date")
    results = page.url
    page.locator(".excerpts a", has_text="Diapositive 2").first.click()
    page.wait_for_url("**#diapositive-2")
    page.wait_for_load_state()
    bar, slide = page.locator("[data-place-bar]"), page.locator("#diapositive-2")
    expect(slide).to_be_in_viewport(ratio=0.2)
    before = page.evaluate("scrollY")
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == before
    expect(bar).to_contain_text("Aller vers les personnes éloignées de leurs droits")
    expect(bar).to_contain_text("Diapositive 2 sur 3")
    expect(bar.locator("[data-found-total]")).to_have_text(re.compile(r"^2 / \d"))
    box, top = bar.bounding_box(), slide.bounding_box()
    assert box is not None
    assert top is not None
    assert top["y"] >= box["y"] + box["height"] - 1
    assert page.evaluate(_OVERFLOW) == 0
    bar.get_by_role("button", name="Passage trouvé précédent").click()
    expect(page.locator("#diapositive-1")).to_be_focused()
    expect(bar).to_contain_text("Diapositive 1 sur 3")
    # None was found before the first: its button stays where the focus is, and says that it does nothing.
    expect(bar.get_by_role("button", name="Passage trouvé précédent")).to_be_disabled()
    expect(bar.get_by_role("button", name="Passage trouvé suivant")).to_be_enabled()
    visitor.window(f"lecture-endroit-{width}")
    bar.get_by_role("link", name="Résultats").click()
    page.wait_for_url(f"{results}#document-*")


@_SCRIPT
def test_a_long_place_leaves_the_ways_on_in_sight(visitor: Visitor, width: int) -> None:
    """A section may have a title of two lines: the bar shortens it, and its buttons stay in the window."""
    page = visitor.page
    page.goto("/recherche?q=non-recours&format=pptx")
    page.locator(".excerpts a", has_text="Diapositive 2").first.click()
    # In one go, before the bar tells the place anew.
    rightmost, overflow = page.locator("[data-place-bar]").evaluate(
        """(bar) => {
          bar.querySelector("[data-place]").textContent = "Bibliothèque de la communauté ".repeat(9);
          const ends = [...bar.querySelectorAll("button")].map((each) => each.getBoundingClientRect().right);
          return [Math.max(...ends), document.documentElement.scrollWidth - document.documentElement.clientWidth];
        }"""
    )
    assert 0 < rightmost <= width
    assert overflow == 0


@_SCRIPT
def test_wide_tables_stay_in_the_window(visitor: Visitor) -> None:
    """Wide tables scroll in their frames, and the page does not; no word of them is cut."""
    page = visitor.page
    page.goto("/recherche?q=non-recours&format=pptx")
    page.locator(".excerpts a", has_text="Diapositive 2").first.click()
    cut = page.locator("#texte-diapositive-2").evaluate(
        """(text) => {
          const row = `<tr>${"<td>accompagnements</td>".repeat(12)}</tr>`;
          const frame = `<div class="passage-frame"><table class="passage-table">${row}</table></div>`;
          text.insertAdjacentHTML("beforeend", frame);
          const cell = text.lastElementChild.querySelector("td");
          const line = parseFloat(getComputedStyle(cell).lineHeight);
          return cell.scrollWidth > cell.clientWidth || cell.clientHeight > 2 * line;
        }"""
    )
    assert not cut
    assert page.evaluate(_OVERFLOW) == 0
    page.goto("/territoires/comparer")
    page.locator(".scroll").first.evaluate(
        """(frame) => {
          const row = `<tr>${"<td>accompagnements<span class='hidden'>, Grigny</span></td>".repeat(40)}</tr>`;
          frame.insertAdjacentHTML("beforeend", `<table class="comparison">${row}</table>`);
        }"""
    )
    assert page.evaluate(_OVERFLOW) == 0


@_NO_SCRIPT
def test_links_do_as_well(visitor: Visitor) -> None:
    """Without JavaScript, each slide leads to the next, and to the next one found."""
    page = visitor.page
    page.goto("/recherche?q=non-recours&format=pptx")
    page.get_by_role("link", name="Pourquoi aller vers").click()
    page.wait_for_url("**#diapositive-1")
    page.locator("#diapositive-1").get_by_role("link", name="Passage trouvé suivant").click()
    page.wait_for_url("**#diapositive-2")
    page.locator("#diapositive-2").get_by_role("link", name="Suivante").click()
    page.wait_for_url("**#diapositive-3")
    expect(page.locator("#diapositive-3")).to_be_in_viewport()


@_SCRIPT
def test_the_slide_and_its_text(visitor: Visitor, width: int) -> None:
    """The image stands beside the text where there is room, above it where there is none; marks lie on the image."""
    page = visitor.page
    _open(page, "/recherche?q=non-recours&format=pptx", "Aller vers les personnes éloignées de leurs droits")
    slide = page.locator("#diapositive-1")
    image, text = slide.locator("img").bounding_box(), slide.locator(".part-text").bounding_box()
    mark = slide.locator("rect").bounding_box()
    assert image
    assert text
    assert mark
    beside = text["x"] >= image["x"] + image["width"]
    assert beside == (width > 900)
    assert image["x"] < mark["x"] < mark["x"] + mark["width"] < image["x"] + image["width"]
    assert image["y"] < mark["y"] < image["y"] + image["height"]
    assert page.evaluate(_OVERFLOW) == 0
    visitor.picture(f"diaporama-{width}")


@_SCRIPT
@pytest.mark.parametrize(
    "address",
    [
        "/rendez-vous",
        "/rendez-vous/2024-01-25-webinaire",
        "/themes",
        "/themes/aller-vers",
        "/territoires",
        "/territoires/grigny",
    ],
)
def test_these_pages_do_not_scroll_sideways(visitor: Visitor, width: int, address: str) -> None:
    """Down to 320 pixels, calendar, cards and drawing wrap or give way."""
    visitor.page.goto(address)
    visitor.page.wait_for_load_state()
    assert visitor.page.evaluate(_OVERFLOW) == 0
    visitor.picture(f"{'-'.join(filter(None, address.split('/')))}-{width}")


@_SCRIPT
@_WIDE
def test_the_transcript_follows_and_jumps(visitor: Visitor) -> None:
    """A time starts the video there without loading the page; what is being said is marked as it plays."""
    page = visitor.page
    page.goto("/recherche?q=Grigny&format=sous-titres")
    page.get_by_role("link", name="0:04", exact=True).click()
    page.wait_for_url("**t=4#t-4")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Regarder à 0:02").click()
    page.wait_for_url("**t=2#t-2")
    visitor.until("Math.abs(document.querySelector('video').currentTime - 2) < 1.5")
    expect(page.locator("article[aria-current]")).to_have_count(1)
    # On its own, the video comes to the last passage, and the mark goes with it.
    page.evaluate("document.querySelector('video').currentTime = 4.5")
    expect(page.locator("#t-4")).to_have_attribute("aria-current", "true")
    expect(page.locator("#t-2")).not_to_have_attribute("aria-current", "true")
    assert page.evaluate("window.stayed") is True
    visitor.window("lecture-replay")


def test_one_searches_in_the_transcript(visitor: Visitor, scripted: bool) -> None:  # noqa: FBT001 - a fixture
    """The words are marked in what is said, and their times lead to them, with or without JavaScript."""
    page = visitor.page
    _open(page, "/recherche?format=sous-titres", "Replay du webinaire")
    page.get_by_role("searchbox", name="Dans la transcription").fill("quartiers")
    page.get_by_role("searchbox", name="Dans la transcription").press("Enter")
    page.wait_for_url("**q=quartiers")
    expect(page.locator("#t-4 mark")).to_have_text("quartiers")
    page.locator(".found").get_by_role("link", name="0:04").click()
    page.wait_for_url(re.compile(r"#t-4$"))
    expect(page.locator("#t-4")).to_be_in_viewport()
    if scripted:
        visitor.until("Math.abs(document.querySelector('video').currentTime - 4) < 1.5")


def test_the_player_leads_to_what_was_found(visitor: Visitor, scripted: bool, width: int) -> None:  # noqa: FBT001
    """Hits before and after, a mark on the time line, a link to share: with a script they follow what is played."""
    page = visitor.page
    page.goto("/recherche?q=quartiers+OU+bonjour&format=sous-titres")
    page.get_by_role("link", name="0:04", exact=True).click()
    page.wait_for_url("**t=4#t-4")
    tools = page.locator(".player-tools")
    expect(tools).to_contain_text("2 / 2 trouvés")
    share = tools.get_by_role("link", name="Partager à partir de 0:04")
    expect(share).to_have_attribute("href", re.compile(r"/documents/\w+\?t=4#t-4$"))
    expect(tools.get_by_label("Vitesse")).to_be_visible(visible=scripted)
    assert page.locator(".time-line a").count() == 2
    tools.get_by_role("link", name="Précédent passage trouvé").click()
    page.wait_for_url(re.compile("t=0#t-0$"))
    if scripted:
        visitor.until("document.querySelector('video').currentTime < 1.5")
        page.evaluate("document.querySelector('video').pause()")
        tools.get_by_label("Vitesse").select_option("1.5")
        assert page.evaluate("document.querySelector('video').playbackRate") == 1.5
        page.evaluate("document.querySelector('video').currentTime = 2.6")
        expect(tools.get_by_role("link", name="Partager à partir de 0:02")).to_be_visible()
        expect(tools).to_contain_text("1 / 2 trouvés")
        assert page.evaluate(_OVERFLOW) == 0
        visitor.window(f"lecteur-{width}")


@_SCRIPT
def test_a_slide_fills_the_screen(visitor: Visitor, width: int) -> None:
    """Arrows go on at once, the focus stays in; Escape, the button or the way back lead to the slide that one saw."""
    page = visitor.page
    page.goto("/recherche?q=non-recours&format=pptx")
    page.locator(".excerpts a", has_text="Diapositive 1").first.click()
    page.locator("#diapositive-1").get_by_role("link", name="Plein écran").click()
    alone = page.get_by_role("dialog", name="Diapositive 1 sur 3")
    expect(alone.locator("rect")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("dialog", name="Diapositive 2 sur 3")).to_be_focused()
    page.get_by_role("dialog").get_by_role("link", name="Suivante").click()
    expect(page.get_by_role("dialog", name="Diapositive 3 sur 3")).to_be_visible()
    page.keyboard.press("ArrowRight")
    visitor.window(f"plein-ecran-{width}")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#diapositive-3").get_by_role("link", name="Plein écran")).to_be_focused()
    expect(page.locator("#diapositive-3")).to_be_in_viewport()
    address = page.url
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Fermer").wait_for()
    page.go_back()
    expect(page.locator("dialog.full-screen")).to_have_count(0)
    expect(page.locator("#diapositive-3").get_by_role("link", name="Plein écran")).to_be_focused()
    assert page.url == address
    # Once one is back, arrows belong to the page again.
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#diapositive-2")).to_be_focused()


@_NO_SCRIPT
def test_a_slide_alone_has_its_page(visitor: Visitor) -> None:
    """Without JavaScript, links lead from slide to slide, and back to the document."""
    page = visitor.page
    page.goto("/recherche?q=non-recours&format=pptx")
    page.locator(".excerpts a", has_text="Diapositive 1").first.click()
    page.locator("#diapositive-1").get_by_role("link", name="Plein écran").click()
    page.wait_for_url("**/endroits/diapositive-1?q=non-recours")
    page.get_by_role("link", name="Suivante").click()
    page.wait_for_url("**/endroits/diapositive-2?q=non-recours")
    page.get_by_role("link", name="Aller vers les personnes").click()
    page.wait_for_url("**?q=non-recours#diapositive-2")
    expect(page.get_by_text("Copier le texte").first).to_be_hidden()


@_SCRIPT
@_WIDE
def test_a_slide_is_copied_and_shared(visitor: Visitor) -> None:
    """Its text, or a link to it without the words that were searched."""
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _open(page, "/recherche?q=non-recours&format=pptx", "Aller vers les personnes éloignées de leurs droits")
    slide = page.locator("#diapositive-2")
    slide.get_by_role("button", name="Copier le texte").click()
    expect(slide.get_by_role("status").get_by_text("Copié.", exact=True)).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Le bus des droits de Grigny")
    slide.get_by_role("link", name="Partager cet endroit").click()
    expect(slide.get_by_text("Lien copié.")).to_be_visible()
    assert re.search(r"/documents/\w+#diapositive-2$", page.evaluate("navigator.clipboard.readText()"))


@_SCRIPT
@_WIDE
def test_the_reference_is_copied(visitor: Visitor) -> None:
    """One press copies it, and says so."""
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _open(page, "/recherche?q=non-recours&format=pptx", "Aller vers les personnes éloignées de leurs droits")
    page.get_by_role("button", name="Copier la référence").click()
    expect(page.get_by_role("status").get_by_text("Copié.")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".reference").inner_text()
    assert copied.startswith("«\u00a0Aller vers les personnes éloignées de leurs droits\u00a0» [diaporama]. Webinaire")
