"""Depositing files through the API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Response, request
from marshmallow import validate

from index.catalogue import Decisions
from index.model import MANUAL_FACETS, Facet
from webapp.animation import build_animator_tags, list_event_choices, list_manual_choices
from webapp.api import request_fields, response_fields, schemas, serializers
from webapp.api.blueprint import api, restrict_view_to_animators
from webapp.api.responses import json_response
from webapp.auth import current_account_id, find_document_or_404
from webapp.deposits import (
    ConflictPolicy,
    DepositFate,
    DepositOutcome,
    DepositRefusedError,
    DepositTarget,
    audit_outcomes,
    discard_waiting_file,
    open_target,
    read_deposit_request,
    store_files,
)
from webapp.server import REFUSED_PARAMETER, ErrorExplanation, ProblemError, services

if TYPE_CHECKING:
    from werkzeug.datastructures import FileStorage, MultiDict

_FILES_FIELD = "fichiers"
_NAME_TAKEN = (
    "Un autre fichier porte déjà ce nom dans ce dossier\u00a0: renvoyez-le avec «\u00a0doublon\u00a0» à "
    "«\u00a0version\u00a0» (il le remplace) ou à «\u00a0autre-nom\u00a0»."
)

DepositSchema = response_fields.make_schema(
    "Deposit",
    {
        _FILES_FIELD: request_fields.ListField(
            request_fields.FileField(),  # type: ignore[no-untyped-call]  # APIFlask left its type out
            required=True,
            validate=validate.Length(min=1, error="Il faut un fichier au moins."),
            metadata={"description": "Les fichiers."},
        ),
        "dossier": request_fields.text_parameter(
            "Dossier de la bibliothèque\u00a0; vide\u00a0: sa racine.", load_default=""
        ),
        "nouveau": request_fields.text_parameter("Sous-dossier à créer dans ce dossier.", 200, load_default=""),
        "doublon": request_fields.choice_parameter(
            [choice.value for choice in ConflictPolicy],
            "Si un autre fichier porte ce nom\u00a0: «\u00a0demander\u00a0» le refuse et le dit.",
            load_default=ConflictPolicy.ASK.value,
        ),
        "deplier": request_fields.flag_parameter("«\u00a01\u00a0» déplie les archives ZIP."),
        "rendez-vous": request_fields.text_parameter("Identifiant du rendez-vous des documents.", load_default=""),
        **{
            facet.value: request_fields.values_parameter(f"{facet.spec.plural} des documents.")
            for facet in MANUAL_FACETS
        },
    },
    request_fields.StrictSchema,
)


@api.post("/deposits")
@restrict_view_to_animators
@api.input(DepositSchema, location="form_and_files", arg_name="form", unknown=None)
@api.output(
    response_fields.make_list_schema("outcomes", schemas.OutcomeSchema, "Ce qu’est devenu chaque fichier."),
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
    deposit_request = read_deposit_request(request.form)
    try:
        target = open_target(deposit_request)
    except DepositRefusedError as error:
        raise _parameter_error("dossier", str(error)) from error
    outcomes = (_refuse_waiting(target, each) for each in store_files(target, files, unpack=deposit_request.unpack))
    return json_response({"outcomes": [serializers.serialise_outcome(each) for each in audit_outcomes(list(outcomes))]})


def _refuse_unknown_values(form: MultiDict[str, str]) -> None:
    """Refuse a value that the page's form could not send: nobody would notice the mistake later."""
    known = {
        **{facet.value: dict(choices) for facet, choices in list_manual_choices()},
        "rendez-vous": dict(list_event_choices()),
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


def _parameter_error(name: str, detail: str) -> ProblemError:
    explanation = ErrorExplanation("Dépôt refusé", f"Le paramètre «\u00a0{name}\u00a0» ne convient pas.", detail)
    return ProblemError(422, explanation, kind=REFUSED_PARAMETER, parameter_errors={name: detail})


_NOT_JSON = ErrorExplanation(
    "Corps illisible",
    "Une décision s’envoie en JSON.",
    "Ajoutez l’en-tête «\u00a0Content-Type: application/json\u00a0» et un corps.",
)


class TagNamedSchema(request_fields.StrictSchema):
    """A value of a facet."""

    facet = request_fields.choice_parameter(
        [facet.value for facet in MANUAL_FACETS], "Sorte d’étiquette.", required=True
    )
    value = request_fields.TextField(
        required=True, validate=validate.Length(1, 80, error="Il faut de 1 à 80 caractères.")
    )


def _tags_parameter(description: str) -> request_fields.ListField:
    return request_fields.list_parameter(request_fields.NestedField(TagNamedSchema), description, load_default=list)


class TagDecisionsSchema(request_fields.StrictSchema):
    """An animator's decisions about the tags of a document."""

    choose = _tags_parameter("À mettre, quoi que disent les règles\u00a0; la valeur doit être au vocabulaire.")
    decline = _tags_parameter("À ôter, quoi que disent les règles.")
    undecide = _tags_parameter("À laisser de nouveau aux règles.")


@api.patch("/documents/<document_id>/tags")
@restrict_view_to_animators
@api.input(TagDecisionsSchema, arg_name="body", unknown=None)
@api.output(schemas.DocumentSchema, description="Le document, avec ses nouvelles étiquettes.")
@api.doc(
    summary="Étiqueter un document",
    description="Une décision de l’équipe d’animation, signée\u00a0: elle l’emporte sur les règles et peut être "
    "reprise. Ce qui n’est pas nommé ne change pas.",
    tags=["Animation"],
)
def decide_tags(document_id: str, body: dict[str, list[dict[str, str]]]) -> Response:
    """Save decisions about the tags of a document."""
    # A body of another type is read as an empty one: nothing would be decided, without an error.
    if not request.is_json:
        raise ProblemError(415, _NOT_JSON)
    found = find_document_or_404(document_id)
    by_decision = {name: [(Facet(each["facet"]), each["value"]) for each in values] for name, values in body.items()}
    chosen = tuple(tag for facet, value in by_decision["choose"] for tag in build_animator_tags(facet, [value]))
    # Unknown values were dropped: they are named, rather than ignored.
    _refuse_unknown_tags(by_decision["choose"], {(tag.facet, tag.value) for tag in chosen})
    decisions = Decisions(chosen, tuple(by_decision["decline"]), tuple(by_decision["undecide"]))
    with services().catalogue.transaction() as transaction:
        transaction.decisions.decide([found.id], decisions, current_account_id())
    return json_response(serializers.serialise_document(find_document_or_404(document_id)))


def _refuse_unknown_tags(chosen: list[tuple[Facet, str]], known: set[tuple[Facet, str]]) -> None:
    unknown = [value for facet, value in chosen if (facet, value) not in known]
    if unknown:
        names = ", ".join(f"«\u00a0{value}\u00a0»" for value in unknown)
        raise ProblemError(
            422,
            ErrorExplanation(
                "Valeur inconnue", f"Le vocabulaire ne connaît pas {names}.", "Voyez la liste des valeurs."
            ),
            kind=REFUSED_PARAMETER,
            parameter_errors={"choose": f"Inconnu\u00a0: {names}."},
        )
