"""What browsers and search engines are told of the site."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from lxml import etree

from index.catalogue.catalogue import Catalogue
from index.catalogue.documents.writes import Content
from index.catalogue.file_records import FileLocation
from index.model.documents import FileStat, Locator, Passage, Unit
from index.personal_data.doubts import find_personal_data
from tests import ROOT
from tests.composition import create_app
from tests.webapp.small_library import OUTREACH, SLIDES, build
from tests.webapp.xpath import page

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

_NAMES = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "search": "http://a9.com/-/spec/opensearch/1.1/",
}
_NIR = "1 85 05 78 006 084 91"


def places(client: FlaskClient, address: str) -> list[str]:
    """The addresses of a sitemap or of an index of them."""
    answer = client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/xml")
    return [each.text or "" for each in etree.fromstring(answer.data).iterfind(".//map:loc", _NAMES)]


def test_the_sitemap_lists_the_pages_that_stay(client: FlaskClient, library: SmallLibrary) -> None:
    """Each is answered, and each document is there with its last change."""
    found = places(client, "/sitemap.xml")
    paths = [urlsplit(each).path for each in found]
    assert len(paths) == len(set(paths))
    assert {"/", "/themes/aller-vers", "/territoires/grigny", f"/rendez-vous/{OUTREACH.id}"} < set(paths)
    assert {f"/documents/{id_}" for id_ in library.documents} == {each for each in paths if "/documents/" in each}
    assert {client.get(each).status_code for each in paths} == {200}
    changed = etree.fromstring(client.get("/sitemap.xml").data).findall(".//map:lastmod", _NAMES)
    assert len(changed) == len(library.documents)


def _copied(library: SmallLibrary, times: int) -> list[str]:
    """The ids of so many copies of a document: made one by one, they would take minutes."""
    (file,) = library.settings.data.glob("*.sqlite")
    ids = [f"copie{number}" for number in range(times)]
    with closing(sqlite3.connect(file)) as database, database:
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM document WHERE id = ?", (library.ids[SLIDES],)).fetchone())
        copies = (row | {"id": id_, "revision": 1_000 + number} for number, id_ in enumerate(ids))
        named = ", ".join(f":{column}" for column in row)
        database.executemany(f"INSERT INTO document ({', '.join(row)}) VALUES ({named})", copies)  # noqa: S608 - our columns
        database.executemany("INSERT INTO audience VALUES (?, 'membres')", ((id_,) for id_ in ids))
        database.execute("UPDATE clock SET revision = ?", (1_000 + times,))
    return ids


def test_more_than_a_file_may_hold_is_an_index(tmp_path: Path) -> None:
    """Beyond 50,000 addresses, files that hold all of them, each once; what is held back is in none."""
    library = build(tmp_path)
    ids = _copied(library, 50_000)
    with closing(Catalogue.open(library.settings.catalogue_url)) as catalogue, catalogue.transaction() as transaction:
        held = Content("a", "pdf", "Bilan", (Passage(0, Locator(Unit.PAGE, 1), _NIR),))
        hidden = transaction.documents.create(held)
        transaction.files.save(FileLocation("Bilan.pdf", FileStat(1, 1, 0), "a", hidden))
        transaction.personal_data.save_findings({hidden: find_personal_data(held.passages)})
    client = create_app(library.settings).test_client()
    files = [urlsplit(each).path for each in places(client, "/sitemap.xml")]
    assert files == ["/sitemap-1.xml", "/sitemap-2.xml"]
    parts = [places(client, each) for each in files]
    found = {each.rpartition("/")[2] for part in parts for each in part}
    assert len(parts[0]) == 50_000
    assert {*ids, *library.documents} < found
    assert hidden not in found
    assert [client.get(f"/sitemap-{number}.xml").status_code for number in ("0", "3", "x", "9" * 30)] == [404] * 4


def test_robots_may_read_what_stays(client: FlaskClient, library: SmallLibrary) -> None:
    """Pages, not searches, secret addresses or the team's space; the sitemap is named."""
    rules = RobotFileParser()
    rules.parse(client.get("/robots.txt").text.splitlines())
    document = f"/documents/{library.ids[SLIDES]}"
    assert all(rules.can_fetch("moteur", each) for each in ("/", document, "/themes/aller-vers", "/rendez-vous"))
    refused = (
        "/recherche?q=rsa",
        "/recherches/jeton",
        "/recherche.csv",
        "/abonnements/jeton/arret",
        "/animation/depot",
    )
    assert not any(rules.can_fetch("moteur", each) for each in refused)
    assert rules.site_maps() == ["http://localhost/sitemap.xml"]


def test_a_browser_may_take_the_site_as_search_engine(client: FlaskClient) -> None:
    """Every page names the description; its addresses, filled in, are answered."""
    (link,) = page(client.get("/")).xpath("//link[@rel='search']")
    assert link.get("type") == "application/opensearchdescription+xml"
    answer = client.get(link.get("href"))
    assert answer.mimetype == link.get("type")
    root = etree.fromstring(answer.data)
    urls = {each.get("type"): each.get("template") or "" for each in root.iterfind("search:Url", _NAMES)}
    results = client.get(urls["text/html"].replace("{searchTerms}", "aller%20vers"))
    assert page(results).xpath("//h1//text()")[-1].endswith("«\u00a0aller vers\u00a0»")
    suggested = client.get(urls["application/x-suggestions+json"].replace("{searchTerms}", "aller"))
    assert suggested.mimetype == "application/x-suggestions+json"
    typed, texts = suggested.json  # type: ignore[misc]  # a list, as the format has it
    assert typed == "aller"
    assert "Aller-vers" in texts
    assert len(root.findtext("search:ShortName", "", _NAMES)) <= 16


def test_every_example_of_the_guide_is_answered(client: FlaskClient) -> None:
    """Each `curl` of docs/echanges.md, over a library that has what it names."""
    guide = (ROOT / "docs/echanges.md").read_text(encoding="utf-8")
    examples = re.findall(r"^curl \"?RUCHE(/[^\s\"]+)", guide, flags=re.MULTILINE)
    answers = {each: client.get(each) for each in examples}
    assert len(answers) > 10
    assert {each: answer.status_code for each, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert not [each for each, answer in answers.items() if "<error" in answer.text]


def test_a_long_name_fits_what_browsers_take(library: SmallLibrary) -> None:
    """Cut to what a ShortName may hold, and whatever it holds stays text."""
    settings = library.settings.model_copy(update={"site_name": "<Ruche> & compagnie des droits"})
    root = etree.fromstring(create_app(settings).test_client().get("/opensearch.xml").data)
    assert root.findtext("search:ShortName", None, _NAMES) == "<Ruche> & compag"
