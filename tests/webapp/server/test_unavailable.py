"""An engine or a catalogue that is silent: that is said, on a page and to tools, and what does not need it goes on."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from index.catalogue.catalogue import Catalogue
from index.engines.registry import CLUSTER_POINTER_NAME
from index.generations.generation_store import find_live_folder, read_state, write_state
from tests.composition import create_app
from tests.webapp import small_library
from webapp.server.app_services import services_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A library whose index is on a cluster that nobody runs."""
    made = small_library.build(tmp_path)
    live = find_live_folder(made.settings.index_folder)
    assert live
    write_state(live, {**read_state(live), "engine": "opensearch"})
    (live / CLUSTER_POINTER_NAME).write_text(json.dumps({"engine": "opensearch", "index": "absent"}), encoding="utf-8")
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


_ADDRESSES = ("/nouveau", "/api/v1/changes", "/oai?verb=Identify")


@pytest.fixture
def held(tmp_path: Path) -> Iterator[FlaskClient]:
    """Someone who asks while another program holds the catalogue for longer than the service waits."""
    made = small_library.build(tmp_path / "occupee")
    app = create_app(made.settings)
    catalogue = services_of(app).catalogue
    app.add_url_rule("/nouveau", view_func=lambda: str(catalogue.saved_searches.save("rsa", "q=rsa")))
    with catalogue._database.connect() as connection:  # noqa: SLF001 - a shorter patience than the true one
        connection.exec_driver_sql("PRAGMA busy_timeout=50")
    with closing(sqlite3.connect(made.settings.data / "catalogue.sqlite")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield app.test_client()


@pytest.mark.parametrize("address", _ADDRESSES)
def test_a_busy_catalogue_asks_for_patience(held: FlaskClient, address: str) -> None:
    """Pages, the API and harvesting alike: it is no breakdown, and it is told when to come back."""
    answer = held.get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Le catalogue est indisponible pour le moment" in answer.text
    assert (answer.mimetype == "text/html") == (address == "/nouveau")


def test_what_only_reads_goes_on_while_the_catalogue_is_held(held: FlaskClient) -> None:
    """A long writing keeps nobody from searching."""
    assert held.get("/recherche?q=bus").status_code == 200


@pytest.mark.parametrize("address", ["/ailleurs", "/api/v1/ailleurs"])
def test_a_catalogue_out_of_reach_is_told_without_its_address(library: SmallLibrary, address: str) -> None:
    """Whoever asks learns that it is away, and nothing of where it is."""
    app = create_app(library.settings)
    app.add_url_rule(address, view_func=lambda: str(Catalogue.open("postgresql://ruche:secret@127.0.0.1:1/ruche")))
    answer = app.test_client().get(address)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Le catalogue est indisponible pour le moment" in answer.text
    assert "127.0.0.1" not in answer.text
    assert "secret" not in answer.text
