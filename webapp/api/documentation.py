"""The API's documents: the one that machines read, and the page that people read and try it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, render_template

from webapp.api import specification
from webapp.api.answering import answer
from webapp.api.blueprint import api

if TYPE_CHECKING:
    from apiflask import APIFlask

blueprint = Blueprint("api_documentation", __name__)


@api.get("/openapi.json")
@api.doc(hide=True)
def openapi() -> Response:
    """The OpenAPI document."""
    return answer(specification.document(cast("APIFlask", current_app)))


@blueprint.get("/api")
def show() -> str:
    """Each operation, with a form to try those that only read."""
    return render_template("api.html", spec=specification.document(cast("APIFlask", current_app)))
