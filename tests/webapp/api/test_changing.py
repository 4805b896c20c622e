"""What tools change: tags, deposits; and who may."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from tests.composition import create_app
from tests.webapp.api import api_service as serving
from tests.webapp.conftest import WholeClient
from tests.webapp.small_library import SLIDES, build

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.webapp.small_library import SmallLibrary

KEY = {"Authorization": "Bearer essai"}
"""Without accounts any key will do: no other site can have a browser send one."""


@pytest.fixture
def library(tmp_path: Path) -> SmallLibrary:
    """A library that a test may change."""
    return build(tmp_path)


@pytest.fixture
def app(library: SmallLibrary) -> Flask:
    """The application over it."""
    return create_app(library.settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A tool."""
    return app.test_client()


def _decide(client: FlaskClient, id_: str, **decided: Any) -> TestResponse:
    return client.patch(f"/api/v1/documents/{id_}/tags", json=decided, headers=KEY)


def _themes(answer: TestResponse) -> set[str]:
    return {each["value"] for each in answer.get_json()["tags"] if each["facet"] == "theme"}


def test_tags_are_put_taken_off_and_left_to_the_rules(client: FlaskClient, library: SmallLibrary) -> None:
    """Each decision shows at once, and what is not named stays."""
    id_ = library.ids[SLIDES]
    theme = {"facet": "theme", "value": "aller-vers"}
    assert _themes(_decide(client, id_, choose=[{"facet": "theme", "value": "rgpd"}])) == {"aller-vers", "rgpd"}
    assert _themes(_decide(client, id_, decline=[theme])) == {"rgpd"}
    assert _themes(_decide(client, id_, undecide=[theme])) == {"aller-vers", "rgpd"}


def test_a_tag_that_nobody_knows_is_refused(client: FlaskClient, library: SmallLibrary) -> None:
    """A value out of the vocabulary, a facet that follows from others, a body that is none."""
    id_ = library.ids[SLIDES]
    assert _decide(client, id_, choose=[{"facet": "theme", "value": "licornes"}]).status_code == 422
    year = _decide(client, id_, choose=[{"facet": "annee", "value": "2024"}])
    assert year.status_code == 400
    assert year.get_json(force=True)["errors"][0]["parameter"] == "choose.0.facet"
    assert client.patch(f"/api/v1/documents/{id_}/tags", headers=KEY).status_code == 415
    broken = client.patch(f"/api/v1/documents/{id_}/tags", data="{", headers=KEY, content_type="application/json")
    assert broken.status_code == 400


def _send(client: FlaskClient, name: str, content: bytes, **form: str) -> TestResponse:
    sent = {**form, "fichiers": [(io.BytesIO(content), name)]}
    return client.post("/api/v1/deposits", data=sent, headers=KEY, content_type="multipart/form-data")


def test_a_file_is_deposited_where_it_is_told(client: FlaskClient, library: SmallLibrary) -> None:
    """It lies there whole; the same again changes nothing."""
    (outcome,) = _send(client, "Notes.md", b"# Notes", dossier="divers").get_json()["outcomes"]
    assert outcome == {
        "name": "Notes.md",
        "fate": "depose",
        "message": "Ruche le lit maintenant.",
        "path": "divers/Notes.md",
    }
    assert (library.settings.library / "divers/Notes.md").read_bytes() == b"# Notes"
    assert _send(client, "Notes.md", b"# Notes", dossier="divers").get_json()["outcomes"][0]["fate"] == "identique"


def test_a_name_that_is_taken_is_told_and_leaves_nothing(client: FlaskClient, library: SmallLibrary) -> None:
    """Nobody waits behind a tool to choose: it sends again, with its choice."""
    _send(client, "Notes.md", b"# Notes", dossier="divers")
    (outcome,) = _send(client, "Notes.md", b"# Autres", dossier="divers").get_json()["outcomes"]
    assert outcome["fate"] == "refuse"
    assert not list((library.settings.library / "divers").glob(".ruche-depot-*"))
    (outcome,) = _send(client, "Notes.md", b"# Autres", dossier="divers", doublon="version").get_json()["outcomes"]
    assert outcome["fate"] == "depose"
    assert (library.settings.library / "divers/Notes.md").read_bytes() == b"# Autres"


def test_a_deposit_out_of_the_library_is_refused(client: FlaskClient) -> None:
    """A folder that is none of the library's is named as what does not fit."""
    for folder in ("../ailleurs", "a" * 1_000):
        refused = _send(client, "Notes.md", b"# Notes", dossier=folder)
        assert refused.status_code == 422
        assert refused.get_json(force=True)["errors"][0]["parameter"] == "dossier"


@pytest.mark.parametrize("sent", ["", (io.BytesIO(b"sans nom"), "")])
def test_a_deposit_without_a_file_is_refused(client: FlaskClient, sent: object) -> None:
    """An empty text where a file is due, or a file without a name, is told."""
    form = {"fichiers": sent}
    refused = client.post("/api/v1/deposits", data=form, headers=KEY, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert refused.get_json(force=True)["errors"][0]["parameter"] == "fichiers"


@pytest.mark.parametrize("name", ["theme", "territoire", "rendez-vous"])
def test_a_deposit_about_nothing_known_is_refused(client: FlaskClient, library: SmallLibrary, name: str) -> None:
    """A slip in a value is told before anything is written."""
    refused = _send(client, "Notes.md", b"# Notes", **{name: "licornes"})
    assert refused.status_code == 422
    assert refused.get_json(force=True)["errors"][0]["parameter"] == name
    assert not (library.settings.library / "Notes.md").exists()


_FOREIGN = {"Origin": "https://ailleurs.exemple.fr"}
_BASIC = {"Authorization": "Basic Y29tbXVuYXV0ZTpzZWNyZXQ="}
"""What a browser adds by itself, to what other sites ask too, once someone gave the password of a server in front."""


@pytest.mark.parametrize(
    "headers",
    [{}, _FOREIGN, _BASIC | _FOREIGN, _BASIC | {"Origin": "null"}, {"Authorization": "essai"} | _FOREIGN],
)
def test_another_site_changes_nothing(client: FlaskClient, library: SmallLibrary, headers: dict[str, str]) -> None:
    """A form of another site, which a browser sends without our token and without a key, is refused."""
    sent = {"fichiers": [(io.BytesIO(b"# Notes"), "Notes.md")]}
    refused = client.post("/api/v1/deposits", data=sent, headers=headers, content_type="multipart/form-data")
    assert refused.status_code == 403
    assert "Authorization: Bearer" in refused.get_json(force=True)["detail"]
    assert not (library.settings.library / "Notes.md").exists()


def test_a_tool_behind_a_common_password_may_write(client: FlaskClient, library: SmallLibrary) -> None:
    """It has one Authorization header, which the server in front wants: without Origin it is no browser's."""
    sent = {"fichiers": [(io.BytesIO(b"# Notes"), "Notes.md")]}
    kept = client.post("/api/v1/deposits", data=sent, headers=_BASIC, content_type="multipart/form-data")
    assert kept.status_code == 200
    assert (library.settings.library / "Notes.md").read_bytes() == b"# Notes"


def test_scopes_say_what_a_key_is_good_for(tmp_path: Path) -> None:
    """None: nothing but the service's health and the document; to read: no change; to animate: all."""
    with serving.service(tmp_path / "site") as service:
        client = create_app(service.library.settings.model_copy(update={"auth": "comptes"})).test_client()
        refused = client.get("/api/v1/search")
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert client.get("/api/v1/health").status_code == 200
        reading = {"Authorization": f"Bearer {service.reading}"}
        animating = {"Authorization": f"Bearer {service.token}"}
        answer = client.get("/api/v1/search", headers=reading)
        assert answer.status_code == 200
        assert int(answer.headers["X-RateLimit-Remaining"]) < int(answer.headers["X-RateLimit-Limit"])
        assert client.get("/api/v1/files", headers=reading).status_code == 403
        assert client.get("/api/v1/files", headers=animating).status_code == 200
        tags = f"/api/v1/documents/{service.library.ids[SLIDES]}/tags"
        assert client.patch(tags, json={}, headers=reading).status_code == 403
        assert client.patch(tags, json={}, headers=animating).status_code == 200


def test_only_listed_sites_may_ask_from_a_browser(library: SmallLibrary) -> None:
    """CORS: the preflight of a site of the list is answered, without a key; another site's is not."""
    origins = {"api_origins": "https://portail.exemple.fr", "auth": "comptes"}
    client = create_app(library.settings.model_copy(update=origins)).test_client()
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    listed = client.options("/api/v1/search", headers=asked | {"Origin": "https://portail.exemple.fr"})
    assert listed.status_code == 200
    assert listed.headers["Access-Control-Allow-Origin"] == "https://portail.exemple.fr"
    assert "authorization" in listed.headers["Access-Control-Allow-Headers"].lower()
    other = client.options("/api/v1/search", headers=asked | {"Origin": "https://ailleurs.exemple.fr"})
    assert "Access-Control-Allow-Origin" not in other.headers
    page = client.get("/", headers={"Origin": "https://portail.exemple.fr"})
    assert "Access-Control-Allow-Origin" not in page.headers


def test_a_listed_site_reads_what_an_answer_says_beside(library: SmallLibrary) -> None:
    """CORS: its page gets the answer, and the headers that this API gives a meaning to; another site's gets neither."""
    settings = library.settings.model_copy(update={"api_origins": "https://portail.exemple.fr"})
    client = WholeClient(create_app(settings))
    original = f"/api/v1/documents/{library.ids[SLIDES]}/original"
    for address in ("/api/v1/search?par_page=5", original):
        answer = client.get(address, headers={"Origin": "https://portail.exemple.fr"})
        assert answer.headers["Access-Control-Allow-Origin"] == "https://portail.exemple.fr"
        shown = {each.strip() for each in answer.headers["Access-Control-Expose-Headers"].split(",")}
        meant = {"Link", "ETag", "Content-Disposition", "Accept-Ranges", "Last-Modified"} & set(answer.headers.keys())
        assert meant
        assert meant <= shown
        assert {"Retry-After", "Content-Range", "WWW-Authenticate"} <= shown
        assert "Access-Control-Allow-Origin" not in client.get(address, headers={"Origin": "https://a.fr"}).headers
