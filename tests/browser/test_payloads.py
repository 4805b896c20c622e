"""What documents try, in a real browser: nothing of it runs, and the policy of content has nothing to refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.composition import create_app
from tests.webapp.http_server import served
from tests.webapp.payloads import PAYLOADS, addresses, hostile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.browser

_LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
window.addEventListener("DOMContentLoaded", () => {
  for (const each of document.querySelectorAll("a, button, input, summary")) each.dispatchEvent(new Event("focus"));
});
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A library full of payloads."""
    return hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def site(library: SmallLibrary) -> Iterator[str]:
    """The service over it."""
    with served(create_app(library.settings)) as address:
        yield address


@pytest.mark.parametrize("scripted", [True], indirect=True)
@pytest.mark.parametrize("width", [1280], indirect=True)
def test_nothing_that_documents_hold_runs(visitor: Visitor, library: SmallLibrary) -> None:
    """On every page that speaks of them: no script ran, none was refused, nothing was asked of another host."""
    visitor.page.add_init_script(_LISTEN)
    for address in addresses(library):
        visitor.page.goto(address)
        assert visitor.page.evaluate("[window.taken, window.refused]") == [None, []], address
        assert visitor.page.query_selector("#pris, img[src=x]") is None, address
    assert visitor.complaints == []


@pytest.mark.parametrize("scripted", [True], indirect=True)
@pytest.mark.parametrize("width", [1280], indirect=True)
def test_suggestions_are_text_too(visitor: Visitor) -> None:
    """What a page's own script puts into the page as one types is text."""
    visitor.page.add_init_script(_LISTEN)
    visitor.page.goto("/recherche")
    for typed in ("<script>", "<img src=x", PAYLOADS["attribute"]):
        visitor.page.locator("main input[name=q]").first.fill(typed)
        visitor.page.wait_for_timeout(300)
        assert visitor.page.evaluate("[window.taken, window.refused]") == [None, []], typed
    assert visitor.complaints == []
