"""What went wrong, told in French with what to do: a page for people, application/problem+json for tools."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import json, render_template, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from index.catalogue import CatalogueUnreachableError
from index.catalogue.schema import CatalogueError
from index.engine import EngineUnavailableError, UnreadableIndexError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from logging import LogRecord

    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask
    from werkzeug.wrappers import Response

TOOL_PREFIXES = ("/api/", "/oai")
"""Addresses that tools ask: their tokens are read there, and errors are told in JSON."""

log = logging.getLogger(__name__)

_RETRY_SECONDS = 10
"""When a tool may ask again, after the search engine was silent."""

_LATER_SECONDS = 60
"""The same after the catalogue was: a long writing may hold it."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error as a person reads it: what happened, why, and what to do about it."""

    title: str
    detail: str
    advice: str


class ProblemError(HTTPException):
    """An answer that is an error, with its own explanation rather than that of its code."""

    def __init__(
        self,
        code: int,
        explanation: Explanation,
        headers: Mapping[str, str] | None = None,
        *,
        kind: str = "",
        misfits: Mapping[str, str] | None = None,
    ) -> None:
        """`kind` is for tools: which problem it is; `misfits` says by parameter what does not fit."""
        super().__init__(explanation.detail)
        self.code = code
        self.explanation = explanation
        self.kind = kind
        self.misfits = misfits or {}
        self._headers = headers or {}

    def get_headers(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        """The headers of the answer, those that go with this error among them."""
        return [*super().get_headers(environ, scope), *self._headers.items()]


NOT_FOUND = Explanation(
    "Page introuvable",
    "Cette adresse ne mène à rien\u00a0: le document a peut-être été retiré, ou l’adresse a été mal recopiée.",
    "Cherchez le document par ses mots, ou repartez de l’accueil.",
)

FORBIDDEN = Explanation(
    "Réservé à l’équipe d’animation",
    "Cette page sert à déposer et à classer les documents de la communauté.",
    "Si vous devriez y avoir accès, demandez-le à l’équipe d’animation.",
)

_EXPLANATIONS = {
    400: Explanation(
        "Demande incomprise",
        "Votre navigateur a envoyé une demande que le service ne peut pas lire.",
        "Revenez à la page précédente et recommencez, ou repartez de l’accueil.",
    ),
    404: NOT_FOUND,
    405: Explanation(
        "Action impossible ici",
        "Cette adresse se consulte, elle ne reçoit pas d’envoi.",
        "Repartez de l’accueil.",
    ),
    413: Explanation(
        "Envoi trop volumineux",
        "La demande dépasse la taille que le service accepte.",
        "Raccourcissez ce que vous envoyez, puis recommencez.",
    ),
    416: Explanation(
        "Extrait impossible",
        "La partie demandée du fichier n’existe pas.",
        "Rechargez la page, puis relancez la lecture.",
    ),
    500: Explanation(
        "Le service a rencontré une panne",
        "Votre demande était correcte\u00a0: c’est le service qui n’a pas su y répondre.",
        "Réessayez dans quelques minutes. Si la panne continue, prévenez l’équipe d’animation en indiquant l’heure.",
    ),
}

_SILENT_ENGINE = Explanation(
    "La recherche est indisponible pour le moment",
    "Le moteur de recherche ne répond pas, ou pas en entier\u00a0: plutôt que de montrer une partie des documents "
    "comme si c’était tout, cette page n’en montre aucun.",
    "Réessayez dans quelques instants. Si cela dure, prévenez l’équipe d’animation.",
)
_SILENT_CATALOGUE = Explanation(
    "Le catalogue est indisponible pour le moment",
    "Votre demande n’a pas abouti\u00a0: le catalogue de Ruche est occupé par une longue écriture, n’a plus de place, "
    "ou ne répond pas.",
    "Réessayez dans une minute. Si cela dure, prévenez l’équipe d’animation.",
)
KINDS = {
    400: "demande-incomprise",
    401: "acces-a-prouver",
    403: "acces-refuse",
    404: "introuvable",
    405: "methode-impossible",
    410: "curseur-perime",
    413: "trop-volumineux",
    415: "type-non-lu",
    416: "extrait-impossible",
    429: "trop-de-demandes",
    500: "panne",
    503: "indisponible",
}
"""What kind of problem an error is to a tool, by its code: these names never change."""

REFUSED_PARAMETER = "parametre-refuse"
"""The kind of a 400 whose parameters are named one by one."""

_TYPES = "/api#probleme-"
"""Where problems are described: on the page that documents the API, a place for each kind."""

_OTHERWISE = Explanation(
    "Demande refusée",
    "Le service ne peut pas répondre à cette demande.",
    "Revenez à la page précédente, ou repartez de l’accueil.",
)

_CONTRACT = "Voyez le contrat de l’API\u00a0: /api/v1/openapi.json."
_TO_TOOLS = {
    _EXPLANATIONS[400]: Explanation("Demande illisible", "Cette demande ne peut pas être lue.", _CONTRACT),
    NOT_FOUND: Explanation(
        "Introuvable",
        "Rien n’existe à cette adresse, ou rien que vous puissiez consulter.",
        "Cherchez-en l’identifiant par /api/v1/search ou par une liste.",
    ),
    _EXPLANATIONS[405]: Explanation(
        "Méthode impossible",
        "Cette adresse existe, mais pas pour cette méthode.",
        "L’en-tête Allow dit lesquelles elle accepte.",
    ),
    _EXPLANATIONS[413]: Explanation(
        "Envoi trop volumineux",
        "L’envoi dépasse la taille que le service accepte.",
        "Envoyez-en moins à la fois.",
    ),
    _EXPLANATIONS[416]: Explanation(
        "Extrait impossible",
        "La partie demandée du fichier n’existe pas.",
        "L’en-tête Content-Range dit combien d’octets il a.",
    ),
    FORBIDDEN: Explanation(
        "Réservé à l’équipe d’animation",
        "Cette opération est réservée à l’équipe d’animation.",
        "Il faut un jeton de portée «\u00a0animation\u00a0», d’une personne qui anime.",
    ),
    _SILENT_ENGINE: Explanation(
        _SILENT_ENGINE.title,
        "Le moteur de recherche ne répond pas, ou pas en entier\u00a0: une partie n’est pas donnée pour le tout.",
        "Recommencez après le délai de l’en-tête Retry-After.",
    ),
    _SILENT_CATALOGUE: Explanation(
        _SILENT_CATALOGUE.title,
        _SILENT_CATALOGUE.detail,
        "Recommencez après le délai de l’en-tête Retry-After.",
    ),
    _OTHERWISE: Explanation("Demande refusée", "Le service ne peut pas répondre à cette demande.", _CONTRACT),
}
"""What tools are told instead of what people read: they have no page to go back to."""


def install(app: Flask) -> None:
    """Have an application explain its errors; Flask turns what nobody caught into a 500 and logs it."""
    app.register_error_handler(HTTPException, _answer)
    app.register_error_handler(EngineUnavailableError, _without_engine)
    app.register_error_handler(UnreadableIndexError, _without_engine)
    app.register_error_handler(CatalogueError, _without_catalogue)
    app.register_error_handler(CatalogueUnreachableError, _without_catalogue)
    app.logger.addFilter(_without_what_was_typed)


def _without_what_was_typed(record: LogRecord) -> bool:
    """An error's message may repeat a person's words; where it arose, and of what kind it is, never does."""
    if record.exc_info and record.exc_info[0]:
        kind, _, trace = record.exc_info
        record.exc_info = None
        record.exception = f"{''.join(traceback.format_tb(trace))}{kind.__module__}.{kind.__qualname__}"
    return True


def _without_engine(error: Exception) -> Response:
    log.warning("the search engine did not answer: %s", error.__class__.__name__)
    return explain(ServiceUnavailable(retry_after=_RETRY_SECONDS), _SILENT_ENGINE)


def _without_catalogue(error: Exception) -> Response:
    # What the error says names hosts and folders: it is for whoever runs the service.
    log.warning("the catalogue could not be used: %s", error)
    return explain(ServiceUnavailable(retry_after=_LATER_SECONDS), _SILENT_CATALOGUE)


def _answer(error: HTTPException) -> Response:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    explained = error.explanation if isinstance(error, ProblemError) else _EXPLANATIONS.get(code, _OTHERWISE)
    return explain(error, explained)


def explain(error: HTTPException, explanation: Explanation) -> Response:
    """The answer that tells an error in these words."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    # Kept from the error: its code and the headers that go with it (Allow, Content-Range).
    response = error.get_response()
    if request.path.startswith(TOOL_PREFIXES):
        told = _problem(error, code, _TO_TOOLS.get(explanation, explanation))
        response.data = json.dumps(told, ensure_ascii=False)
        response.content_type = "application/problem+json"
    else:
        response.data = render_template("error.html", explanation=explanation, code=code)
        response.content_type = "text/html; charset=utf-8"
    return response


def _problem(error: HTTPException, code: int, explanation: Explanation) -> dict[str, Any]:
    """The members that RFC 9457 names, and `errors`, one a parameter that does not fit."""
    kind, named = (error.kind, error.misfits) if isinstance(error, ProblemError) else ("", {})
    told: dict[str, Any] = {
        "type": f"{_TYPES}{kind or KINDS.get(code, KINDS[400])}",
        "title": explanation.title,
        "status": code,
        "detail": f"{explanation.detail} {explanation.advice}".strip(),
        "instance": request.path,
    }
    if named:
        told["errors"] = [{"parameter": name, "detail": detail} for name, detail in named.items()]
    return told
