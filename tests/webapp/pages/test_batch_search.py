"""A list of questions is answered line by line, as a page, as a table and for tools."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from tests.composition import create_app
from tests.webapp.small_library import SLIDES, build

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

TOOL = {"Authorization": "Bearer outil"}
LINES = "Grigny\r\n\r\n  RSA \r\n=zanzibar\r\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A small library."""
    return build(tmp_path_factory.mktemp("liste"))


@pytest.fixture(scope="module")
def client(library: SmallLibrary) -> FlaskClient:
    """Whoever is on the machine."""
    app = create_app(library.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def test_each_line_has_its_answer(client: FlaskClient, library: SmallLibrary) -> None:
    """In order: how many documents, the first at its place, what acronyms mean, or that nothing is found."""
    page = client.post("/recherche/liste", data={"lignes": LINES}).text
    assert "3 réponses" in page.replace("\u00a0", " ")
    assert f'href="/documents/{library.ids[SLIDES]}#diapositive-' in page
    assert "Revenu de solidarité active" in page
    assert page.index('<th scope="row">Grigny') < page.index('<th scope="row">RSA') < page.index("Rien trouvé")


def test_the_answers_are_a_table(client: FlaskClient) -> None:
    """Which runs no formula that a question holds."""
    table = client.post("/recherche/liste", data={"lignes": LINES, "forme": "csv"})
    rows = list(csv.DictReader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
    assert [row["Question"] for row in rows] == ["Grigny", "RSA", "'=zanzibar"]
    assert rows[0]["Adresse"].startswith("http://localhost/documents/")
    assert rows[2]["Documents trouvés"] == "0"


def test_tools_ask_a_list_too(client: FlaskClient) -> None:
    """One answer a question, as a search would give."""
    answers = client.post("/api/v1/search/batch", json={"questions": ["Grigny", "zanzibar"]}, headers=TOOL).get_json()[
        "answers"
    ]
    (first,) = client.get("/api/v1/search?q=Grigny&par_page=1").get_json()["results"]
    assert (answers[0]["document"]["id"], answers[0]["place"]) == (
        first["id"],
        first["passages"][0]["locator"]["label"],
    )
    assert (answers[1]["total"], answers[1]["document"], answers[1]["url"]) == (0, None, None)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("", "Écrivez une question par ligne"),
        ("  \n \n", "Écrivez une question par ligne"),
        ("a\n" * 61, "Il y a 61 questions : 60 au plus"),
        ("a\n" + "b" * 301, "1 question est trop longue (la 2e d’abord)"),
    ],
)
def test_a_list_is_bounded(client: FlaskClient, lines: str, words: str) -> None:
    """What is too much is refused in words, with what was typed; nothing is cut in silence."""
    answer = client.post("/recherche/liste", data={"lignes": lines})
    assert answer.status_code == 422
    assert words in answer.text.replace("\u00a0", " ")
    # Tools are refused by the schema, before anything is searched; to nothing there is no answer.
    told = client.post("/api/v1/search/batch", json={"questions": lines.split("\n")}, headers=TOOL)
    if not lines.strip():
        assert told.get_json() == {"answers": []}
        return
    assert told.status_code == 400
    assert told.content_type == "application/problem+json"


def test_a_list_is_not_counted(tmp_path: Path) -> None:
    """What is asked by hundreds says nothing of what people look for."""
    library = build(tmp_path)
    app = create_app(library.settings)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/recherche/liste", data={"lignes": "zanzibar"})
    assert "zanzibar" not in client.get("/animation/recherches-sans-resultat").text
