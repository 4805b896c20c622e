"""Data in pages, which the policy of content leaves alone because no browser runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.webapp.small_library import MARKUP, OUTREACH, SLIDES

if TYPE_CHECKING:
    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.browser

_LISTEN = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""
_DATA = "JSON.parse(document.querySelector(\"script[type='application/ld+json']\").textContent)"
_RUN = """(() => {
  const script = document.createElement("script");
  script.textContent = "window.run = true";
  document.head.append(script);
})()"""


@pytest.mark.parametrize("scripted", [True], indirect=True)
@pytest.mark.parametrize("width", [1280], indirect=True)
def test_data_in_a_page_violate_no_policy(visitor: Visitor, library: SmallLibrary) -> None:
    """Chromium reads the block and refuses nothing; a script in its place would be refused, and seen to be."""
    visitor.page.add_init_script(_LISTEN)
    documents = [f"/documents/{library.ids[path]}" for path in (SLIDES, MARKUP)]
    for address in (*documents, f"/rendez-vous/{OUTREACH.id}"):
        visitor.page.goto(address)
        assert visitor.page.evaluate(_DATA)["url"].endswith(address)
        assert visitor.page.evaluate("window.refused") == []
    assert visitor.complaints == []
    visitor.page.evaluate(_RUN)
    visitor.until("window.refused.length")
    assert visitor.page.evaluate("window.run") is None
    # What was done on purpose is no complaint.
    visitor.complaints.clear()
