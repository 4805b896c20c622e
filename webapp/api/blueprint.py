"""The one blueprint of the API: what holds for every answer of it is here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from apiflask import APIBlueprint
from flask import current_app, request
from flask_wtf.csrf import CSRFError

from webapp.errors import Explanation, ProblemError

if TYPE_CHECKING:
    from apiflask import Schema
    from flask import Response

api = APIBlueprint("api", __name__, url_prefix="/api/v1")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_DIGEST_BYTES = 12

_NO_KEY = Explanation(
    "Clé attendue",
    "Rien n’a été modifié\u00a0: la demande peut venir d’un autre site, ouvert dans le même navigateur.",
    "Envoyez un jeton dans l’en-tête Authorization: Bearer.",
)


@api.before_request
def only_our_own() -> None:
    """Refuse a change that another site has a browser ask for. Raises ProblemError (403).

    A tool sends its key, which no site can add to a request by itself; a page sends its token.
    """
    if not _sent_by_a_tool():
        try:
            current_app.extensions["csrf"].protect()
        except CSRFError as error:
            raise ProblemError(HTTPStatus.FORBIDDEN, _NO_KEY) from error


@api.after_request
def revalidated(response: Response) -> Response:
    """An answer is named by its content, so that whoever has it already is told so instead."""
    if request.method in {"GET", "HEAD"} and response.status_code == HTTPStatus.OK and not response.direct_passthrough:
        if "ETag" not in response.headers:
            response.set_etag(hashlib.blake2b(response.get_data(), digest_size=_DIGEST_BYTES).hexdigest(), weak=True)
        response.make_conditional(request)
    return response


def _sent_by_a_tool() -> bool:
    """Whether no page of a browser can have sent the request without being asked whether it may (CORS)."""
    sent = request.authorization
    if sent is None:
        return False
    # A browser adds the password of the server in front (Basic) by itself, to what other sites ask too; it then names
    # the site. A tool names none.
    return sent.type == "bearer" or "Origin" not in request.headers


def query(schema: type[Schema]) -> Decorator:
    """What a request may ask, given to the view as `asked`; whatever else it asks is refused."""
    return api.input(schema, location="query", arg_name="asked", unknown=None)
