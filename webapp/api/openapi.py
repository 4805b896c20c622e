"""The OpenAPI document: what APIFlask makes of the views, and what holds for all operations."""

from __future__ import annotations

import json
import threading
import warnings
from typing import TYPE_CHECKING, Any, cast

from index.accounts import Scope
from webapp.api.schemas import ProblemSchema

if TYPE_CHECKING:
    from apiflask import APIFlask, Schema

API_VERSION = "1.0.0"
"""Version of the contract: a new member makes a minor one, and nothing is removed before /api/v2."""

_DESCRIPTION = """Tout ce que montrent les pages de Ruche, pour d’autres outils.

Les erreurs sont en `application/problem+json` (RFC 9457). Les listes se suivent par l’en-tête `Link` ou par `next`.
Les réponses portent un `ETag`\u00a0: renvoyez-le dans `If-None-Match`. Les dates suivent ISO 8601.
"""

_TAGS = {
    "Recherche": "Trouver des documents et le bon passage.",
    "Documents": "Notices, textes, versions, fichiers.",
    "Rendez-vous": "Ce que la communauté a tenu ou annonce.",
    "Vocabulaire": "Ce par quoi les documents sont décrits.",
    "Questions": "Ce que les membres demandent, et ce qui leur est répondu.",
    "Annuaire": "À qui s’adresser.",
    "Changements": "Tenir une copie à jour.",
    "Service": "La bibliothèque et le service.",
    "Animation": "Réservé à l’équipe d’animation.",
}

_SECURITY_SCHEME = "jeton"
_OPENAPI_SETTINGS = {
    "OPENAPI_VERSION": "3.1.0",
    "SERVERS": [{"url": "/"}],
    "AUTO_SERVERS": False,
    "AUTO_OPERATION_ID": False,
    "AUTO_OPERATION_DESCRIPTION": False,
    "SUCCESS_DESCRIPTION": "La réponse.",
    "NOT_FOUND_DESCRIPTION": "Introuvable.",
    "VALIDATION_ERROR_DESCRIPTION": "Un paramètre ne convient pas.",
    "VALIDATION_ERROR_STATUS_CODE": 400,
    "VALIDATION_ERROR_SCHEMA": ProblemSchema,
    "HTTP_ERROR_SCHEMA": ProblemSchema,
    "DESCRIPTION": _DESCRIPTION,
    "SECURITY_SCHEMES": {
        _SECURITY_SCHEME: {
            "type": "http",
            "scheme": "bearer",
            "description": "Un jeton créé dans «\u00a0Mon compte\u00a0», de portée «\u00a0lecture\u00a0» ou "
            "«\u00a0animation\u00a0». Là où Ruche ne demande pas de compte, n’importe lequel convient, et "
            "seulement pour écrire.",
        }
    },
    "LICENSE": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
}

_COMMON_ERRORS = {
    "400": "Un paramètre ne convient pas.",
    "500": "Panne du service.",
    "503": "La recherche ou le catalogue ne répond pas\u00a0: voir Retry-After.",
}
_TOKEN_ERRORS = {"401": "Un jeton valable est attendu.", "429": "Trop de demandes\u00a0: voir Retry-After."}
_ANIMATION_TAG = "Animation"
_HEALTH_PATH = "/api/v1/health"
_PUBLIC_PATHS = frozenset({_HEALTH_PATH})
"""Paths that need no token."""
_HEALTH_ERROR = (_HEALTH_PATH, "503")
_FIRST_ERROR = 400
_EXTENSION_KEY = "ruche.openapi"
_BUILD_LOCK = threading.Lock()

_GET_HEADERS = {
    "ETag": {"description": "Nom du contenu, pour If-None-Match.", "schema": {"type": "string"}},
    "Link": {"description": "Pages voisines d’une liste (RFC 8288).", "schema": {"type": "string"}},
}


def install_openapi(app: APIFlask) -> None:
    """Configure how an application describes its API."""
    app.config.update(_OPENAPI_SETTINGS)
    app.tags = [{"name": name, "description": description} for name, description in _TAGS.items()]
    app.schema_name_resolver = _schema_name
    app.spec_callback = _complete_document  # type: ignore[assignment]  # YAML, which is a text, is not asked for


def _schema_name(schema: Schema | type[Schema]) -> str:
    """Return the name of a schema in the document: that of its class, without « Schema »."""
    return (schema if isinstance(schema, type) else type(schema)).__name__.removesuffix("Schema")


def openapi_document(app: APIFlask) -> dict[str, Any]:
    """Return an application's OpenAPI document. It is made once and shared: nobody may change it."""
    # `catch_warnings` acts on the whole process: one thread at a time.
    with _BUILD_LOCK:
        if _EXTENSION_KEY not in app.extensions:
            app.extensions[_EXTENSION_KEY] = _build_document(app)
    return cast("dict[str, Any]", app.extensions[_EXTENSION_KEY])


def _build_document(app: APIFlask) -> dict[str, Any]:
    for blueprint in app.blueprints.values():
        # APIFlask reads this attribute of every blueprint with a `before_request`, and Flask's own blueprints lack it.
        vars(blueprint).setdefault("enable_openapi", False)
    with warnings.catch_warnings():
        # A schema that is a response and also a part of another is added twice; the two are merged below.
        warnings.filterwarnings("ignore", ".*has already been added to the spec", UserWarning)
        return cast("dict[str, Any]", app._get_spec("json"))  # noqa: SLF001 - `spec` makes it anew each time


def _complete_document(spec: dict[str, Any]) -> dict[str, Any]:
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            _complete_operation(path, method, operation)
    # In an order of its own, so that the committed document does not change with that of imports.
    spec["paths"] = dict(sorted(spec["paths"].items()))
    return _merge_twin_schemas(spec)


def _complete_operation(path: str, method: str, operation: dict[str, Any]) -> None:
    """Complete an operation with what all have: an id, errors, and the headers of a list and of a cached response."""
    operation["operationId"] = _operation_id(method, path)
    # APIFlask does not say so, yet no operation does without its body.
    if "requestBody" in operation:
        operation["requestBody"]["required"] = True
    if path not in _PUBLIC_PATHS:
        scope = Scope.ANIMATE if _ANIMATION_TAG in operation["tags"] else Scope.READ
        operation["security"] = [{_SECURITY_SCHEME: [scope.value]}]
    responses = operation["responses"]
    for code, description in _list_errors(path, method, operation).items():
        responses.setdefault(code, {"description": description})
    for code, response in responses.items():
        if int(code) >= _FIRST_ERROR:
            # The health check also answers 503 with a schema of its own.
            own = response["content"] if (path, code) == _HEALTH_ERROR else {}
            response["content"] = own | {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
    if method == "get":
        # Any GET has an ETag, hence may be answered by 304.
        responses["304"] = {"description": "Rien n’a changé depuis."}
        responses["200"]["headers"] = {name: dict(header) for name, header in _GET_HEADERS.items()}
    operation["responses"] = dict(sorted(responses.items()))


def _list_errors(path: str, method: str, operation: dict[str, Any]) -> dict[str, str]:
    # Possible errors follow from the operation's shape: a list has cursors, a path with an id may lead nowhere.
    errors = _COMMON_ERRORS | (_TOKEN_ERRORS if "security" in operation else {})
    if any(each["name"] == "curseur" for each in operation["parameters"]):
        errors["410"] = "Ce curseur est périmé\u00a0: reprenez du début."
    if "{" in path:
        errors["404"] = "Introuvable."
    if _ANIMATION_TAG in operation["tags"]:
        errors["403"] = "Réservé à l’équipe d’animation."
    if method != "get":
        errors |= {
            "413": "Envoi trop volumineux.",
            "415": "Ce n’est pas du JSON.",
            "422": "Une valeur ne convient pas.",
        }
    return errors


def _operation_id(method: str, path: str) -> str:
    # Such as `get_documents_document_id`: it depends on the path alone, and not on the name of the view.
    parts = [part.strip("{}") for part in path.removeprefix("/api/v1/").split("/")]
    return "_".join([method, *parts]).replace("-", "_").replace(".", "_")


def _merge_twin_schemas(spec: dict[str, Any]) -> dict[str, Any]:
    """Merge a schema that was added twice (« Document », « Document1 ») into one."""
    schemas = spec["components"]["schemas"]
    twins = [name for name, schema in schemas.items() if name[-1] == "1" and schemas.get(name[:-1]) == schema]
    # Replaced in the text, for references may be anywhere in the document.
    text = json.dumps(spec)
    for name in twins:
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{name[:-1]}"')
    once: dict[str, Any] = json.loads(text)
    merged = once["components"]["schemas"]
    once["components"]["schemas"] = {name: merged[name] for name in sorted(merged) if name not in twins}
    return once
