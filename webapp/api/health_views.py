"""Statistics of the library, and the health check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.catalogue import FileState, StatusFilter
from index.search import Question
from webapp.api import cursors, request_fields, response_fields, schemas, serializers
from webapp.api.blueprint import accept_query, api, restrict_view_to_animators
from webapp.api.responses import json_response, list_response
from webapp.auth import current_groups, may_animate
from webapp.server import check_readiness, services

if TYPE_CHECKING:
    from flask import Response

_TAG = ["Service"]
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
    states = services().catalogue.file_statuses.count_by_state(groups=current_groups()) if may_animate() else {}
    return json_response(
        {
            "documents": everything.total,
            "files": {state.value: count for state, count in states.items()},
            "facets": serializers.serialise_facets(everything),
            # The two revisions tell how far the index is behind the catalogue.
            "revision": services().catalogue.revisions.read_last(),
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
        {"ready": ready, "controls": [serializers.serialise_health_check(each) for each in visible_checks]}
    )
    if not ready:
        response.status_code = _UNAVAILABLE_STATUS
    return response


_STATE_BY_NAME = {state.value: state for state in FileState}


class FilesQuery(request_fields.PageQuery):
    """Filters of the list of files."""

    etat = request_fields.list_parameter(
        request_fields.choice_parameter(list(_STATE_BY_NAME), ""),
        "États voulus (paramètre répété)\u00a0; sans lui, tous.",
        load_default=list,
    )
    fichier = request_fields.text_parameter("Ce que contient l’emplacement.", load_default="")


@api.get("/files")
@restrict_view_to_animators
@accept_query(FilesQuery)
@api.output(
    response_fields.make_page_schema("files", schemas.FileSchema, "Fichiers."), description="Une page de fichiers."
)
@api.doc(
    summary="Suivre les fichiers",
    description="Ce qu’est devenu chaque fichier de la bibliothèque\u00a0: d’abord ceux qui attendent quelqu’un.",
    tags=["Animation"],
)
def list_files(params: dict[str, Any]) -> Response:
    """List the files with their states, the most urgent first."""
    most = params["par_page"]
    states = frozenset(_STATE_BY_NAME[each] for each in params["etat"])
    status_filter = StatusFilter(
        states,
        params["fichier"].strip(),
        limit=most + 1,
        after=_decode_cursor(params["curseur"]),
        groups=current_groups(),
    )
    rows = services().catalogue.file_statuses.find(status_filter)
    shown = rows[:most]
    cursor = cursors.encode_cursor(shown[-1].state.value, shown[-1].path) if len(rows) > most else None
    # The order is by state, then by path: both are the key of the last row.
    return list_response("files", [serializers.serialise_file(each) for each in shown], cursor)


def _decode_cursor(cursor: str) -> tuple[FileState, str] | None:
    if not cursor:
        return None
    state, path = cursors.decode_cursor(cursor, str, str)
    if state not in _STATE_BY_NAME:
        raise cursors.stale_cursor_error()
    return _STATE_BY_NAME[str(state)], str(path)
