"""Readiness checks: whether members can find the library's documents; where not, what to do, in French."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST

from index.catalogue import Phase
from webapp.server.app_services import services
from webapp.server.french_text import format_count
from webapp.server.http_errors import NOT_FOUND, ErrorExplanation, ProblemError
from webapp.server.metrics import current_metrics

if TYPE_CHECKING:
    from index.catalogue import IndexerState
    from index.search import Search
    from webapp.server.app_services import AppServices


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """The result of one check: `message` is one French sentence, which says what to do where the check failed."""

    name: str
    passed: bool
    message: str


def check_readiness(app_services: AppServices) -> tuple[ReadinessCheck, ...]:
    """Run all checks. Without a catalogue only that one is returned: the others would need it."""
    catalogue = _check_catalogue(answers=app_services.catalogue.is_reachable())
    if not catalogue.passed:
        return (catalogue,)
    # The web process only reads what the indexer last wrote of itself; before it ever ran there is nothing.
    state = app_services.catalogue.indexer.read_state()
    found = [catalogue, _check_index(app_services.search), _check_indexer(state, datetime.now(UTC))]
    found.append(_check_folder_rules(len(app_services.catalogue.folders.list_lost_rules())))
    return (
        (*found, _check_library(state), _check_readers(state), _check_held_removals(state)) if state else tuple(found)
    )


def _check_catalogue(*, answers: bool) -> ReadinessCheck:
    return _make_check(
        "catalogue",
        "Le catalogue répond.",
        ""
        if answers
        else "Le catalogue ne répond pas\u00a0: vérifiez la place sur le disque et les droits du dossier "
        "«\u00a0data\u00a0», ou la base que nomme le réglage «\u00a0catalogue\u00a0».",
    )


def _check_index(search: Search) -> ReadinessCheck:
    # No revision: nothing was ever built, or with another schema; the search answers with nothing until it is.
    preparing = (
        "Il n’y a pas encore d’index, ou il vient d’une autre version\u00a0: l’indexeur le construit. "
        "Si cela dure, lisez son journal."
    )
    return _make_check(
        "index", "L’index répond.", preparing if search.indexed_revision is None else search.outage_message()
    )


def _check_indexer(state: IndexerState | None, now: datetime) -> ReadinessCheck:
    return _make_check("indexeur", "L’indexeur est à l’œuvre.", _indexer_trouble(state, now))


def _indexer_trouble(state: IndexerState | None, now: datetime) -> str:
    """Return why the indexer does not work, "" where it does."""
    if state is None:
        return "Aucun indexeur n’a encore travaillé ici\u00a0: lancez «\u00a0ruche serve\u00a0»."
    if state.phase is Phase.STOPPED:
        return "L’indexeur est arrêté\u00a0: rien de nouveau n’est lu. Relancez «\u00a0ruche serve\u00a0»."
    # A heartbeat that is too old: the indexer crashed or hangs, for it writes « stopped » when it ends in order.
    if state.is_silent(now):
        minutes = format_count(int((now - state.heartbeat).total_seconds() // 60), "minute")
        return (
            f"L’indexeur ne donne plus signe de vie depuis {minutes}\u00a0: rien de nouveau n’est lu. "
            "Lisez son journal\u00a0; un disque plein est la cause la plus fréquente."
        )
    return ""


# The indexer has one message at a time: it is about the readers or about the library, as its phase says.
def _check_library(state: IndexerState) -> ReadinessCheck:
    return _make_check("bibliotheque", "La bibliothèque s’ouvre.", "" if _lacks_readers(state) else state.message)


def _check_readers(state: IndexerState) -> ReadinessCheck:
    return _make_check("lecteurs", "Les fichiers peuvent être lus.", state.message if _lacks_readers(state) else "")


def _lacks_readers(state: IndexerState) -> bool:
    return state.phase is Phase.WITHOUT_READERS


def _check_held_removals(state: IndexerState) -> ReadinessCheck:
    return _make_check("suppressions", "Aucune suppression n’attend de confirmation.", state.guard)


def _check_folder_rules(lost: int) -> ReadinessCheck:
    # Without their names: whoever asks may not know of these folders.
    trouble = (
        f"{format_count(lost, 'règle ne trouve', 'règles ne trouvent')} plus {'son' if lost == 1 else 'leur'} dossier, "
        "supprimé ou renommé\u00a0: les documents des dossiers apparus depuis sont réservés en attendant. "
        "Une personne qui administre Ruche choisit le dossier, ou retire la règle\u00a0: page des groupes et dossiers."
    )
    return _make_check("regles", "Chaque règle de dossier a son dossier.", trouble if lost else "")


def _make_check(name: str, success: str, trouble: str) -> ReadinessCheck:
    return ReadinessCheck(name, passed=not trouble, message=trouble or success)


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
