"""The deposit page. Deposits, here and through the API, are the only writes that Ruche ever makes in the library."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, render_template, request

from index.analysis import fold
from index.library_names import ignored
from index.model import Facet
from webapp.animation import choices, depositing
from webapp.animation.access import only_for_animators
from webapp.animation.deposit_writing import DepositRefusedError, Fate, Outcome, Shelf, abandon, settle
from webapp.errors import Explanation, explain
from webapp.hive import hive

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.datastructures import FileStorage
    from werkzeug.exceptions import HTTPException
    from werkzeug.wrappers import Response

blueprint = only_for_animators(Blueprint("deposit", __name__, url_prefix="/animation/depot"))

_FORM_BYTES = 2**20
"""Bytes that the form's own fields and separators may take besides the files."""

_ROOT = "."
"""The value of the library's root in the list of folders: browsers take an empty value for no choice."""

_ABANDON = "abandonner"


def install(app: Flask, megabytes: int) -> None:
    """Raise the size limit of requests for deposits alone; to be called before anything reads forms."""
    app.config["DEPOSIT_BYTES"] = megabytes * 2**20 + _FORM_BYTES

    def allow() -> None:
        # Every other view keeps the application's small limit.
        if request.endpoint in {"deposit.receive", "api.deposit"}:
            request.max_content_length = app.config["DEPOSIT_BYTES"]

    app.before_request(allow)


@blueprint.get("")
def show() -> str:
    """Show the deposit form."""
    return render_template(
        "animation/deposit.html",
        folders=[(_ROOT, "À la racine de la bibliothèque"), *((path, path) for path in folders())],
        folder=request.args.get("dossier") or _ROOT,
        events=[("", "Celui que dit le nom du dossier ou du fichier"), *choices.events()],
        themes=choices.entries(Facet.THEME),
        territories=choices.entries(Facet.TERRITORY),
        megabytes=hive().settings.deposit_megabytes,
    )


@blueprint.post("")
def receive() -> Response | str:
    """Deposit the files of a form, and show what became of each."""
    wish = depositing.read(request.form)
    try:
        shelf = depositing.shelf_of(wish)
    except DepositRefusedError as error:
        return _told([Outcome(each.filename or "", Fate.REFUSED, str(error)) for each in _files()] or [_nothing()])
    outcomes = list(depositing.put(shelf, _files(), unpack=wish.unpack))
    return _told(depositing.written_down(outcomes) or [_nothing()])


@blueprint.post("/choix")
def choose() -> Response | str:
    """Do as the person chose with a file that waits because its name is taken."""
    wish = depositing.read(request.form)
    place = PurePosixPath(request.form.get("emplacement", ""))
    key = request.form.get("attente", "")
    try:
        folder = depositing.open_folder(str(place.parent) if place.parent.parts else "")
    except DepositRefusedError as error:
        return _told([Outcome(place.name, Fate.REFUSED, str(error))])
    # The folder is that of the waiting file: one from an archive may wait in a subfolder of the form's folder.
    shelf = Shelf(hive().settings.library, folder, depositing.announcer(wish), wish.choice)
    if request.form.get("doublon") == _ABANDON:
        abandon(shelf, key)
        return _told([Outcome(place.name, Fate.REFUSED, "Abandonné\u00a0: le fichier déjà là n’a pas changé.")])
    return _told(depositing.written_down([settle(shelf, place.name, key)]))


@blueprint.errorhandler(413)
def too_large(error: HTTPException) -> Response:
    """Say how large a deposit may be."""
    return explain(
        error,
        Explanation(
            "Dépôt trop volumineux",
            f"Un dépôt ne peut pas dépasser {hive().settings.deposit_megabytes}\u00a0Mo\u00a0; rien n’a été déposé.",
            "Déposez moins de fichiers à la fois, ou copiez les plus grands dans le dossier partagé.",
        ),
    )


def _files() -> list[FileStorage]:
    # A browser sends one file without a name for a field left empty.
    return [each for each in request.files.getlist("fichiers") if each.filename]


def _nothing() -> Outcome:
    return Outcome("", Fate.REFUSED, "Aucun fichier n’est arrivé\u00a0: choisissez-en au moins un.")


def _told(outcomes: list[Outcome]) -> Response | str:
    """Return the outcomes as JSON to the page's script, as a page to others."""
    # The page is named first: it wins where the header accepts anything.
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify({"outcomes": [asdict(each) | {"fate": each.fate.value} for each in outcomes]})
    return render_template(
        "animation/deposited.html",
        # An outcome without a name is about the deposit as a whole.
        outcomes=[replace(each, name=each.name or "Dépôt") for each in outcomes],
        kept=[each for each in outcomes if each.fate in {Fate.KEPT, Fate.SAME}],
        form=request.form,
        Fate=Fate,
    )


def folders() -> list[str]:
    """List the library's folders in which the person may see files."""
    return depositing.in_sight(every_folder())


def every_folder() -> list[str]:
    """List the library's folders: those of the files known, and those of the first level, which may be empty."""
    try:
        first = {each.name for each in hive().settings.library.iterdir() if each.is_dir() and not ignored(each.name)}
    except OSError:
        # The share is not mounted: a deposit will say so, with what to do.
        first = set()
    # Compared part by part, so that subfolders follow their parent: as texts, « a b » comes between « a » and « a/b ».
    return sorted(hive().catalogue.folders() | first, key=lambda path: [fold(part) for part in path.split("/")])
