"""The files of a replay on pages and in the API: one document, each file to be had, old addresses lead on."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from extractors import FORMATS
from index.catalogue import Catalogue, Decisions, FileLocation, MetadataField
from indexer.reconcile import PART_KINDS
from tests.webapp.small_library import CAPTIONS, VIDEO, Entry, add, build
from webapp.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def test_the_address_of_a_part_leads_to_the_replay(client: FlaskClient, library: SmallLibrary) -> None:
    """A page that somebody kept, with its place and its words; what was a post stays one."""
    part, replay = library.ids[CAPTIONS], library.ids[VIDEO]
    answer = client.get(f"/documents/{part}?q=bus&t=4")
    assert (answer.status_code, answer.location) == (307, f"/documents/{replay}?q=bus&t=4")
    answer = client.get(f"/api/v1/documents/{part}")
    assert (answer.status_code, answer.location) == (307, f"/api/v1/documents/{replay}")
    assert client.get(f"/documents/{part}", follow_redirects=True).status_code == 200


def test_each_file_of_a_replay_is_to_be_had(client: FlaskClient, library: SmallLibrary) -> None:
    """The API lists the other files, and the original of each is sent from its own address."""
    part, replay = library.ids[CAPTIONS], library.ids[VIDEO]
    (listed,) = client.get(f"/api/v1/documents/{replay}/parts").get_json()["parts"]
    assert (listed["id"], listed["format"]) == (part, "sous-titres")
    original = f"/documents/{part}/original"
    assert original in client.get(f"/documents/{replay}").text
    assert client.get(original).data.startswith(b"WEBVTT")
    assert client.get(f"/api/v1/documents/{part}/original").data == client.get(original).data


def test_who_qualifies_is_told_what_was_said_of_another_file(tmp_path: Path) -> None:
    """The title that somebody gave captions before they lay beside their video is told, until somebody has looked."""
    library = build(tmp_path)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue:
        text = add(catalogue, library.settings.library, Entry("a/Bilan.vtt", "sous-titres", "Bilan"))
        film = add(catalogue, library.settings.library, Entry("b/Bilan.mp4", "video", "Bilan"))
        with catalogue.transaction() as transaction:
            transaction.decisions.decide([text], Decisions(fields={MetadataField.TITLE: "Bilan écrit"}))
            transaction.decisions.decide([film], Decisions(fields={MetadataField.TITLE: "Bilan filmé"}))
        lying = catalogue.files.find_in_extent()["b/Bilan.mp4"]
        with catalogue.transaction() as transaction:
            transaction.replays.watch(PART_KINDS, all_due=True)
            transaction.files.save(FileLocation("a/Bilan.mp4", lying.stat, lying.digest, film))
    client = create_app(library.settings, FORMATS).test_client()
    page = client.get(f"/animation/qualifier/{film}").text
    assert "Un autre fichier de ce replay avait été qualifié autrement" in page
    assert "titre «\u00a0Bilan écrit\u00a0»" in page
