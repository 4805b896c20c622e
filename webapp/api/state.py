"""Statistics of the library, and the health check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.search import Question
from webapp.api import schemas
from webapp.api.answering import json_response
from webapp.api.blueprint import api
from webapp.api.search import serialise_facets
from webapp.hive import current_groups, services
from webapp.identity import may_animate
from webapp.readiness import check_readiness

if TYPE_CHECKING:
    from flask import Response

_TAG = ["État"]
_UNAVAILABLE_STATUS = 503
_RESPONSES: dict[int | str, Any] = {
    503: {
        "description": "Quelque chose l’empêche.",
        "content": {"application/json": {"schema": schemas.HealthSchema}},
    }
}


@api.get("/statistics")
@api.output(schemas.StatisticsSchema, description="Les nombres.")
@api.doc(summary="Compter", description="Ce que tient la bibliothèque, parmi ce que vous pouvez consulter.", tags=_TAG)
def get_statistics() -> Response:
    """Return how many documents, files and facet values there are."""
    # No words and no filter: everything that the person may see, and one result, the fewest that can be asked for.
    everything = services().search.ask(Question(groups=current_groups(), per_page=1))
    # Only animators see files: one that waits or failed may be anyone's.
    states = services().catalogue.status_counts(groups=current_groups()) if may_animate() else {}
    return json_response(
        {
            "documents": everything.total,
            "files": {state.value: count for state, count in states.items()},
            "facets": serialise_facets(everything),
            # The two revisions tell how far the index is behind the catalogue.
            "revision": services().catalogue.revision(),
            "indexed": services().search.indexed_revision,
        }
    )


@api.get("/health")
@api.output(schemas.HealthSchema, description="Tout va bien.")
@api.doc(
    summary="Vérifier le service",
    description="Si les membres trouvent ce que tient la bibliothèque (503 sinon)\u00a0; pour l’équipe d’animation, ce "
    "qui l’empêche.",
    tags=_TAG,
    responses=_RESPONSES,
)
def get_health() -> Response:
    """Return whether members can find what the library holds."""
    found = check_readiness(services())
    ready = all(each.passed for each in found)
    # Messages may name folders and files.
    visible_checks = found if may_animate() else ()
    response = json_response(
        {
            "ready": ready,
            "controls": [{"name": each.name, "ok": each.passed, "message": each.message} for each in visible_checks],
        }
    )
    if not ready:
        response.status_code = _UNAVAILABLE_STATUS
    return response
