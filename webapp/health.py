"""What monitoring asks: whether the process answers, whether the service is ready, and its Prometheus metrics."""

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
    """Answer that the web process lives. Nothing else is looked at: a restart would mend nothing else."""
    return jsonify({"etat": "en service"})


@blueprint.get("/pret")
def ready() -> tuple[Response, HTTPStatus]:
    """Answer whether members can find the library's documents; with 503 where not, and with what to do about it."""
    found = controls(hive())
    is_ready = all(each.passed for each in found)
    answer = {
        "pret": is_ready,
        "controles": [{"nom": each.name, "ok": each.passed, "message": each.message} for each in found],
    }
    return jsonify(answer), HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE


@blueprint.get("/metriques")
def counts() -> Response:
    """Send the metrics to the holder of the token; without a token in the settings the address does not exist."""
    # Its own token, and not an account's: the monitoring tool is nobody, and reads nothing else.
    token = hive().settings.metrics_token
    if not token:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    given = request.headers.get("Authorization", "")
    # In constant time: how long the comparison takes must not tell how much of the token is right.
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise ProblemError(HTTPStatus.FORBIDDEN, _NO_TOKEN)
    return Response(metrics().text(), content_type=CONTENT_TYPE_LATEST)
