"""What became of each file, for those who drop them, and what they can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from webapp import status
from webapp.animation.access import only_for_animators, who
from webapp.hive import hive
from webapp.typography import count

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = only_for_animators(Blueprint("files", __name__, url_prefix="/animation/fichiers"))


@blueprint.get("")
def show() -> str:
    """Each file with its state, what the indexer says of itself, and what waits for a person's word."""
    return render_template("animation/files.html", **status.listing("files.show"))


@blueprint.post("/relecture")
def retry() -> Response:
    """Read a failed file once more."""
    path = request.form.get("fichier", "")
    with hive().catalogue.writing() as write:
        waits = write.retry(path)
    if waits:
        flash(f"«\u00a0{path}\u00a0» va être relu\u00a0: rechargez cette page dans un instant.", "success")
    else:
        flash("Ce fichier n’est plus en échec\u00a0: rien à relire.", "info")
    return redirect(url_for("files.show"), 303)


@blueprint.post("/suppressions")
def confirm() -> Response:
    """Agree that the files held back are gone for good."""
    with hive().catalogue.writing() as write:
        gone = write.confirm_deletions(who())
    flash(f"{count(gone, 'suppression confirmée', 'suppressions confirmées')}\u00a0: l’index suit.", "success")
    return redirect(url_for("files.show"), 303)
