"""Asking with help: suggestions as one types, synonyms and corrections told, places within each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Request, Route

    from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_SCRIPT = pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
_WIDE = pytest.mark.parametrize("width", [1280], indirect=True, ids=["wide"])


def _field(page: Page) -> Locator:
    return page.get_by_label("Chercher dans les documents")


def _typed(page: Page, text: str) -> Locator:
    """The options that come for a text."""
    _field(page).press_sequentially(text)
    options = page.get_by_role("option")
    options.first.wait_for()
    return options


@_SCRIPT
def test_a_suggestion_is_chosen_with_the_keyboard(visitor: Visitor, width: int) -> None:
    """Down and up go through the options and back to what was typed; Enter takes one: a title opens its document."""
    page = visitor.page
    page.goto("/")
    options = _typed(page, "aller")
    field = page.get_by_role("combobox", expanded=True)
    assert page.evaluate(_OVERFLOW) == 0
    field.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    assert chosen.get_attribute("id") == field.get_attribute("aria-activedescendant")
    assert chosen.inner_text() == options.first.inner_text()
    visitor.window(f"suggestions-{width}")
    field.press("ArrowUp")
    expect(chosen).to_have_count(0)
    expect(field).to_have_value("aller")
    for _ in range(1 + _place(options, "Aller vers les personnes éloignées de leurs droits document")):
        field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**/documents/*")


def _place(options: Locator, text: str) -> int:
    return [" ".join(each.split()) for each in options.all_inner_texts()].index(text)


@_SCRIPT
@_WIDE
def test_escape_closes_and_leaves_what_was_typed(visitor: Visitor) -> None:
    """One who wants no help says so with one key, and Enter then asks what is in the field."""
    page = visitor.page
    page.goto("/recherche?q=grigny&format=pptx")
    _field(page).fill("")
    _typed(page, "rendez").first.wait_for()
    _field(page).press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(page.get_by_role("combobox", name="Chercher dans les documents", expanded=False)).to_have_value("rendez")
    _field(page).press("Enter")
    page.wait_for_url("**/recherche?q=rendez&*")


@_SCRIPT
@_WIDE
def test_a_suggested_word_is_searched_within_the_filters(visitor: Visitor) -> None:
    """A click on a word asks it as if it had been typed: the filters in force stay."""
    page = visitor.page
    page.goto("/recherche?format=docx")
    _typed(page, "financem")
    page.get_by_role("option", name="Financements", exact=True).click()
    page.wait_for_url("**/recherche?q=Financements&format=docx")


@_SCRIPT
@_WIDE
def test_recent_searches_stay_in_the_browser(visitor: Visitor) -> None:
    """An empty field offers what was searched there before, the latest first; one gesture erases it all."""
    page = visitor.page
    for words in ("droits", "non-recours", "droits"):
        page.goto(f"/recherche?q={words}")
    page.goto("/")
    page.get_by_label("Chercher dans les documents").click()
    options = page.get_by_role("option")
    expect(options).to_have_text(["droits", "non-recours", "Effacer mes recherches récentes"])
    visitor.window("recherches-recentes")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=non-recours")
    page.goto("/")
    page.get_by_label("Chercher dans les documents").click()
    page.get_by_role("option", name="Effacer mes recherches récentes").click()
    expect(page.get_by_role("listbox")).to_have_count(0)
    page.get_by_label("Chercher dans les documents").click()
    expect(page.get_by_role("listbox")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


@_SCRIPT
@_WIDE
def test_results_come_as_one_types(visitor: Visitor) -> None:
    """After a pause the list answers what stands in the field, within the filters; the field keeps the focus.

    How many there are is said once, the address can be shared, and the way back leads to where one was before.
    """
    page = visitor.page
    page.goto("/")
    page.goto("/recherche?format=docx&format=pptx")
    _field(page).press_sequentially("bus des droits")
    expect(page.locator("[data-extent]")).to_have_text("1\u00a0document")
    expect(page.get_by_role("status").get_by_text("1\u00a0document", exact=True)).to_have_count(1)
    expect(_field(page)).to_be_focused()
    expect(_field(page)).to_have_value("bus des droits")
    expect(page).to_have_title("«\u00a0bus des droits\u00a0»\u00a0: 1\u00a0document – Ruche")
    assert page.url.endswith("/recherche?format=docx&format=pptx&q=bus+des+droits") or "q=bus+des+droits" in page.url
    expect(page.get_by_role("link", name="Retirer le filtre Format : Diaporama")).to_have_count(1)
    page.go_back()
    expect(page).to_have_url("/")


@_SCRIPT
@_WIDE
def test_a_word_that_is_not_finished_empties_no_list(visitor: Visitor) -> None:
    """The list stays, and says of what it is, until there is something to show or one comes back to its words."""
    page = visitor.page
    page.goto("/recherche?q=financements")
    extent, cards = page.locator("[data-extent]"), page.locator(".card")
    before = extent.inner_text()
    _field(page).fill("zzz")
    expect(extent).to_contain_text(
        "Aucun document pour «\u00a0zzz\u00a0». Voici encore ceux de «\u00a0financements\u00a0»"
    )
    expect(cards).to_have_count(10)
    assert "q=financements" in page.url
    _field(page).fill("financements")
    expect(extent).to_have_text(before)
    _field(page).fill("grigny")
    expect(extent).not_to_contain_text("Aucun")
    expect(extent).not_to_have_text(before)


@_SCRIPT
@_WIDE
def test_what_is_typed_later_is_what_is_shown(visitor: Visitor) -> None:
    """An answer that comes late is called off by what was typed meanwhile; one letter asks nothing."""
    page, asked = visitor.page, []
    page.on("request", lambda request: asked.append(request.url) if "frappe=1" in request.url else None)
    page.goto("/recherche")

    def delay(route: Route) -> None:
        page.wait_for_timeout(1_500)
        route.continue_()

    page.route("**/recherche?*q=grigny*", delay)
    _field(page).press_sequentially("grigny")
    with page.expect_request("**/recherche?*q=grigny*"):
        pass
    _field(page).fill("financements")
    expect(page.locator("[data-extent]")).to_contain_text("12\u00a0documents")
    page.wait_for_timeout(1_500)
    expect(page.locator("[data-extent]")).to_contain_text("12\u00a0documents")
    assert "financements" in page.url
    before = len(asked)
    _field(page).fill("f")
    page.wait_for_timeout(800)
    assert len(asked) == before


@_SCRIPT
@pytest.mark.parametrize("width", [390], indirect=True, ids=["phone"])
def test_filters_of_a_phone_are_a_panel(visitor: Visitor) -> None:
    """It covers the page, which cannot be reached meanwhile; its button says what it shows; Escape closes it."""
    page = visitor.page
    page.goto("/recherche")
    page.get_by_text("Filtrer", exact=True).click()
    panel = page.locator(".filters-fold")
    button = panel.get_by_role("button", name="Voir les 17 documents")
    expect(button).to_be_in_viewport()
    box = panel.bounding_box()
    assert box
    assert (box["x"], box["y"], box["width"]) == (0, 0, 390)
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('.filters-fold')"
        )
    page.get_by_role("checkbox", name="Diaporama").locator("xpath=following-sibling::label").click()
    panel.get_by_role("button", name="Voir le document").wait_for()
    visitor.window("filtres-telephone")
    page.keyboard.press("Escape")
    expect(panel.locator("> summary")).to_be_focused()
    assert page.locator("[inert]").count() == 0
    page.get_by_text("Filtrer", exact=True).click()
    panel.get_by_role("button", name="Voir le document").click()
    page.wait_for_url("**format=pptx*")


@_SCRIPT
@pytest.mark.parametrize("width", [1680], indirect=True, ids=["desktop"])
def test_a_preview_stands_beside_the_list(visitor: Visitor) -> None:
    """The slide of the first result, then of what one points at with the mouse or reaches with the keyboard."""
    page = visitor.page
    page.goto("/recherche?q=non-recours")
    preview = page.get_by_role("complementary", name="Aperçu")
    expect(preview.get_by_role("heading", level=2)).to_be_visible()
    other = page.locator("[data-preview]", has_text="Diapositive 2").first
    other.hover()
    expect(preview.get_by_role("heading", level=2)).to_have_text(
        "Diapositive 2 sur 3\u00a0: Le bus des droits de Grigny"
    )
    page.locator("[data-preview]", has_text="Diapositive 1").first.focus()
    expect(preview.get_by_role("heading", level=2)).to_contain_text("Diapositive 1 sur 3")
    expect(page.locator("[data-preview]", has_text="Diapositive 1").first).to_be_focused()
    preview.get_by_role("link").first.click()
    page.wait_for_url("**#diapositive-1")


@_SCRIPT
@pytest.mark.parametrize("width", [1680], indirect=True, ids=["desktop"])
def test_a_preview_that_comes_late_replaces_nothing(visitor: Visitor) -> None:
    """What one points at last stays, though the answer for what one pointed at before comes after it."""
    page = visitor.page
    page.goto("/recherche?q=non-recours")
    title = page.get_by_role("complementary", name="Aperçu").get_by_role("heading", level=2)
    expect(title).to_be_visible()
    late: list[Route] = []
    page.route("**/endroits/diapositive-2?*", lambda route: late.append(route))  # noqa: PLW0108 - no builtin is taken
    slow, other = (page.locator(f"[data-preview*='diapositive-{number}']").first for number in (2, 1))
    with page.expect_request("**/endroits/diapositive-2?*"):
        slow.focus()
    other.focus()
    expect(title).to_contain_text("Diapositive 1 sur 3")
    with page.expect_event("requestfinished"):
        late[0].continue_()
    # Two frames later the page has done with the answer whatever it makes of it.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(title).to_contain_text("Diapositive 1 sur 3")


@_SCRIPT
@_WIDE
def test_who_comes_back_finds_what_the_list_obeys(visitor: Visitor) -> None:
    """Words typed and boxes ticked since belong to the page that one left, asked for again or kept."""
    page = visitor.page
    page.goto("/recherche?q=financements")
    ticked = page.locator("input[name=format]:checked")
    _field(page).fill("Grigny")
    page.locator("input[name=format] + label").first.click()
    page.wait_for_url("**q=Grigny&format=*")
    expect(ticked).to_have_count(1)
    page.go_back()
    expect(_field(page)).to_have_value("financements")
    expect(ticked).to_have_count(0)
    page.evaluate(
        """() => {
          document.querySelector("[name=format]").checked = true;
          dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
        }"""
    )
    expect(ticked).to_have_count(0)


@_SCRIPT
@_WIDE
def test_keys_of_one_letter(visitor: Visitor) -> None:
    """Slash searches, n and N go through results, a question mark lists them; who types, or wants none, has none."""
    page = visitor.page
    page.goto("/recherche?q=droits")
    results = page.locator(".card h2 a")
    page.keyboard.press("n")
    expect(results.nth(0)).to_be_focused()
    page.keyboard.press("n")
    expect(results.nth(1)).to_be_focused()
    page.keyboard.press("N")
    expect(results.nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(_field(page)).to_be_focused()
    page.keyboard.type("n")
    expect(_field(page)).to_have_value("n")
    results.nth(0).focus()
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Raccourcis clavier")
    visitor.window("raccourcis")
    page.keyboard.press("n")
    expect(help_).to_be_visible()
    help_.get_by_role("checkbox").locator("xpath=following-sibling::label").click()
    page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    page.reload()
    page.keyboard.press("n")
    expect(results.nth(0)).not_to_be_focused()
    page.get_by_role("button", name="Raccourcis clavier").click()
    expect(help_.get_by_role("checkbox")).not_to_be_checked()


@_SCRIPT
@_WIDE
def test_little_is_asked(visitor: Visitor) -> None:
    """One letter asks nothing, a word typed at once asks once, and an answer that comes late changes nothing."""
    page, asked = visitor.page, []

    def note(request: Request) -> None:
        if "/suggestions" in request.url:
            asked.append(request.url)

    page.on("request", note)
    # The page's own time stands still but when told to run: how fast this machine types does not matter.
    page.clock.install()
    page.goto("/")
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    _field(page).press_sequentially("a")
    page.clock.run_for(1_000)
    assert asked == []
    _field(page).press_sequentially("ller")
    page.clock.run_for(1_000)
    page.get_by_role("option").first.wait_for()
    assert [each.rsplit("=")[-1] for each in asked] == ["aller"]
    _field(page).fill("")
    page.clock.run_for(1_000)
    page.get_by_role("option").first.wait_for(state="detached")


@pytest.mark.parametrize("scripted", [False], indirect=True, ids=["no-script"])
@_WIDE
def test_without_script_the_field_is_a_search_field(visitor: Visitor) -> None:
    """Nothing promises suggestions that would never come."""
    visitor.page.goto("/")
    assert visitor.page.get_by_role("searchbox").count() == 1
    assert visitor.page.get_by_role("listbox").count() == 0


def test_exact_words_and_back(visitor: Visitor, width: int, scripted: bool) -> None:  # noqa: FBT001 - a fixture
    """What was added or corrected is said under the title, and undone by one link, with or without JavaScript."""
    page, name = visitor.page, f"{width}{'' if scripted else '-sans-script'}"
    page.goto("/recherche?q=finnancements")
    page.get_by_text("ne se trouve dans aucun document").wait_for()
    visitor.window(f"correction-{name}")
    page.get_by_role("link", name="tel quel").click()
    page.get_by_role("status").get_by_text("Aucun document").wait_for()
    visitor.picture(f"mots-exacts-{name}")
    page.get_by_role("link", name="Chercher aussi les synonymes").click()
    page.get_by_role("status").get_by_text("12 documents").wait_for()


@_SCRIPT
@pytest.mark.parametrize(
    "address",
    [
        "/recherche?q=RSA",
        "/recherche?q=maraude+jeunes+non-recours+question+inconnue",
        "/recherche?rendez-vous=2024-01-25-webinaire&region=ile-de-france",
        "/recherche?q=zanzibar&exact=1",
    ],
)
def test_nothing_new_scrolls_sideways(visitor: Visitor, width: int, address: str) -> None:
    """Down to 320 pixels, announcements, missing words, places and help wrap."""
    page = visitor.page
    page.goto(address)
    if width < 900 and page.get_by_text("Filtrer", exact=True).count():
        page.get_by_text("Filtrer", exact=True).click()
    assert page.evaluate(_OVERFLOW) == 0
    visitor.picture(f"comprendre-{width}-{''.join(filter(str.isalpha, address))}")
