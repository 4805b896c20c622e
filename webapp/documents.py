"""One document: its page, its file, its captions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template, request

from webapp import asking, captions
from webapp.counting import ledger
from webapp.errors import NOT_FOUND, ProblemError
from webapp.hive import document_or_404, groups, hive
from webapp.originals import VIDEO, is_watchable, send_captions, send_original
from webapp.reading import Player, Replay, parts, start_second

if TYPE_CHECKING:
    from index.model import Document

blueprint = Blueprint("documents", __name__, url_prefix="/documents")

CAPTIONS = "sous-titres"
_MORE = 5


@blueprint.get("/<document_id>")
def show(document_id: str) -> str:
    """Everything known of a document, the words of `q` marked, its video ready at second `t`."""
    document = document_or_404(document_id)
    ledger().opened(document.id)
    question = asking.read(request.args, groups())
    understood = hive().search.understand(question)
    replay = _replay(document)
    # A video is read through its captions.
    spoken = replay.captions or document
    read = parts(hive().catalogue.passages(spoken.id), understood.match)
    siblings = _siblings(document)
    return render_template(
        "document.html",
        document=document,
        question=question,
        words=asking.words(question),
        understood=understood,
        player=_player(replay, start_second(request.args.get("t", ""))),
        parts=read,
        found=[part for part in read if part.found],
        siblings=siblings,
        more_like=_more_like(spoken, {document.id, *(each.id for each in siblings)}),
    )


@blueprint.get("/<document_id>/original")
def original(document_id: str) -> Response:
    """The file itself, as the community dropped it."""
    return send_original(hive().settings.library, document_or_404(document_id))


@blueprint.get("/<document_id>/sous-titres.vtt")
def subtitles(document_id: str) -> Response:
    """The captions of a replay, for the player."""
    document = _replay(document_or_404(document_id)).captions
    if document is None:
        raise ProblemError(404, NOT_FOUND)
    # The file itself has its exact timing; captions of another kind are written anew from what was read in them.
    return send_captions(hive().settings.library, document) or Response(
        captions.webvtt(hive().catalogue.passages(document.id)), mimetype="text/vtt"
    )


def _replay(document: Document) -> Replay:
    companion = hive().catalogue.companion(document, groups())
    if document.format == VIDEO:
        return Replay(document, companion)
    return Replay(companion, document) if document.format == CAPTIONS else Replay(None, None)


def _player(replay: Replay, start: int) -> Player | None:
    if replay.video and is_watchable(replay.video):
        return Player(replay.video, replay.captions, start)
    return None


def _siblings(document: Document) -> list[Document]:
    """What else the same gathering left behind."""
    if document.event is None:
        return []
    return [each for each in hive().catalogue.of_event(document.event.id, groups()) if each.id != document.id]


def _more_like(document: Document, shown: set[str]) -> list[Document]:
    """What to read next, those that the page shows already left out."""
    near = hive().search.more_like(document, groups(), _MORE + len(shown))
    return [each for each in near if each.id not in shown][:_MORE]
