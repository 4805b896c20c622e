"""Correct when slides are spoken of in a replay: a person's word prevails over what words tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from index.model import parse_timecode
from webapp.auth import current_account_id, current_groups, find_document_or_404, restrict_to_animators
from webapp.pages import list_replay_chapters
from webapp.server import services

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

chapter_blueprint = restrict_to_animators(Blueprint("chapters", __name__, url_prefix="/animation/chapitres"))

_MAX_SLIDE = 10_000


@chapter_blueprint.get("/<document_id>")
def edit(document_id: str) -> str:
    """Show the chapters of a recording, each in a form, and one to add what is missing."""
    recording = find_document_or_404(document_id)
    shown = list_replay_chapters(recording)
    if not shown:
        abort(404)
    decks = services().catalogue.documents.find_each(
        list(dict.fromkeys(each.chapter.deck_id for each in shown)), current_groups()
    )
    return render_template("animation/chapters.html", document=recording, chapters=shown, decks=decks)


@chapter_blueprint.post("/<document_id>")
def correct(document_id: str) -> Response:
    """Save a person's word on one slide: `debut` is « 12:34 »; `action` takes the chapter away, or the word back."""
    recording = find_document_or_404(document_id)
    deck = find_document_or_404(request.form.get("support", ""))
    slide = request.form.get("diapositive", type=int) or 0
    format_ = services().format_of(deck)
    if not ((format_.is_deck or format_.is_paged) and 0 < slide <= _MAX_SLIDE):
        abort(400)
    action = request.form.get("action", "")
    start = None if action else parse_timecode(request.form.get("debut", ""))
    if not action and start is None:
        flash("Ce moment ne se lit pas\u00a0: écrivez-le comme 12:34 ou 1:02:34.", "error")
        return redirect(url_for("chapters.edit", document_id=recording.id), 303)
    with services().catalogue.transaction() as transaction:
        if action == "revenir":
            transaction.chapters.undecide(recording.id, deck.id, slide)
        else:
            transaction.chapters.decide(recording.id, deck.id, slide, start, current_account_id())
    flash(f"C’est enregistré pour la diapositive {slide}.", "success")
    return redirect(url_for("chapters.edit", document_id=recording.id), 303)
