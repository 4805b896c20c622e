"""What a person who types may be about to ask, for the search field; the pages do without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request, url_for

from webapp.hive import groups, hive
from webapp.typography import typeset

if TYPE_CHECKING:
    from index.suggest import Suggestion

blueprint = Blueprint("suggestions", __name__)

_SHORTEST = 2
"""Letters: one says too little."""

_LONGEST = 200
"""Characters: whoever typed more is past being helped to begin."""

FRESH = 60
"""Seconds during which a browser need not ask again for what someone types, erases and types anew."""


@blueprint.get("/suggestions")
def suggest() -> Response:
    """Whole questions, and titles with the address of their document."""
    typed = request.args.get("q", "").lstrip()
    response = jsonify({"query": typed, "suggestions": told(typed)})
    response.headers["Cache-Control"] = f"private, max-age={FRESH}"
    return response


def told(typed: str) -> list[dict[str, str | None]]:
    """The suggestions for what was typed, each with its text, its kind, and the address of the document it names."""
    typed = typed.lstrip()
    found = hive().search.complete(typed, groups()) if _SHORTEST <= len(typed) <= _LONGEST else ()
    return [_told(each) for each in found]


def _told(suggestion: Suggestion) -> dict[str, str | None]:
    id_ = suggestion.document_id
    return {
        # A title is read, any other text becomes a question: only the first may change by a space.
        "text": typeset(suggestion.text) if id_ else suggestion.text,
        "kind": suggestion.kind.value,
        "url": url_for("documents.show", document_id=id_) if id_ else None,
    }
