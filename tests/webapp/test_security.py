"""What browsers are told, and what templates must not hold."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import webapp
from tests.webapp.small_library import SLIDES, VIDEO
from webapp.app import contact_address

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.webapp.small_library import SmallLibrary

TEMPLATES = sorted((Path(webapp.__file__).parent / "templates").glob("*.html"))


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


def test_every_page_has_its_landmarks(client: FlaskClient, library: SmallLibrary) -> None:
    """One main, one h1, a language, a skip link, a search: on all pages, errors included."""
    for address in ("/", "/recherche", f"/documents/{library.ids[SLIDES]}", "/etat", "/nulle-part"):
        html = client.get(address).text
        assert html.count("<main") == html.count("<h1") == html.count('role="search"') == 1, address
        assert '<html lang="fr">' in html
        assert 'href="#contenu"' in html


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
    assert contact_address(contact) == link
