"""The OpenAPI document, and the page on which people read it and try the operations."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request

from webapp.api import specification
from webapp.api.answering import answer
from webapp.api.blueprint import api
from webapp.errors import KINDS, NOT_FOUND, REFUSED_PARAMETER, ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apiflask import APIFlask
    from werkzeug.wrappers import Response as AnyResponse

blueprint = Blueprint("api_documentation", __name__)

_TYPES = {
    "string": "texte",
    "integer": "nombre entier",
    "number": "nombre",
    "boolean": "oui ou non",
    "array": "liste",
    "object": "objet",
    "null": "null",
}

_PROBLEMS = {
    "demande-incomprise": "La demande ne peut pas être lue\u00a0: caractère interdit, JSON abîmé.",
    REFUSED_PARAMETER: "Un ou plusieurs paramètres ne conviennent pas\u00a0: «\u00a0errors\u00a0» les nomme.",
    "acces-a-prouver": "Un jeton valable est attendu.",
    "acces-refuse": "Le jeton ou la session n’ouvre pas cette opération.",
    "introuvable": "Rien n’existe à cette adresse, ou rien que vous puissiez consulter.",
    "methode-impossible": "L’adresse existe, mais pas pour cette méthode\u00a0: voir l’en-tête Allow.",
    "curseur-perime": "Le curseur ne désigne plus rien\u00a0: reprenez la liste du début.",
    "trop-volumineux": "L’envoi dépasse ce que le service accepte.",
    "type-non-lu": "Le corps n’est pas du type attendu.",
    "extrait-impossible": "La partie demandée du fichier n’existe pas.",
    "trop-de-demandes": "Trop de demandes en peu de temps\u00a0: attendez le délai de Retry-After.",
    "panne": "Le service n’a pas su répondre à une demande correcte.",
    "indisponible": "La recherche ou le catalogue ne répond pas\u00a0: attendez le délai de Retry-After.",
}
"""What each kind of problem means, in the order in which one meets them."""


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter or a member: its type in words, and `choices` where only these values are allowed."""

    name: str
    kind: str
    description: str
    required: bool
    choices: tuple[str, ...] = ()
    repeated: bool = False
    in_path: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation; `name` is its id in the OpenAPI document, and stands for it in URLs."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    asked: tuple[Value, ...]
    sent: str
    answered: str
    responses: tuple[tuple[str, str], ...]


@api.get("/openapi.json")
@api.doc(hide=True)
def openapi() -> Response:
    """Return the OpenAPI document."""
    return answer(specification.document(cast("APIFlask", current_app)))


@blueprint.get("/api")
def show() -> str:
    """Show each operation, with a form to try those that only read."""
    spec = specification.document(cast("APIFlask", current_app))
    operations = list(_operations(spec))
    return render_template(
        "api.html",
        version=spec["info"]["version"],
        sections=[
            (tag["name"], tag["description"], [each for known, each in operations if known == tag["name"]])
            for tag in spec["tags"]
        ],
        schemas=[(name, tuple(_members(schema))) for name, schema in spec["components"]["schemas"].items()],
        problems=[(kind, _codes().get(kind, 400), told) for kind, told in _PROBLEMS.items()],
    )


@blueprint.get("/api/essai/<name>")
def try_out(name: str) -> AnyResponse:
    """Redirect to the request that a form of the page describes: forms send empty fields too, which ask nothing."""
    known = {each.name: each for _, each in _operations(specification.document(cast("APIFlask", current_app)))}
    if name not in known or known[name].method != "GET":
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    placed = {each.name for each in known[name].asked if each.in_path}
    # Quoted whole: a slash in an id must not lead to another operation.
    path = known[name].path.format_map({each: quote(request.args.get(each, ""), safe="") for each in placed})
    asked = [(field, value) for field, value in request.args.items(multi=True) if value and field not in placed]
    return redirect(f"{request.script_root}{path}{'?' if asked else ''}{urlencode(asked)}")


def _codes() -> Mapping[str, int]:
    return {kind: code for code, kind in KINDS.items()}


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, Operation]]:
    for path, operations in spec["paths"].items():
        for method, told in operations.items():
            yield told["tags"][0], _operation(path, method, told)


def _operation(path: str, method: str, told: dict[str, Any]) -> Operation:
    # An operation has one security scheme at most, whose list holds the scope.
    key: dict[str, list[str]] = next(iter(told.get("security", ())), {})
    return Operation(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        scope=next(iter(key.values()), [""])[0],
        asked=tuple(map(_parameter, told["parameters"])),
        sent=_held(told.get("requestBody", {})),
        answered=_held(told["responses"]["200"]),
        responses=tuple((code, response["description"]) for code, response in told["responses"].items()),
    )


def _parameter(told: dict[str, Any]) -> Value:
    schema = told["schema"]
    # A repeated parameter has its choices on its items.
    inner = schema.get("items", schema)
    return Value(
        name=told["name"],
        kind=_kind(schema),
        description=told.get("description", ""),
        required=told["required"],
        choices=tuple(inner.get("enum", ())),
        repeated=schema.get("type") == "array",
        in_path=told["in"] == "path",
    )


def _members(schema: dict[str, Any]) -> Iterator[Value]:
    required = schema.get("required", ())
    for name, told in schema.get("properties", {}).items():
        choices = tuple(told.get("items", told).get("enum", ()))
        yield Value(name, _kind(told), told.get("description", ""), name in required, choices)


def _kind(schema: dict[str, Any]) -> str:
    """Describe a type in French: « liste de Document », « texte ou null »."""
    if name := _named(schema):
        return name
    # Nested schemas with a description, or that may be null, are alternatives.
    if alternatives := schema.get("anyOf") or schema.get("allOf"):
        return " ou ".join(map(_kind, alternatives))
    # OpenAPI 3.1 writes « text or null » as a list of types.
    types = schema.get("type", "object")
    if types == "array":
        return f"liste\u00a0: {_kind(schema['items'])}"
    return " ou ".join(_TYPES[each] for each in ([types] if isinstance(types, str) else types))


def _held(told: dict[str, Any]) -> str:
    """Return the name of a body's schema, or "" where it has none."""
    body: dict[str, Any] = next(iter(told.get("content", {}).values()), {})
    return _named(body.get("schema", {}))


def _named(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
