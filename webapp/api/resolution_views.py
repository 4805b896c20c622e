"""What minutes decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from marshmallow import validate

from index.catalogue import ResolutionFilter
from webapp.api import cursors, request_fields, response_fields, schemas, serializers
from webapp.api.blueprint import accept_query, api
from webapp.api.responses import list_response
from webapp.pages import list_resolutions, show_resolutions, written_formats

if TYPE_CHECKING:
    from flask import Response

_TAG = ["Rendez-vous"]
_LAST_YEAR = 2999

ResolutionsQuery = response_fields.make_schema(
    "ResolutionsQuery",
    {
        "theme": request_fields.text_parameter("Thème des documents.", load_default=""),
        "rendez-vous": request_fields.text_parameter("Identifiant d’un rendez-vous.", load_default=""),
        "annee": request_fields.IntegerField(
            validate=validate.Range(0, _LAST_YEAR, error="Il faut une année."),
            load_default=0,
            metadata={"description": "Année des rendez-vous."},
        ),
    },
    request_fields.PageQuery,
)


@api.get("/decisions")
@accept_query(ResolutionsQuery)
@api.output(
    response_fields.make_page_schema("decisions", schemas.ResolutionSchema, "Décisions."),
    description="Une page de décisions.",
)
@api.doc(
    summary="Lister les décisions",
    description="Ce que les comptes rendus disent avoir été décidé, du rendez-vous le plus récent au plus ancien, sans "
    "ce que l’équipe d’animation a écarté.",
    tags=_TAG,
)
def list_decisions(params: dict[str, Any]) -> Response:
    """List decisions, those of the latest gathering first."""
    wanted = ResolutionFilter(written_formats(), params["rendez-vous"], params["annee"], params["theme"])
    # The order depends on dates that may change: the cursor is how many were given.
    first = int(cursors.decode_cursor(params["curseur"], int)[0]) if params["curseur"] else 0
    if first < 0:
        raise cursors.stale_cursor_error()
    # All are known at once: the order of dates needs them.
    found, last = list_resolutions(wanted), first + params["par_page"]
    rows = [serializers.serialise_resolution(each) for each in show_resolutions(found[first:last])]
    return list_response("decisions", rows, cursors.encode_cursor(last) if last < len(found) else None)
