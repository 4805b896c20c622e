"""The Model Context Protocol over HTTP (« streamable »): each POST is one message, answered by one body of JSON.

The SDK's server is an ASGI application, which waitress does not run: each message has an event loop for itself. Nothing
is kept between two messages, so a token that is taken back opens nothing from the next one on.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import anyio
from flask import Blueprint, Flask, Response, current_app, request

from webapp.auth import current_person, groups_for_delivery, requires_accounts
from webapp.mcp.assistant_session import AssistantSession
from webapp.server import ErrorExplanation, ProblemError, services

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from index.config import Settings

mcp_blueprint = Blueprint("mcp", __name__)

# Of one message: calls take less than a second, and one that lasts must not hold a thread of the server.
_MESSAGE_SECONDS = 30.0

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

# Headers of the SDK's answer that are ours to pass on; lengths are counted anew.
_ANSWER_HEADERS = frozenset({"content-type", "allow", "mcp-session-id"})

_TOKEN_REQUIRED = ErrorExplanation(
    "Jeton attendu",
    "Un assistant se présente par un jeton d’accès valable\u00a0: une session de navigateur ne suffit pas.",
    "Créez un jeton de lecture dans «\u00a0Mon compte\u00a0» et envoyez-le dans l’en-tête Authorization: Bearer.",
)
_TOO_SLOW = ErrorExplanation(
    "Réponse trop longue", "La demande de l’assistant n’a pas abouti à temps.", "Réessayez dans une minute."
)


@mcp_blueprint.post("/mcp")
def answer_message() -> Response:
    """Answer a message of an assistant, with what the owner of its token may read."""
    # A page that another site had a member open would come with their cookies.
    if requires_accounts() and "Authorization" not in request.headers:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, _TOKEN_REQUIRED, {"WWW-Authenticate": "Bearer"})
    # As a reader: what waits for the team may name someone, and goes to whoever runs the assistant's model.
    groups = groups_for_delivery(current_person())
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way
    session = AssistantSession(app, services().settings, groups)
    return anyio.run(_answer_within_bounds, session, request.get_data())


async def _answer_within_bounds(session: AssistantSession, body: bytes) -> Response:
    try:
        with anyio.fail_after(_MESSAGE_SECONDS):
            return await _answer(session, body)
    except TimeoutError as error:
        raise ProblemError(HTTPStatus.GATEWAY_TIMEOUT, _TOO_SLOW) from error


async def _answer(session: AssistantSession, body: bytes) -> Response:
    # Imported by the first message: the SDK takes as long to load as all the rest, and few installations need it.
    from mcp.server.transport_security import TransportSecuritySettings  # noqa: PLC0415

    from webapp.mcp.mcp_server import build_server  # noqa: PLC0415

    hosts, origins = list_known_addresses(session.settings)
    server = build_server(session)
    # Another site whose name comes to lead to this machine would be of one origin with it: its name is refused.
    security = TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
    server.streamable_http_app(json_response=True, stateless_http=True, transport_security=security)
    exchange = _Exchange(body)
    async with server.session_manager.run():
        await server.session_manager.handle_request(_build_scope(), exchange.receive, exchange.send)
    return Response(exchange.body, exchange.status, exchange.headers)


def list_known_addresses(settings: Settings) -> tuple[list[str], list[str]]:
    """Return the hosts, and the origins, by which an assistant may come, as the SDK takes them."""
    public = urlsplit(settings.public_address)
    hosts = [*_LOOPBACK, *(f"{each}:*" for each in _LOOPBACK), *filter(None, (settings.host, public.netloc))]
    hosts.append(f"{settings.host}:*")
    origins = [f"http://{each}{port}" for each in _LOOPBACK for port in ("", ":*")]
    if public.netloc:
        origins.append(f"{public.scheme}://{public.netloc}")
    return hosts, origins


class _Exchange:
    """A request and its answer, as an ASGI application sees them."""

    def __init__(self, body: bytes) -> None:
        self._sent: bytes | None = body
        self.status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        self.headers: list[tuple[str, str]] = []
        self.body = b""

    async def receive(self) -> MutableMapping[str, Any]:
        """Give the body, once; then wait for the end, which the client does not tell before it has its answer."""
        if self._sent is None:
            await anyio.sleep_forever()
        sent, self._sent = self._sent, None
        return {"type": "http.request", "body": sent, "more_body": False}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            named = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"])
            self.headers = [(name, value) for name, value in named if name.lower() in _ANSWER_HEADERS]
        else:
            self.body += message.get("body", b"")


def _build_scope() -> dict[str, Any]:
    headers = {name.lower(): value for name, value in request.headers if name.lower() != "authorization"}
    # One answer in JSON, never a stream that would hold a thread for as long as a client listens.
    if request.accept_mimetypes.accept_json:
        headers["accept"] = "application/json"
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": None,
        "server": None,
    }
