"""The JSON API for other tools."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask_cors import CORS

from webapp.api import (
    changes,
    deposits,
    documentation,
    documents,
    events,
    files,
    refusing,
    search,
    specification,
    state,
    subjects,
    tags,
)
from webapp.api.blueprint import api

if TYPE_CHECKING:
    from apiflask import APIFlask

__all__ = ["install_api"]

_VIEW_MODULES = (search, documents, events, subjects, changes, state, tags, deposits, files)
"""Modules with views of the API: importing one registers its views on the blueprint."""


def install_api(app: APIFlask, origins: str) -> None:
    """Install the API and the page that documents it; the forms' CSRF protection must be installed before.

    `origins` are the sites whose pages may call the API from a browser, separated by spaces.
    """
    specification.install_openapi(app)
    refusing.install_validation_errors(app)
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
