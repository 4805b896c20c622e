"""The client for other programs, against the running service."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, redirect, request

from tests import ROOT
from tests.webapp.api import api_service as serving
from tests.webapp.http_server import served
from tests.webapp.small_library import LONG_PAGE, VIDEO, VIDEO_BYTES
from webapp.client import Ruche, RucheError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.wrappers import Response as AnyResponse

    from tests.webapp.api.api_service import Service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service."""
    with serving.service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def ruche(service: Service) -> Ruche:
    """A client that may animate."""
    return Ruche(service.address, service.token)


def test_it_needs_nothing_of_ruche() -> None:
    """The file may be copied: it imports the standard library alone."""
    source = ROOT / "webapp/client.py"
    nodes = list(ast.walk(ast.parse(source.read_text(encoding="utf-8"))))
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} <= sys.stdlib_module_names


def test_a_search_is_followed_to_its_end(ruche: Ruche) -> None:
    """More than a page of results, with their passages; filters are the API's."""
    results = list(ruche.search("financements"))
    assert len({each["id"] for each in results}) == len(results) == 12
    assert results[0]["passages"][0]["locator"]["label"]
    assert [each["title"] for each in ruche.search("financements", theme=["rh", "essaimage"], format="docx")]


def test_documents_are_read_whole(ruche: Ruche, service: Service) -> None:
    """What is known of one, its text, its file."""
    assert {each["id"] for each in ruche.documents()} == set(service.library.documents)
    id_ = service.library.ids[LONG_PAGE]
    assert ruche.document(id_)["paths"] == [LONG_PAGE]
    assert [each["ordinal"] for each in ruche.passages(id_)] == [0, 1, 2]
    with ruche.original(service.library.ids[VIDEO]) as file:
        assert file.read() == VIDEO_BYTES


def test_changes_are_followed(ruche: Ruche, service: Service) -> None:
    """Everything at first, then nothing new."""
    changes, cursor = ruche.changes()
    assert {each["id"] for each in changes} == set(service.library.documents)
    assert ruche.changes(cursor) == ([], cursor)


def test_a_file_is_deposited(ruche: Ruche, service: Service) -> None:
    """Under its name, accents and quotes included."""
    outcome = ruche.deposit("Été « n° 1 ».md", b"# Bonjour", dossier="divers", theme=["rh"])
    assert outcome["fate"] == "depose"
    assert (service.library.settings.library / outcome["path"]).read_bytes() == b"# Bonjour"
    assert outcome["path"] == "divers/Été « n° 1 ».md"


def test_the_token_goes_to_no_other_address(service: Service) -> None:
    """Neither where a redirection leads, nor where an answer says that its next page is."""
    app = Flask("ailleurs")

    @app.get("/api/v1/documents/<_id>")
    def document(_id: str) -> AnyResponse:
        return redirect(f"{service.address}/api/v1/themes")

    @app.get("/api/v1/documents")
    def documents() -> dict[str, Any]:
        asked = request.args.get("curseur")
        elsewhere = f"{service.address}/api/v1/documents?curseur=suite"
        return {"documents": [{"id": asked}], "next": None if asked else elsewhere}

    with served(app) as address:
        ruche = Ruche(address, service.token)
        with pytest.raises(RucheError) as refused:
            ruche.document("a")
        assert [each["id"] for each in ruche.documents()] == [None, "suite"]
    assert refused.value.status == 401


def test_refusals_are_told(ruche: Ruche, service: Service) -> None:
    """By their kind and in the service's own words."""
    with pytest.raises(RucheError, match="Rien n’existe à cette adresse") as refused:
        ruche.document("inconnu")
    assert (refused.value.status, refused.value.problem["type"]) == (404, "/api#probleme-introuvable")
    with pytest.raises(RucheError) as closed:
        next(Ruche(service.address).search("droits"))
    assert closed.value.status == 401
