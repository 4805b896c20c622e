"""« Public visé » on the pages, in the forms, the API, the table and the data of a page."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from index.catalogue.decisions import DecisionWrites
from index.generations.synchroniser import IndexSynchroniser
from index.model import Facet
from tests.webapp.own_library import FIXTURES
from tests.webapp.small_library import SLIDES
from tests.webapp.xpath import page as tree_of

if TYPE_CHECKING:
    import pytest
    from flask.testing import FlaskClient

    from index.catalogue import Deposit
    from index.catalogue.catalogue import Catalogue
    from tests.webapp.small_library import SmallLibrary

EVERYONE = frozenset({"membres"})


library, app, client, catalogue = FIXTURES


def groups_of(catalogue: Catalogue, library: SmallLibrary) -> tuple[str, ...]:
    """The groups of the slides."""
    document = catalogue.documents.find(library.ids[SLIDES], EVERYONE)
    assert document
    return document.facet_values(Facet.TARGET_GROUP)


def tag_in_bulk(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue, action: str = "ajouter") -> None:
    """Put « Jeunes » on the slides, or take it off, and have the index know of it."""
    form = {"q": "aller vers", "etiquette": "public:jeunes", "action": action, "document": library.ids[SLIDES]}
    assert client.post("/animation/documents", data=form).status_code == 200
    with IndexSynchroniser(library.settings.index_folder, catalogue) as follower:
        follower.synchronise()


def test_animators_put_it_on_many_documents(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """Put, and taken off again."""
    tag_in_bulk(client, library, catalogue)
    assert groups_of(catalogue, library) == ("jeunes",)
    tag_in_bulk(client, library, catalogue, "retirer")
    assert groups_of(catalogue, library) == ()


def test_animators_qualify_by_it(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """The form of one document offers the groups, in French, and keeps what is ticked."""
    address = f"/animation/qualifier/{library.ids[SLIDES]}"
    page = tree_of(client.get(address))
    assert "Publics visés" in page.xpath("//legend/text()")
    assert "Ajouter un public visé" in page.xpath("//summary/text()")
    assert client.post(address, data={"titre": "Support", "public": ["familles", "agents"]}).status_code == 303
    assert set(groups_of(catalogue, library)) == {"familles", "agents"}


def test_members_see_it(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """As a filter with its count, and as a tag of the document's page that leads to the same filter."""
    tag_in_bulk(client, library, catalogue)
    results = tree_of(client.get("/recherche?q=public:jeunes"))
    assert results.xpath("//fieldset[legend='Public visé']//input/@value") == ["jeunes"]
    assert len(results.xpath("//article")) == 1
    document = tree_of(client.get(f"/documents/{library.ids[SLIDES]}"))
    assert document.xpath("//a[contains(@class, 'tag-public')]/@href") == ["/recherche?public=jeunes"]
    assert '"audience":[{"@type":"Audience","audienceType":"Jeunes"}]' in client.get(
        f"/documents/{library.ids[SLIDES]}"
    ).text.replace(": ", ":").replace(", ", ",")


def test_tools_read_and_filter_by_it(client: FlaskClient, library: SmallLibrary, catalogue: Catalogue) -> None:
    """The API's filter, tags and list, and the column of the table."""
    tag_in_bulk(client, library, catalogue)
    (result,) = client.get("/api/v1/search?public=jeunes").get_json()["results"]
    (tag,) = [each for each in result["tags"] if each["facet"] == "public"]
    assert (tag["value"], tag["label"], tag["source"]) == ("jeunes", "Jeunes", "animateur")
    listed = {each["id"]: each["documents"] for each in client.get("/api/v1/target-groups").get_json()["target_groups"]}
    assert listed["jeunes"] == 1
    assert listed["familles"] == 0
    table = client.get("/recherche.csv?public=jeunes").data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table), delimiter=";")
    assert row["Publics visés"] == "Jeunes"


def test_a_tool_decides_of_it(client: FlaskClient, library: SmallLibrary) -> None:
    """As of a theme."""
    decided = {"choose": [{"facet": "public", "value": "handicap"}]}
    address = f"/api/v1/documents/{library.ids[SLIDES]}/tags"
    tags = client.patch(address, json=decided, headers={"Authorization": "Bearer essai"}).get_json()["tags"]
    assert [each["label"] for each in tags if each["facet"] == "public"] == ["Personnes en situation de handicap"]


def test_a_deposit_says_it(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is ticked in the deposit form is announced for the file that is about to be read."""
    announced: list[Deposit] = []
    monkeypatch.setattr(DecisionWrites, "announce_deposit", lambda _, deposit: announced.append(deposit))
    sent = {"dossier": "divers", "public": "etrangers", "fichiers": (io.BytesIO(b"Bonjour."), "mot.txt")}
    assert client.post("/animation/depot", data=sent).status_code == 200
    chosen = [(tag.facet, tag.value) for each in announced for tag in each.decisions.choose]
    assert chosen == [(Facet.TARGET_GROUP, "etrangers")]


def test_the_team_edits_the_list(client: FlaskClient) -> None:
    """A group is added under its own list, and offered at once."""
    page = tree_of(client.get("/animation/vocabulaire?liste=public"))
    assert "Publics visés" in page.xpath("//h2/text()")[0]
    form = {"liste": "public", "nom": "Gens du voyage", "autres": "voyageurs"}
    assert client.post("/animation/vocabulaire/entree", data=form).status_code == 303
    assert "gens-du-voyage" in tree_of(client.get("/animation/depot")).xpath("//input[@name='public']/@value")
