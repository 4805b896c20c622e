"""Sets up the API: its views, its documentation, CORS, and validation errors as problems (RFC 9457)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from apiflask.exceptions import HTTPError
from flask_cors import CORS

from webapp.api import (
    change_views,
    contact_views,
    deposit_views,
    document_views,
    documentation,
    health_views,
    openapi,
    question_views,
    resolution_views,
    search_views,
    vocabulary_views,
)
from webapp.api.blueprint import api
from webapp.server import REFUSED_PARAMETER, ErrorExplanation, ProblemError, explain_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apiflask import APIFlask
    from werkzeug.wrappers import Response


def install_validation_errors(app: APIFlask) -> None:
    """Have an application answer validation errors as problems."""
    app.register_error_handler(HTTPError, _explain_validation_error)


def _explain_validation_error(error: HTTPError) -> Response:
    misfits = dict(_list_parameter_errors(error.detail))
    names = ", ".join(f"«\u00a0{name}\u00a0»" for name in misfits)
    detail = f"Le paramètre {names} ne convient pas." if len(misfits) == 1 else f"Ne conviennent pas\u00a0: {names}."
    explanation = ErrorExplanation("Paramètre refusé", detail, " ".join(misfits.values()))
    problem = ProblemError(error.status_code, explanation, kind=REFUSED_PARAMETER, parameter_errors=misfits)
    return explain_error(problem, explanation)


def _list_parameter_errors(detail: Any) -> Iterator[tuple[str, str]]:
    """Yield each error with the path to what is wrong, such as `choose.0.facet`."""
    # The outer level is where the parameter was (query, json): the path leaves it out.
    for errors in detail.values():
        yield from _flatten_errors(errors, ())


def _flatten_errors(errors: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(errors, dict):
        for name, inner in errors.items():
            yield from _flatten_errors(inner, (*path, str(name)))
    else:
        # `_schema` holds the errors of an object as a whole.
        names = [name for name in path if name != "_schema"]
        yield ".".join(names) or "corps", " ".join(map(str, errors))


_VIEW_MODULES = (
    search_views,
    document_views,
    vocabulary_views,
    resolution_views,
    contact_views,
    change_views,
    health_views,
    deposit_views,
    question_views,
)
"""Modules with views of the API: importing one registers its views on the blueprint."""


def install_api(app: APIFlask, origins: str) -> None:
    """Install the API and the page that documents it; the forms' CSRF protection must be installed before.

    `origins` are the sites whose pages may call the API from a browser, separated by spaces.
    """
    openapi.install_openapi(app)
    install_validation_errors(app)
    app.register_blueprint(api)
    app.register_blueprint(documentation.documentation_blueprint)
    # The blueprint has a check of its own: tools have no CSRF token of our forms.
    app.extensions["csrf"].exempt(api)
    # Without CORS headers, browsers keep the pages of other sites from reading any answer.
    if origins:
        CORS(
            app,
            resources={r"/api/v1/.*": {"origins": origins.split()}},
            allow_headers=["Authorization", "Content-Type", "If-None-Match", "Range"],
            # Headers that a page's script may read besides the few that CORS always allows.
            expose_headers=[
                "Accept-Ranges",
                "Content-Disposition",
                "Content-Range",
                "ETag",
                "Last-Modified",
                "Link",
                "Retry-After",
                "WWW-Authenticate",
                "X-RateLimit-Limit",
                "X-RateLimit-Remaining",
                "X-RateLimit-Reset",
            ],
            max_age=timedelta(hours=1),
        )
