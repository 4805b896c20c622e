"""What holds at every address, enumerated from the application: headers, tokens of forms, bounds of what is sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from index.accounts.model import NewAccount
from tests.webapp.accounts import PASSWORD, joined
from tests.webapp.page_parser import read
from tests.webapp.rights_matrix import Kind, Standing, world
from webapp.auth.identity import OPEN_ENDPOINTS

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.routing import Rule
    from werkzeug.test import TestResponse

    from tests.webapp.rights_matrix import World

_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
_WITHOUT_TOKEN = {
    # Mail programs press it by themselves (RFC 8058); its address is a secret.
    "saved_searches.unsubscribe",
    # It changes nothing, and harvesters post.
    "oai.respond_to_harvester",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SECRET_ADDRESSES = {
    "password_reset.edit",
    "sign_in.show_invitation",
    "saved_searches.show",
    "saved_searches.confirm",
    "saved_searches.unsubscribe",
    "feeds.search",
    "calendars.search",
    "dossiers.show_shared",
    "dossiers.export_shared",
    "single_sign_on.handle_callback",
}
_HTTPS = "https://ruche.example"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An application that asks for accounts, with the tokens of forms."""
    made = world(tmp_path_factory.mktemp("routes") / "a", Standing.VISIBLE)
    made.app.config["WTF_CSRF_ENABLED"] = True
    return made


def _address(here: World, rule: Rule) -> str:
    """An address of a route, of whatever it may name."""
    given = {name: "1" if "int" in type(rule._converters[name]).__name__.lower() else "x" for name in rule.arguments}  # noqa: SLF001 - Werkzeug names them nowhere else
    return here.app.url_map.bind("localhost").build(rule.endpoint, given, method=next(iter(rule.methods or ())))


def _rules(here: World, methods: set[str]) -> list[Rule]:
    return [rule for rule in here.app.url_map.iter_rules() if methods & (rule.methods or set())]


@pytest.mark.parametrize("kind", [Kind.NOBODY, Kind.ADMINISTRATOR], ids=["nobody", "administrator"])
def test_every_answer_carries_the_headers(here: World, kind: Kind) -> None:
    """Whatever is asked, by whomever, and however it ends; over HTTPS browsers are told to stay there."""
    client = here.client(kind)
    for rule in _rules(here, {"GET"}):
        answer = client.get(_address(here, rule))
        _check(dict(answer.headers), rule.endpoint)
        assert "Strict-Transport-Security" not in answer.headers, rule.endpoint
        over_https = client.get(_address(here, rule), base_url=_HTTPS)
        assert over_https.headers["Strict-Transport-Security"].startswith("max-age=31536000"), rule.endpoint


def _check(headers: dict[str, str], name: str) -> None:
    assert _HEADERS.items() <= (headers | {"Referrer-Policy": "same-origin"}).items(), name
    # A page whose address is a secret lets nobody learn it.
    secret = name in _SECRET_ADDRESSES
    assert headers["Referrer-Policy"] == ("strict-origin" if secret else "same-origin"), name
    assert "unsafe" not in headers["Content-Security-Policy"], name
    assert headers["Content-Security-Policy"].startswith(("default-src 'self'", "default-src 'none'")), name
    assert "Permissions-Policy" in headers, name
    assert name == "static" or headers["Cache-Control"].startswith("private"), name


def test_every_cookie_is_kept_from_others(here: World) -> None:
    """No script reads a cookie of ours, no other site has it sent along; over HTTPS it travels no other way."""
    answers = [here.client(Kind.NOBODY).get(_address(here, rule), base_url=_HTTPS) for rule in _rules(here, {"GET"})]
    cookies = [cookie for each in (*answers, _signing_in(here)) for cookie in each.headers.getlist("Set-Cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"__Host-ruche", "session"}
    for cookie in cookies:
        said = set(cookie.split("; "))
        assert {"HttpOnly", "Secure"} <= said, cookie
        assert said & {"SameSite=Lax", "SameSite=Strict"}, cookie
        assert not cookie.startswith("__Host-") or ("Path=/" in said and "Domain=" not in cookie), cookie


def _signing_in(here: World) -> TestResponse:
    account = joined(here.app, NewAccount("paul@ruche.example", "Paul"), PASSWORD)
    client = here.client(Kind.NOBODY)
    form = read(client.get("/connexion", base_url=_HTTPS).text).all("input", name="csrf_token")[0]
    given = {"csrf_token": form.attributes["value"], "adresse": account.mail, "mot_de_passe": PASSWORD}
    return client.post("/connexion", base_url=_HTTPS, data=given, headers={"Referer": f"{_HTTPS}/connexion"})


def test_every_change_needs_the_token_of_our_pages(here: World) -> None:
    """Another site cannot have a signed-in browser change anything: each such route refuses, and nothing changes."""
    client = here.client(Kind.ADMINISTRATOR)
    before = here.catalogue.revisions.read_last(), here.catalogue.access.audit.count()
    for rule in _rules(here, _CHANGING):
        for method in _CHANGING & (rule.methods or set()):
            answer = client.open(_address(here, rule), method=method, data={"nom": "x"})
            # Tools have statuses of their own; an assistant's cookie is not looked at.
            refused = {"api": 403, "mcp": 401}.get(rule.endpoint.partition(".")[0], 400)
            wanted = {200, 404} if rule.endpoint in _WITHOUT_TOKEN else {refused}
            assert answer.status_code in wanted, (rule.endpoint, method, answer.status_code)
    assert (here.catalogue.revisions.read_last(), here.catalogue.access.audit.count()) == before


def test_no_route_takes_more_than_it_needs(here: World) -> None:
    """64 KB for any request but a deposit's, which has a limit of its own."""
    client = here.client(Kind.ADMINISTRATOR)
    large = {"nom": "x" * 100_000}
    for rule in _rules(here, {"POST"}):
        if "deposit" not in rule.endpoint:
            answer = client.post(_address(here, rule), data=large)
            assert answer.status_code == 413, rule.endpoint


def test_no_number_of_an_address_is_too_large(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that no database holds is of nothing: no address breaks down on it."""
    client = here.client(Kind.ADMINISTRATOR)
    monkeypatch.setitem(here.app.config, "WTF_CSRF_ENABLED", value=False)
    numbered = [rule for rule in here.app.url_map.iter_rules() if "<int:" in rule.rule]
    assert len(numbered) >= 5
    for rule in numbered:
        for number in (2**31, 2**63, 10**30):
            asked = re.sub(r"<int:\w+>", str(number), rule.rule)
            method = "GET" if "GET" in (rule.methods or ()) else "POST"
            answer = client.open(re.sub(r"<\w+>", "x", asked), method=method)
            assert answer.status_code == 404, (rule.rule, number)


def test_what_is_open_is_listed(here: World) -> None:
    """No route answers nobody but those of the list; each of these exists."""
    names = {rule.endpoint for rule in here.app.url_map.iter_rules()}
    assert names >= OPEN_ENDPOINTS
    for rule in _rules(here, {"GET"}):
        status = _status(here.client(Kind.NOBODY), _address(here, rule))
        assert rule.endpoint in OPEN_ENDPOINTS or status in {302, 401}, rule.endpoint


def _status(client: FlaskClient, address: str) -> int:
    return client.get(address).status_code
