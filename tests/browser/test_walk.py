"""A member's walk: from home to the slide, with a mouse, with a keyboard, with or without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

_WIDE = 900
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def _name(width: int, scripted: bool) -> str:  # noqa: FBT001 - a fixture's value
    return f"{width}{'' if scripted else '-sans-script'}"


def test_from_home_to_the_slide(visitor: Visitor, width: int, scripted: bool) -> None:  # noqa: FBT001 - a fixture
    """Home, a search, a filter, then the slide where the words are: at each step the page says where one is."""
    page, kind = visitor.page, _name(width, scripted)
    page.goto("/")
    visitor.picture(f"accueil-{kind}")
    page.get_by_label("Chercher dans les documents").fill("non-recours")
    page.get_by_role("button", name="Chercher").click()
    # A click does not wait for the page that it leads to; `expect` does.
    expect(page).to_have_title("«\u00a0non-recours\u00a0»\u00a0: 3\u00a0documents – Ruche")
    visitor.picture(f"recherche-{kind}")
    _filter(visitor, width, scripted, "Diaporama")
    page.get_by_role("status").get_by_text("1 document").wait_for()
    expect(page.get_by_role("link", name="Retirer le filtre Format : Diaporama")).to_have_count(1)
    visitor.picture(f"filtre-{kind}")
    page.get_by_role("link", name="Diapositive 2").click()
    expect(page).to_have_url(re.compile(r"\?q=non-recours#diapositive-2$"))
    expect(page.locator("#diapositive-2 mark")).to_have_text("non-recours")
    expect(page.locator("#diapositive-2")).to_be_visible()
    visitor.picture(f"document-{kind}")


def _filter(visitor: Visitor, width: int, scripted: bool, label: str) -> None:  # noqa: FBT001 - a fixture's value
    page = visitor.page
    if width < _WIDE:
        page.get_by_text("Filtrer", exact=True).click()
    box = page.get_by_role("checkbox", name=label)
    if width >= _WIDE and scripted:
        _press(box)
        page.wait_for_url("**format=pptx*")
        expect(box).to_be_focused()
    else:
        _press(box)
        expect(box).to_be_checked()
        # With script, a telephone's panel says what its button shows.
        shows = "Voir le document" if scripted and width < _WIDE else "Appliquer"
        page.get_by_role("button", name=shows).click()


def _press(box: Locator) -> None:
    """Press the label, as people do: it covers its box, whose drawing is its own."""
    box.locator("xpath=following-sibling::label").click()


# Layout is the same without JavaScript, and cannot be measured there.
@pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
@pytest.mark.parametrize(
    "address", ["/", "/recherche", "/recherche?q=zanzibar&theme=rh", "/etat", "/recherche?q=échange+de+données"]
)
def test_no_page_scrolls_sideways(visitor: Visitor, width: int, address: str) -> None:
    """Down to 320 pixels, long French titles and paths wrap."""
    visitor.page.goto(address)
    assert visitor.page.evaluate(_OVERFLOW) == 0
    visitor.picture(f"page-{width}-{''.join(filter(str.isalpha, address)) or 'accueil'}")
    for link in visitor.page.locator(".card h2 a").all()[:1]:
        link.click()
        visitor.page.wait_for_url("**/documents/*")
        # A page measured before its style sheet has come has another width.
        visitor.page.wait_for_load_state()
        assert visitor.page.evaluate(_OVERFLOW) == 0
        visitor.picture(f"long-{width}")


def test_a_replay_starts_where_the_words_are(visitor: Visitor, width: int, scripted: bool) -> None:  # noqa: FBT001
    """A time of the transcript moves the video, at once with JavaScript, by loading the page without."""
    page = visitor.page
    page.goto("/recherche?q=Grigny&format=sous-titres")
    page.get_by_role("link", name="0:04", exact=True).click()
    expect(page.locator("video")).to_have_attribute("src", re.compile("#t=4$"))
    visitor.picture(f"replay-{_name(width, scripted)}")
    page.get_by_role("link", name="Regarder à 0:02").click()
    page.wait_for_url("**t=2#t-2")
    expect(page.locator("#t-2")).to_be_visible()
    if scripted:
        visitor.until("Math.abs(document.querySelector('video').currentTime - 2) < 1.5")
        assert page.locator("track").evaluate("each => each.track.mode") == "showing"


def test_the_keyboard_is_enough(visitor: Visitor) -> None:
    """The first Tab shows a link that leads to the results; focus is always visible."""
    page = visitor.page
    page.goto("/recherche?q=droits")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Aller aux résultats")
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#resultats$"))
    # From there, few steps lead to the first result.
    for _ in range(12):
        page.keyboard.press("Tab")
        expect(page.locator(":focus-visible")).to_have_count(1)
        if page.evaluate("document.activeElement.closest('.card') !== null"):
            break
    assert page.evaluate("document.activeElement.closest('.card') !== null")
