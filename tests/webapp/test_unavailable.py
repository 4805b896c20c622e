"""A search engine that is silent: that is said, on a page and to tools, and what needs no search goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from index.engines import ELSEWHERE
from index.shelf import keep_state, live_folder, state
from tests.webapp import small_library
from webapp import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A library whose index is on a cluster that nobody runs."""
    made = small_library.build(tmp_path)
    live = live_folder(made.settings.index_folder)
    assert live
    keep_state(live, {**state(live), "engine": "opensearch"})
    (live / ELSEWHERE).write_text(json.dumps({"engine": "opensearch", "index": "absent"}), encoding="utf-8")
    return made


@pytest.fixture
def client(library: SmallLibrary) -> FlaskClient:
    """A browser, near enough."""
    # Nothing ever listens at this port.
    settings = library.settings.model_copy(update={"engine": "opensearch", "opensearch_url": "http://127.0.0.1:1"})
    return create_app(settings).test_client()


def test_a_search_says_that_it_is_unavailable(client: FlaskClient) -> None:
    """Nobody is shown « no document » because the engine is silent."""
    answer = client.get("/recherche?q=bus")
    assert answer.status_code == 503
    assert "La recherche est indisponible pour le moment" in answer.text
    assert answer.headers["Retry-After"]


def test_tools_are_told_too(client: FlaskClient) -> None:
    """The API answers with a problem, not with an empty list."""
    answer = client.get("/api/v1/search?q=bus")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")


def test_readiness_tells_it(client: FlaskClient) -> None:
    """The health report names the engine, so that someone is called."""
    answer = client.get("/pret")
    assert answer.status_code == 503
    (index,) = (each for each in json.loads(answer.text)["controles"] if each["nom"] == "index")
    assert "moteur de recherche ne répond pas" in index["message"]


def test_a_document_is_read_all_the_same(client: FlaskClient, library: SmallLibrary) -> None:
    """What is in the catalogue needs no engine."""
    answer = client.get(f"/documents/{library.ids[small_library.SLIDES]}")
    assert answer.status_code == 200
