"""Correct what a program heard in a recording, passage by passage, while listening to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from webapp.auth import current_account_id, find_document_or_404, restrict_to_animators
from webapp.pages import is_playable
from webapp.server import services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from index.model import Document, Passage, TranscriptCorrection

transcript_blueprint = restrict_to_animators(Blueprint("transcripts", __name__, url_prefix="/animation/transcriptions"))

_PER_PAGE = 60
"""Passages of one page: about half an hour of speech."""

_MAX_LENGTH = 5_000
_MAX_PAGE = 10_000
_MILLISECONDS = 1_000
_MAX_MILLISECONDS = 10**9


@dataclass(frozen=True, slots=True)
class EditedPassage:
    """A passage with its correction, None where nobody made one; `start` is in milliseconds."""

    passage: Passage
    start: int
    correction: TranscriptCorrection | None


@transcript_blueprint.get("/<document_id>")
def edit(document_id: str) -> str:
    """Show the passages of a recording, each in a form; `page` counts from 1."""
    document = _find_transcribed(document_id)
    page = min(max(1, request.args.get("page", 1, type=int)), _MAX_PAGE)
    passages = services().catalogue.documents.list_passages_from(document.id, (page - 1) * _PER_PAGE, _PER_PAGE + 1)
    fixed = {each.start: each for each in services().catalogue.transcripts.list_corrections(document.id)}
    return render_template(
        "animation/transcript.html",
        document=document,
        playable=is_playable(document),
        page=page,
        has_more=len(passages) > _PER_PAGE,
        corrections=len(fixed),
        edited=[
            EditedPassage(each, round(start * _MILLISECONDS), fixed.get(start))
            for each in passages[:_PER_PAGE]
            if (start := each.locator.start) is not None
        ],
    )


@transcript_blueprint.post("/<document_id>")
def correct(document_id: str) -> Response:
    """Save what a person says was said in a passage, and come back to the next one."""
    document = _find_transcribed(document_id)
    start = request.form.get("debut", type=int)
    text = " ".join(request.form.get("texte", "").split())
    if start is None or not 0 <= start <= _MAX_MILLISECONDS or not text or len(text) > _MAX_LENGTH:
        abort(400)
    with services().catalogue.transaction() as transaction:
        known = transaction.transcripts.correct(document.id, start / _MILLISECONDS, text, current_account_id())
    if known:
        flash("C’est enregistré\u00a0: ces mots se trouvent dès maintenant.", "success")
    else:
        flash("Ce passage n’existe plus\u00a0: la transcription a changé entre-temps. Relisez-la ci-dessous.", "info")
    anchor = f"t-{request.form.get('suivant', type=int) or start // _MILLISECONDS}"
    page = min(max(1, request.form.get("page", 1, type=int)), _MAX_PAGE)
    # What was typed may have made the document reserved: whoever may not see it any more is not led to it.
    return redirect(url_for("transcripts.edit", document_id=document.id, page=page, _anchor=anchor), 303)


def _find_transcribed(document_id: str) -> Document:
    document = find_document_or_404(document_id)
    if not document.transcribed:
        abort(404)
    return document
