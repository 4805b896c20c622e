"""Depositing files through the API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response, request
from marshmallow import validate

from index.model import Facet
from webapp.animation import choices, depositing
from webapp.animation.deposit_writing import (
    ConflictPolicy,
    DepositFate,
    DepositOutcome,
    DepositRefusedError,
    DepositTarget,
    discard_waiting_file,
)
from webapp.api import fields, members, schemas
from webapp.api.access import restrict_view_to_animators
from webapp.api.answering import json_response
from webapp.api.blueprint import api
from webapp.errors import REFUSED_PARAMETER, ErrorExplanation, ProblemError

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage, MultiDict

_FILES_FIELD = "fichiers"
_NAME_TAKEN = (
    "Un autre fichier porte déjà ce nom dans ce dossier\u00a0: renvoyez-le avec «\u00a0doublon\u00a0» à "
    "«\u00a0version\u00a0» (il le remplace) ou à «\u00a0autre-nom\u00a0»."
)

DepositSchema = members.make_schema(
    "Deposit",
    {
        _FILES_FIELD: fields.ListField(
            fields.FileField(),  # type: ignore[no-untyped-call]  # APIFlask left its type out
            required=True,
            validate=validate.Length(min=1, error="Il faut un fichier au moins."),
            metadata={"description": "Les fichiers."},
        ),
        "dossier": fields.text_parameter("Dossier de la bibliothèque\u00a0; vide\u00a0: sa racine.", load_default=""),
        "nouveau": fields.text_parameter("Sous-dossier à créer dans ce dossier.", 200, load_default=""),
        "doublon": fields.choice_parameter(
            [choice.value for choice in ConflictPolicy],
            "Si un autre fichier porte ce nom\u00a0: «\u00a0demander\u00a0» le refuse et le dit.",
            load_default=ConflictPolicy.ASK.value,
        ),
        "deplier": fields.flag_parameter("«\u00a01\u00a0» déplie les archives ZIP."),
        "rendez-vous": fields.text_parameter("Identifiant du rendez-vous des documents.", load_default=""),
        "theme": fields.values_parameter("Thèmes des documents."),
        "territoire": fields.values_parameter("Territoires des documents."),
    },
    fields.StrictSchema,
)


@api.post("/deposits")
@restrict_view_to_animators
@api.input(DepositSchema, location="form_and_files", arg_name="form", unknown=None)
@api.output(
    members.make_list_schema("outcomes", schemas.OutcomeSchema, "Ce qu’est devenu chaque fichier."),
    description="Ce qu’est devenu chaque fichier.",
)
@api.doc(
    summary="Déposer des fichiers",
    description="Chaque fichier est écrit en entier ou pas du tout, jamais à la place d’un autre sans qu’on l’ait "
    "demandé. L’indexeur le lit ensuite\u00a0: «\u00a0/files\u00a0» dit où il en est.",
    tags=["Animation"],
)
def deposit_files(form: dict[str, Any]) -> Response:
    """Deposit files into the library."""
    _refuse_unknown_values(request.form)
    # A file without a name is false, and so is what marshmallow makes of a file field that is an empty text.
    files: list[FileStorage] = list(filter(None, form[_FILES_FIELD]))
    if not files:
        raise _parameter_error(_FILES_FIELD, "Aucun fichier n’est arrivé.")
    deposit_request = depositing.read_deposit_request(request.form)
    try:
        target = depositing.open_target(deposit_request)
    except DepositRefusedError as error:
        raise _parameter_error("dossier", str(error)) from error
    outcomes = (
        _refuse_waiting(target, each) for each in depositing.deposit_files(target, files, unpack=deposit_request.unpack)
    )
    return json_response({"outcomes": [_serialise_outcome(each) for each in depositing.audit_outcomes(list(outcomes))]})


def _refuse_unknown_values(form: MultiDict[str, str]) -> None:
    """Refuse a value that the page's form could not send: nobody would notice the mistake later."""
    known = {
        "theme": dict(choices.list_facet_choices(Facet.THEME)),
        "territoire": dict(choices.list_facet_choices(Facet.TERRITORY)),
        "rendez-vous": dict(choices.list_event_choices()),
    }
    for name, values in known.items():
        unknown = [each for each in form.getlist(name) if each and each not in values]
        if unknown:
            raise _parameter_error(
                name, f"«\u00a0{unknown[0]}\u00a0» n’est pas connu\u00a0: voyez la liste des valeurs."
            )


def _refuse_waiting(target: DepositTarget, outcome: DepositOutcome) -> DepositOutcome:
    """Refuse a file that would wait for a choice: there is nobody behind a tool to choose."""
    if outcome.fate is not DepositFate.WAITING:
        return outcome
    # A file of an archive may wait in a subfolder of the target.
    discard_waiting_file(replace(target, folder=outcome.path.rpartition("/")[0]), outcome.held)
    return replace(outcome, fate=DepositFate.REFUSED, message=_NAME_TAKEN, held="")


def _serialise_outcome(outcome: DepositOutcome) -> dict[str, Any]:
    return {"name": outcome.name, "fate": outcome.fate.value, "message": outcome.message, "path": outcome.path}


def _parameter_error(name: str, detail: str) -> ProblemError:
    explanation = ErrorExplanation("Dépôt refusé", f"Le paramètre «\u00a0{name}\u00a0» ne convient pas.", detail)
    return ProblemError(422, explanation, kind=REFUSED_PARAMETER, parameter_errors={name: detail})
