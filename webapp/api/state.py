"""Statistics of the library, and the health check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.search import Question
from webapp.api import schemas
from webapp.api.answering import answer
from webapp.api.blueprint import api
from webapp.api.search import facets
from webapp.hive import groups, hive
from webapp.identity import may_animate
from webapp.readiness import controls

if TYPE_CHECKING:
    from flask import Response

_TAG = ["État"]
_UNAVAILABLE = 503
_RESPONSES: dict[int | str, Any] = {
    503: {
        "description": "Quelque chose l’empêche.",
        "content": {"application/json": {"schema": schemas.Health}},
    }
}


@api.get("/statistics")
@api.output(schemas.Statistics, description="Les nombres.")
@api.doc(summary="Compter", description="Ce que tient la bibliothèque, parmi ce que vous pouvez consulter.", tags=_TAG)
def statistics() -> Response:
    """Return how many documents, files and facet values there are."""
    # No words and no filter: everything that the person may see, and one result, the fewest that can be asked for.
    everything = hive().search.ask(Question(groups=groups(), per_page=1))
    # Only animators see files: one that waits or failed may be anyone's.
    states = hive().catalogue.status_counts(groups=groups()) if may_animate() else {}
    return answer(
        {
            "documents": everything.total,
            "files": {state.value: count for state, count in states.items()},
            "facets": facets(everything),
            # The two revisions tell how far the index is behind the catalogue.
            "revision": hive().catalogue.revision(),
            "indexed": hive().search.revision,
        }
    )


@api.get("/health")
@api.output(schemas.Health, description="Tout va bien.")
@api.doc(
    summary="Vérifier le service",
    description="Si les membres trouvent ce que tient la bibliothèque (503 sinon)\u00a0; pour l’équipe d’animation, ce "
    "qui l’empêche.",
    tags=_TAG,
    responses=_RESPONSES,
)
def health() -> Response:
    """Return whether members can find what the library holds."""
    found = controls(hive())
    ready = all(each.passed for each in found)
    # Messages may name folders and files.
    told = found if may_animate() else ()
    response = answer(
        {
            "ready": ready,
            "controls": [{"name": each.name, "ok": each.passed, "message": each.message} for each in told],
        }
    )
    if not ready:
        response.status_code = _UNAVAILABLE
    return response
