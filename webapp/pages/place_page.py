"""One page, slide, section or minute of a document alone, as large as the screen, with the way on and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from webapp.auth import current_groups, find_document_or_404
from webapp.pages import search_params, thumbnails
from webapp.pages.document_page import find_replay, list_parts
from webapp.pages.document_parts import find_part
from webapp.server import NOT_FOUND, ProblemError, services

if TYPE_CHECKING:
    from webapp.pages.document_parts import DocumentPart

place_blueprint = Blueprint("places", __name__, url_prefix="/documents")


@place_blueprint.get("/<document_id>/endroits/<name>")
def show(document_id: str, name: str) -> str:
    """Show the part that an anchor names, the words of `q` marked on its image and in its text."""
    document = find_document_or_404(document_id)
    question = search_params.read_question(request.args, current_groups())
    match = services().search.interpret(question).match
    spoken = find_replay(document).captions or document
    window = find_part(list_parts(spoken, match), name)
    if window is None:
        raise ProblemError(404, NOT_FOUND)
    (part,) = window.shown
    words = search_params.word_params(question)

    def address(other: DocumentPart) -> str:
        return search_params.place_address(document.id, other.lasting_name, words)

    return render_template(
        "place.html",
        document=document,
        question=question,
        part=part,
        window=window,
        picture=thumbnails.find_passage_picture(spoken, part.locator, match if part.has_match else None),
        neighbours=window.neighbours_of(part),
        address=address,
        back=search_params.passage_address(
            url_for("documents.show", document_id=document.id), part.locator, urlencode(words)
        ),
    )
