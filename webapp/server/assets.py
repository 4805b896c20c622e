"""Static files: versioned by their content, so that browsers cache them for ever, and compressed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import request
from flask_compress import Compress

from index.model import ExplainedError

if TYPE_CHECKING:
    from flask import Flask, Response

STATIC_FOLDER = Path(__file__).parents[1] / "static"
_VERSION_PARAM = "v"
_CACHE_FOREVER = "public, max-age=31536000, immutable"
_REQUIRED_FILE = "dsfr/dsfr.css"


class AssetsMissingError(ExplainedError):
    """The style sheets of the design system are not installed; the message says how to install them, in French."""


def install_assets(app: Flask) -> None:
    """Have an application version, cache and compress its static files. Raises AssetsMissingError."""
    if not (STATIC_FOLDER / _REQUIRED_FILE).is_file():
        raise AssetsMissingError(
            f"Les feuilles de style du DSFR manquent ({STATIC_FOLDER / _REQUIRED_FILE}). "
            "« make assets » les met en place."
        )
    # Flask-Compress would leave the file of a stream open. Static files are small, and are loaded before it sees them.
    app.config["COMPRESS_STREAMS"] = False
    app.url_defaults(_add_version)
    app.after_request(_set_cache_lifetime)
    # `after_request` functions run from the last to the first: the body is loaded, then compressed.
    Compress(app)
    app.after_request(_load_static_body)


# Cached for the life of the process: static files change with a new version of Ruche, which restarts it.
@cache
def _file_digest(filename: str) -> str:
    path = STATIC_FOLDER / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (digest := _file_digest(values["filename"])):
        values[_VERSION_PARAM] = digest


def _load_static_body(response: Response) -> Response:
    # Only static files: a deposited video must stay a stream.
    if request.endpoint == "static":
        response.direct_passthrough = False
        response.get_data()
    return response


def _set_cache_lifetime(response: Response) -> Response:
    """Let browsers keep for ever a file whose address names its content."""
    if request.endpoint == "static" and _VERSION_PARAM in request.args and response.status_code < 400:  # noqa: PLR2004 - HTTP's errors start there
        response.headers["Cache-Control"] = _CACHE_FOREVER
    return response
