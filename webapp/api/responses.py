"""JSON responses of the API, and their `Link` headers (RFC 8288)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, request, url_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def encode_json(body: Mapping[str, Any] | Sequence[Any]) -> bytes:
    """Return a body as JSON."""
    # orjson writes dates and tuples as they are, and a page of results several times faster than the standard library.
    return orjson.dumps(body)


def json_response(body: Mapping[str, Any] | bytes, links: Mapping[str, str | None] | None = None) -> Response:
    """Return a JSON response, from a body or its JSON.

    `links` gives URLs by their relation (next, prev), None where there is none.
    """
    response = Response(body if isinstance(body, bytes) else encode_json(body), mimetype="application/json")
    link_header = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in (links or {}).items() if address)
    if link_header:
        response.headers["Link"] = link_header
    return response


def cursor_address(cursor: str) -> str:
    """Return the URL of the present request with another cursor."""
    # Filters may be repeated: every value of a name is kept.
    params: dict[str, Any] = {name: request.args.getlist(name) for name in request.args if name != "curseur"}
    return url_for(str(request.endpoint), _external=True, **(request.view_args or {}), **params, curseur=cursor)


def list_response(name: str, rows: Sequence[Mapping[str, Any]], cursor: str | None) -> Response:
    """Return a page of a list, with the URL of the next one."""
    following = cursor_address(cursor) if cursor else None
    return json_response({name: rows, "next": following}, {"next": following})
