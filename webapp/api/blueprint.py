"""The API's blueprint: what holds for all of its responses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from apiflask import APIBlueprint
from flask import current_app, request
from flask_wtf.csrf import CSRFError

from webapp.auth import require_animator
from webapp.server import ErrorExplanation, ProblemError

if TYPE_CHECKING:
    from apiflask import Schema
    from flask import Response

api = APIBlueprint("api", __name__, url_prefix="/api/v1")

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_DIGEST_BYTES = 12

_KEY_EXPECTED = ErrorExplanation(
    "Clé attendue",
    "Rien n’a été modifié\u00a0: la demande peut venir d’un autre site, ouvert dans le même navigateur.",
    "Envoyez un jeton dans l’en-tête Authorization: Bearer.",
)


@api.before_request
def refuse_cross_site_writes() -> None:
    """Refuse a write that another site has a browser send. Raises ProblemError (403).

    A tool sends its token in a header, which no other site can add to a request; our pages send their CSRF token.
    """
    if not _is_from_tool():
        try:
            current_app.extensions["csrf"].protect()
        except CSRFError as error:
            raise ProblemError(HTTPStatus.FORBIDDEN, _KEY_EXPECTED) from error


@api.after_request
def add_etag(response: Response) -> Response:
    """Add an ETag made from the content, and answer 304 to whoever has this content already."""
    # Files are streamed and bring an ETag of their own: reading one here would load it whole.
    if request.method in {"GET", "HEAD"} and response.status_code == HTTPStatus.OK and not response.direct_passthrough:
        if "ETag" not in response.headers:
            # A weak tag: compression may change the bytes that are sent.
            response.set_etag(hashlib.blake2b(response.get_data(), digest_size=_DIGEST_BYTES).hexdigest(), weak=True)
        response.make_conditional(request)
    return response


def _is_from_tool() -> bool:
    """Whether no page of a browser can have sent the request without a CORS preflight."""
    sent = request.authorization
    if sent is None:
        return False
    # Browsers add the password of a reverse proxy (Basic) by themselves, even to what another site asks, but then name
    # that site in `Origin`. A tool names none.
    return sent.type == "bearer" or "Origin" not in request.headers


def accept_query(schema: type[Schema]) -> Decorator:
    """Decorate a view with the schema of its query string, passed to it as `params`; unknown parameters are refused."""
    return api.input(schema, location="query", arg_name="params", unknown=None)


P = ParamSpec("P")
R = TypeVar("R")


def restrict_view_to_animators(view: Callable[P, R]) -> Callable[P, R]:
    """Restrict a view to animators; to be placed right under the route."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        # Before the parameters are validated: someone without rights is told nothing else.
        require_animator()
        return view(*args, **kwargs)

    return wrapper
