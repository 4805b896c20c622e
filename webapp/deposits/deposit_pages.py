"""The deposit page. Deposits, here and through the API, are the only writes that Ruche ever makes in the library."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, render_template, request

from index.model import is_ignored
from index.text import fold_accents
from webapp.animation import list_event_choices, list_manual_choices
from webapp.auth import current_groups, identify_in_advance, may_animate, require_animator, restrict_to_animators
from webapp.deposits import deposit_requests
from webapp.deposits.deposit_writer import (
    DepositFate,
    DepositOutcome,
    DepositRefusedError,
    DepositTarget,
    discard_waiting_file,
    place_waiting_file,
)
from webapp.mailing import explain_mailbox_settings, is_mail_address
from webapp.server import SMALL_BODY_BYTES, ErrorExplanation, explain_error, services

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from flask import Flask
    from werkzeug.datastructures import FileStorage
    from werkzeug.exceptions import HTTPException
    from werkzeug.wrappers import Response

    from index.config import Settings

deposit_blueprint = restrict_to_animators(Blueprint("deposits", __name__, url_prefix="/animation/depot"))

_FORM_BYTES = 2**20
"""Bytes that the form's own fields and separators may take besides the files."""

_ROOT_VALUE = "."
"""The value of the library's root in the list of folders: browsers take an empty value for no choice."""

_DISCARD_CHOICE = "abandonner"


_DEPOSIT_ENDPOINTS = frozenset({"deposits.receive", "api.deposit_files"})


def install_deposit_limit(app: Flask, megabytes: int) -> None:
    """Raise the size limit of requests for deposits alone; to be called before anything reads forms."""
    app.config["DEPOSIT_BYTES"] = megabytes * 2**20 + _FORM_BYTES

    def raise_limit() -> None:
        # Every other view keeps the application's small limit.
        if request.endpoint in _DEPOSIT_ENDPOINTS:
            require_animator()
            request.max_content_length = app.config["DEPOSIT_BYTES"]

    app.before_request(raise_limit)


def count_accepted_bytes(app: Flask, environ: WSGIEnvironment) -> int:
    """Return the bytes of a request's body that may be read, on what its headers say: a deposit of who may deposit."""
    with app.request_context(environ):
        identify_in_advance()
        is_deposit = request.endpoint in _DEPOSIT_ENDPOINTS and may_animate()
    return int(app.config["DEPOSIT_BYTES"]) if is_deposit else SMALL_BODY_BYTES


@deposit_blueprint.get("")
def show() -> str:
    """Show the deposit form."""
    settings = services().settings
    return render_template(
        "animation/deposit.html",
        folders=[(_ROOT_VALUE, "À la racine de la bibliothèque"), *((path, path) for path in list_visible_folders())],
        folder=request.args.get("dossier") or _ROOT_VALUE,
        events=[("", "Celui que dit le nom du dossier ou du fichier"), *list_event_choices()],
        choices=list_manual_choices(),
        megabytes=settings.deposit_megabytes,
        mailbox=_find_mailbox(settings),
        mail_folder=settings.deposit_mailbox_folder,
        mail_megabytes=settings.deposit_mailbox_megabytes,
    )


def _find_mailbox(settings: Settings) -> str:
    """Return the address by which one deposits, "" for none."""
    user = settings.deposit_mailbox_user
    # The account of some servers is no address: then nobody is told where to write.
    is_ready = settings.deposit_mailbox_host and is_mail_address(user) and not explain_mailbox_settings(settings)
    return user if is_ready else ""


@deposit_blueprint.post("")
def receive() -> Response | str:
    """Deposit the files of a form, and show what became of each."""
    deposit_request = deposit_requests.read_deposit_request(request.form)
    try:
        target = deposit_requests.open_target(deposit_request)
    except DepositRefusedError as error:
        return _render_outcomes(
            [DepositOutcome(each.filename or "", DepositFate.REFUSED, str(error)) for each in _get_files()]
            or [_no_file_outcome()]
        )
    outcomes = list(deposit_requests.store_files(target, _get_files(), unpack=deposit_request.unpack))
    return _render_outcomes(deposit_requests.audit_outcomes(outcomes) or [_no_file_outcome()])


@deposit_blueprint.post("/choix")
def resolve_conflict() -> Response | str:
    """Do as the person chose with a file that waits because its name is taken."""
    deposit_request = deposit_requests.read_deposit_request(request.form)
    place = PurePosixPath(request.form.get("emplacement", ""))
    key = request.form.get("attente", "")
    try:
        folder = deposit_requests.check_visible_folder(str(place.parent) if place.parent.parts else "")
    except DepositRefusedError as error:
        return _render_outcomes([DepositOutcome(place.name, DepositFate.REFUSED, str(error))])
    # The folder is that of the waiting file: one from an archive may wait in a subfolder of the form's folder.
    target = DepositTarget(
        services().settings.library,
        folder,
        deposit_requests.make_announcer(deposit_request),
        deposit_request.on_conflict,
        may_compare=deposit_requests.may_compare,
        suffixes=deposit_requests.list_suffixes(),
    )
    if request.form.get("doublon") == _DISCARD_CHOICE:
        discard_waiting_file(target, key)
        return _render_outcomes(
            [DepositOutcome(place.name, DepositFate.REFUSED, "Abandonné\u00a0: le fichier déjà là n’a pas changé.")]
        )
    return _render_outcomes(deposit_requests.audit_outcomes([place_waiting_file(target, place.name, key)]))


@deposit_blueprint.errorhandler(413)
def explain_too_large(error: HTTPException) -> Response:
    """Say how large a deposit may be."""
    return explain_error(
        error,
        ErrorExplanation(
            "Dépôt trop volumineux",
            f"Un dépôt ne peut pas dépasser {services().settings.deposit_megabytes}\u00a0Mo\u00a0; "
            "rien n’a été déposé.",
            "Déposez moins de fichiers à la fois, ou copiez les plus grands dans le dossier partagé.",
        ),
    )


def _get_files() -> list[FileStorage]:
    # A browser sends one file without a name for a field left empty.
    return [each for each in request.files.getlist("fichiers") if each.filename]


def _no_file_outcome() -> DepositOutcome:
    return DepositOutcome("", DepositFate.REFUSED, "Aucun fichier n’est arrivé\u00a0: choisissez-en au moins un.")


def _render_outcomes(outcomes: list[DepositOutcome]) -> Response | str:
    """Return the outcomes as JSON to the page's script, as a page to others."""
    # The page is named first: it wins where the header accepts anything.
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify({"outcomes": [asdict(each) | {"fate": each.fate.value} for each in outcomes]})
    return render_template(
        "animation/deposited.html",
        # An outcome without a name is about the deposit as a whole.
        outcomes=[replace(each, name=each.name or "Dépôt") for each in outcomes],
        kept=[each for each in outcomes if each.fate in {DepositFate.KEPT, DepositFate.SAME}],
        form=request.form,
        Fate=DepositFate,
    )


def list_visible_folders() -> list[str]:
    """List the library's folders in which the person may see files."""
    hidden = services().catalogue.files.list_hidden_folders(current_groups())
    return deposit_requests.filter_visible_folders(each for each in list_folders() if each not in hidden)


def list_folders() -> list[str]:
    """List the library's folders: those of the files known, and those of the first level, which may be empty."""
    try:
        first = {
            each.name for each in services().settings.library.iterdir() if each.is_dir() and not is_ignored(each.name)
        }
    except OSError:
        # The share is not mounted: a deposit will say so, with what to do.
        first = set()
    # Compared part by part, so that subfolders follow their parent: as texts, « a b » comes between « a » and « a/b ».
    return sorted(
        services().catalogue.files.list_folders() | first,
        key=lambda path: [fold_accents(part) for part in path.split("/")],
    )
