"""A deposit answers: what was understood of each file, and what to do about one that could not be read."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from index.config.settings import Settings
from indexer.runtime.index_command import index_once
from tests.composition import create_app
from tests.indexer.conftest import write_deck
from tests.webapp.xpath import page as tree_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

_ADDRESS = "/animation/depot/lecture"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation with an empty library."""
    made = Settings(library=tmp_path / "bibliotheque", data=tmp_path / "donnees", settle_seconds=0.1)
    made.library.mkdir()
    return made


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    """An animator, without the tokens of forms."""
    app = create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def _deposit(client: FlaskClient, name: str, content: bytes, **form: str) -> Any:
    form = {"dossier": ".", "nouveau": "2024-01-25 Webinaire RGPD à Grigny"} | form
    answer = client.post("/animation/depot", data={"fichiers": (io.BytesIO(content), name), **form})
    assert answer.status_code == 200
    return answer


def test_a_deposit_answers_once_it_is_read(client: FlaskClient, settings: Settings, tmp_path: Path) -> None:
    """Title, gathering, tags with their reason, doubts and links; until then, that it is being read."""
    write_deck(tmp_path / "deck.pptx", "Le consentement", "La protection des données")
    page = tree_of(_deposit(client, "Support.pptx", (tmp_path / "deck.pptx").read_bytes()))
    assert "Déposé. Déposé" not in page.xpath("string(//main)")
    (address,) = page.xpath("//a[contains(., 'Voir ce que Ruche a compris')]/@href")
    waiting = tree_of(client.get(address)).xpath("//*[@data-reading]")[0]
    assert (waiting.get("data-waiting"), "En cours de lecture" in waiting.text_content()) == ("1", True)
    index_once(settings)
    read = tree_of(client.get(address)).xpath("//*[@data-reading]")[0]
    said = " ".join(read.text_content().split())
    assert read.get("data-waiting") == "0"
    for each in (
        "Le consentement",
        "RGPD à Grigny",
        "25 janvier 2024",
        "dossier « 2024-01-25 Webinaire RGPD à Grigny »",
    ):
        assert each in said.replace("\u00a0", " ")
    assert read.xpath(".//a[starts-with(@href, '/documents/')]")
    assert read.xpath(".//a[starts-with(@href, '/animation/qualifier/')]")


def test_what_cannot_be_read_says_what_to_do(client: FlaskClient, settings: Settings) -> None:
    """A damaged file is told beside the others, with its reason and an advice."""
    _deposit(client, "Abîmé.docx", b"PK\x03\x04 rien de bon")
    _deposit(client, "Notes.md", b"# Des notes\n\nDes mots.")
    index_once(settings)
    page = tree_of(client.get(_ADDRESS))
    (refused,) = page.xpath("//p[contains(@class, 'fr-message--error')]")
    assert refused.text_content().startswith("En échec")
    assert len(refused.text_content()) > len("En échec.")
    assert "1\u00a0fichier lu" in page.xpath("string(//*[@data-reading]/p)") or "2\u00a0fichiers lus" in page.xpath(
        "string(//*[@data-reading]/p)"
    )


def test_a_new_version_waits_until_it_is_read(client: FlaskClient, settings: Settings) -> None:
    """What was understood of the former version is not told of the new one."""
    _deposit(client, "Notes.md", b"# Premier titre\n\nDes mots.")
    index_once(settings)
    _deposit(client, "Notes.md", b"# Second titre\n\nD'autres mots, et plus.", doublon="version")
    assert "Premier titre" not in client.get(_ADDRESS).text
    index_once(settings)
    page = tree_of(client.get(_ADDRESS))
    assert "Second titre" in page.xpath("string(//*[@data-reading])")
    # Deposited twice, it is one file.
    assert len(page.xpath("//*[@data-reading]//li[@class='to-check']")) == 1


def test_a_reading_that_nobody_does_is_told(client: FlaskClient, settings: Settings) -> None:
    """Where no indexer works, the page says so and whom to tell, in place of « en cours » for ever."""
    _deposit(client, "Notes.md", b"# Des notes")
    assert "ne donne pas de nouvelles" in client.get(_ADDRESS).text
    index_once(settings)
    assert "ne donne pas de nouvelles" not in client.get(_ADDRESS).text


def test_a_file_that_has_gone_is_told(client: FlaskClient, settings: Settings) -> None:
    """Moved or deleted in the shared folder since: the page does not wait for it for ever."""
    _deposit(client, "Notes.md", b"# Des notes")
    next(settings.library.rglob("Notes.md")).unlink()
    page = tree_of(client.get(_ADDRESS))
    assert "n’est plus à cette place" in page.xpath("string(//*[@data-reading])")
    assert page.xpath("//*[@data-reading]/@data-waiting") == ["0"]


@pytest.mark.parametrize("number", ["0", "-1", "x", "²", "9" * 99, "1"])
def test_how_many_is_only_a_number(client: FlaskClient, number: str) -> None:
    """Whatever the address says, the page answers."""
    assert client.get(f"{_ADDRESS}?derniers={number}").status_code == 200
