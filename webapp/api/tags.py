"""Tag decisions of animators."""

from __future__ import annotations

from flask import Response, request
from marshmallow import validate

from index.catalogue import Decisions
from index.model import Facet
from webapp.animation import choices
from webapp.animation.access import who
from webapp.api import fields, schemas, telling
from webapp.api.access import animators_only
from webapp.api.answering import answer
from webapp.api.blueprint import api
from webapp.errors import REFUSED_PARAMETER, Explanation, ProblemError
from webapp.hive import document_or_404, hive

_NOT_JSON = Explanation(
    "Corps illisible",
    "Une décision s’envoie en JSON.",
    "Ajoutez l’en-tête «\u00a0Content-Type: application/json\u00a0» et un corps.",
)


class TagNamed(fields.Strict):
    """A value of a facet."""

    facet = fields.one_of([facet.value for facet in choices.TAGGED], "Sorte d’étiquette.", required=True)
    value = fields.Text(required=True, validate=validate.Length(1, 80, error="Il faut de 1 à 80 caractères."))


def _tags(description: str) -> fields.Several:
    return fields.several(fields.Within(TagNamed), description, load_default=list)


class TagDecisions(fields.Strict):
    """An animator's decisions about the tags of a document."""

    choose = _tags("À mettre, quoi que disent les règles\u00a0; la valeur doit être au vocabulaire.")
    decline = _tags("À ôter, quoi que disent les règles.")
    undecide = _tags("À laisser de nouveau aux règles.")


@api.patch("/documents/<document_id>/tags")
@animators_only
@api.input(TagDecisions, arg_name="decided", unknown=None)
@api.output(schemas.Document, description="Le document, avec ses nouvelles étiquettes.")
@api.doc(
    summary="Étiqueter un document",
    description="Une décision de l’équipe d’animation, signée\u00a0: elle l’emporte sur les règles et peut être "
    "reprise. Ce qui n’est pas nommé ne change pas.",
    tags=["Animation"],
)
def decide(document_id: str, decided: dict[str, list[dict[str, str]]]) -> Response:
    """Save decisions about the tags of a document."""
    # A body of another type is read as an empty one: nothing would be decided, without an error.
    if not request.is_json:
        raise ProblemError(415, _NOT_JSON)
    found = document_or_404(document_id)
    wanted = {name: [(Facet(each["facet"]), each["value"]) for each in named] for name, named in decided.items()}
    chosen = tuple(tag for facet, value in wanted["choose"] for tag in choices.tags(facet, [value]))
    # Unknown values were dropped: they are named, rather than ignored.
    _refuse_unknown(wanted["choose"], {(tag.facet, tag.value) for tag in chosen})
    decisions = Decisions(chosen, tuple(wanted["decline"]), tuple(wanted["undecide"]))
    with hive().catalogue.writing() as write:
        write.decide([found.id], decisions, who())
    return answer(telling.document(document_or_404(document_id)))


def _refuse_unknown(asked: list[tuple[Facet, str]], known: set[tuple[Facet, str]]) -> None:
    unknown = [value for facet, value in asked if (facet, value) not in known]
    if unknown:
        named = ", ".join(f"«\u00a0{value}\u00a0»" for value in unknown)
        raise ProblemError(
            422,
            Explanation("Valeur inconnue", f"Le vocabulaire ne connaît pas {named}.", "Voyez la liste des valeurs."),
            kind=REFUSED_PARAMETER,
            misfits={"choose": f"Inconnu\u00a0: {named}."},
        )
