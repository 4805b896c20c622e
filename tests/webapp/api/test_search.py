"""The API: what the pages tell, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.webapp.small_library import SLIDES

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_a_search_gives_what_the_page_gives(client: FlaskClient, library: SmallLibrary) -> None:
    """Results carry their best passages, with where the found words are and the address of their place."""
    answer = client.get("/api/v1/search?q=non-recours&format=pptx").get_json()
    assert (answer["total"], answer["page"], answer["pages"]) == (1, 1, 1)
    assert answer["preparing"] is False
    (result,) = answer["results"]
    assert result["id"] == library.ids[SLIDES]
    assert result["event"] == {
        "id": "2024-01-25-webinaire",
        "type": "webinaire",
        "title": "L’aller vers",
        "date": "2024-01-25",
    }
    passage = result["passages"][0]
    assert passage["url"] == f"http://localhost/documents/{library.ids[SLIDES]}?q=non-recours#diapositive-1"
    assert [passage["text"][start:end] for start, end in passage["highlights"]] == ["non-recours"]
    assert passage["locator"]["label"] == "diapositive 1"
    assert {"value": "pptx", "label": "Diaporama", "count": 1, "selected": True} in answer["facets"]["format"]


def test_pages_of_results_are_linked(client: FlaskClient) -> None:
    """A tool follows `next` to the end, and comes back by `previous`."""
    first = client.get("/api/v1/search?q=financements&par_page=5").get_json()
    second = client.get(first["next"]).get_json()
    third = client.get(second["next"]).get_json()
    assert [len(each["results"]) for each in (first, second, third)] == [5, 5, 2]
    assert first["previous"] is None
    assert third["next"] is None
    assert client.get(second["previous"]).get_json() == first


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=2", "page"),
        ("par_page=" + "9" * 5_000, "par_page"),
        ("par_page=deux", "par_page"),
        ("par_page=²", "par_page"),
        ("explication=oui", "explication"),
        ("q=" + "a" * 1_001, "q"),
        ("par_page=1000", "par_page"),
        ("tri=alphabet", "tri"),
        ("themes=rh", "themes"),
    ],
)
def test_a_mistake_is_told(client: FlaskClient, query: str, name: str) -> None:
    """A parameter that does not exist or does not fit is refused, by its name."""
    answer = client.get(f"/api/v1/search?{query}")
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json(force=True)
    assert f"«\u00a0{name}\u00a0»" in problem["detail"]
    assert problem["type"] == "/api#probleme-parametre-refuse"
    assert [each["parameter"] for each in problem["errors"]] == [name]


@pytest.mark.parametrize("address", ["/api/v1/documents/inconnu", "/api/v2/search", "/api/v1/documents/%00"])
def test_what_does_not_exist_is_a_problem_not_a_page(client: FlaskClient, address: str) -> None:
    """Tools read JSON, errors included."""
    answer = client.get(address)
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json(force=True)
    assert (problem["status"], problem["title"]) == (404, "Introuvable")
    assert problem["type"] == "/api#probleme-introuvable"


def test_a_facet_value_that_no_document_has_finds_nothing(client: FlaskClient) -> None:
    """It is not a mistake: the vocabulary changes, and so do documents."""
    assert client.get("/api/v1/search?theme=nulle-part").get_json()["total"] == 0


def test_pages_are_told_in_headers_too(client: FlaskClient) -> None:
    """A tool that knows RFC 8288 needs not read the answer to turn pages."""
    first = client.get("/api/v1/search?q=financements&par_page=5")
    assert first.headers["Link"] == f'<{first.get_json()["next"]}>; rel="next"'
    second = client.get(first.get_json()["next"])
    assert 'rel="next"' in second.headers["Link"]
    assert 'rel="prev"' in second.headers["Link"]


@pytest.mark.parametrize("cursor", ["zzz", "MA", "WzBd", "WzEwMDAxXQ", "WyJhIl0"])
def test_a_cursor_that_leads_nowhere_is_told(client: FlaskClient, cursor: str) -> None:
    """One of another list, or made up, is gone: the tool begins again."""
    answer = client.get(f"/api/v1/search?curseur={cursor}")
    assert answer.status_code == 410
    assert answer.get_json(force=True)["type"] == "/api#probleme-curseur-perime"


def test_a_question_is_explained_on_demand(client: FlaskClient) -> None:
    """Which words are looked for, which of them stand for what was typed, and what counts beside them."""
    assert client.get("/api/v1/search?q=RSA").get_json()["explanation"] is None
    explained = client.get("/api/v1/search?q=RSA%20SAUF%20grigny&explication=1").get_json()["explanation"]
    assert explained["understood"]["kind"] == "tous"
    assert [each["kind"] for each in explained["understood"]["parts"]] == ["un", "sauf"]
    assert explained["boost_recent"] == 0.1
