"""The state of each file of the library, for animators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from index.catalogue import State, StatusFilter
from webapp.api import cursors, fields, members, schemas, telling
from webapp.api.access import animators_only
from webapp.api.answering import listed
from webapp.api.blueprint import api, query
from webapp.hive import groups, hive

if TYPE_CHECKING:
    from flask import Response

_STATES = {state.value: state for state in State}


class Files(fields.Page):
    """Filters of the list of files."""

    etat = fields.several(
        fields.one_of(list(_STATES), ""), "États voulus (paramètre répété)\u00a0; sans lui, tous.", load_default=list
    )
    fichier = fields.text("Ce que contient l’emplacement.", load_default="")


@api.get("/files")
@animators_only
@query(Files)
@api.output(members.page_of("files", schemas.File, "Fichiers."), description="Une page de fichiers.")
@api.doc(
    summary="Suivre les fichiers",
    description="Ce qu’est devenu chaque fichier de la bibliothèque\u00a0: d’abord ceux qui attendent quelqu’un.",
    tags=["Animation"],
)
def files(asked: dict[str, Any]) -> Response:
    """List the files with their states, the most urgent first."""
    most = asked["par_page"]
    states = frozenset(_STATES[each] for each in asked["etat"])
    wanted = StatusFilter(
        states, asked["fichier"].strip(), limit=most + 1, after=_after(asked["curseur"]), groups=groups()
    )
    rows = hive().catalogue.statuses(wanted)
    shown = rows[:most]
    cursor = cursors.written(shown[-1].state.value, shown[-1].path) if len(rows) > most else None
    # The order is by state, then by path: both are the key of the last row.
    return listed("files", [telling.file(each) for each in shown], cursor)


def _after(cursor: str) -> tuple[State, str] | None:
    if not cursor:
        return None
    state, path = cursors.read(cursor, str, str)
    if state not in _STATES:
        raise cursors.stale()
    return _STATES[str(state)], str(path)
