"""What pages cost and how far a person goes for a place: bytes, shifts, actions, Tabs; nothing of it is a timing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from benchmarks.bench_visits import list_pages, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

_SCRIPT = pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
_WIDE = pytest.mark.parametrize("width", [1280], indirect=True, ids=["wide"])
_MOST_BYTES, _MOST_SHIFT, _MOST_TABS = 200_000, 0.02, 12


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_pages_are_light_and_stay_where_they_are(browser: Browser, site: str, size: tuple[int, int]) -> None:
    """A first visit sends 200 KB at most and shifts by 0.02 at most; a second one sends less."""
    pages = list_pages(browser.new_page(), site)
    assert {"home", "results", "slide", "minute"} <= pages.keys()
    found = {}
    for name, address in pages.items():
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        first, second = visit(context, address), visit(context, address)
        context.close()
        found[name] = first
        assert second.size < first.size, name
        assert second.requests <= first.requests, name
    assert {name: each.size for name, each in found.items() if each.size > _MOST_BYTES} == {}
    assert {name: each.shift for name, each in found.items() if each.shift > _MOST_SHIFT} == {}


@_WIDE
def test_a_replay_has_its_places_before_its_transcript_has_come(visitor: Visitor) -> None:
    """A page is drawn while it comes: what stands above does not move when the last of it arrives."""
    visitor.page.goto("/recherche?q=aller vers&format=sous-titres")
    visitor.page.locator(".excerpts a").first.click()
    visitor.page.locator(".replay-about").wait_for()
    whole, partial = visitor.page.evaluate(
        """() => {
          const place = () => JSON.stringify(document.querySelector(".replay-about").getBoundingClientRect());
          const whole = place();
          document.querySelector(".transcript").remove();
          return [whole, place()];
        }"""
    )
    assert whole.split("height")[0] == partial.split("height")[0]


@_SCRIPT
@_WIDE
def test_a_slide_is_two_actions_from_home(visitor: Visitor) -> None:
    """Enter, and a click on the slide: it is in sight, its words marked, with nothing else to do."""
    page = visitor.page
    page.goto("/")
    page.get_by_label("Chercher dans les documents").fill("bus des droits")
    page.keyboard.press("Enter")
    page.locator(".excerpts a", has_text="Diapositive 2").first.click()
    expect(page.locator("#diapositive-2 mark").first).to_be_in_viewport()


@_SCRIPT
@pytest.mark.parametrize("width", [390], indirect=True, ids=["phone"])
def test_a_minute_is_three_actions_from_the_home_of_a_phone(visitor: Visitor) -> None:
    """Enter, a touch on the time: the video stands at that second, what is said then is in sight, and play is left."""
    page = visitor.page
    page.goto("/")
    page.get_by_label("Chercher dans les documents").fill("Grigny sillonne")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="0:04", exact=True).first.click()
    page.wait_for_url("**t=4#t-4")
    expect(page.locator("#t-4 mark").first).to_be_in_viewport()
    visitor.until("Math.abs(document.querySelector('video').currentTime - 4) < 0.5")
    expect(page.locator("video")).to_be_in_viewport()


@_SCRIPT
@_WIDE
@pytest.mark.parametrize("words", ["droits", "Grigny", "évaluation"])
def test_the_first_result_is_near_for_the_keyboard(visitor: Visitor, words: str) -> None:
    """By the skip link, and cards of what the question names are passed by too."""
    page = visitor.page
    page.goto(f"/recherche?q={words}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert 1 + _count_tabs(page) <= _MOST_TABS


def _count_tabs(page: Page) -> int:
    for count in range(1, 60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.card') !== null"):
            return count
    return 60
