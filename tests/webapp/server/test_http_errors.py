"""Errors, told to people and to tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from index.catalogue.quotas import Quota
from index.catalogue.saved_searches import SavedSearchRow
from tests.composition import create_app
from tests.webapp.accounts import send
from tests.webapp.page_parser import read

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


@pytest.fixture
def broken(library: SmallLibrary) -> Flask:
    """An application with a page that breaks down."""
    app = create_app(library.settings)

    def break_down() -> NoReturn:
        raise ZeroDivisionError("mot de passe secret")

    app.add_url_rule("/panne", view_func=break_down)
    app.add_url_rule("/api/v1/panne", "api_breakdown", break_down)
    return app


def test_a_page_that_does_not_exist_says_what_to_do(client: FlaskClient) -> None:
    """A lost visitor reads French, and has somewhere to go."""
    answer = client.get("/nulle-part")
    assert answer.status_code == 404
    page = read(answer.text)
    assert page.texts("h1") == ["Page introuvable"]
    assert page.all("a", class_="fr-btn", href="/")


def test_a_breakdown_tells_nothing_of_the_inside(broken: Flask) -> None:
    """People read that it is not their fault; what broke is for the log alone."""
    answer = broken.test_client().get("/panne")
    assert answer.status_code == 500
    assert "Le service a rencontré une panne" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_breakdown_of_the_api_is_a_problem(broken: Flask) -> None:
    """Tools are told in JSON."""
    answer = broken.test_client().get("/api/v1/panne")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")


def test_a_request_too_long_is_explained(client: FlaskClient) -> None:
    """Nothing is sent to this service but questions: a large body is refused."""
    answer = client.post("/recherche", data=b"x" * 100_000)
    assert answer.status_code in {405, 413}


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/animation/documents/annulation", "/animation/documents"),
        ("/animation/recherches-sans-resultat/oubli", "/animation/recherches-sans-resultat"),
    ],
)
def test_the_address_of_a_form_leads_to_its_page(client: FlaskClient, address: str, page: str) -> None:
    """Reloaded or kept as a bookmark, it shows the page above it; tools are still told that it takes no GET."""
    answer = client.get(f"{address}?x=1")
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert client.get("/api/v1/deposits").status_code == 405


def test_the_address_that_keeps_a_search_leads_to_what_one_follows(client: FlaskClient) -> None:
    """The form stands on pages of results, so that no address above it shows what was kept."""
    assert client.get("/recherches").location.endswith("/suivis")


def test_a_quota_is_told_in_words(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has as many of a thing as may be is told so, and what to do; nothing breaks down."""
    monkeypatch.setattr(SavedSearchRow, "quota", Quota("recherches gardées", 0))
    answer = send(client, "/recherches", q="droits", nom="Droits")
    assert answer.status_code == 409
    assert "recherches gardées, le plus que le service en garde" in answer.text
