"""What holds on every page, whoever wrote it."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import template_rendered

import webapp
from tests.webapp.every_page import NOT_PAGES, PAGES, addresses, answers
from tests.webapp.page_parser import read
from tests.webapp.xpath import page as tree_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from jinja2 import Template

    from tests.webapp.page_parser import PageReader
    from tests.webapp.small_library import SmallLibrary

_TEMPLATES = Path(webapp.__file__).with_name("templates")

_FIRST, _AFTER = 300_000, 60_000
"""Bytes sent for a page to someone who comes for the first time, and to someone who has been on another one."""

_GZIP = {"Accept-Encoding": "gzip"}


def test_every_route_is_looked_at(app: Flask) -> None:
    """A new route is listed with the pages, so that all tests see it, or with what is no page."""
    reading = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert reading == set(PAGES) | NOT_PAGES
    assert not set(PAGES) & NOT_PAGES


def test_the_addresses_are_those_of_their_page(app: Flask, guarded_library: SmallLibrary) -> None:
    """An address listed under a page is answered by it."""
    matcher = app.url_map.bind("ruche.test")
    answered = {matcher.match(address.split("?", maxsplit=1)[0])[0] for address in addresses(guarded_library)}
    assert answered == {page for page, listed in PAGES.items() if listed}


_OTHERWISE = {
    "error.html": "an address that does not exist, which the browser's tests look at",
    "accounts/refused.html": "the single sign-on, which has tests of its own",
    "accounts/sign_out.html": "idem",
    "accounts/forgotten.html": "where mails leave: the tests of forgotten passwords have a mail server",
    "accounts/new_password.html": "idem",
    "assistant.html": "what a model answers, which needs a service: the browser's tests of quotations look at it",
    "administration/layout.html": "a part of others",
    "animation/layout.html": "idem",
}
"""Templates of pages that none of these addresses and forms shows."""


def test_every_template_is_looked_at(tmp_path: Path, administrator: FlaskClient, guarded_library: SmallLibrary) -> None:
    """A page that answers a form is listed too: its route alone would not tell that there is one."""
    shown: set[str] = set()

    def note(_: Flask, template: Template, **__: object) -> None:
        shown.add(template.name or "")

    with template_rendered.connected_to(note):
        for address in addresses(guarded_library):
            administrator.get(address)
        assert all(answers(tmp_path).values())
    pages = {each.relative_to(_TEMPLATES).as_posix() for each in _TEMPLATES.rglob("*.html") if each.name[0] != "_"}
    assert pages - shown - {"base.html"} == set(_OTHERWISE)


def test_answers_are_pages_like_others(tmp_path: Path, library: SmallLibrary) -> None:
    """Each has its title, its look and no more weight than others; none is the page that says that all went wrong."""
    for name, answer in answers(tmp_path).items():
        page = read(answer)
        assert page.texts("h1"), name
        assert page.texts("h1")[0] not in {"Cette page n’existe pas", "Une erreur est survenue"}, name
        assert page.all("html")[0].attributes["data-apparence"] == library.settings.theme, name
        assert len(gzip.compress(answer.encode())) < _AFTER, name


def test_every_page_has_the_look_of_the_settings(page_texts: dict[str, str], guarded_library: SmallLibrary) -> None:
    """No page's own words take the place of the name of the look."""
    looks = {address: read(text).all("html")[0].attributes for address, text in page_texts.items()}
    other = [address for address, look in looks.items() if look["data-apparence"] != guarded_library.settings.theme]
    assert other == []


def test_no_button_is_shown_that_needs_a_script(page_texts: dict[str, str]) -> None:
    """Without one, nothing that does nothing is offered: such a button, or what holds it, says that it needs one."""
    wanting = "//button[@type='button'][not(ancestor-or-self::*[@hidden or contains(@class, 'needs-script')])]"
    for address, text in page_texts.items():
        assert [each.text_content() for each in tree_of(text).xpath(wanting)] == [], address


def test_pages_are_light(administrator: FlaskClient, guarded_library: SmallLibrary) -> None:
    """Compressed, with all that it needs, a page is under 300 KB at first, then 60 KB."""

    @cache
    def weigh(file: str) -> int:
        return len(administrator.get(file, headers=_GZIP).data)

    for address in addresses(guarded_library):
        answer = administrator.get(address, headers=_GZIP)
        assert answer.status_code == 200, address
        assert answer.headers["Content-Encoding"] == "gzip"
        assert len(answer.data) < _AFTER, address
        needed = _needed(read(gzip.decompress(answer.data).decode()))
        assert len(answer.data) + sum(map(weigh, needed)) < _FIRST, address


def test_what_a_page_needs_is_kept_for_good(administrator: FlaskClient, page_texts: dict[str, str]) -> None:
    """Style sheets, scripts and images of the site itself are named by their content, and never asked for twice."""
    needed = {address: _needed(read(text)) for address, text in page_texts.items()}
    assert {address: each for address, files in needed.items() for each in files if "?v=" not in each} == {}
    for file in set().union(*needed.values()):
        assert "immutable" in administrator.get(file).headers["Cache-Control"], file


def _needed(page: PageReader) -> set[str]:
    """The files of the site that a page has the browser load; pictures of documents come apart, when they are seen."""
    named = [each.attributes.get("href") for each in page.all("link")]
    named += [each.attributes.get("src") for tag in ("script", "img") for each in page.all(tag)]
    return {each for each in named if each and each.startswith("/static/")}
