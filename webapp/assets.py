"""Static files: versioned by their content, so that browsers cache them for ever, and compressed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import request
from flask_compress import Compress

from index.errors import ExplainedError

if TYPE_CHECKING:
    from flask import Flask, Response

FOLDER = Path(__file__).parent / "static"
_VERSION = "v"
_FOREVER = "public, max-age=31536000, immutable"
_NEEDED = "dsfr/dsfr.css"


class AssetsMissingError(ExplainedError):
    """The style sheets of the design system are not installed; the message says how to install them, in French."""


def install(app: Flask) -> None:
    """Have an application version, cache and compress its static files. Raises AssetsMissingError."""
    if not (FOLDER / _NEEDED).is_file():
        raise AssetsMissingError(
            f"Les feuilles de style du DSFR manquent ({FOLDER / _NEEDED}). « make assets » les met en place."
        )
    # Flask-Compress would leave the file of a stream open. Static files are small, and are loaded before it sees them.
    app.config["COMPRESS_STREAMS"] = False
    app.url_defaults(_name)
    app.after_request(_keep)
    # `after_request` functions run from the last to the first: the body is loaded, then compressed.
    Compress(app)
    app.after_request(_whole)


# Cached for the life of the process: static files change with a new version of Ruche, which restarts it.
@cache
def _digest(filename: str) -> str:
    path = FOLDER / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _name(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (digest := _digest(values["filename"])):
        values[_VERSION] = digest


def _whole(response: Response) -> Response:
    # Only static files: a deposited video must stay a stream.
    if request.endpoint == "static":
        response.direct_passthrough = False
        response.get_data()
    return response


def _keep(response: Response) -> Response:
    """Let browsers keep for ever a file whose address names its content."""
    if request.endpoint == "static" and _VERSION in request.args and response.status_code < 400:  # noqa: PLR2004 - HTTP's errors start there
        response.headers["Cache-Control"] = _FOREVER
    return response
