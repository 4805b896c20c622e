"""Tag decisions of animators."""

from __future__ import annotations

from flask import Response, request
from marshmallow import validate

from index.catalogue import Decisions
from index.model import Facet
from webapp.animation import choices
from webapp.animation.access import current_account_id
from webapp.api import fields, schemas, telling
from webapp.api.access import restrict_view_to_animators
from webapp.api.answering import json_response
from webapp.api.blueprint import api
from webapp.errors import REFUSED_PARAMETER, ErrorExplanation, ProblemError
from webapp.hive import find_document_or_404, services

_NOT_JSON = ErrorExplanation(
    "Corps illisible",
    "Une décision s’envoie en JSON.",
    "Ajoutez l’en-tête «\u00a0Content-Type: application/json\u00a0» et un corps.",
)


class TagNamedSchema(fields.StrictSchema):
    """A value of a facet."""

    facet = fields.choice_parameter(
        [facet.value for facet in choices.MANUAL_FACETS], "Sorte d’étiquette.", required=True
    )
    value = fields.TextField(required=True, validate=validate.Length(1, 80, error="Il faut de 1 à 80 caractères."))


def _tags_parameter(description: str) -> fields.ListField:
    return fields.list_parameter(fields.NestedField(TagNamedSchema), description, load_default=list)


class TagDecisionsSchema(fields.StrictSchema):
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
    chosen = tuple(tag for facet, value in by_decision["choose"] for tag in choices.build_animator_tags(facet, [value]))
    # Unknown values were dropped: they are named, rather than ignored.
    _refuse_unknown_values(by_decision["choose"], {(tag.facet, tag.value) for tag in chosen})
    decisions = Decisions(chosen, tuple(by_decision["decline"]), tuple(by_decision["undecide"]))
    with services().catalogue.writing() as write:
        write.decide([found.id], decisions, current_account_id())
    return json_response(telling.serialise_document(find_document_or_404(document_id)))


def _refuse_unknown_values(chosen: list[tuple[Facet, str]], known: set[tuple[Facet, str]]) -> None:
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
