"""Answers made of quotations in a browser: with script they come one by one, without it as a page."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.composition import create_app
from tests.model_server import Answer, ModelServer, quote_as_json, serve_model, stream_chat
from tests.webapp.http_server import served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.conftest import Visitor
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.browser

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BUS, RSA = "Trois arrêts par semaine, deux agents", "Un tiers des personnes éligibles ne demande pas le RSA."


@pytest.fixture(scope="module")
def service() -> Iterator[ModelServer]:
    """The service of models; it waits in the middle of an answer while a test holds it."""
    with serve_model() as served_model:
        yield served_model


@pytest.fixture(scope="module")
def site(library: SmallLibrary, service: ModelServer) -> Iterator[str]:
    """The address of an application with an assistant."""
    settings = library.settings.model_copy(update={"assistant": service.address, "assistant_model": "petit-modele"})
    with served(create_app(settings)) as address:
        yield address


def _quote_both(hold: threading.Event | None) -> Any:
    def respond(sent: dict[str, Any]) -> Answer:
        given = json.loads(sent["messages"][1]["content"])["passages"]
        numbers = {words: each["numero"] for each in given for words in (BUS, RSA) if words in each["texte"]}
        first, rest = quote_as_json((numbers[BUS], BUS))[:-2], quote_as_json((1, "Inventé par lui"), (1, RSA))
        content = f"{first}, {rest.partition('[')[2]}"
        # The first quotation is in the first half of the body.
        return stream_chat(content + " " * 7 * (len(content) // 7), hold=hold)

    return respond


def test_one_asks_and_reads(visitor: Visitor, service: ModelServer, width: int) -> None:
    """A sentence is shown while the model goes on; the end says what was left out; a link opens the slide."""
    page, hold = visitor.page, threading.Event()
    service.respond = _quote_both(hold if visitor.scripted else None)
    page.goto("/recherche?q=bus+des+droits+RSA")
    assert page.evaluate(_OVERFLOW) == 0
    page.get_by_role("button", name="Répondre par des citations").press("Enter")
    quotes = page.locator(".assistant blockquote, .assistant-answer blockquote")
    if visitor.scripted:
        expect(quotes).to_have_text([f"{BUS}, un accueil sans rendez-vous."])
        expect(page.get_by_text("Des phrases sont cherchées dans les documents…")).to_be_visible()
        hold.set()
        expect(page.get_by_role("status").filter(has_text="2 phrases trouvées.")).to_be_visible()
    expect(quotes).to_have_text([f"{BUS}, un accueil sans rendez-vous.", RSA])
    expect(page.get_by_text("1 phrase écartée")).to_be_visible()
    assert page.evaluate(_OVERFLOW) == 0
    if visitor.scripted:
        assert Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).violations_count == 0
    visitor.picture(f"citations-{width}-{'script' if visitor.scripted else 'page'}")
    page.get_by_role("link", name="diapositive 2").first.click()
    page.wait_for_url("**/documents/*#diapositive-2")


@pytest.mark.parametrize("scripted", [True], indirect=True, ids=["script"])
@pytest.mark.parametrize("width", [1280], indirect=True, ids=["wide"])
def test_a_service_that_is_down_is_told(visitor: Visitor, service: ModelServer, library: SmallLibrary) -> None:
    """The page stays, says what happened, and the button may be pressed again."""
    page = visitor.page
    service.respond = lambda _: Answer(401)
    document = next(each for path, each in library.ids.items() if path.endswith(".pptx"))
    page.goto(f"/documents/{document}")
    button = page.get_by_role("button", name="Résumer par des citations")
    button.click()
    expect(page.get_by_text("L’assistant n’a pas répondu")).to_be_visible()
    service.respond = lambda _: stream_chat(quote_as_json((1, RSA)))
    button.click()
    expect(page.locator(".assistant blockquote")).to_have_text([RSA])
    expect(page.get_by_text("L’assistant n’a pas répondu")).to_have_count(0)
    visitor.picture("resume")
