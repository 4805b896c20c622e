"""What monitoring asks: whether the process answers, whether the service is ready, and its Prometheus metrics."""

from __future__ import annotations

import hmac
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from webapp.errors import NOT_FOUND, ErrorExplanation, ProblemError
from webapp.hive import services
from webapp.metrics import current_metrics
from webapp.readiness import check_readiness

health_blueprint = Blueprint("health", __name__)

_NO_TOKEN = ErrorExplanation(
    "Jeton attendu",
    "Ces mesures sont réservées à l’outil de supervision.",
    "Envoyez le jeton du réglage «\u00a0metrics_token\u00a0» dans l’en-tête Authorization: Bearer.",
)


@health_blueprint.get("/sante")
def alive() -> Response:
    """Answer that the web process lives. Nothing else is looked at: a restart would mend nothing else."""
    return jsonify({"etat": "en service"})


@health_blueprint.get("/pret")
def ready() -> tuple[Response, HTTPStatus]:
    """Answer whether members can find the library's documents; with 503 where not, and with what to do about it."""
    found = check_readiness(services())
    is_ready = all(each.passed for each in found)
    answer = {
        "pret": is_ready,
        "controles": [{"nom": each.name, "ok": each.passed, "message": each.message} for each in found],
    }
    return jsonify(answer), HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE


@health_blueprint.get("/metriques")
def counts() -> Response:
    """Send the metrics to the holder of the token; without a token in the settings the address does not exist."""
    # Its own token, and not an account's: the monitoring tool is nobody, and reads nothing else.
    token = services().settings.metrics_token
    if not token:
        raise ProblemError(HTTPStatus.NOT_FOUND, NOT_FOUND)
    given = request.headers.get("Authorization", "")
    # In constant time: how long the comparison takes must not tell how much of the token is right.
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise ProblemError(HTTPStatus.FORBIDDEN, _NO_TOKEN)
    return Response(current_metrics().render_exposition(), content_type=CONTENT_TYPE_LATEST)
