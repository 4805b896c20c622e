"""The OpenAPI document, and the page on which people read it and try the operations."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request

from webapp.api import openapi
from webapp.api.blueprint import api
from webapp.api.responses import json_response
from webapp.server import NOT_FOUND, PROBLEM_KINDS, REFUSED_PARAMETER, ProblemError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from apiflask import APIFlask
    from werkzeug.wrappers import Response as AnyResponse

documentation_blueprint = Blueprint("api_documentation", __name__)

_TYPE_LABELS = {
    "string": "texte",
    "integer": "nombre entier",
    "number": "nombre",
    "boolean": "oui ou non",
    "array": "liste",
    "object": "objet",
    "null": "null",
}

_PROBLEM_MEANINGS = {
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
class ApiValue:
    """A parameter or a member: its type in words, and `choices` where only these values are allowed."""

    name: str
    kind: str
    description: str
    required: bool
    choices: tuple[str, ...] = ()
    repeated: bool = False
    in_path: bool = False


@dataclass(frozen=True, slots=True)
class ApiOperation:
    """An operation; `name` is its id in the OpenAPI document, and stands for it in URLs."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    params: tuple[ApiValue, ...]
    request_schema: str
    response_schema: str
    responses: tuple[tuple[str, str], ...]


@api.get("/openapi.json")
@api.doc(hide=True)
def get_openapi() -> Response:
    """Return the OpenAPI document."""
    return json_response(openapi.openapi_document(cast("APIFlask", current_app)))


@documentation_blueprint.get("/api")
def show() -> str:
    """Show each operation, with a form to try those that only read."""
    spec = openapi.openapi_document(cast("APIFlask", current_app))
    operations = list(_list_operations(spec))
    return render_template(
        "api.html",
        version=spec["info"]["version"],
        sections=[
            (tag["name"], tag["description"], [each for known, each in operations if known == tag["name"]])
            for tag in spec["tags"]
        ],
        schemas=[(name, tuple(_list_members(schema))) for name, schema in spec["components"]["schemas"].items()],
        problems=[(kind, _status_by_kind().get(kind, 400), meaning) for kind, meaning in _PROBLEM_MEANINGS.items()],
    )


@documentation_blueprint.get("/api/essai/<name>")
def try_out(name: str) -> AnyResponse:
    """Redirect to the request that a form of the page describes: forms send empty fields too, which ask nothing."""
    known = {each.name: each for _, each in _list_operations(openapi.openapi_document(cast("APIFlask", current_app)))}
    if name not in known or known[name].method != "GET":
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    path_names = {each.name for each in known[name].params if each.in_path}
    # Quoted whole: a slash in an id must not lead to another operation.
    path = known[name].path.format_map({each: quote(request.args.get(each, ""), safe="") for each in path_names})
    params = [(field, value) for field, value in request.args.items(multi=True) if value and field not in path_names]
    return redirect(f"{request.script_root}{path}{'?' if params else ''}{urlencode(params)}")


def _status_by_kind() -> Mapping[str, int]:
    return {kind: code for code, kind in PROBLEM_KINDS.items()}


def _list_operations(spec: dict[str, Any]) -> Iterator[tuple[str, ApiOperation]]:
    for path, operations in spec["paths"].items():
        for method, declaration in operations.items():
            yield declaration["tags"][0], _build_operation(path, method, declaration)


def _build_operation(path: str, method: str, declaration: dict[str, Any]) -> ApiOperation:
    # An operation has one security scheme at most, whose list holds the scope.
    key: dict[str, list[str]] = next(iter(declaration.get("security", ())), {})
    return ApiOperation(
        name=declaration["operationId"],
        method=method.upper(),
        path=path,
        summary=declaration["summary"],
        description=declaration.get("description", ""),
        scope=next(iter(key.values()), [""])[0],
        params=tuple(map(_build_parameter, declaration["parameters"])),
        request_schema=_body_schema_name(declaration.get("requestBody", {})),
        response_schema=_body_schema_name(declaration["responses"]["200"]),
        responses=tuple((code, response["description"]) for code, response in declaration["responses"].items()),
    )


def _build_parameter(declaration: dict[str, Any]) -> ApiValue:
    schema = declaration["schema"]
    # A repeated parameter has its choices on its items.
    inner = schema.get("items", schema)
    return ApiValue(
        name=declaration["name"],
        kind=_describe_type(schema),
        description=declaration.get("description", ""),
        required=declaration["required"],
        choices=tuple(inner.get("enum", ())),
        repeated=schema.get("type") == "array",
        in_path=declaration["in"] == "path",
    )


def _list_members(schema: dict[str, Any]) -> Iterator[ApiValue]:
    required = schema.get("required", ())
    for name, declaration in schema.get("properties", {}).items():
        choices = tuple(declaration.get("items", declaration).get("enum", ()))
        yield ApiValue(name, _describe_type(declaration), declaration.get("description", ""), name in required, choices)


def _describe_type(schema: dict[str, Any]) -> str:
    """Describe a type in French: « liste de Document », « texte ou null »."""
    if name := _schema_name(schema):
        return name
    # Nested schemas with a description, or that may be null, are alternatives.
    if alternatives := schema.get("anyOf") or schema.get("allOf"):
        return " ou ".join(map(_describe_type, alternatives))
    # OpenAPI 3.1 writes « text or null » as a list of types.
    types = schema.get("type", "object")
    if types == "array":
        return f"liste\u00a0: {_describe_type(schema['items'])}"
    return " ou ".join(_TYPE_LABELS[each] for each in ([types] if isinstance(types, str) else types))


def _body_schema_name(declaration: dict[str, Any]) -> str:
    """Return the name of a body's schema, or "" where it has none."""
    body: dict[str, Any] = next(iter(declaration.get("content", {}).values()), {})
    return _schema_name(body.get("schema", {}))


def _schema_name(schema: dict[str, Any]) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]
