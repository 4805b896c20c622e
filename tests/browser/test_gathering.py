"""A member gathers what they found, follows a theme and says that a document was useful, with or without JavaScript."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docx import Document
from playwright.sync_api import expect

from tests.composition import create_app
from tests.webapp.http_server import served
from tests.webapp.small_library import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_WIDE = pytest.mark.parametrize("width", [1280], indirect=True, ids=["wide"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site of these tests alone, which keep things in it."""
    with served(create_app(build(tmp_path_factory.mktemp("gathering")).settings)) as address:
        yield address


def test_five_results_become_a_dossier_and_a_word_file(visitor: Visitor, scripted: bool) -> None:  # noqa: FBT001 - a fixture
    """From results to the file, three gestures a document; what was taken out comes back; nothing overflows."""
    page = visitor.page
    for rank in range(5):
        page.goto("/recherche?q=financements")
        page.get_by_role("link", name=re.compile("^Ajouter à un dossier")).nth(rank).click()
        if not rank:
            page.get_by_label("Titre du dossier").fill("Financements")
        page.get_by_role("button", name="Ajouter", exact=True).click()
        expect(page.get_by_role("status").first).to_contain_text("Ajouté au dossier")
    page.goto("/dossiers")
    page.get_by_role("main").get_by_role("link", name="Financements").click()
    expect(page.locator(".dossier-item")).to_have_count(5)
    page.get_by_role("button", name=re.compile("^Retirer")).first.click()
    expect(page.locator(".dossier-item")).to_have_count(4)
    page.get_by_role("button", name=re.compile("^Annuler")).click()
    expect(page.locator(".dossier-item")).to_have_count(5)
    if scripted:
        assert page.evaluate(_OVERFLOW) == 0
    with page.expect_download() as download:
        page.get_by_role("link", name="Word").click()
    written = Document(BytesIO(Path(download.value.path()).read_bytes()))
    assert sum(bool(each.style and each.style.name == "Heading 1") for each in written.paragraphs) == 5


@_WIDE
def test_a_theme_is_followed_and_a_document_is_useful(visitor: Visitor) -> None:
    """One press each; the page of what one follows has it, and the button of an opinion stays pressed."""
    page = visitor.page
    page.goto("/themes/aller-vers")
    page.get_by_role("button", name="Suivre ce thème").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thème\u00a0: Aller-vers")
    page.goto("/suivis")
    page.get_by_role("main").get_by_role("link", name=re.compile("personnes éloignées|Replay")).first.click()
    page.get_by_role("button", name=re.compile("^Oui")).click()
    expect(page.get_by_role("button", name=re.compile("^Oui"))).to_have_attribute("aria-pressed", "true")
