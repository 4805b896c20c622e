"""What browsers are told, and what templates must not hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import webapp
from tests.webapp.page_parser import read
from tests.webapp.small_library import VIDEO
from webapp.pages.contact import contact_link

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.page_parser import PageReader
    from tests.webapp.small_library import SmallLibrary

_NUL_PATHS = (
    "/documents/%00",
    "/rendez-vous/a%00",
    "/recherches/%00",
    "/abonnements/%00/arret",
    "/animation/qualifier/%00",
    "/animation/rendez-vous/%00",
    "/themes/%00",
)
_NUL_QUERIES = ("/recherche?q=a%00", "/etat?fichier=%00", "/animation/qualifier?fait=%00", "/api/v1/search?q=%00")
_NUL_FORMS = {
    "/animation/documents/annulation": "avant",
    "/animation/recherches-sans-resultat/oubli": "recherche",
    "/animation/vocabulaire/entree": "nom",
    "/animation/depot": "dossier",
    "/animation/fichiers/relecture": "fichier",
    "/recherches": "q",
}

_TO_SEARCH = "Aller à la recherche"
TEMPLATES = sorted((Path(webapp.__file__).parent / "templates").rglob("*.html"))


@pytest.mark.parametrize(
    "address", ["/", "/recherche?q=droits", "/etat", "/nulle-part", "/api/v1/search", "/static/ruche.css"]
)
def test_every_answer_tells_browsers_to_be_careful(client: FlaskClient, address: str) -> None:
    """Pages, errors, JSON and files all carry the headers; nothing inline may run."""
    headers = client.get(address).headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_a_nul_is_refused_everywhere(client: FlaskClient) -> None:
    """An address that holds one names nothing, what is sent with one is not understood: never a breakdown."""
    assert {client.get(each).status_code for each in _NUL_PATHS} == {404}
    assert {client.get(each).status_code for each in _NUL_QUERIES} == {400}
    answers = {each: client.post(each, data={name: "a\0b"}) for each, name in _NUL_FORMS.items()}
    assert {each: answer.status_code for each, answer in answers.items()} == dict.fromkeys(_NUL_FORMS, 400)
    assert all("Demande incomprise" in answer.text for answer in answers.values())


def test_a_video_keeps_the_headers_of_pages(client: FlaskClient, library: SmallLibrary) -> None:
    """A video is shown by the page: it must not be sandboxed."""
    policy = client.get(f"/documents/{library.ids[VIDEO]}/original").headers["Content-Security-Policy"]
    assert "sandbox" not in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_nothing_inline(template: Path) -> None:
    """No inline script, style or handler, no escape from escaping, no address of another host."""
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe|<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)|autoescape", text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", text)


@pytest.fixture(scope="module")
def pages(page_texts: dict[str, str]) -> dict[str, PageReader]:
    """Every page, read once."""
    return {address: read(text) for address, text in page_texts.items()}


def test_every_page_has_its_landmarks(administrator: FlaskClient, pages: dict[str, PageReader]) -> None:
    """One main, one h1, a language, a skip link, a search with a name of its own: on all pages, errors included."""
    for address, page in (pages | {"/nulle-part": read(administrator.get("/nulle-part").text)}).items():
        assert [len(page.all(tag)) for tag in ("main", "h1")] == [1, 1], address
        assert page.all("html", lang="fr")
        assert page.all("a", href="#contenu")
        searches = [each.attributes["aria-label"] for each in page.elements if each.attributes.get("role") == "search"]
        assert searches, address
        assert len(searches) == len(set(searches)), address


@pytest.mark.parametrize("place", ["contenu", "menu", "pied"])
def test_skip_links_lead_somewhere(pages: dict[str, PageReader], place: str) -> None:
    """On every page, each skip link has its target, the field of the search among them."""
    for address, page in pages.items():
        ids = {each.attributes.get("id") for each in page.elements}
        (search,) = [each.attributes["href"] for each in page.all("a", class_="fr-link") if each.text == _TO_SEARCH]
        assert {place, str(search).removeprefix("#")} <= ids, address


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("animation@example.org", "mailto:animation@example.org"),
        ("https://example.org/nous-ecrire", "https://example.org/nous-ecrire"),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_the_contact_is_a_mail_or_a_page(contact: str, link: str) -> None:
    """Anything else in the setting makes no link."""
    assert contact_link(contact) == link
