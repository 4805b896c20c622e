"""Where the settings name the site's public address, no request chooses another by its Host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.composition import create_app
from tests.webapp.accounts import COOKIE, guarded
from tests.webapp.conftest import WholeClient
from tests.webapp.rights_matrix import SILENT, TELLING, Kind, Standing, world

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

from tests.webapp.rights_matrix import World

PUBLIC = "http://vrai.example/memoire"
FALSE = "intrus.example"
_HEADERS = {"X-Forwarded-Host": FALSE, "X-Forwarded-Server": FALSE, "Forwarded": f"host={FALSE}", "X-Host": FALSE}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> World:
    """An application that knows its public address."""
    made = world(tmp_path_factory.mktemp("public") / "a", Standing.VISIBLE)
    made.app = create_app(guarded(made.library).model_copy(update={"public_address": PUBLIC}))
    made.app.test_client_class = WholeClient
    made.app.config["WTF_CSRF_ENABLED"] = False
    return made


def _addresses(here: World) -> dict[str, list[str]]:
    """The addresses of each route that reads, those that name something among them."""
    listed = {name: [each.address for each in probes] for name, probes in TELLING.items()}
    listed |= {name: list(each) for name, each in SILENT.items()}
    return {name: [here.named(each, Kind.MEMBER) for each in found] for name, found in listed.items()}


def _client(here: World, kind: Kind) -> FlaskClient:
    """Someone whose cookie goes along to the false host too."""
    client = here.client(kind)
    if cookie := client.get_cookie(COOKIE):
        client.set_cookie(COOKIE, cookie.value, domain=FALSE)
    return client


def _names_intruder(answer: TestResponse) -> bool:
    return FALSE.encode() in answer.data or any(FALSE in value for _, value in answer.headers)


@pytest.mark.parametrize("kind", [Kind.NOBODY, Kind.MEMBER, Kind.ADMINISTRATOR], ids=lambda each: each.name)
def test_no_answer_repeats_a_false_host(here: World, kind: Kind) -> None:
    """Every route of the application, by whomever it is asked: pages, feeds, calendars, API, harvests, redirections."""
    client = _client(here, kind)
    reading = {rule.endpoint for rule in here.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    addresses = _addresses(here)
    assert reading == set(addresses)
    named, signed_in = [], False
    for name, each in addresses.items():
        for address in each:
            answer = client.get(address, headers={"Host": FALSE, **_HEADERS})
            named += [(name, address)] if _names_intruder(answer) else []
            signed_in |= answer.status_code == 200 and name == "saved_searches.show"
    assert named == []
    assert signed_in is (kind is not Kind.NOBODY)


def test_no_change_repeats_a_false_host(here: World) -> None:
    """Nor does any route that changes something, its errors and redirections included."""
    client = _client(here, Kind.ADMINISTRATOR)
    changing = {"POST", "PUT", "PATCH", "DELETE"}
    bound = here.app.url_map.bind("localhost")
    for rule in here.app.url_map.iter_rules():
        for method in changing & (rule.methods or set()):
            given = {name: "1" if "int" in repr(rule._converters[name]).lower() else "x" for name in rule.arguments}  # noqa: SLF001 - Werkzeug names them nowhere else
            address = bound.build(rule.endpoint, given, method=method)
            answer = client.open(address, method=method, data={"nom": "x"}, headers={"Host": FALSE, **_HEADERS})
            assert not _names_intruder(answer), (rule.endpoint, method)
            if rule.endpoint in {"account.close_all_sessions", "sign_in.sign_out", "account.erase"}:
                client = _client(here, Kind.ADMINISTRATOR)


def test_the_public_address_is_what_is_written(here: World) -> None:
    """Feeds, the sitemap's announcement, the browser's search, harvests, the API and calendars: all begin with it."""
    client = _client(here, Kind.MEMBER)
    for address in (
        *("/nouveautes.atom", "/themes/aller-vers.atom", "/robots.txt", "/sitemap.xml", "/opensearch.xml"),
        *("/oai?verb=Identify", "/api/v1/search?q=carnet", "/rendez-vous.ics"),
        here.named("/documents/{deck}", Kind.MEMBER),
    ):
        answer = client.get(address, headers={"Host": FALSE})
        assert answer.status_code == 200, address
        assert PUBLIC in answer.text.replace("\r\n ", ""), address
        assert f"{PUBLIC}/memoire" not in answer.text, address
