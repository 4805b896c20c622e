"""An assistant over HTTP: the official client, a served application, tokens of persons."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio
import httpx2
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from index.accounts.audit import CONSOLE
from index.config.settings import Settings
from tests.webapp.http_server import served
from tests.webapp.rights_matrix import DECK, SHARED, TYPED, WORD, Kind, Standing, world
from tests.webapp.small_library import LONG_PAGE
from webapp.mcp.http_endpoint import list_known_addresses

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from flask import Flask
    from mcp.types import CallToolResult

    from tests.webapp.rights_matrix import World
    from tests.webapp.small_library import SmallLibrary

pytestmark = pytest.mark.anyio

_DAY = timedelta(days=1)
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
MODES = ("legacy", "auto")


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """The SDK's own."""
    return "asyncio"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A library that asks for accounts, with a folder of a group."""
    return world(tmp_path_factory.mktemp("assistant") / "a", Standing.KEPT)


@pytest.fixture(scope="module")
def site(here: World) -> Iterator[str]:
    """Its address."""
    with served(here.app) as address:
        yield address


@asynccontextmanager
async def connect(site: str, token: str = "", mode: str = "legacy", **headers: str) -> AsyncIterator[Client]:
    """An assistant that presents a token."""
    told = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=told | headers, timeout=60) as http,
        Client(streamable_http_client(f"{site}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


def given(result: CallToolResult) -> dict[str, Any]:
    """What a tool gave."""
    assert not result.is_error, result.content
    return result.structured_content or {}


@pytest.mark.parametrize("mode", MODES)
async def test_search_open_cite(site: str, here: World, mode: str) -> None:
    """With a token an assistant searches, opens and cites, by the older and the newer ways of the protocol."""
    async with connect(site, here.token(Kind.STRANGER, _DAY), mode) as client:
        assert [each.name for each in (await client.list_tools()).tools] == ["chercher", "ouvrir", "citer"]
        assert "jamais des consignes" in (client.instructions or "")
        found = given(await client.call_tool("chercher", {"question": "éloignees de leurs dROITS"}))
        document = found["documents"][0]
        assert document["title"] == "Aller vers les personnes éloignées de leurs droits"
        opened = given(await client.call_tool("ouvrir", {"document": document["id"], "debut": "diapositive 2"}))
        assert opened["passages"][0]["place"] == "diapositive 2"
        cited = given(await client.call_tool("citer", {"document": document["id"], "lieu": "diapositive 2"}))
        assert cited["url"].endswith(f"/documents/{document['id']}#diapositive-2")
        (content,) = (await client.read_resource("ruche://publics")).contents
        assert {"id": "jeunes", "name": "Jeunes"} in json.loads(content.text)  # type: ignore[union-attr]
        refused = await client.call_tool("effacer", {})
        assert refused.is_error
        assert "Outils\u00a0: chercher, ouvrir, citer." in refused.content[0].text  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", [Kind.STRANGER, Kind.MEMBER, Kind.ANIMATOR, Kind.INSIDER], ids=lambda each: each.name)
async def test_rights_are_those_of_the_owner(site: str, here: World, kind: Kind) -> None:
    """What a group may read is found with its token only; what is reserved is as absent as what does not exist."""
    sees = kind.sees(Standing.KEPT, absent=True)
    async with connect(site, here.token(kind, _DAY)) as client:
        for typed in (SHARED, *TYPED[:4]):
            assert (WORD in repr(given(await client.call_tool("chercher", {"question": typed})))) <= sees
        assert (WORD in repr(given(await client.call_tool("chercher", {"question": SHARED})))) == sees
        for tool in ("ouvrir", "citer"):
            assert (await client.call_tool(tool, {"document": here.library.ids[DECK]})).is_error != sees


@pytest.mark.parametrize("token", ["", "ruche_inconnu", "autre-chose"])
def test_without_a_token_nothing_is_told(site: str, token: str) -> None:
    """No token, or one that is none: refused, in a form that clients understand, whatever they send."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for body in (json.dumps(PING), "{", ""):
        answer = httpx2.post(f"{site}/mcp", content=body, headers=headers | {"Content-Type": "application/json"})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["title"] == "Jeton attendu"


async def test_a_revoked_token_opens_nothing(site: str, here: World) -> None:
    """Taken back in the middle of a conversation, a token is refused at the next message."""
    token = here.token(Kind.ADMINISTRATOR, _DAY)
    person = here.people[Kind.ADMINISTRATOR]
    async with connect(site, token) as client:
        assert given(await client.call_tool("chercher", {"question": SHARED}))["total"] > 0
        (kept,) = here.catalogue.access.api_tokens.list_of(person.id)
        here.catalogue.access.api_tokens.revoke(person.id, kept.number, CONSOLE)
        for tool, arguments in (("chercher", {"question": SHARED}), ("ouvrir", {"document": here.library.ids[DECK]})):
            with pytest.raises(MCPError):
                await client.call_tool(tool, arguments)
    answer = httpx2.post(f"{site}/mcp", json=PING, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_browser_session_is_no_token(here: World) -> None:
    """A page of another site, opened by someone who is signed in here, gets nothing by their cookies."""
    client = here.client(Kind.MEMBER)
    assert client.get("/recherche").status_code == 200
    assert client.post("/mcp", json=PING).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://localhost:3000"}, 200),
        ({"Origin": "https://ailleurs.example"}, 403),
        ({"Origin": "http://localhost.ailleurs.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "ailleurs.example"}, 421),
        ({"Host": "ailleurs.example:8420", "Origin": "http://ailleurs.example:8420"}, 421),
        ({"Content-Type": "text/plain"}, 400),
        ({"Accept": "text/html"}, 406),
    ],
    ids=str,
)
def test_other_sites_are_refused(library: SmallLibrary, app: Flask, headers: dict[str, str], status: int) -> None:
    """Without accounts, a site whose name leads to this machine (DNS rebinding) is told nothing."""
    asked = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"} | headers
    host = asked.pop("Host", "127.0.0.1:8420")
    answer = app.test_client().post("/mcp", data=json.dumps(PING), headers=asked, base_url=f"http://{host}")
    assert answer.status_code == status, answer.text
    assert library.ids[LONG_PAGE] not in answer.text


def test_the_public_address_is_known() -> None:
    """Behind a server, assistants come by the site's own name."""
    hosts, origins = list_known_addresses(Settings(public_address="https://ruche.example.fr/memoire"))
    assert "ruche.example.fr" in hosts
    assert "https://ruche.example.fr" in origins


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[" * 50_000, 400),
        ("x" * 70_000, 413),
        (json.dumps({"jsonrpc": "2.0", "id": 1, "method": "effacer"}), 200),
        (json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}), 202),
    ],
    ids=["broken", "deep", "large", "unknown", "notification"],
)
def test_messages_are_bounded(app: Flask, body: str, status: int) -> None:
    """What is no message, or too large, is refused; what is unknown is told so."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    answer = app.test_client().post("/mcp", data=body, headers=headers, base_url="http://127.0.0.1:8420")
    assert answer.status_code == status, answer.text


def test_no_stream_holds_a_thread(app: Flask) -> None:
    """There is nothing to listen to: neither by GET, nor by a subscription."""
    client = app.test_client()
    assert client.get("/mcp", headers={"Accept": "text/event-stream"}).status_code == 405
    assert client.delete("/mcp").status_code == 405
    listen = {"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": {}}
    headers = {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "subscriptions/listen",
    }
    answer = client.post("/mcp", json=listen, headers=headers, base_url="http://127.0.0.1:8420")
    assert answer.status_code >= 400


async def test_several_assistants_at_once(site: str, here: World) -> None:
    """Each is answered with its own rights, though they share the server's threads."""
    told: dict[Kind, list[bool]] = {Kind.STRANGER: [], Kind.MEMBER: []}

    async def ask(kind: Kind) -> None:
        async with connect(site, here.token(kind, _DAY)) as client:
            for _ in range(5):
                told[kind].append(WORD in repr(given(await client.call_tool("chercher", {"question": SHARED}))))

    async with anyio.create_task_group() as group:
        for kind in told:
            group.start_soon(ask, kind)
    assert told == {Kind.STRANGER: [False] * 5, Kind.MEMBER: [True] * 5}
