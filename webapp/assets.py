"""Static files: an address that changes with the content, so that a browser keeps each for good."""

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
    """The style sheets of the design system were never set up; the message says how to."""


def install(app: Flask) -> None:
    """Have an application name, keep and compress its static files. Raises AssetsMissingError."""
    if not (FOLDER / _NEEDED).is_file():
        raise AssetsMissingError(
            f"Les feuilles de style du DSFR manquent ({FOLDER / _NEEDED}). « make assets » les met en place."
        )
    # Compressing a stream would leave its file open: what is worth compressing is small, and read whole before.
    app.config["COMPRESS_STREAMS"] = False
    app.url_defaults(_name)
    app.after_request(_keep)
    Compress(app)
    app.after_request(_whole)


@cache
def _digest(filename: str) -> str:
    path = FOLDER / filename
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def _name(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (digest := _digest(values["filename"])):
        values[_VERSION] = digest


def _whole(response: Response) -> Response:
    if request.endpoint == "static":
        response.direct_passthrough = False
        response.get_data()
    return response


def _keep(response: Response) -> Response:
    """A file asked for by its present content never has to be asked for again."""
    if request.endpoint == "static" and _VERSION in request.args and response.status_code < 400:  # noqa: PLR2004 - HTTP's errors start there
        response.headers["Cache-Control"] = _FOREVER
    return response
