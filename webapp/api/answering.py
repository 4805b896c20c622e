"""How answers are written: JSON, the addresses of the pages beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, request, url_for

if TYPE_CHECKING:
    from collections.abc import Mapping


def answer(body: Mapping[str, Any], links: Mapping[str, str | None] | None = None) -> Response:
    """A body as JSON; `links` are addresses by their relation (next, prev), None where there is none."""
    response = Response(orjson.dumps(body), mimetype="application/json")
    written = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in (links or {}).items() if address)
    if written:
        response.headers["Link"] = written
    return response


def here(cursor: str) -> str:
    """The address of the present request at another place of its list."""
    kept: dict[str, Any] = {name: request.args.getlist(name) for name in request.args if name != "curseur"}
    return url_for(str(request.endpoint), _external=True, **(request.view_args or {}), **kept, curseur=cursor)


def listed(name: str, rows: list[dict[str, Any]], cursor: str | None) -> Response:
    """A page of a list, with the address of the one after it."""
    following = here(cursor) if cursor else None
    return answer({name: rows, "next": following}, {"next": following})
