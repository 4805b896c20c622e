"""Errors explained in French, with what to do: a page for people, application/problem+json (RFC 9457) for tools."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import current_app, json, redirect, render_template, request
from werkzeug.exceptions import Conflict, HTTPException, MethodNotAllowed, ServiceUnavailable

from index.catalogue import CatalogueError, CatalogueUnreachableError, QuotaReachedError
from index.engines import EngineUnavailableError, UnreadableIndexError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from logging import LogRecord

    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask
    from werkzeug.wrappers import Response

TOOL_PREFIXES = ("/api/", "/oai", "/mcp")
"""How the paths begin that tools request: tokens are accepted there, and errors are JSON."""

log = logging.getLogger(__name__)

_READING_METHODS = frozenset({"GET", "HEAD"})

_ENGINE_RETRY_SECONDS = 10
"""Retry-After, in seconds, where the search engine does not answer."""

_CATALOGUE_RETRY_SECONDS = 60
"""The same where the catalogue does not answer: a long write may hold it."""


@dataclass(frozen=True, slots=True)
class ErrorExplanation:
    """An error as a person reads it: what happened, why, and what to do."""

    title: str
    detail: str
    advice: str


class ProblemError(HTTPException):
    """An HTTP error with an explanation of its own instead of the general one of its status code."""

    def __init__(
        self,
        code: int,
        explanation: ErrorExplanation,
        headers: Mapping[str, str] | None = None,
        *,
        kind: str = "",
        parameter_errors: Mapping[str, str] | None = None,
    ) -> None:
        """`kind` names the problem for tools, by default by its code; `parameter_errors` are messages by parameter."""
        super().__init__(explanation.detail)
        # On the object, over the class attribute: Werkzeug has one class a code, this one serves them all.
        self.code = code
        self.explanation = explanation
        self.kind = kind
        self.parameter_errors = parameter_errors or {}
        self._headers = headers or {}

    def get_headers(
        self, environ: WSGIEnvironment | None = None, scope: dict[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        """Return the headers of the answer, this error's own included."""
        return [*super().get_headers(environ, scope), *self._headers.items()]


NOT_FOUND = ErrorExplanation(
    "Page introuvable",
    "Cette adresse ne mène à rien\u00a0: le document a peut-être été retiré, ou l’adresse a été mal recopiée.",
    "Cherchez le document par ses mots, ou repartez de l’accueil.",
)

FORBIDDEN = ErrorExplanation(
    "Réservé à l’équipe d’animation",
    "Cette page sert à déposer et à classer les documents de la communauté.",
    "Si vous devriez y avoir accès, demandez-le à l’équipe d’animation.",
)

# Other codes get a general explanation.
_EXPLANATION_BY_CODE = {
    400: ErrorExplanation(
        "Demande incomprise",
        "Votre navigateur a envoyé une demande que le service ne peut pas lire.",
        "Revenez à la page précédente et recommencez, ou repartez de l’accueil.",
    ),
    404: NOT_FOUND,
    405: ErrorExplanation(
        "Action impossible ici",
        "Cette adresse se consulte, elle ne reçoit pas d’envoi.",
        "Repartez de l’accueil.",
    ),
    413: ErrorExplanation(
        "Envoi trop volumineux",
        "La demande dépasse la taille que le service accepte.",
        "Raccourcissez ce que vous envoyez, puis recommencez.",
    ),
    416: ErrorExplanation(
        "Extrait impossible",
        "La partie demandée du fichier n’existe pas.",
        "Rechargez la page, puis relancez la lecture.",
    ),
    500: ErrorExplanation(
        "Le service a rencontré une panne",
        "Votre demande était correcte\u00a0: c’est le service qui n’a pas su y répondre.",
        "Réessayez dans quelques minutes. Si la panne continue, prévenez l’équipe d’animation en indiquant l’heure.",
    ),
}

_SILENT_ENGINE = ErrorExplanation(
    "La recherche est indisponible pour le moment",
    "Le moteur de recherche ne répond pas, ou pas en entier\u00a0: plutôt que de montrer une partie des documents "
    "comme si c’était tout, cette page n’en montre aucun.",
    "Réessayez dans quelques instants. Si cela dure, prévenez l’équipe d’animation.",
)
_SILENT_CATALOGUE = ErrorExplanation(
    "Le catalogue est indisponible pour le moment",
    "Votre demande n’a pas abouti\u00a0: le catalogue de Ruche est occupé par une longue écriture, n’a plus de place, "
    "ou ne répond pas.",
    "Réessayez dans une minute. Si cela dure, prévenez l’équipe d’animation.",
)
PROBLEM_KINDS = {
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
"""The kind of problem of each status code, the end of `type` in answers to tools. These names never change."""

REFUSED_PARAMETER = "parametre-refuse"
"""The kind of a 400 that names each wrong parameter."""

_PROBLEM_TYPE_PREFIX = "/api#probleme-"
"""What `type` begins with: the page that documents the API has an anchor for each kind."""

_DEFAULT_EXPLANATION = ErrorExplanation(
    "Demande refusée",
    "Le service ne peut pas répondre à cette demande.",
    "Revenez à la page précédente, ou repartez de l’accueil.",
)

_CONTRACT_ADVICE = "Voyez le contrat de l’API\u00a0: /api/v1/openapi.json."
_EXPLANATION_FOR_TOOLS = {
    _EXPLANATION_BY_CODE[400]: ErrorExplanation(
        "Demande illisible", "Cette demande ne peut pas être lue.", _CONTRACT_ADVICE
    ),
    NOT_FOUND: ErrorExplanation(
        "Introuvable",
        "Rien n’existe à cette adresse, ou rien que vous puissiez consulter.",
        "Cherchez-en l’identifiant par /api/v1/search ou par une liste.",
    ),
    _EXPLANATION_BY_CODE[405]: ErrorExplanation(
        "Méthode impossible",
        "Cette adresse existe, mais pas pour cette méthode.",
        "L’en-tête Allow dit lesquelles elle accepte.",
    ),
    _EXPLANATION_BY_CODE[413]: ErrorExplanation(
        "Envoi trop volumineux",
        "L’envoi dépasse la taille que le service accepte.",
        "Envoyez-en moins à la fois.",
    ),
    _EXPLANATION_BY_CODE[416]: ErrorExplanation(
        "Extrait impossible",
        "La partie demandée du fichier n’existe pas.",
        "L’en-tête Content-Range dit combien d’octets il a.",
    ),
    FORBIDDEN: ErrorExplanation(
        "Réservé à l’équipe d’animation",
        "Cette opération est réservée à l’équipe d’animation.",
        "Il faut un jeton de portée «\u00a0animation\u00a0», d’une personne qui anime.",
    ),
    _SILENT_ENGINE: ErrorExplanation(
        _SILENT_ENGINE.title,
        "Le moteur de recherche ne répond pas, ou pas en entier\u00a0: une partie n’est pas donnée pour le tout.",
        "Recommencez après le délai de l’en-tête Retry-After.",
    ),
    _SILENT_CATALOGUE: ErrorExplanation(
        _SILENT_CATALOGUE.title,
        _SILENT_CATALOGUE.detail,
        "Recommencez après le délai de l’en-tête Retry-After.",
    ),
    _DEFAULT_EXPLANATION: ErrorExplanation(
        "Demande refusée", "Le service ne peut pas répondre à cette demande.", _CONTRACT_ADVICE
    ),
}
"""The explanations for tools, by those for people, which speak of pages and browsers."""


def install_error_handlers(app: Flask) -> None:
    """Have an application explain its errors. Flask logs an exception that nobody caught and turns it into a 500."""
    app.register_error_handler(HTTPException, _explain_http_error)
    app.register_error_handler(EngineUnavailableError, _explain_engine_failure)
    app.register_error_handler(UnreadableIndexError, _explain_engine_failure)
    app.register_error_handler(QuotaReachedError, _explain_quota)
    app.register_error_handler(CatalogueError, _explain_catalogue_failure)
    app.register_error_handler(CatalogueUnreachableError, _explain_catalogue_failure)
    # On the application's logger alone: Flask logs uncaught exceptions there.
    app.logger.addFilter(_remove_error_message)


def _remove_error_message(record: LogRecord) -> bool:
    """Remove the message of an exception from a log record: it may repeat what a person typed.

    The traceback and the exception's class stay. Returns True, for a logging filter: the record is logged.
    """
    if record.exc_info and record.exc_info[0]:
        kind, _, trace = record.exc_info
        # Formatters would write the message from it; the log's renderer takes `exception` instead.
        record.exc_info = None
        record.exception = f"{''.join(traceback.format_tb(trace))}{kind.__module__}.{kind.__qualname__}"
    return True


def _explain_engine_failure(error: Exception) -> Response:
    # The class alone: an engine's message may repeat the question.
    log.warning("the search engine did not answer: %s", error.__class__.__name__)
    return explain_error(ServiceUnavailable(retry_after=_ENGINE_RETRY_SECONDS), _SILENT_ENGINE)


def _explain_catalogue_failure(error: Exception) -> Response:
    # The error's message names hosts and folders: it goes to the log, not to the page.
    log.warning("the catalogue could not be used: %s", error)
    return explain_error(ServiceUnavailable(retry_after=_CATALOGUE_RETRY_SECONDS), _SILENT_CATALOGUE)


def _explain_quota(error: Exception) -> Response:
    return explain_error(Conflict(), ErrorExplanation("Limite atteinte", str(error), "Rien n’a été enregistré."))


def _explain_http_error(error: HTTPException) -> Response:
    if (
        isinstance(error, MethodNotAllowed)
        and request.method in _READING_METHODS
        and not request.path.startswith(TOOL_PREFIXES)
    ):
        # A form's address, reloaded or kept as a bookmark: its page is what the person looks for.
        return redirect(_find_page_above(request.path), HTTPStatus.SEE_OTHER)
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    explained = (
        error.explanation if isinstance(error, ProblemError) else _EXPLANATION_BY_CODE.get(code, _DEFAULT_EXPLANATION)
    )
    return explain_error(error, explained)


def _find_page_above(path: str) -> str:
    """Return the nearest address above a path that shows something."""
    adapter = current_app.create_url_adapter(request)
    while adapter and path and not adapter.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or "/"


def explain_error(error: HTTPException, explanation: ErrorExplanation) -> Response:
    """Return the answer of an error with an explanation: JSON on the paths of tools, else a page."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    # The error's own response keeps its code and its headers (Allow, Content-Range, Retry-After).
    response = error.get_response()
    if request.path.startswith(TOOL_PREFIXES):
        # An explanation without a twin for tools is given as it is.
        told = _problem_details(error, code, _EXPLANATION_FOR_TOOLS.get(explanation, explanation))
        response.data = json.dumps(told, ensure_ascii=False)
        response.content_type = "application/problem+json"
    else:
        response.data = render_template("error.html", explanation=explanation, code=code)
        response.content_type = "text/html; charset=utf-8"
    return response


def _problem_details(error: HTTPException, code: int, explanation: ErrorExplanation) -> dict[str, Any]:
    """Return the members of RFC 9457, and `errors`, one for each wrong parameter."""
    kind, named = (error.kind, error.parameter_errors) if isinstance(error, ProblemError) else ("", {})
    told: dict[str, Any] = {
        "type": f"{_PROBLEM_TYPE_PREFIX}{kind or PROBLEM_KINDS.get(code, PROBLEM_KINDS[400])}",
        "title": explanation.title,
        "status": code,
        "detail": f"{explanation.detail} {explanation.advice}".strip(),
        "instance": request.path,
    }
    if named:
        told["errors"] = [{"parameter": name, "detail": detail} for name, detail in named.items()]
    return told
