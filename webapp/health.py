"""For whoever watches over the service: does it live, is it ready, what does it count."""

from __future__ import annotations

import hmac
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from webapp.errors import NOT_FOUND, Explanation, ProblemError
from webapp.hive import hive
from webapp.metrics import metrics
from webapp.readiness import controls

blueprint = Blueprint("health", __name__)

_NO_TOKEN = Explanation(
    "Jeton attendu",
    "Ces mesures sont réservées à l’outil de supervision.",
    "Envoyez le jeton du réglage «\u00a0metrics_token\u00a0» dans l’en-tête Authorization: Bearer.",
)


@blueprint.get("/sante")
def alive() -> Response:
    """The web process answers: it need not be restarted."""
    return jsonify({"etat": "en service"})


@blueprint.get("/pret")
def ready() -> tuple[Response, HTTPStatus]:
    """Whether members find what the library holds; where not, what is in the way and what to do about it."""
    found = controls(hive())
    is_ready = all(each.passed for each in found)
    answer = {
        "pret": is_ready,
        "controles": [{"nom": each.name, "ok": each.passed, "message": each.message} for each in found],
    }
    return jsonify(answer), HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE


@blueprint.get("/metriques")
def counts() -> Response:
    """The counts, for the holder of the token; without one in the settings there is no such address."""
    token = hive().settings.metrics_token
    if not token:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise ProblemError(HTTPStatus.FORBIDDEN, _NO_TOKEN)
    return Response(metrics().text(), content_type=CONTENT_TYPE_LATEST)
