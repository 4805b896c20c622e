"""The one blueprint of the API: what holds for every answer of it is here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import current_app, request

if TYPE_CHECKING:
    from apiflask import Schema
    from flask import Response

api = APIBlueprint("api", __name__, url_prefix="/api/v1")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_DIGEST_BYTES = 12
_OK = 200


@api.before_request
def only_our_own() -> None:
    """Refuse a change that another site has a signed-in browser ask for.

    A tool sends its key in a header, which no site can add to a request by itself; a page sends its token.
    """
    if "Authorization" not in request.headers:
        current_app.extensions["csrf"].protect()


@api.after_request
def revalidated(response: Response) -> Response:
    """An answer is named by its content, so that whoever has it already is told so instead."""
    if request.method in {"GET", "HEAD"} and response.status_code == _OK and not response.direct_passthrough:
        if "ETag" not in response.headers:
            response.set_etag(hashlib.blake2b(response.get_data(), digest_size=_DIGEST_BYTES).hexdigest(), weak=True)
        response.make_conditional(request)
    return response


def query(schema: type[Schema]) -> Decorator:
    """What a request may ask, given to the view as `asked`; whatever else it asks is refused."""
    return api.input(schema, location="query", arg_name="asked", unknown=None)
