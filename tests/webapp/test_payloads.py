"""What documents say is text wherever it is shown: in pages, tables, feeds, mails, headers and the API."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree

from extractors.formats import SUFFIXES
from index.accounts.model import Group, NewAccount, Role, Scope
from index.catalogue.saved_searches import DigestFrequency
from index.model.documents import MEMBERS
from index.vocabulary.vocabulary import EntryKind
from index.vocabulary.vocabulary import VocabularyEntry as Word
from tests.composition import create_app
from tests.webapp.accounts import guarded, joined, signed_in
from tests.webapp.conftest import WholeClient
from tests.webapp.page_parser import read
from tests.webapp.payloads import COMMON, EVENT, PAYLOADS, TURNED, addresses, hostile
from tests.webapp.small_library import Entry, build
from webapp.deposits.deposit_writer import DepositRefusedError, DepositTarget, check_folder, deposit_file
from webapp.mailing import mails
from webapp.server.app_services import services_of
from webapp.server.security_headers import FILE_POLICY

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from tests.webapp.page_parser import PageReader
    from tests.webapp.small_library import SmallLibrary

_PATHS = st.text(
    alphabet=st.sampled_from("ab./\\:*?\"<>|%~$ \n\r\t\u202eé'-") | st.characters(blacklist_categories=["Cs"]),
    max_size=80,
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A library full of payloads, which no test may change but by its words."""
    return hostile(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def app(library: SmallLibrary) -> Flask:
    """The application over it, in whose vocabulary payloads are words too."""
    made = create_app(library.settings)
    made.test_client_class = WholeClient
    made.config["WTF_CSRF_ENABLED"] = False
    with services_of(made).catalogue.transaction() as transaction:
        transaction.vocabulary_changes.add(EntryKind.THEME, "aller-vers", Word("aller-vers", PAYLOADS["script"]), "")
    return made


def _foreign(page: PageReader) -> list[str]:
    """What stands in a page that none of our templates wrote."""
    found = []
    for each in page.elements:
        handlers = [
            name for name in each.attributes if name.startswith("on") or name in {"style", "autofocus", "srcdoc"}
        ]
        links = [value or "" for name, value in each.attributes.items() if name in {"href", "src", "action"}]
        wrong = [link for link in links if link.strip().lower().startswith(("javascript:", "data:", "vbscript:"))]
        inline = (
            each.tag == "script"
            and "src" not in each.attributes
            and each.attributes.get("type") != "application/ld+json"
        )
        if handlers or wrong or inline or each.attributes.get("id") == "pris" or each.attributes.get("src") == "x":
            found.append(f"{each.tag} {each.attributes}")
    return found


def test_pages_hold_nothing_of_what_documents_try(app: Flask, library: SmallLibrary) -> None:
    """No element, no handler, no link, no value of a template comes from a text."""
    client = app.test_client()
    for address in addresses(library):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert _foreign(read(answer.text)) == [], address


def test_what_is_asked_is_shown_as_text(app: Flask) -> None:
    """Words of the address bar, of forms and of filters are no more than words."""
    client = app.test_client()
    for payload in PAYLOADS.values():
        for address in (
            "/recherche",
            "/recherches/nouvelle",
            "/animation/documents",
            "/animation/fichiers",
            "/suggestions",
        ):
            names = ("q", "theme", "territoire", "fichier", "dossier", "rendez-vous", "type")
            answer = client.get(address, query_string=dict.fromkeys(names, payload))
            assert answer.status_code in {200, 400}, (address, payload)
            assert _foreign(read(answer.text)) == [] if "html" in answer.content_type else answer.is_json
        assert client.get(f"/{payload}").status_code in {404, 308}
        assert _foreign(read(client.get("/documents/" + payload).text)) == []


@pytest.mark.parametrize("name", PAYLOADS)
def test_a_page_says_the_payload_in_full(app: Flask, library: SmallLibrary, name: str) -> None:
    """Nothing is cut out either: a member reads what the document says."""
    told = read(app.test_client().get(f"/documents/{library.ids[name]}").text).texts("h1")[0]
    assert _letters(told) == _letters(PAYLOADS[name])


def test_originals_of_markup_are_handed_over_unread(app: Flask, library: SmallLibrary) -> None:
    """HTML leaves as bytes to keep, in a sandbox, under a name that ends no header."""
    client = app.test_client()
    for name in PAYLOADS:
        for address in (f"/documents/{library.ids[name]}/original", f"/api/v1/documents/{library.ids[name]}/original"):
            answer = client.get(address)
            assert answer.status_code == 200, name
            assert answer.content_type == "application/octet-stream"
            assert answer.headers["Content-Disposition"].startswith("attachment;")
            assert answer.headers["Content-Security-Policy"] == FILE_POLICY
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "Set-Cookie" not in answer.headers or "pris" not in answer.headers["Set-Cookie"]
            assert not any(letter in value for _, value in answer.headers for letter in "\r\n")
            assert quote(TURNED) not in answer.headers["Content-Disposition"]


_ACTIVE = {
    # Each in a folder of its own: some file systems take « .svg » and « .SVG » for one name.
    (format_, suffix): f"actif/{format_}-{number}/page{suffix}"
    for format_ in ("html", "image", "video")
    for number, suffix in enumerate((".svg", ".SVG", ".html", ".htm", ".xhtml", ".mht", ".xml", ".js", ".png", ""))
}
"""Files that a browser might run, by what they were taken for and by how their names end."""


@pytest.fixture(scope="module")
def active(tmp_path_factory: pytest.TempPathFactory) -> SmallLibrary:
    """A library that holds all of these."""
    entries = [
        # No two are the same content, which would be one document.
        Entry(path, format_, "Page", content=f"{PAYLOADS['svg']}<!-- {path} -->".encode())
        for (format_, _), path in _ACTIVE.items()
    ]
    return build(tmp_path_factory.mktemp("active"), more=entries)


@pytest.fixture(scope="module")
def active_app(active: SmallLibrary) -> Flask:
    """The application over it."""
    return create_app(active.settings)


@pytest.mark.parametrize(("format_", "suffix"), _ACTIVE)
def test_originals_that_browsers_would_run_are_handed_over_unread(
    active: SmallLibrary, active_app: Flask, format_: str, suffix: str
) -> None:
    """Whatever the name says, and whatever the file was taken for."""
    id_, client = active.ids[_ACTIVE[format_, suffix]], active_app.test_client()
    for address in (f"/documents/{id_}/original", f"/api/v1/documents/{id_}/original"):
        answer = client.get(address, buffered=True)
        assert (answer.status_code, answer.content_type) == (200, "application/octet-stream")
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["Content-Security-Policy"] == FILE_POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_names_that_people_give_are_text(tmp_path: Path) -> None:
    """Of accounts, groups, tools and kept searches, on one's own page and on the administrators'."""
    app = create_app(guarded(build(tmp_path)))
    catalogue = services_of(app).catalogue
    pages = [
        "/compte",
        "/compte/effacement",
        *(f"/administration/{each}" for each in ("comptes", "groupes", "journal")),
    ]
    for number, payload in enumerate(PAYLOADS.values()):
        catalogue.access.rules.save_group(Group(f"groupe-{number}", payload), "")
        new = NewAccount(f"m{number}@ruche.example", payload, Role.ADMINISTRATOR, frozenset({f"groupe-{number}"}))
        account = joined(app, new)
        catalogue.access.api_tokens.create(account.id, payload, Scope.READ, timedelta(days=1))
        catalogue.saved_searches.save(payload, f"q={COMMON}", account.id)
        client = signed_in(app, account)
        for address in (*pages, "/", f"/administration/comptes/{account.id}"):
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert _foreign(read(answer.text)) == [], (address, payload)
        assert _letters(account.name) in _letters(read(client.get("/compte").text).all("main")[0].text)


def test_a_table_holds_no_formula(app: Flask) -> None:
    """No cell begins as a spreadsheet's formulas do, and each document is one line."""
    text = app.test_client().get(f"/recherche.csv?q={COMMON}").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == len(PAYLOADS) + 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not any(cell.startswith(tuple("=+-@＝＋－＠\t\r")) for row in rows for cell in row)


@pytest.mark.parametrize(
    "address", ["/nouveautes.atom", "/oai?verb=ListRecords&metadataPrefix=oai_dc", "/sitemap.xml", "/opensearch.xml"]
)
def test_xml_stays_xml(app: Flask, address: str) -> None:
    """Feeds and records are whole documents, without entities of their own, whatever titles say."""
    answer = app.test_client().get(address)
    tree = etree.fromstring(answer.data, etree.XMLParser(resolve_entities=False))
    assert tree.getroottree().docinfo.internalDTD is None
    assert {each.tag for each in tree.iter("script", "img", "b", "svg")} == set()


def test_feeds_say_the_payloads(app: Flask) -> None:
    """A reader of feeds is told text, not markup."""
    found = feedparser.parse(app.test_client().get("/nouveautes.atom").data)
    titles = {_letters(each.title) for each in found.entries}
    assert _letters(PAYLOADS["template"]) in titles
    assert {each.title_detail["type"] for each in found.entries} == {"text/plain"}


def test_calendars_hold_one_event_each(app: Flask) -> None:
    """A line break in a title or a place begins no other property."""
    client = app.test_client()
    for number, payload in enumerate(PAYLOADS.values(), 1):
        calendar = Calendar.from_ical(client.get(f"/rendez-vous/{EVENT.format(number)}.ics").data)
        (event,) = calendar.walk("VEVENT")
        assert "Set-Cookie" not in event
        assert _letters(payload) in _letters(str(event["SUMMARY"]))


def test_data_in_pages_are_one_block(app: Flask, library: SmallLibrary) -> None:
    """The JSON of a page says the title and ends where it should."""
    client = app.test_client()
    for name, payload in PAYLOADS.items():
        page = read(client.get(f"/documents/{library.ids[name]}").text)
        (block,) = page.all("script", type="application/ld+json")
        assert _letters(json.loads(block.text)["name"]) == _letters(payload)
        assert "<" not in block.text


def test_the_api_says_it_as_it_is(app: Flask, library: SmallLibrary) -> None:
    """JSON that no browser takes for a page."""
    client = app.test_client()
    for name, payload in PAYLOADS.items():
        answer = client.get(f"/api/v1/documents/{library.ids[name]}")
        assert answer.get_json()["title"] == payload
        assert answer.content_type.startswith("application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_mail_has_the_headers_that_we_wrote(app: Flask, library: SmallLibrary) -> None:
    """Names of kept searches begin no header, and titles are lines of a plain text."""
    catalogue, client = services_of(app).catalogue, app.test_client()
    documents = tuple(
        catalogue.documents.find_each([library.ids[name] for name in PAYLOADS], frozenset({MEMBERS})).values()
    )
    for payload in PAYLOADS.values():
        address = client.post("/recherches", data={"q": COMMON, "nom": payload}).location.split("?")[0]
        search = catalogue.saved_searches.find(address.rsplit("/", maxsplit=1)[-1])
        assert search
        followed = catalogue.saved_searches.subscribe(search, "membre@exemple.fr", DigestFrequency.WEEKLY)
        with app.test_request_context("/"):
            letter = mails.build_digest_mail(followed, documents, 30)
        assert not any(letter_ in letter.subject for letter_ in "\r\n")
        assert PAYLOADS["script"] in letter.text


@given(folder=_PATHS)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_folder_leads_out_of_the_library(tmp_path: Path, folder: str) -> None:
    """Whatever a form says, a deposit goes into the library or nowhere."""
    root = tmp_path / "bibliotheque"
    (root / "a").mkdir(parents=True, exist_ok=True)
    try:
        checked = check_folder(root, folder)
    except (DepositRefusedError, ValueError):
        return
    assert (root / checked).resolve().is_relative_to(root.resolve())


@given(name=_PATHS)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_leads_out_of_its_folder(tmp_path: Path, name: str) -> None:
    """A file that is kept lies in the folder that was chosen, under a name that has no path in it."""
    root = tmp_path / "depot"
    (root / "a").mkdir(parents=True, exist_ok=True)
    deposit_file(
        DepositTarget(root, "a", lambda _: None, may_compare=lambda _: True, suffixes=SUFFIXES),
        name,
        io.BytesIO(name.encode()),
    )
    outside = [each for each in tmp_path.rglob("*") if each.is_file() and each.parent != root / "a"]
    assert outside == []


@given(tail=_PATHS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_of_a_document_reads_another_file(client: FlaskClient, tail: str) -> None:
    """Below « /documents/ » there is what we listed, whatever is written there."""
    answer = client.get(f"/documents/{tail.replace(chr(0), '')}".split("?")[0].split("#")[0] or "/documents/x")
    assert answer.status_code in {301, 302, 303, 308, 400, 404}
    assert b"root:" not in answer.data


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    """Someone who asks."""
    return app.test_client()


def _letters(text: str) -> str:
    """A text without the blanks that typography and lines add."""
    return "".join(each for each in text if not each.isspace() and each not in "\u202f\u00a0’'")
