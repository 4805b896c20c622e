"""The state of each file of the library, for animators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.catalogue import FileState, StatusFilter
from webapp.api import cursors, fields, members, schemas, telling
from webapp.api.access import restrict_view_to_animators
from webapp.api.answering import list_response
from webapp.api.blueprint import accept_query, api
from webapp.hive import current_groups, services

if TYPE_CHECKING:
    from flask import Response

_STATE_BY_NAME = {state.value: state for state in FileState}


class FilesQuery(fields.PageQuery):
    """Filters of the list of files."""

    etat = fields.list_parameter(
        fields.choice_parameter(list(_STATE_BY_NAME), ""),
        "États voulus (paramètre répété)\u00a0; sans lui, tous.",
        load_default=list,
    )
    fichier = fields.text_parameter("Ce que contient l’emplacement.", load_default="")


@api.get("/files")
@restrict_view_to_animators
@accept_query(FilesQuery)
@api.output(members.make_page_schema("files", schemas.FileSchema, "Fichiers."), description="Une page de fichiers.")
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
    rows = services().catalogue.statuses(status_filter)
    shown = rows[:most]
    cursor = cursors.encode_cursor(shown[-1].state.value, shown[-1].path) if len(rows) > most else None
    # The order is by state, then by path: both are the key of the last row.
    return list_response("files", [telling.serialise_file(each) for each in shown], cursor)


def _decode_cursor(cursor: str) -> tuple[FileState, str] | None:
    if not cursor:
        return None
    state, path = cursors.decode_cursor(cursor, str, str)
    if state not in _STATE_BY_NAME:
        raise cursors.stale_cursor_error()
    return _STATE_BY_NAME[str(state)], str(path)
