"""The page of the API: its forms are tried with and without JavaScript."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.webapp.small_library import SLIDES

if TYPE_CHECKING:
    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.browser


def _tried(visitor: Visitor, operation: str, field: str, value: str) -> str:
    """The answer that a form of the page leads to, the other fields left empty."""
    page = visitor.page
    page.goto("/api")
    place = page.locator(f"#{operation}")
    place.locator("summary").click()
    place.locator(f"input[name={field}]").fill(value)
    place.get_by_role("button").click()
    if visitor.scripted:
        answer = place.get_by_role("region", name="Réponse")
        expect(answer).to_contain_text("200")
        return (answer.text_content() or "").removeprefix("200")
    page.wait_for_url("**/api/v1/**")
    return page.locator("pre").text_content() or ""


def test_a_search_is_tried(visitor: Visitor, library: SmallLibrary) -> None:
    """What is left empty is not asked, and the answer is the API's own."""
    answer = json.loads(_tried(visitor, "get_search", "q", "non-recours"))
    assert answer["query"] == "non-recours"
    assert library.ids[SLIDES] in {each["id"] for each in answer["results"]}


def test_a_document_is_tried(visitor: Visitor, library: SmallLibrary) -> None:
    """What stands in the address goes there."""
    id_ = library.ids[SLIDES]
    assert json.loads(_tried(visitor, "get_documents_document_id", "document_id", id_))["paths"] == [SLIDES]
