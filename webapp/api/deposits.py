"""Depositing files through the API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response, request
from marshmallow import validate

from index.model import Facet
from webapp.animation import choices, depositing
from webapp.animation.deposit_writing import Choice, DepositRefusedError, Fate, Outcome, Shelf, abandon
from webapp.api import fields, members, schemas
from webapp.api.access import animators_only
from webapp.api.answering import answer
from webapp.api.blueprint import api
from webapp.errors import REFUSED_PARAMETER, Explanation, ProblemError

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage, MultiDict

_FILES = "fichiers"
_TAKEN = (
    "Un autre fichier porte déjà ce nom dans ce dossier\u00a0: renvoyez-le avec «\u00a0doublon\u00a0» à "
    "«\u00a0version\u00a0» (il le remplace) ou à «\u00a0autre-nom\u00a0»."
)

Deposit = members.made(
    "Deposit",
    {
        _FILES: fields.Several(
            fields.Sent(),  # type: ignore[no-untyped-call]  # APIFlask left its type out
            required=True,
            validate=validate.Length(min=1, error="Il faut un fichier au moins."),
            metadata={"description": "Les fichiers."},
        ),
        "dossier": fields.text("Dossier de la bibliothèque\u00a0; vide\u00a0: sa racine.", load_default=""),
        "nouveau": fields.text("Sous-dossier à créer dans ce dossier.", 200, load_default=""),
        "doublon": fields.one_of(
            [choice.value for choice in Choice],
            "Si un autre fichier porte ce nom\u00a0: «\u00a0demander\u00a0» le refuse et le dit.",
            load_default=Choice.ASK.value,
        ),
        "deplier": fields.flag("«\u00a01\u00a0» déplie les archives ZIP."),
        "rendez-vous": fields.text("Identifiant du rendez-vous des documents.", load_default=""),
        "theme": fields.values("Thèmes des documents."),
        "territoire": fields.values("Territoires des documents."),
    },
    fields.Strict,
)


@api.post("/deposits")
@animators_only
@api.input(Deposit, location="form_and_files", arg_name="sent", unknown=None)
@api.output(
    members.list_of("outcomes", schemas.Outcome, "Ce qu’est devenu chaque fichier."),
    description="Ce qu’est devenu chaque fichier.",
)
@api.doc(
    summary="Déposer des fichiers",
    description="Chaque fichier est écrit en entier ou pas du tout, jamais à la place d’un autre sans qu’on l’ait "
    "demandé. L’indexeur le lit ensuite\u00a0: «\u00a0/files\u00a0» dit où il en est.",
    tags=["Animation"],
)
def deposit(sent: dict[str, Any]) -> Response:
    """Deposit files into the library."""
    _refuse_unknown(request.form)
    # A file without a name is false, and so is what marshmallow makes of a file field that is an empty text.
    files: list[FileStorage] = list(filter(None, sent[_FILES]))
    if not files:
        raise _refused(_FILES, "Aucun fichier n’est arrivé.")
    wish = depositing.read(request.form)
    try:
        shelf = depositing.shelf_of(wish)
    except DepositRefusedError as error:
        raise _refused("dossier", str(error)) from error
    outcomes = (_decided(shelf, each) for each in depositing.put(shelf, files, unpack=wish.unpack))
    return answer({"outcomes": [_told(each) for each in depositing.written_down(list(outcomes))]})


def _refuse_unknown(form: MultiDict[str, str]) -> None:
    """Refuse a value that the page's form could not send: nobody would notice the mistake later."""
    known = {
        "theme": dict(choices.entries(Facet.THEME)),
        "territoire": dict(choices.entries(Facet.TERRITORY)),
        "rendez-vous": dict(choices.events()),
    }
    for name, values in known.items():
        unknown = [each for each in form.getlist(name) if each and each not in values]
        if unknown:
            raise _refused(name, f"«\u00a0{unknown[0]}\u00a0» n’est pas connu\u00a0: voyez la liste des valeurs.")


def _decided(shelf: Shelf, outcome: Outcome) -> Outcome:
    """Refuse a file that would wait for a choice: there is nobody behind a tool to choose."""
    if outcome.fate is not Fate.WAITING:
        return outcome
    # A file of an archive may wait in a subfolder of the target.
    abandon(replace(shelf, folder=outcome.path.rpartition("/")[0]), outcome.held)
    return replace(outcome, fate=Fate.REFUSED, message=_TAKEN, held="")


def _told(outcome: Outcome) -> dict[str, Any]:
    return {"name": outcome.name, "fate": outcome.fate.value, "message": outcome.message, "path": outcome.path}


def _refused(name: str, detail: str) -> ProblemError:
    explanation = Explanation("Dépôt refusé", f"Le paramètre «\u00a0{name}\u00a0» ne convient pas.", detail)
    return ProblemError(422, explanation, kind=REFUSED_PARAMETER, misfits={name: detail})
