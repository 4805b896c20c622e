"""What animators and administrators read is no false all-clear: it says what it leaves out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.composition import create_app
from tests.webapp.conftest import WholeClient
from tests.webapp.rights_matrix import DECK, VIDEO, WORD, Kind, Standing, World, world
from tests.webapp.xpath import page as tree_of
from webapp.animation.dashboard import _list_tasks

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient


@pytest.fixture
def kept(tmp_path: Path) -> World:
    """A library whose only unreadable file lies in a folder that is kept for a group."""
    return world(tmp_path / "a", Standing.KEPT)


@pytest.fixture
def withheld(tmp_path: Path) -> FlaskClient:
    """A library without accounts, in which personal data was found."""
    app = create_app(world(tmp_path / "a", Standing.HELD).library.settings)
    app.test_client_class = WholeClient
    return app.test_client()


def test_an_administrator_is_told_how_many_they_do_not_see(kept: World) -> None:
    """Their number alone, on the pages that would otherwise say that every file was read."""
    client = kept.client(Kind.ADMINISTRATOR)
    home, files = client.get("/animation").text, client.get("/animation/fichiers").text
    assert "1&nbsp;fichier illisible est dans des dossiers réservés" in home.replace("\u00a0", "&nbsp;")
    assert re.search(r"autres fichiers sont dans des dossiers réservés[^.]*, dont 1 en échec", files)
    assert WORD not in home + files


def test_an_animator_is_told_what_the_message_covers(kept: World) -> None:
    """Who may not know of hidden files reads of those that they see, and of no number."""
    client = kept.client(Kind.ANIMATOR)
    assert "dossiers réservés" not in client.get("/animation").text + client.get("/animation/fichiers").text
    with kept.app.test_request_context():
        messages = " ".join(each.empty_message for each in _list_tasks())
    assert messages.count("que vous pouvez voir") == 3
    assert "Tous les fichiers ont pu" not in messages


def test_who_sees_the_file_is_told_of_it(tmp_path: Path) -> None:
    """Nothing is hidden there: the unreadable file is counted as work to do, without any note."""
    home = world(tmp_path / "a", Standing.VISIBLE).client(Kind.ADMINISTRATOR).get("/animation").text
    assert "fichiers illisibles" in home
    assert "ont pu être lus" not in home
    assert "dossiers réservés" not in home


def test_what_is_withheld_is_shown_as_withheld(withheld: FlaskClient) -> None:
    """Without accounts nobody opens such a document: its file is not told as indexed, nor under a link to nowhere."""
    page = tree_of(withheld.get("/animation/fichiers"))
    for path in (DECK, VIDEO):
        (row,) = page.xpath("//tbody/tr[th[normalize-space()=$path]]", path=path)
        assert "retenu" in row.text_content()
        assert "données personnelles" in row.text_content()
        assert row.xpath(".//a") == []
    for address in page.xpath("//tbody//a/@href"):
        assert withheld.get(address, follow_redirects=True).status_code == 200, address
    told = withheld.get("/api/v1/files?etat=retenu").get_json()["files"]
    assert {DECK, VIDEO} <= {each["path"] for each in told}


def test_a_search_that_only_animators_answer_finds_nothing(tmp_path: Path) -> None:
    """Words that stand in withheld documents alone are still without result for those who searched."""
    here = world(tmp_path / "a", Standing.HELD)
    client = here.client(Kind.ANIMATOR)
    assert client.get(f"/recherche?q={WORD}").text.count(WORD) > 1
    page = client.get(f"/animation/recherches-sans-resultat?essai={WORD}").text
    assert "ne trouve toujours rien" in page


def test_the_status_page_does_not_say_that_all_is_well(tmp_path: Path) -> None:
    """Members read that what could be read is found, not that everything was."""
    here = world(tmp_path / "a", Standing.VISIBLE)
    assert "Tout est à jour" not in here.client(Kind.MEMBER).get("/etat").text
