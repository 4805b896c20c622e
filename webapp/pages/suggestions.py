"""Suggestions for the search field; pages work without them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request, url_for

from webapp.auth import current_groups
from webapp.server import services, typeset

if TYPE_CHECKING:
    from index.search import Suggestion

suggestion_blueprint = Blueprint("suggestions", __name__)

_MIN_LENGTH = 2
"""Letters typed before anything is suggested: one tells too little."""

_MAX_LENGTH = 200
"""Characters typed after which nothing is suggested any more."""

CACHE_SECONDS = 60
"""Seconds that a browser keeps suggestions: people erase letters and type them again."""


@suggestion_blueprint.get("/suggestions")
def suggest() -> Response:
    """Answer with suggestions for `q` as JSON: whole questions, and titles with the address of what they open."""
    # On the left only: a space at the end tells that the last word is complete, and nothing is suggested.
    typed = request.args.get("q", "").lstrip()
    response = jsonify({"query": typed, "suggestions": list_suggestions(typed)})
    response.headers["Cache-Control"] = f"private, max-age={CACHE_SECONDS}"
    return response


def list_suggestions(typed: str) -> list[dict[str, str | None]]:
    """Return the suggestions for what was typed: text, kind, and the address that a title opens, else None."""
    typed = typed.lstrip()
    found = (
        services().search.suggest_completions(typed, current_groups())
        if _MIN_LENGTH <= len(typed) <= _MAX_LENGTH
        else ()
    )
    return [_serialise_suggestion(each) for each in found]


def _serialise_suggestion(suggestion: Suggestion) -> dict[str, str | None]:
    address = _build_address(suggestion)
    return {
        # A title is only read; a question is put into the search field, where a non-breaking space would stay.
        "text": typeset(suggestion.text) if address else suggestion.text,
        "kind": suggestion.kind.value,
        "url": address,
    }


def _build_address(suggestion: Suggestion) -> str | None:
    if suggestion.event_id:
        return url_for("events.show", event_id=suggestion.event_id)
    return url_for("documents.show", document_id=suggestion.document_id) if suggestion.document_id else None
