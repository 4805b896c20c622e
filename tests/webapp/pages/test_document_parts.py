"""Long documents come in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from index.model.documents import Locator, Passage, Unit
from index.query.syntax import Everything
from tests.composition import create_app
from tests.webapp.conftest import WholeClient
from tests.webapp.page_parser import read
from tests.webapp.small_library import Entry, build
from webapp.pages.document_parts import build_parts, find_window

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

GUIDE, NOVEL = "outils/Guide.pdf", "outils/Long.txt"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A guide of 45 pages, the last of which tells of the bus."""
    pages = tuple(
        Passage(at, Locator(Unit.PAGE, at + 1), "Le bus des droits." if at == 44 else "Une page.") for at in range(45)
    )
    return build(tmp_path_factory.mktemp("long"), more=[Entry(GUIDE, "pdf", "Guide", pages)])


@pytest.fixture(scope="module")
def client(library: SmallLibrary) -> FlaskClient:
    """Someone who asks the application over it."""
    app = create_app(library.settings)
    app.test_client_class = WholeClient
    return app.test_client()


def _shown(client: FlaskClient, address: str) -> list[str]:
    return [each.attributes["id"] or "" for each in read(client.get(address).text).all("article")]


def test_the_part_that_is_asked_for_is_shown(client: FlaskClient, library: SmallLibrary) -> None:
    """The first pages without any wish; those around the place that an address names; the beginning when it is gone."""
    address = f"/documents/{library.ids[GUIDE]}"
    first = [f"page-{number}" for number in range(1, 21)]
    assert _shown(client, address) == first
    assert _shown(client, f"{address}?lieu=page-37") == [f"page-{number}" for number in range(21, 41)]
    assert _shown(client, f"{address}?lieu=page-99") == first


def test_parts_follow_each_other(client: FlaskClient, library: SmallLibrary) -> None:
    """From the last page shown one goes to the next, which is on another part; so does what was found there."""
    address = f"/documents/{library.ids[GUIDE]}"
    page = read(client.get(f"{address}?q=bus").text)
    assert page.all("a", rel="next", href=f"{address}?lieu=partie-21&q=bus#page-21")
    assert page.all("a", href=f"{address}?lieu=partie-45&q=bus#page-45")
    assert "page-45" in _shown(client, f"{address}?lieu=partie-45&q=bus")
    last = read(client.get(f"{address}?lieu=page-45").text)
    assert last.all("a", rel="prev", href=f"{address}?lieu=partie-40#page-40")
    assert not last.all("a", rel="next", href=f"{address}?lieu=partie-46#page-46")


def test_results_lead_to_the_part_that_holds_them(client: FlaskClient, library: SmallLibrary) -> None:
    """An excerpt of page 45 opens the document where page 45 is."""
    page = read(client.get("/recherche?q=bus des droits&format=pdf").text)
    assert page.all("a", href=f"/documents/{library.ids[GUIDE]}?q=bus+des+droits&lieu=page-45#page-45")


def test_a_text_without_headings_comes_in_parts_too() -> None:
    """One section of a megabyte is cut, no anchor stands twice on a page, and nothing is lost."""
    passages = [Passage(at, Locator(Unit.HEADING, 1), f"{at} " + "mot " * 250) for at in range(1_000)]
    read_ = build_parts(passages, Everything())
    seen, place = [], 0
    while place < len(read_):
        shown = find_window(read_, f"partie-{place + 1}", 0)
        anchors = [part.locator.anchor for part in shown.shown]
        assert len(anchors) == len(set(anchors))
        assert sum(part.size for part in shown.shown) < 80_000
        seen += [text.text for part in shown.shown for each in part.paragraphs for text in each.text]
        place = shown.end
    assert "".join(seen).count("mot") == 250_000
