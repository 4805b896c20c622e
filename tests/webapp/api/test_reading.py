"""What tools read beside the search: documents, passages, versions, events, words, files, changes, numbers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from index.accounts.model import NewAccount, Role
from index.catalogue.catalogue import Catalogue
from index.catalogue.metadata_layers import Decisions
from index.model.documents import MEMBERS
from index.model.facets import Facet
from index.vocabulary.vocabulary import EntryKind, VocabularyEntry
from tests.composition import create_app
from tests.webapp.accounts import joined, signed_in
from tests.webapp.conftest import WholeClient
from tests.webapp.small_library import DAMAGED, LONG_PAGE, OUTREACH, SLIDES, VIDEO, VIDEO_BYTES, build
from webapp.api import cursors
from webapp.server.app_services import services_of
from webapp.server.usage_counting import usage_counter

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary


def _all(client: FlaskClient, address: str, name: str) -> list[dict[str, Any]]:
    """A whole list, page after page."""
    rows: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        page = client.get(following).get_json()
        rows += page[name]
        following = page["next"]
    return rows


def test_every_document_is_listed_once(client: FlaskClient, library: SmallLibrary) -> None:
    """Page after page, the newest deposits first."""
    listed = _all(client, "/api/v1/documents?par_page=5", "documents")
    assert sorted(each["id"] for each in listed) == sorted(library.documents)
    assert [each["added"] for each in listed] == sorted((each["added"] for each in listed), reverse=True)


def test_a_document_comes_with_its_tags_and_their_reasons(client: FlaskClient, library: SmallLibrary) -> None:
    """What is known of it, as results tell it."""
    answer = client.get(f"/api/v1/documents/{library.ids[LONG_PAGE]}").get_json()
    assert answer["paths"] == [LONG_PAGE]
    assert answer["date"] == "2024-11-07"
    assert answer["tags"][0].keys() == {"facet", "value", "label", "source", "reason"}


def test_a_document_s_text_is_read_in_pages(client: FlaskClient, library: SmallLibrary) -> None:
    """Every passage is there, in order, with the address of its place; each can be asked for alone."""
    address = f"/api/v1/documents/{library.ids[LONG_PAGE]}/passages"
    passages = _all(client, f"{address}?par_page=2", "passages")
    assert [each["locator"]["anchor"] for each in passages] == ["page-1", "page-2", "page-2"]
    assert client.get(f"{address}/2").get_json() == passages[2]
    assert client.get(f"{address}/3").status_code == 404
    assert client.get(f"{address}/{2**70}").status_code == 404


def test_versions_are_told(client: FlaskClient, library: SmallLibrary) -> None:
    """What a document held, with its digest and where it lay."""
    (version,) = client.get(f"/api/v1/documents/{library.ids[SLIDES]}/versions").get_json()["versions"]
    assert (version["number"], version["path"]) == (1, SLIDES)


def test_a_part_of_an_original_is_sent(client: FlaskClient, library: SmallLibrary) -> None:
    """A player asks for what it plays, and for no more."""
    address = f"/api/v1/documents/{library.ids[VIDEO]}/original"
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, VIDEO_BYTES[10:20])
    beyond = client.get(address, headers={"Range": f"bytes={10**9}-"})
    assert beyond.status_code == 416
    assert beyond.content_type == "application/problem+json"


def test_events_are_told_by_date(client: FlaskClient) -> None:
    """Bounds count; a month without a day is within its month."""
    ids = [each["id"] for each in _all(client, "/api/v1/events?par_page=1", "events")]
    assert ids == ["2024-01-25-webinaire", "2024-11-07-webinaire", "2024-12-17-pleniere", "2025-04-mensuelle"]
    of_2024 = _all(client, "/api/v1/events?du=2024-11&au=2024-12-17&type=pleniere", "events")
    assert [each["id"] for each in of_2024] == ["2024-12-17-pleniere"]
    assert client.get(f"/api/v1/events/{OUTREACH.id}").get_json()["documents"] == 2
    assert client.get("/api/v1/events/2030-01-01-rien").status_code == 404


@pytest.mark.parametrize(
    ("address", "name", "id_"),
    [
        ("themes", "themes", "aller-vers"),
        ("territories", "territories", "grigny"),
        ("event-types", "event_types", "webinaire"),
    ],
)
def test_words_come_with_their_documents(client: FlaskClient, address: str, name: str, id_: str) -> None:
    """Each entry of the vocabulary, with how many documents the filter would show."""
    counts = {each["id"]: each["documents"] for each in client.get(f"/api/v1/{address}").get_json()[name]}
    facet = {"themes": "theme", "territories": "territoire", "event-types": "type"}[address]
    assert counts[id_] == client.get(f"/api/v1/search?{facet}={id_}").get_json()["total"] > 0


def test_acronyms_are_told(client: FlaskClient) -> None:
    """With what they stand for."""
    known = {each["letters"]: each["meaning"] for each in client.get("/api/v1/acronyms").get_json()["acronyms"]}
    assert known["QPV"] == "Quartier prioritaire de la politique de la ville"


def test_files_are_followed(client: FlaskClient) -> None:
    """The most urgent first, each once, whatever the size of the pages."""
    files = _all(client, "/api/v1/files?par_page=3", "files")
    assert files[0]["path"] == DAMAGED
    assert len({each["path"] for each in files}) == len(files) == 19
    failed = _all(client, "/api/v1/files?etat=en-echec", "files")
    assert [each["reason"] for each in failed] == ["fichier abîmé ou incomplet"]


def test_numbers_are_those_of_the_search(client: FlaskClient) -> None:
    """What is counted is what can be found."""
    told = client.get("/api/v1/statistics").get_json()
    assert told["documents"] == client.get("/api/v1/search").get_json()["total"]
    assert told["revision"] == told["indexed"]
    assert told["files"]["en-echec"] == 1


def test_health_says_what_is_in_the_way(client: FlaskClient) -> None:
    """Without an indexer, nothing new is read: 503, and what to do."""
    answer = client.get("/api/v1/health")
    assert answer.status_code == 503
    assert [each["name"] for each in answer.get_json()["controls"] if not each["ok"]] == ["indexeur"]


def test_health_tells_what_is_in_the_way_to_animators_alone(guarded_app: Flask) -> None:
    """Anyone learns whether all is well; folders and files may be named in what is not."""
    reader = joined(guarded_app, NewAccount("lectrice@ruche.example", "Lou"))
    animator = joined(guarded_app, NewAccount("animatrice@ruche.example", "Ana", Role.ANIMATOR))
    for client in (guarded_app.test_client(), signed_in(guarded_app, reader)):
        answer = client.get("/api/v1/health")
        assert (answer.status_code, answer.get_json()) == (503, {"ready": False, "controls": []})
    assert signed_in(guarded_app, animator).get("/api/v1/health").get_json()["controls"]


def _follow(client: FlaskClient, copy: dict[str, Any], cursor: str = "") -> str:
    """Bring a copy up to date; gives where to go on."""
    more = True
    while more:
        page = client.get(f"/api/v1/changes?par_page=4{cursor and f'&curseur={cursor}'}").get_json()
        for each in page["changes"]:
            copy.pop(each["id"], None)
            if not each["deleted"]:
                copy[each["id"]] = each["document"]
        cursor, more = page["cursor"], page["more"]
    return cursor


def test_a_copy_follows_changes(tmp_path: Path) -> None:
    """A mirror that comes back with its cursor ends with what the library holds, and forgets the rest."""
    library = build(tmp_path)
    client = create_app(library.settings).test_client()
    copy: dict[str, Any] = {}
    cursor = _follow(client, copy)
    whole = set(library.documents)
    assert set(copy) == whole
    assert _follow(client, copy, cursor) == cursor
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        transaction.files.forget(LONG_PAGE)
        transaction.decisions.decide([library.ids[SLIDES]], Decisions(decline=((Facet.THEME, "aller-vers"),)))
    _follow(client, copy, cursor)
    assert set(copy) == whole - {library.ids[LONG_PAGE]}
    assert "aller-vers" not in {each["value"] for each in copy[library.ids[SLIDES]]["tags"]}


def test_a_copy_holds_nothing_that_could_change_unheard(tmp_path: Path) -> None:
    """A file moves, an event and a theme get another name: the copy is what one would make anew."""
    library = build(tmp_path)
    client = create_app(library.settings).test_client()
    copy: dict[str, Any] = {}
    cursor = _follow(client, copy)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        place = transaction.files.find(SLIDES)
        assert place
        transaction.files.forget(SLIDES)
        transaction.files.save(replace(place, path="divers/Autre nom.pptx"))
        transaction.events.save(replace(OUTREACH, title="Un autre titre"))
        transaction.vocabulary_changes.add(
            EntryKind.THEME, "aller-vers", VocabularyEntry("aller-vers", "Aller vers les gens")
        )
    _follow(client, copy, cursor)
    anew: dict[str, Any] = {}
    _follow(client, anew)
    assert copy == anew
    notice = client.get(f"/api/v1/documents/{library.ids[SLIDES]}").get_json()
    assert notice["paths"] == ["divers/Autre nom.pptx"]
    assert notice["event"]["title"] == "Un autre titre"
    assert copy[library.ids[SLIDES]]["event"] == OUTREACH.id


def test_a_copy_made_with_other_rights_begins_again(guarded_app: Flask) -> None:
    """With another's rights it would lack what did not change since; a cursor from the future is none either."""
    reader = joined(guarded_app, NewAccount("copiste@ruche.example", "Lou"))
    animator = joined(guarded_app, NewAccount("maitresse@ruche.example", "Ana", Role.ANIMATOR))
    theirs = signed_in(guarded_app, reader).get("/api/v1/changes").get_json()["cursor"]
    asking = signed_in(guarded_app, animator)
    own = asking.get("/api/v1/changes").get_json()["cursor"]
    assert asking.get(f"/api/v1/changes?curseur={own}").status_code == 200
    for cursor in (theirs, cursors.encode_cursor(-1, "x"), cursors.encode_cursor(2**62, "x"), cursors.encode_cursor(1)):
        refused = asking.get(f"/api/v1/changes?curseur={cursor}")
        assert refused.status_code == 410
        assert refused.get_json(force=True)["type"] == "/api#probleme-curseur-perime"


def test_what_one_has_is_not_sent_again(client: FlaskClient, library: SmallLibrary) -> None:
    """By the name of the content, compressed or not; by its date where nothing else can have changed it: a file."""
    address = f"/api/v1/documents/{library.ids[SLIDES]}"
    for encoding in ("identity", "gzip", "zstd"):
        headers = {"Accept-Encoding": encoding}
        first = client.get("/api/v1/themes", headers=headers)
        assert first.headers.get("Content-Encoding", "identity") == encoding
        again = client.get("/api/v1/themes", headers=headers | {"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
    file = client.get(f"{address}/original")
    since = {"If-Modified-Since": file.headers["Last-Modified"]}
    assert client.get(f"{address}/original", headers=since).status_code == 304
    for other in (address, f"{address}/passages", f"{address}/passages/0"):
        assert "Last-Modified" not in client.get(other).headers


def test_reading_through_the_api_is_no_opening(tmp_path: Path) -> None:
    """A tool that copies the library must not make every document the most opened one."""
    library = build(tmp_path)
    app = create_app(library.settings)
    client = WholeClient(app)
    address = f"/api/v1/documents/{library.ids[SLIDES]}"
    for each in (address, f"{address}/passages", f"{address}/passages/0", f"{address}/original"):
        assert client.get(each).status_code == 200
    usage_counter(app).flush()
    assert services_of(app).catalogue.usage.list_most_opened(frozenset({MEMBERS}), date(1970, 1, 1), 10) == ()


@pytest.mark.parametrize("added", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "hier"])
def test_an_instant_that_is_none_is_a_stale_cursor(client: FlaskClient, added: str) -> None:
    """Whoever makes a cursor up begins again; it breaks nothing."""
    assert client.get(f"/api/v1/documents?curseur={cursors.encode_cursor(added, 'a')}").status_code == 410
