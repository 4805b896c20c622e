"""The API: what the pages tell, as JSON for other tools."""

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

__all__ = ["install"]

_SUBJECTS = (search, documents, events, subjects, changes, state, tags, deposits, files)
"""What has views of the API: they are there once their module is."""


def install(app: APIFlask, origins: str) -> None:
    """Give an application the API and the page that documents it; forms' protection must be there already.

    `origins` are the sites whose pages may ask from a browser, apart by spaces.
    """
    specification.install(app)
    refusing.install(app)
    app.register_blueprint(api)
    app.register_blueprint(documentation.blueprint)
    app.extensions["csrf"].exempt(api)
    if origins:
        CORS(
            app,
            resources={r"/api/v1/.*": {"origins": origins.split()}},
            allow_headers=["Authorization", "Content-Type", "If-None-Match", "Range"],
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
