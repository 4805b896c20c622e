"""The API: what the pages tell, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.webapp.small_library import LONG_PAGE, SLIDES

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


def test_a_document_comes_with_its_whole_text(client: FlaskClient, library: SmallLibrary) -> None:
    """Every passage is there, in order, with the address of its place."""
    answer = client.get(f"/api/v1/documents/{library.ids[LONG_PAGE]}").get_json()
    assert [each["locator"]["anchor"] for each in answer["passages"]] == ["page-1", "page-2", "page-2"]
    assert answer["paths"] == [LONG_PAGE]
    assert answer["tags"][0].keys() == {"facet", "value", "label", "source", "reason"}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("page=deux", "page"),
        ("page=0", "page"),
        ("page=" + "9" * 5_000, "page"),
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
    assert f"«\u00a0{name}\u00a0»" in answer.get_json(force=True)["detail"]


@pytest.mark.parametrize("address", ["/api/v1/documents/inconnu", "/api/v2/search", "/api/v1/documents/%00"])
def test_what_does_not_exist_is_a_problem_not_a_page(client: FlaskClient, address: str) -> None:
    """Tools read JSON, errors included."""
    answer = client.get(address)
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json(force=True)
    assert (problem["status"], problem["title"]) == (404, "Page introuvable")


def test_a_facet_value_that_no_document_has_finds_nothing(client: FlaskClient) -> None:
    """It is not a mistake: the vocabulary changes, and so do documents."""
    assert client.get("/api/v1/search?theme=nulle-part").get_json()["total"] == 0
